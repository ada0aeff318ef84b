"""The uplink: the browser offers what it sends, the node receives it."""

from bridge.control import TransportChanged, UplinkOffer
from bridge.errors import Code, Refusal
from bridge.ids import Mid, ParticipantId, RoomId
from bridge.media import Source
from sfu.core.seam import UpId
from sfu.peers.ground import Ground, UplinkHost
from sfu.peers.upspec import up_spec
from sfu.sdp import (
    CodecOffer,
    ReceiveMedia,
    SessionDescription,
    answer_uplink,
)
from sfu.transport.transport import Transport, TransportState

RENEWALS = 30
"""Times that a connection's tracks may say goodbye and begin anew: each is an offer to everybody, and files of the
recording. Browsers say it when an m-line goes out of use, which their next offer tells; then a track just goes on."""


class Uplink:
    """One connection of a participant (``host``) to send on."""

    def __init__(
        self,
        ground: Ground,
        room: RoomId,
        participant: ParticipantId,
        connection: int,
        offer: SessionDescription,
        host: UplinkHost,
    ) -> None:
        self.connection = connection
        self.state = TransportState.NEW
        self._ground = ground
        self._room = room
        self._participant = participant
        self._host = host
        self._media: dict[UpId, ReceiveMedia] = {}
        self._renewals = 0
        self.transport: Transport = ground.port.new_transport(ground.port.credentials(), offer.ufrag)
        self.transport.on_state = self._state_changed

    def continues(self, offer: SessionDescription) -> bool:
        """The offer is of this connection: the same ICE session, or its restart under the same certificate."""
        if self.transport.state is TransportState.CLOSED:
            return False
        return self.transport.ice.remote_ufrag == offer.ufrag or self.transport.fingerprints == offer.fingerprints

    def answer(self, offer: SessionDescription, order: UplinkOffer) -> str:
        """The answer to its first or a later offer. Raises MalformedSdp; Refusal(unsupported_codec): then it goes on as
        it was."""
        port, ice = self._ground.port, self.transport.ice
        restarts = ice.remote_ufrag != offer.ufrag
        credentials = port.credentials() if restarts else ice.local
        text, received = answer_uplink(offer, self._ground.local_ice(credentials), dict(order.sources))
        _refuse_unsupported(offer, received, order.sources)
        if restarts:
            port.restart(self.transport, credentials, offer.ufrag)
        self._adopt(received)
        self.transport.start(offer.fingerprints)
        return text

    def source_of(self, up: UpId) -> tuple[Source, dict[int, CodecOffer]] | None:
        """What an up track is; None when it is not (any more) of this uplink."""
        media = self._media.get(up)
        return None if media is None else (media.source, media.codecs)

    def ups(self) -> list[tuple[UpId, Source]]:
        """All that this uplink may send."""
        return [(up, media.source) for up, media in self._media.items()]

    def renew(self, up: UpId) -> None:
        """Its sender said goodbye on it; what still comes on this m-line is a new track."""
        media = self._media.get(up)
        if media is not None and self._renewals < RENEWALS:
            self._renewals += 1
            self._drop(up)
            self._expect(media)

    async def close(self) -> None:
        """End it and all its tracks."""
        self._drop_all()
        await self._ground.port.end(self.transport)
        if self.state not in (TransportState.NEW, TransportState.CLOSED):
            self._publish(TransportState.CLOSED)

    def _adopt(self, received: list[ReceiveMedia]) -> None:
        """Known m-lines go on undisturbed, gone ones end, new ones are expected."""
        wanted = {_identity(media): media for media in received}
        for up, media in list(self._media.items()):
            if wanted.pop(_identity(media), None) is None:
                self._drop(up)
        for media in wanted.values():
            self._expect(media)

    def _expect(self, media: ReceiveMedia) -> None:
        up = self._ground.next_up()
        self._media[up] = media
        self._ground.hosts[up] = self._host
        if self.state in (TransportState.CONNECTED, TransportState.LOST):
            self._add(up, media)

    def _add(self, up: UpId, media: ReceiveMedia) -> None:
        is_open, tapped = self._host.expect(media.source)
        spec = up_spec(up, self.transport.link, media, is_open=is_open, tapped=tapped)
        self._ground.core.add_up(spec)

    def _drop(self, up: UpId) -> None:
        self._media.pop(up, None)
        self._ground.core.remove_up(up)
        self._ground.hosts.pop(up, None)
        self._host.gone(up)

    def _drop_all(self) -> None:
        for up in list(self._media):
            self._drop(up)

    def _state_changed(self, state: TransportState) -> None:
        first = self.state is TransportState.NEW
        self.state = state
        if state is TransportState.CONNECTED and first:
            for up, media in self._media.items():
                self._add(up, media)
        elif state is TransportState.CLOSED:
            self._drop_all()
        self._publish(state)

    def _publish(self, state: TransportState) -> None:
        self._ground.publish(TransportChanged(self._room, self._participant, "uplink", state.value))


def _identity(media: ReceiveMedia) -> tuple[Mid, Source, tuple[int, ...], tuple[int, ...]]:
    return media.mid, media.source, (*media.codecs, *media.rtx, *media.red), media.ssrcs


def _refuse_unsupported(offer: SessionDescription, received: list[ReceiveMedia], sources: dict[Mid, Source]) -> None:
    """An m-line that sends a source, but nothing that we speak, is refused aloud."""
    taken = {media.mid for media in received}
    for media in offer.active:
        if media.mid in sources and media.direction.sends and media.mid not in taken:
            raise Refusal(Code.UNSUPPORTED_CODEC, f"m-line {media.mid}", source=sources[media.mid].value)
