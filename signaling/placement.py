"""The room's place on its node: made at the first join, made anew when the node began anew. In the room's turn."""

from collections.abc import Callable

from bridge.errors import Refusal
from bridge.live import LiveReception
from signaling.members import Members
from signaling.places import Place
from signaling.settling import Settling
from signaling.wire import Renegotiate


class Placement:
    """Each step is repeated by the room's tick until it is done. ``tapped`` hears whether what the
    node receives goes to the recorder again, when that had to be asked for."""

    def __init__(
        self,
        live: LiveReception,
        place: Place,
        settling: Settling,
        members: Members,
        tapped: Callable[[bool], None],
    ) -> None:
        self._live = live
        self._place = place
        self._settling = settling
        self._members = members
        self._tapped = tapped
        self._made = False
        self._node_is_new = False
        self._tap_is_gone = True
        """For all a new owner knows the node may have begun anew with it; a tap that is there goes on as it is."""

    async def make(self) -> None:
        """Once. Raises Unavailable."""
        if not self._made:
            await self._live.place(self._place.node, self._place.recorder)
            self._made = True

    async def make_again(self) -> None:
        """On a node that has forgotten the room. Raises Refusal."""
        self._live.room.forget()
        await self._settling.done()

    def node_restarted(self) -> None:
        """Every connection and the tap are gone; :meth:`follow` makes it good."""
        self._node_is_new = self._tap_is_gone = True

    def node_away(self) -> None:
        """Nothing reaches the recorder; :meth:`follow` asks for the tap again, also of a node that only stood still."""
        self._tap_is_gone = True
        self._tapped(False)

    async def follow(self) -> None:
        """First the room and the browsers, then the recording. Raises Unavailable."""
        if self._node_is_new:
            await self.make_again()
            self._node_is_new = False
            for member in self._members.values():
                member.media_is_gone()
            self._members.tell("renegotiate", Renegotiate("node_restarted"))
        if self._tap_is_gone:
            await self._record_again()
            self._tap_is_gone = False
        await self._live.take_back()

    async def _record_again(self) -> None:
        try:
            await self._live.record_again()
        except Refusal:
            self._tapped(False)
            raise
        self._tapped(True)
