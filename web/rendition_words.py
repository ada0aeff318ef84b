"""What a viewing copy says where there is no picture: the player's words, from the same catalogue."""

from collections.abc import Mapping

from recorder.rendition.order import Wording
from web.words import Words, mark

REASONS: Mapping[str, str] = {
    "absent": mark("not in the room"),
    "broken": mark("this part cannot be loaded"),
    "nothing": mark("no picture"),
    "camera_off": mark("camera off"),
    "screen_off": mark("screen not shared"),
    "paused": mark("paused by the chair"),
    "loss": mark("gap: lost on the line"),
    "sender_stalled": mark("gap: nothing came from there"),
    "recorder_away": mark("gap: the recorder was away"),
    "node_restarted": mark("gap: the server restarted"),
    "no_key_frame": mark("gap: no whole picture came"),
}
"""By the manifest's reason, and the plan's own."""


def wording_of(words: Words) -> Wording:
    """In one language: a copy is made once for all who watch it."""
    reasons = {code: words.t(sentence) for code, sentence in REASONS.items()}
    return Wording(reasons, words.t("Screen of {name}", name="{name}"), words.t("Nobody was in the room."))
