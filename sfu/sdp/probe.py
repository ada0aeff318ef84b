"""A probe: the browser offers what it sends, the node answers that it sends the same back."""

from collections.abc import Callable
from typing import NamedTuple

import msgspec

from bridge.ids import Mid, Ssrc
from bridge.media import Kind, Source
from sfu.sdp.model import Direction, LocalIce, MediaDescription, ReceiveMedia, SessionDescription
from sfu.sdp.parse import parse_description
from sfu.sdp.uplink import answer_uplink
from sfu.sdp.write import serialise

_SOURCES = {Kind.AUDIO: Source.MICROPHONE, Kind.VIDEO: Source.CAMERA}


class Echoed(NamedTuple):
    """One m-line: what is received, and the SSRC under which it goes back."""

    media: ReceiveMedia
    ssrc: Ssrc


def answer_probe(
    offer: SessionDescription, local: LocalIce, new_ssrc: Callable[[], Ssrc]
) -> tuple[str, dict[Mid, Echoed]]:
    """The answer to the first sound and the first picture that are offered; other m-lines stay unused.
    Raises MalformedSdp."""
    offer = msgspec.structs.replace(offer, media=tuple(map(_plain, offer.media)))
    chosen: dict[Source, Mid] = {}
    for media in offer.active:
        if media.kind is not None:
            chosen.setdefault(_SOURCES[media.kind], media.mid)
    text, received = answer_uplink(offer, local, {mid: source for source, mid in chosen.items()})
    echoed = {media.mid: Echoed(media, new_ssrc()) for media in received}
    answer = parse_description(text)
    lines = tuple(_both_ways(media, echoed.get(media.mid)) for media in answer.media)
    return serialise(msgspec.structs.replace(answer, media=lines)), echoed


def _plain(media: MediaDescription) -> MediaDescription:
    """Without retransmissions and redundant sound: the line is to be seen as it is."""
    return msgspec.structs.replace(media, rtx={}, red={}, ssrcs=media.media_ssrcs, ssrc_groups=())


def _both_ways(media: MediaDescription, echoed: Echoed | None) -> MediaDescription:
    if echoed is None:
        return media
    return msgspec.structs.replace(
        media,
        direction=Direction.SENDRECV,
        ssrcs=(echoed.ssrc,),
        ssrc_groups=(),
        cname="probe",
        stream="probe",
        track=f"probe-{media.mid}",
    )
