"""The object store alone, for a process that has no database."""

from pathlib import Path
from typing import TYPE_CHECKING, Union

from bridge.ports import Clock
from storage.objects.address import S3Address
from storage.objects.directory import DirectoryObjects

if TYPE_CHECKING:
    from storage.objects.minio import MinioObjects


def build_objects(where: Path | S3Address, clock: Clock) -> Union[DirectoryObjects, "MinioObjects"]:
    """Touches neither disk nor network yet. What S3 needs (0.2 s, 9 MB) is imported only for a bucket."""
    if isinstance(where, Path):
        return DirectoryObjects(where, clock)
    from storage.objects.minio import MinioObjects

    return MinioObjects(where, clock)
