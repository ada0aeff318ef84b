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

RESERVED = frozenset({"connect", "disconnect"})
"""The library tells the namespace of these as if they were events; a client's own of that name is none."""


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

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        if named.get("encoded_packet") in ("", b""):  # the library does not look at an empty one
            self._refuse(None)

    def decode(self, encoded_packet: Any) -> int:
        """Never raises."""
        try:
            super().decode(encoded_packet)
            sound = self._is_sound()
        except Exception:  # noqa: BLE001  the library's parser lets anything escape: any of it means malformed
            sound = False
        if not sound:
            self._refuse(self.id)
        return 0

    def _refuse(self, answer_to: int | None) -> None:
        self.packet_type, self.namespace, self.id, self.data = EVENT, NAMESPACE, answer_to, [MALFORMED]

    def _is_sound(self) -> bool:
        if self.packet_type in (CONNECT, DISCONNECT):
            return True
        if self.packet_type == ACK:
            return isinstance(self.data, list)
        named = isinstance(self.data, list) and len(self.data) > 0 and _is_name(self.data[0])
        return bool(self.packet_type == EVENT and named)


def _is_name(name: Any) -> bool:
    return isinstance(name, str) and 0 < len(name) <= 40 and name not in RESERVED
