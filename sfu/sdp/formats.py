"""The payload types of an m-line: which are codecs of ours, which are retransmission formats."""

from dataclasses import dataclass, field

from bridge.errors import MalformedSdp
from bridge.media import Codec
from sfu.sdp.lines import number, token, words
from sfu.sdp.model import CodecOffer

_MAX_PAYLOAD_TYPE = 127
_MAX_LINES = 512
_MAX_VALUE = 512
_CODECS = {codec.value: codec for codec in Codec}
RED = ("red", 48_000, 2)
"""Of Opus; ``red/90000`` in a video m-line is something else (RFC 5109)."""
_ANY = -1
"""Feedback for every payload type (``a=rtcp-fb:*``)."""


@dataclass
class FormatDraft:
    """What ``rtpmap``, ``fmtp`` and ``rtcp-fb`` lines have said, by payload type, in any order."""

    maps: dict[int, tuple[str, int, int]] = field(default_factory=dict)
    """Payload type → (encoding name in lower case, clock rate, channels)."""
    parameters: dict[int, str] = field(default_factory=dict)
    feedback: dict[int, list[str]] = field(default_factory=dict)
    lines: int = 0

    def read_rtpmap(self, value: str) -> None:
        """``PT NAME/RATE[/CHANNELS]``"""
        payload_type, rest = self._split(value)
        parts = rest.split("/")
        if len(parts) not in (2, 3):
            raise MalformedSdp(f"rtpmap {value[:40]!r}")
        channels = number(parts[2], 255, "channels") if len(parts) == 3 else 1
        rate = number(parts[1], 2**32 - 1, "clock rate")
        self.maps[payload_type] = (token(parts[0], 64, "encoding").lower(), rate, channels)

    def read_fmtp(self, value: str) -> None:
        """``PT PARAMETERS``"""
        payload_type, rest = self._split(value)
        self.parameters[payload_type] = rest

    def read_feedback(self, value: str) -> None:
        """``PT|* FEEDBACK``"""
        first, rest = self._split_words(value)
        place = _ANY if first == "*" else number(first, _MAX_PAYLOAD_TYPE, "payload type")
        said = self.feedback.setdefault(place, [])
        if rest not in said:
            said.append(rest)

    def _split(self, value: str) -> tuple[int, str]:
        first, rest = self._split_words(value)
        return number(first, _MAX_PAYLOAD_TYPE, "payload type"), rest

    def _split_words(self, value: str) -> tuple[str, str]:
        self.lines += 1
        if self.lines > _MAX_LINES or len(value) > _MAX_VALUE:
            raise MalformedSdp("too much said of payload types")
        first, *rest = words(value, 2, "payload type")
        return first, " ".join(rest)


def codecs_of(draft: FormatDraft, formats: tuple[str, ...]) -> tuple[CodecOffer, ...]:
    """The codecs of ours, in the order of the m-line. Raises MalformedSdp for a wrong format."""
    found = []
    for payload_type in _payload_types(formats):
        name, rate, channels = draft.maps.get(payload_type, ("", 0, 0))
        if name in _CODECS:
            everywhere = draft.feedback.get(_ANY, [])
            own = draft.feedback.get(payload_type, [])
            found.append(
                CodecOffer(
                    codec=_CODECS[name],
                    payload_type=payload_type,
                    clock_rate=rate,
                    channels=channels,
                    parameters=draft.parameters.get(payload_type, ""),
                    feedback=tuple(dict.fromkeys([*own, *everywhere])),
                )
            )
    return tuple(found)


def retransmissions_of(draft: FormatDraft, formats: tuple[str, ...]) -> dict[int, int]:
    """Payload types of RFC 4588 formats → what they repeat."""
    found = {}
    for payload_type in _payload_types(formats):
        if draft.maps.get(payload_type, ("", 0, 0))[0] == "rtx":
            repeated = parameter(draft.parameters.get(payload_type, ""), "apt")
            found[payload_type] = number(repeated, _MAX_PAYLOAD_TYPE, "apt")
    return found


def redundancies_of(draft: FormatDraft, formats: tuple[str, ...]) -> dict[int, int]:
    """Payload types of redundant sound (RFC 2198) → the one payload type in it; mixed ones are passed over."""
    found = {}
    for payload_type in _payload_types(formats):
        if draft.maps.get(payload_type) == RED:
            inside = set(draft.parameters.get(payload_type, "").split("/"))
            if len(inside) == 1 and (said := inside.pop()).strip():
                found[payload_type] = number(said.strip(), _MAX_PAYLOAD_TYPE, "RED")
    return found


def parameter(parameters: str, name: str) -> str:
    """The value of ``name`` in an ``a=fmtp`` value, empty when it is not there."""
    for part in parameters.split(";"):
        key, _, value = part.strip().partition("=")
        if key.lower() == name:
            return value.strip()
    return ""


def _payload_types(formats: tuple[str, ...]) -> list[int]:
    found = [number(text, _MAX_PAYLOAD_TYPE, "payload type") for text in formats]
    if len(set(found)) != len(found):
        raise MalformedSdp("a payload type is listed twice")
    return found
