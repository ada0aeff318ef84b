"""Forms for browsers in a bag: whether ``…/00001.mp4`` shows, frame by frame, what its sealed master holds.

No list that the office signed names these forms: whoever has the bag can write another one and make the bag's own lists
anew. So each is compared with its master. Pure, and strict about what may stand in the MP4 at all (ISO/IEC 14496-12, as
``recorder/remux.py`` writes it), so that a player cannot find other pictures in it than this does. The same as
``web/client/offline/forms.ts``.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

MATROSKA = "matroska"
"""The container that no browser plays; the same packets lie beside it as fragmented MP4."""

_SEGMENT, _TRACKS, _ENTRY, _PRIVATE = 0x18538067, 0x1654AE6B, 0xAE, 0x63A2
_CLUSTER, _TIMESTAMP, _SIMPLE, _GROUP, _BLOCK = 0x1F43B675, 0xE7, 0xA3, 0xA0, 0xA1
_NEAR_MS = 2
"""Matroska counts in ms, MP4 in ticks of its own."""
_DURATION_GIVEN, _SIZE_GIVEN, _FLAGS_GIVEN, _FIRST_FLAGS_GIVEN, _OFFSET_GIVEN = 0x100, 0x200, 0x400, 0x4, 0x1
_TRUN_KNOWN = _DURATION_GIVEN | _SIZE_GIVEN | _FLAGS_GIVEN | _FIRST_FLAGS_GIVEN | _OFFSET_GIVEN
_TFHD = 0x020038
"""Base is the moof; default duration, size and flags are given."""


class _Frames(NamedTuple):
    """``decoder``: its configuration (avcC). ``times`` in ms and ``sizes`` in bytes of the frames in ``bytes``."""

    decoder: bytes
    times: list[float]
    sizes: list[int]
    bytes: bytes


class _Odd(Exception):
    """Not of the form that the recorder writes."""


def browser_form_key(key: str) -> str:
    """Where the form for browsers lies beside its master: ``…/00001.mkv`` → ``…/00001.mp4``."""
    return f"{key.rpartition('.')[0]}.mp4"


def same_frames(master: bytes, form: bytes) -> bool:
    """False also for a form that is built otherwise than we build it."""
    try:
        sealed, shown = _of_matroska(master), _of_mp4(form)
    except (_Odd, struct.error, IndexError):
        return False
    near = all(abs(one - other) <= _NEAR_MS for one, other in zip(sealed.times, shown.times, strict=False))
    return near and (sealed.decoder, sealed.sizes, sealed.bytes) == (shown.decoder, shown.sizes, shown.bytes)


# ── Matroska (RFC 9559) ──────────────────────────────────────────────────────────────────────────────────────────────


def _of_matroska(body: bytes) -> _Frames:
    segment = _only(content for kind, content in _elements(body) if kind == _SEGMENT)
    decoder = b""
    times: list[float] = []
    frames: list[bytes] = []
    for kind, content in _elements(segment):
        if kind == _TRACKS:
            entry = _only(inner for name, inner in _elements(content) if name == _ENTRY)
            decoder = _only(inner for name, inner in _elements(entry) if name == _PRIVATE)
        elif kind == _CLUSTER:
            for at_ms, frame in _blocks(content):
                times.append(at_ms)
                frames.append(frame)
    return _Frames(decoder, times, [len(frame) for frame in frames], b"".join(frames))


def _blocks(cluster: bytes) -> Iterator[tuple[int, bytes]]:
    began = 0
    for kind, content in _elements(cluster):
        if kind == _TIMESTAMP:
            began = int.from_bytes(content)
        elif kind in (_SIMPLE, _GROUP):
            block = content if kind == _SIMPLE else _only(one for name, one in _elements(content) if name == _BLOCK)
            if block[0] < 0x80 or block[3] & 0x06:
                raise _Odd  # a long track number; lacing
            yield began + struct.unpack_from(">h", block, 1)[0], block[4:]


def _elements(body: bytes) -> Iterator[tuple[int, bytes]]:
    """(id, content) one after the other; an unknown size reaches to the end."""
    at = 0
    while at < len(body):
        kind, at = _number(body, at, keep_marker=True)
        width = at
        size, at = _number(body, at, keep_marker=False)
        unknown = size == (1 << 7 * (at - width)) - 1
        end = len(body) if unknown else at + size
        if end > len(body):
            raise _Odd
        yield kind, body[at:end]
        at = end


def _number(body: bytes, at: int, *, keep_marker: bool) -> tuple[int, int]:
    width = 9 - body[at].bit_length()
    if width > 8 or at + width > len(body):
        raise _Odd
    value = int.from_bytes(body[at : at + width])
    return (value if keep_marker else value & ~(1 << 7 * width)), at + width


# ── fragmented MP4 ───────────────────────────────────────────────────────────────────────────────────────────────────


def _of_mp4(body: bytes) -> _Frames:
    boxes = list(_boxes(body))
    kinds = [kind for kind, _ in boxes]
    fragments = (len(kinds) - 2) // 2
    if kinds != [b"ftyp", b"moov", *[b"moof", b"mdat"] * fragments, *[b"mfra"] * (len(kinds) % 2)]:
        raise _Odd
    decoder, scale = _track(boxes[1][1])
    times: list[float] = []
    sizes: list[int] = []
    frames: list[bytes] = []
    for moof, mdat in zip(boxes[2::2], boxes[3::2], strict=False):
        for at, size in _samples(moof[1], len(mdat[1])):
            times.append(at * 1000 / scale)
            sizes.append(size)
        frames.append(mdat[1])
    return _Frames(decoder, times, sizes, b"".join(frames))


def _track(moov: bytes) -> tuple[bytes, int]:
    """The decoder's configuration, and ticks in a second. One track, and no sample outside of fragments."""
    inside = _children(moov, {b"mvhd", b"trak", b"mvex", b"udta"})
    trak = _children(inside[b"trak"], {b"tkhd", b"edts", b"mdia"})
    if b"edts" in trak:
        version, count, _, begins = struct.unpack_from(">IIIi", _children(trak[b"edts"], {b"elst"})[b"elst"], 0)
        if (version, count, begins) != (0, 1, 0):
            raise _Odd  # what is shown begins elsewhere
    mdia = _children(trak[b"mdia"], {b"mdhd", b"hdlr", b"minf"})
    minf = _children(mdia[b"minf"], {b"vmhd", b"dinf", b"stbl"})
    stbl = _children(minf[b"stbl"], {b"stsd", b"stts", b"stsc", b"stsz", b"stco"})
    if any(any(stbl[name]) for name in (b"stts", b"stsc", b"stsz", b"stco")):
        raise _Odd
    if mdia[b"mdhd"][0] != 0 or struct.unpack_from(">II", stbl[b"stsd"], 0) != (0, 1):
        raise _Odd
    entry = _only(content for kind, content in _boxes(stbl[b"stsd"][8:]) if kind == b"avc1")
    decoder = _only(content for kind, content in _boxes(entry[78:]) if kind == b"avcC")
    return decoder, struct.unpack_from(">I", mdia[b"mdhd"], 12)[0] or 1


def _samples(moof: bytes, octets: int) -> Iterator[tuple[int, int]]:
    """(decoding time in ticks, bytes) of each; together they are the whole ``mdat``."""
    traf = _children(_children(moof, {b"mfhd", b"traf"})[b"traf"], {b"tfhd", b"tfdt", b"trun"})
    flags, _, duration, size = struct.unpack_from(">4I", traf[b"tfhd"], 0)
    run_flags, count, offset = struct.unpack_from(">IIi", traf[b"trun"], 0)
    if flags != _TFHD or run_flags & ~_TRUN_KNOWN or not run_flags & _OFFSET_GIVEN or offset != len(moof) + 16:
        raise _Odd
    [at] = struct.unpack_from(">Q" if traf[b"tfdt"][0] == 1 else ">I", traf[b"tfdt"], 4)
    place = 12 + 4 * bool(run_flags & _FIRST_FLAGS_GIVEN)
    total = 0
    for _ in range(count):
        mine = [duration, size]
        for which, given in enumerate((_DURATION_GIVEN, _SIZE_GIVEN)):
            if run_flags & given:
                [mine[which]] = struct.unpack_from(">I", traf[b"trun"], place)
                place += 4
        place += 4 * bool(run_flags & _FLAGS_GIVEN)
        at, total = at + mine[0], total + mine[1]
        if mine[1] == 0 or total > octets:
            raise _Odd
        yield at - mine[0], mine[1]
    if total != octets:
        raise _Odd


def _children(body: bytes, known: set[bytes]) -> dict[bytes, bytes]:
    """By kind: each once, no other, and all but an edit list and metadata."""
    found = list(_boxes(body))
    by_kind = dict(found)
    if len(by_kind) != len(found) or not known - {b"edts", b"udta"} <= by_kind.keys() <= known:
        raise _Odd
    return by_kind


def _boxes(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at < len(body):
        size, kind = struct.unpack_from(">I4s", body, at)
        if size < 8 or at + size > len(body):
            raise _Odd  # of 64 bits, or to the end: we write neither
        yield kind, body[at + 8 : at + size]
        at += size


def _only(found: Iterator[bytes]) -> bytes:
    every = list(found)
    if len(every) != 1:
        raise _Odd
    return every[0]
