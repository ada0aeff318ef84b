"""Which software this is: the version that health answers, journals and manifests carry."""

from importlib.metadata import version

VERSION = version("diemcau")
SOFTWARE = f"diemcau {VERSION}"
