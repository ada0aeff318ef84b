"""QR codes (ISO/IEC 18004) as SVG inside a page: no other address is asked for the picture, and no cache keeps it."""

import segno
from markupsafe import Markup

_QUIET = 4
"""Modules of white around it, as the standard asks for; in the dark theme too."""


def qr_code(text: str) -> Markup:
    """The ``<svg>`` element, black on white, as wide as the page lets it be; without a style attribute (the
    content policy allows none)."""
    code = segno.make(text, micro=False, error="m")
    return Markup(code.svg_inline(omitsize=True, border=_QUIET, dark="#000", light="#fff"))  # noqa: S704  our own drawing
