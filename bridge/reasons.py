"""Reasons that people give, as they are kept."""

from bridge.errors import Code, Invalid

MAX_REASON = 500
"""Characters of a reason: a few sentences, printed on one line of the minutes."""


def checked_reason(reason: str | None, *, required: bool, field: str = "reason") -> str:
    """The reason without outer blanks. Raises Invalid(reason_required | invalid_field)."""
    text = (reason or "").strip()
    if required and not text:
        raise Invalid(Code.REASON_REQUIRED, field=field)
    if len(text) > MAX_REASON:
        raise Invalid(field=field, limit=str(MAX_REASON))
    return text
