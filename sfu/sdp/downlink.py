"""The downlink: the node offers a pool of m-lines, the browser answers."""

from collections.abc import Sequence

from bridge.errors import MalformedSdp
from bridge.ids import Ssrc
from sfu.sdp.model import (
    Direction,
    LocalIce,
    MediaDescription,
    SessionDescription,
    Setup,
    Slot,
    SsrcGroup,
)
from sfu.sdp.parse import parse_description
from sfu.sdp.spoken import DOWNLINK_EXTENSIONS, downlink_codecs, downlink_redundancies, downlink_repairs
from sfu.sdp.write import serialise


def build_downlink_offer(slots: Sequence[Slot], local: LocalIce, session_version: int, session_id: int = 1) -> str:
    """The offer of these m-lines, in this order. A later offer only appends slots or changes
    ``active``, ``ssrc``, ``stream``, ``track`` and ``codecs`` of known ones (RFC 3264 §8: m-lines stay).
    ``session_id`` holds for the life of a connection; the version counts."""
    return serialise(
        SessionDescription(
            ufrag=local.ufrag,
            pwd=local.pwd,
            fingerprints=(local.fingerprint,),
            setup=Setup.ACTPASS,
            media=tuple(_offer_media(slot, local) for slot in slots),
            bundle=tuple(slot.mid for slot in slots),
            session_id=session_id,
            version=session_version,
            ice_lite=True,
        )
    )


def parse_answer(text: str, slots: Sequence[Slot]) -> SessionDescription:
    """The browser's answer to the offer of ``slots``. Raises MalformedSdp when its m-lines are
    others, or it does not take the DTLS client's part (which RFC 5763 §5 recommends)."""
    answer = parse_description(text)
    said = [media.mid for media in answer.media]
    if said != [slot.mid for slot in slots]:
        raise MalformedSdp("the answer's m-lines are not the offer's")
    if any(m.kind is not s.kind for m, s in zip(answer.media, slots, strict=True)):
        raise MalformedSdp("an m-line is answered as another kind")
    if answer.setup is not Setup.ACTIVE:
        raise MalformedSdp(f"answer with setup {answer.setup}")
    return answer


def _offer_media(slot: Slot, local: LocalIce) -> MediaDescription:
    codecs, rtx, red = downlink_codecs(slot.codecs), downlink_repairs(slot.codecs), downlink_redundancies(slot.kind)
    ssrcs = _ssrcs(slot)
    return MediaDescription(
        mid=slot.mid,
        kind=slot.kind,
        name=slot.kind.value,
        port=local.candidates[0][1],
        protocol="UDP/TLS/RTP/SAVPF",
        formats=tuple(map(str, [*red, *(codec.payload_type for codec in codecs), *rtx])),
        direction=Direction.SENDONLY if slot.active else Direction.INACTIVE,
        codecs=codecs,
        extensions=DOWNLINK_EXTENSIONS[slot.kind],
        ssrcs=ssrcs,
        ssrc_groups=(SsrcGroup("FID", ssrcs),) if len(ssrcs) > 1 else (),
        rtx=rtx,
        red=red,
        cname=slot.cname if slot.active else "",
        stream=slot.stream if slot.active else "",
        track=slot.track if slot.active else "",
        rtcp_mux=True,
        rtcp_reduced_size=True,
        candidates=local.addresses,
    )


def _ssrcs(slot: Slot) -> tuple[Ssrc, ...]:
    """The medium's, then its retransmissions' (RFC 5576 §4.2)."""
    if not slot.active:
        return ()
    return (slot.ssrc, slot.repair) if slot.repair else (slot.ssrc,)
