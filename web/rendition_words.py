"""What a viewing copy says where there is no picture: the player's words, from the same catalogue."""

from collections.abc import Mapping

from recorder.rendition.order import Wording
from web import labels
from web.words import Words, mark

REASONS: Mapping[str, str] = {
    "absent": mark("not in the room"),
    "broken": mark("this part cannot be loaded"),
    "nothing": mark("no picture"),
    "camera_off": mark("camera off"),
    "screen_off": mark("screen not shared"),
    "paused": mark("paused by the chair"),
    **labels.GAP_REASONS,
}
"""By the manifest's reason, and the plan's own."""


def wording_of(words: Words) -> Wording:
    """In one language: a copy is made once for all who watch it."""
    reasons = {str(code): words.t(sentence) for code, sentence in REASONS.items()}
    return Wording(reasons, words.t("Screen of {name}", name="{name}"), words.t("Nobody was in the room."))
