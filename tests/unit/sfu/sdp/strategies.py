"""Hypothesis strategies for session descriptions that the writer can write."""

from hypothesis import strategies as st

from bridge.ids import Mid, Rid, Ssrc
from bridge.media import Codec, Kind
from sfu.sdp.model import (
    Address,
    CodecOffer,
    Direction,
    MediaDescription,
    RidOffer,
    SessionDescription,
    Setup,
    Simulcast,
    SimulcastStream,
    SsrcGroup,
)

_ICE = "ABCXYZabcxyz0123456789+/"
_WORD = st.text("abcXYZ0189-_", min_size=1, max_size=16)
_SSRCS = st.lists(st.integers(0, 2**32 - 1).map(Ssrc), unique=True, max_size=4)
_FEEDBACK = st.lists(st.sampled_from(["nack", "nack pli", "ccm fir", "goog-remb", "transport-cc"]), unique=True)
_OF_KIND = {Kind.AUDIO: [Codec.OPUS], Kind.VIDEO: [Codec.VP8, Codec.H264]}
_ADDRESS = st.builds(Address, st.ip_addresses().map(str), st.integers(1, 65_535), st.booleans())


@st.composite
def _codecs(draw: st.DrawFn, kind: Kind) -> tuple[CodecOffer, ...]:
    types = draw(st.lists(st.integers(0, 127), unique=True, min_size=1, max_size=4))
    return tuple(
        CodecOffer(
            codec=draw(st.sampled_from(_OF_KIND[kind])),
            payload_type=payload_type,
            clock_rate=draw(st.integers(1, 2**32 - 1)),
            channels=draw(st.integers(1, 255)),
            parameters=draw(st.sampled_from(["", "a=1", "minptime=10;useinbandfec=1", "x"])),
            feedback=tuple(draw(_FEEDBACK)),
        )
        for payload_type in types
    )


def _streams() -> st.SearchStrategy[tuple[tuple[SimulcastStream, ...], ...]]:
    one = st.builds(SimulcastStream, _WORD.map(Rid), st.booleans())
    return st.lists(st.lists(one, min_size=1, max_size=2).map(tuple), max_size=3).map(tuple)


_SIMULCAST = st.builds(Simulcast, _streams(), _streams()).filter(lambda s: s.send or s.receive)
_RIDS = st.lists(
    st.builds(RidOffer, _WORD.map(Rid), st.booleans(), st.sampled_from(["", "pt=96;max-fps=30"])),
    unique_by=lambda offer: offer.rid,
    max_size=3,
).map(tuple)


@st.composite
def _media(draw: st.DrawFn, mid: str) -> MediaDescription:
    kind = draw(st.sampled_from(Kind))
    codecs = draw(_codecs(kind))
    free = [n for n in range(128) if n not in {c.payload_type for c in codecs}]
    rtx = draw(st.dictionaries(st.sampled_from(free), st.integers(0, 127), max_size=2))
    unused = [n for n in free if n not in rtx]
    inside = st.dictionaries(st.sampled_from(unused), st.integers(0, 127), max_size=1)
    red = draw(inside) if kind is Kind.AUDIO else {}
    ssrcs = tuple(draw(_SSRCS))
    bundle_only = draw(st.booleans())
    stream = draw(st.one_of(st.just(""), _WORD))
    return MediaDescription(
        mid=Mid(mid),
        kind=kind,
        name=kind.value,
        port=0 if bundle_only else draw(st.integers(1, 65_535)),
        protocol="UDP/TLS/RTP/SAVPF",
        formats=tuple(str(n) for n in [*red, *(c.payload_type for c in codecs), *rtx]),
        direction=draw(st.sampled_from(Direction)),
        codecs=codecs,
        extensions=draw(st.dictionaries(_WORD, st.integers(1, 255), max_size=4)),
        ssrcs=ssrcs,
        ssrc_groups=(SsrcGroup("FID", ssrcs),) if ssrcs else (),
        rids=draw(_RIDS),
        simulcast=draw(st.one_of(st.none(), _SIMULCAST)),
        rtx=rtx,
        red=red,
        cname=draw(_WORD) if ssrcs else "",
        stream=stream,
        track=draw(_WORD) if stream else "",
        rtcp_mux=True,
        rtcp_reduced_size=draw(st.booleans()),
        bundle_only=bundle_only,
        candidates=tuple(draw(st.lists(_ADDRESS, max_size=3))),
    )


@st.composite
def descriptions(draw: st.DrawFn) -> SessionDescription:
    """Any description of one bundled transport."""
    mids = draw(st.lists(_WORD, unique=True, min_size=1, max_size=4))
    digest = st.binary(min_size=32, max_size=32).map(lambda b: b.hex(":").upper())
    return SessionDescription(
        ufrag=draw(st.text(_ICE, min_size=4, max_size=256)),
        pwd=draw(st.text(_ICE, min_size=22, max_size=256)),
        fingerprints=tuple(draw(st.lists(digest, unique=True, min_size=1, max_size=3))),
        setup=draw(st.sampled_from(Setup)),
        media=tuple(draw(_media(mid)) for mid in mids),
        bundle=tuple(Mid(mid) for mid in mids),
        session_id=draw(st.integers(0, 2**64 - 1)),
        version=draw(st.integers(0, 2**64 - 1)),
        ice_lite=draw(st.booleans()),
    )
