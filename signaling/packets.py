"""Socket.IO packets of strangers: the library's parser behind one wall, and msgspec as its JSON.

Whatever comes in, either a packet that the namespace understands or one event ``MALFORMED``; no exception reaches the
library's loop. Binary packets are not ours.
"""

from typing import Any

import msgspec
from socketio.packet import ACK, CONNECT, DISCONNECT, EVENT, Packet

from signaling.wire import NAMESPACE

MALFORMED = "malformed packet"
"""An event name no client can send: a client's own event of this name becomes it too."""


class Json:
    """The module that Socket.IO and Engine.IO want, over msgspec."""

    @staticmethod
    def dumps(body: Any, **_: Any) -> str:
        """Structs, and what they hold."""
        return msgspec.json.encode(body).decode()

    @staticmethod
    def loads(text: str | bytes, **_: Any) -> Any:
        """Raises ValueError, as the library expects."""
        try:
            return msgspec.json.decode(text)
        except (msgspec.DecodeError, RecursionError) as error:
            raise ValueError(str(error)) from None


class RoomPacket(Packet):  # type: ignore[misc]  # socketio has no types
    """One packet of the namespace."""

    uses_binary_events = False
    packet_type: Any
    namespace: Any
    id: Any
    data: Any

    def decode(self, encoded_packet: Any) -> int:
        """Never raises."""
        try:
            super().decode(encoded_packet)
            sound = self._is_sound()
        except Exception:  # noqa: BLE001  the library's parser lets anything escape: any of it means malformed
            sound = False
        if not sound:
            self.packet_type, self.namespace, self.id, self.data = EVENT, NAMESPACE, None, [MALFORMED]
        return 0

    def _is_sound(self) -> bool:
        if self.packet_type in (CONNECT, DISCONNECT):
            return True
        if self.packet_type == ACK:
            return isinstance(self.data, list)
        named = isinstance(self.data, list) and len(self.data) > 0 and _is_name(self.data[0])
        return bool(self.packet_type == EVENT and named)


def _is_name(name: Any) -> bool:
    return isinstance(name, str) and 0 < len(name) <= 40
