"""Reads and writes ``a=rid`` (RFC 8851) and ``a=simulcast`` (RFC 8853)."""

import re

from bridge.errors import MalformedSdp
from bridge.ids import Rid
from sfu.sdp.model import RidOffer, Simulcast, SimulcastStream

_RID = re.compile(r"[0-9A-Za-z_-]{1,16}")
"""What a one-byte header extension can carry."""
_DIRECTIONS = {"send": True, "recv": False}
_MAX_STREAMS = 16


def parse_rid(value: str) -> RidOffer:
    """The value of one ``a=rid`` line. Raises MalformedSdp."""
    parts = value.split(" ", 2)
    if len(parts) < 2 or parts[1] not in _DIRECTIONS:
        raise MalformedSdp(f"rid {value[:40]!r}")
    restrictions = parts[2] if len(parts) > 2 else ""
    return RidOffer(_rid(parts[0]), _DIRECTIONS[parts[1]], restrictions)


def serialise_rid(offer: RidOffer) -> str:
    """The value that :func:`parse_rid` reads."""
    direction = "send" if offer.sends else "recv"
    return f"{offer.rid} {direction} {offer.restrictions}".rstrip()


def parse_simulcast(value: str) -> Simulcast:
    """The value of one ``a=simulcast`` line. Raises MalformedSdp."""
    parts = value.split()
    if len(parts) not in (2, 4):
        raise MalformedSdp(f"simulcast {value[:40]!r}")
    found = dict(zip(parts[0::2], parts[1::2], strict=True))
    if not set(found) <= set(_DIRECTIONS) or len(found) * 2 != len(parts):
        raise MalformedSdp(f"simulcast {value[:40]!r}")
    return Simulcast(_streams(found.get("send", "")), _streams(found.get("recv", "")))


def serialise_simulcast(simulcast: Simulcast) -> str:
    """The value that :func:`parse_simulcast` reads; at least one direction has streams."""
    sides = (("send", simulcast.send), ("recv", simulcast.receive))
    return " ".join(f"{name} {_listed(streams)}" for name, streams in sides if streams)


def _streams(text: str) -> tuple[tuple[SimulcastStream, ...], ...]:
    if not text:
        return ()
    listed = text.split(";")
    if len(listed) > _MAX_STREAMS:
        raise MalformedSdp("too many simulcast streams")
    return tuple(_alternatives(stream) for stream in listed)


def _alternatives(text: str) -> tuple[SimulcastStream, ...]:
    listed = text.split(",")
    if len(listed) > _MAX_STREAMS:
        raise MalformedSdp("too many simulcast alternatives")
    return tuple(SimulcastStream(_rid(one.removeprefix("~")), one.startswith("~")) for one in listed)


def _listed(streams: tuple[tuple[SimulcastStream, ...], ...]) -> str:
    return ";".join(",".join(f"{'~' if one.paused else ''}{one.rid}" for one in stream) for stream in streams)


def _rid(text: str) -> Rid:
    if _RID.fullmatch(text) is None:
        raise MalformedSdp(f"rid {text[:40]!r}")
    return Rid(text)
