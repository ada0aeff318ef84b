"""Reads a whole session description: transport, bundle, m-lines. Any text gives a value or MalformedSdp."""

import re

from bridge.errors import MalformedSdp
from bridge.ids import Mid
from sfu.sdp.lines import Section, number, split_sections, words
from sfu.sdp.media import parse_media
from sfu.sdp.model import DIRECTIONS, Direction, MediaDescription, SessionDescription, Setup

_SHA256 = re.compile(r"[0-9A-F]{2}(:[0-9A-F]{2}){31}")
_UFRAG = re.compile(r"[A-Za-z0-9+/]{4,256}")
_PWD = re.compile(r"[A-Za-z0-9+/]{22,256}")
_MAX_FINGERPRINTS = 8
_MAX_ORIGIN = 2**64 - 1


def parse_description(text: str) -> SessionDescription:
    """The description in ``text``; raises MalformedSdp for anything this node cannot act on.

    Transport attributes of the first m-line that lives go before those of the session part
    (RFC 8843 §7.1.3: the bundle's tagged m-line speaks for the transport).
    """
    session, sections = split_sections(text)
    session_id, version = _origin(session)
    media = tuple(parse_media(section, _direction(session)) for section in sections)
    bundle = _bundle(session)
    _check_one_transport(media, bundle)
    transport = _transport_attributes(session, sections, media)
    return SessionDescription(
        ufrag=_credential(transport, "ice-ufrag", _UFRAG),
        pwd=_credential(transport, "ice-pwd", _PWD),
        fingerprints=_fingerprints(transport),
        setup=_setup(transport),
        media=media,
        bundle=bundle,
        session_id=session_id,
        version=version,
        ice_lite=("ice-lite", "") in session.attributes(),
    )


def _origin(session: Section) -> tuple[int, int]:
    for letter, value in session.lines:
        if letter == "o":
            parts = words(value, 6, "origin")
            return (
                number(parts[1], _MAX_ORIGIN, "session id"),
                number(parts[2], _MAX_ORIGIN, "session version"),
            )
    raise MalformedSdp("no origin")


def _direction(session: Section) -> Direction:
    for name, value in session.attributes():
        if not value and name in DIRECTIONS:
            return DIRECTIONS[name]
    return Direction.SENDRECV


def _bundle(session: Section) -> tuple[Mid, ...]:
    for name, value in session.attributes():
        if name == "group" and value.split(" ")[0] == "BUNDLE":
            return tuple(Mid(mid) for mid in value.split()[1:])
    return ()


def _check_one_transport(media: tuple[MediaDescription, ...], bundle: tuple[Mid, ...]) -> None:
    mids = [description.mid for description in media]
    if len(set(mids)) != len(mids):
        raise MalformedSdp("two m-lines have one mid")
    if len(set(bundle)) != len(bundle) or not set(bundle) <= set(mids):
        raise MalformedSdp("bundle group names other m-lines")
    active = [description for description in media if not description.rejected]
    if not active:
        raise MalformedSdp("no m-line lives")
    if not bundle and len(active) == 1:
        return
    if any(description.mid not in bundle for description in active):
        raise MalformedSdp("an m-line is outside the bundle")


def _transport_attributes(
    session: Section, sections: list[Section], media: tuple[MediaDescription, ...]
) -> dict[str, list[str]]:
    tagged = next(s for s, m in zip(sections, media, strict=True) if not m.rejected)
    found: dict[str, list[str]] = {}
    for section in (session, tagged):
        own: dict[str, list[str]] = {}
        for name, value in section.attributes():
            own.setdefault(name, []).append(value)
        found.update(own)
    return found


def _credential(transport: dict[str, list[str]], name: str, shape: re.Pattern[str]) -> str:
    value = transport.get(name, [""])[0]
    if shape.fullmatch(value) is None:
        raise MalformedSdp(f"{name} is missing or of the wrong form")
    return value


def _fingerprints(transport: dict[str, list[str]]) -> tuple[str, ...]:
    found: list[str] = []
    for value in transport.get("fingerprint", [])[:_MAX_FINGERPRINTS]:
        algorithm, _, digest = value.partition(" ")
        if algorithm.lower() != "sha-256":
            continue
        if _SHA256.fullmatch(digest.upper()) is None:
            raise MalformedSdp("fingerprint of the wrong form")
        found.append(digest.upper())
    if not found:
        raise MalformedSdp("no sha-256 fingerprint")
    return tuple(dict.fromkeys(found))


def _setup(transport: dict[str, list[str]]) -> Setup:
    value = transport.get("setup", [""])[0]
    try:
        return Setup(value)
    except ValueError as error:
        raise MalformedSdp(f"setup {value[:40]!r}") from error
