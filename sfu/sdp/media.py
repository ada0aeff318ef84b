"""Reads one m-section. Each attribute has one small reader in a table; unknown ones are passed over."""

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass, field

from bridge.errors import MalformedSdp
from bridge.ids import Mid, Rid, Ssrc
from bridge.media import Kind
from sfu.sdp.formats import FormatDraft, codecs_of, redundancies_of, retransmissions_of
from sfu.sdp.lines import Section, number, token, words
from sfu.sdp.model import (
    DIRECTIONS,
    Address,
    Direction,
    MediaDescription,
    RidOffer,
    Simulcast,
    SsrcGroup,
)
from sfu.sdp.simulcast import parse_rid, parse_simulcast

MAX_MID = 16
"""What a one-byte header extension can carry (RFC 8285 §4.2)."""

_KINDS = {kind.value: kind for kind in Kind}
_MAX_FORMATS = 96
_MAX_SSRCS = 64
_MAX_RIDS = 16
_MAX_CANDIDATES = 64
_MAX_EXTENSIONS = 64
_MAX_SSRC = 2**32 - 1
_MAX_EXTENSION_ID = 255
_MAX_WORD = 255


@dataclass
class _Draft:
    """What the lines read so far have said."""

    mid: str = ""
    direction: Direction = Direction.SENDRECV
    formats: FormatDraft = field(default_factory=FormatDraft)
    extensions: dict[str, int] = field(default_factory=dict)
    ssrcs: dict[Ssrc, None] = field(default_factory=dict)
    groups: list[SsrcGroup] = field(default_factory=list)
    rids: list[RidOffer] = field(default_factory=list)
    simulcast: Simulcast | None = None
    cname: str = ""
    stream: str = ""
    track: str = ""
    rtcp_mux: bool = False
    rtcp_reduced_size: bool = False
    bundle_only: bool = False
    candidates: list[Address] = field(default_factory=list)


def parse_media(section: Section, direction: Direction) -> MediaDescription:
    """The m-line of ``section``; ``direction`` holds where it says none. Raises MalformedSdp."""
    head = words(section.head, 4, "m-line")
    formats = tuple(head[3:])
    if len(formats) > _MAX_FORMATS:
        raise MalformedSdp(f"m-line with {len(formats)} formats")
    draft = _Draft(direction=direction)
    for name, value in section.attributes():
        reader = _READERS.get(name)
        if reader is not None:
            reader(draft, value)
        elif name in DIRECTIONS:
            draft.direction = DIRECTIONS[name]
    if not draft.mid:
        raise MalformedSdp("m-line without mid")
    media = _finish(draft, head, formats)
    if media.kind is not None and not media.rejected and not media.rtcp_mux:
        raise MalformedSdp("m-line without rtcp-mux")
    return media


def _finish(draft: _Draft, head: list[str], formats: tuple[str, ...]) -> MediaDescription:
    kind = _KINDS.get(head[0]) if "RTP/SAVPF" in head[2] else None
    return MediaDescription(
        mid=Mid(draft.mid),
        kind=kind,
        name=token(head[0], 32, "media"),
        port=number(head[1], 65_535, "port"),
        protocol=_protocol(head[2]),
        formats=formats,
        direction=draft.direction,
        codecs=codecs_of(draft.formats, formats) if kind is not None else (),
        extensions=draft.extensions,
        ssrcs=tuple(draft.ssrcs),
        ssrc_groups=tuple(draft.groups),
        rids=tuple(draft.rids),
        simulcast=draft.simulcast,
        rtx=retransmissions_of(draft.formats, formats) if kind is not None else {},
        red=redundancies_of(draft.formats, formats) if kind is not None else {},
        cname=draft.cname,
        stream=draft.stream,
        track=draft.track,
        rtcp_mux=draft.rtcp_mux,
        rtcp_reduced_size=draft.rtcp_reduced_size,
        bundle_only=draft.bundle_only,
        candidates=tuple(draft.candidates),
    )


def _protocol(text: str) -> str:
    for part in text.split("/"):
        token(part, 32, "protocol")
    return text


def _read_mid(draft: _Draft, value: str) -> None:
    draft.mid = token(value, MAX_MID, "mid")


def _read_extension(draft: _Draft, value: str) -> None:
    head, uri = words(value, 2, "extmap")[:2]
    identifier = number(head.partition("/")[0], _MAX_EXTENSION_ID, "extension id")
    if len(draft.extensions) >= _MAX_EXTENSIONS or len(uri) > _MAX_WORD or identifier == 0:
        raise MalformedSdp("extmap")
    draft.extensions[uri] = identifier


def _read_ssrc(draft: _Draft, value: str) -> None:
    first, *rest = words(value, 1, "ssrc")
    draft.ssrcs[_ssrc(first)] = None
    if len(draft.ssrcs) > _MAX_SSRCS:
        raise MalformedSdp("too many SSRCs")
    said = " ".join(rest)
    if said.startswith("cname:") and not draft.cname:
        draft.cname = said.removeprefix("cname:")[:_MAX_WORD]
    elif said.startswith("msid:") and not draft.stream:
        _read_msid(draft, said.removeprefix("msid:"))


def _read_ssrc_group(draft: _Draft, value: str) -> None:
    semantics, *ssrcs = words(value, 2, "ssrc-group")
    if len(draft.groups) >= _MAX_SSRCS or len(ssrcs) > _MAX_SSRCS:
        raise MalformedSdp("too many SSRC groups")
    found = tuple(_ssrc(text) for text in ssrcs)
    draft.groups.append(SsrcGroup(token(semantics, 32, "ssrc-group"), found))


def _ssrc(text: str) -> Ssrc:
    return Ssrc(number(text, _MAX_SSRC, "ssrc"))


def _read_msid(draft: _Draft, value: str) -> None:
    parts = words(value, 1, "msid")
    draft.stream = parts[0][:_MAX_WORD]
    draft.track = parts[1][:_MAX_WORD] if len(parts) > 1 else ""


def _read_rid(draft: _Draft, value: str) -> None:
    rid = parse_rid(value)
    if len(draft.rids) >= _MAX_RIDS or rid.rid in {Rid(known.rid) for known in draft.rids}:
        raise MalformedSdp("too many rids, or one twice")
    draft.rids.append(rid)


def _read_simulcast(draft: _Draft, value: str) -> None:
    draft.simulcast = parse_simulcast(value)


def _read_candidate(draft: _Draft, value: str) -> None:
    """Host candidates of component 1, UDP and passive TCP; names (``.local``) and other kinds are passed over."""
    parts = value.split()
    if len(parts) < 8 or parts[6:8] != ["typ", "host"]:
        return
    protocol = parts[2].lower()
    tcp = protocol == "tcp" and parts[8:10] == ["tcptype", "passive"]
    if parts[1] != "1" or not (tcp or protocol == "udp") or len(draft.candidates) >= _MAX_CANDIDATES:
        return
    try:
        ip = ipaddress.ip_address(parts[4])
    except ValueError:
        return
    draft.candidates.append(Address(str(ip), number(parts[5], 65_535, "candidate port"), tcp))


def _read_rtcp_mux(draft: _Draft, _: str) -> None:
    draft.rtcp_mux = True


def _read_rtcp_rsize(draft: _Draft, _: str) -> None:
    draft.rtcp_reduced_size = True


def _read_bundle_only(draft: _Draft, _: str) -> None:
    draft.bundle_only = True


_READERS: dict[str, Callable[[_Draft, str], None]] = {
    "mid": _read_mid,
    "rtpmap": lambda draft, value: draft.formats.read_rtpmap(value),
    "fmtp": lambda draft, value: draft.formats.read_fmtp(value),
    "rtcp-fb": lambda draft, value: draft.formats.read_feedback(value),
    "extmap": _read_extension,
    "ssrc": _read_ssrc,
    "ssrc-group": _read_ssrc_group,
    "msid": _read_msid,
    "rid": _read_rid,
    "simulcast": _read_simulcast,
    "candidate": _read_candidate,
    "rtcp-mux": _read_rtcp_mux,
    "rtcp-rsize": _read_rtcp_rsize,
    "bundle-only": _read_bundle_only,
}
