"""Into ``ideal.c``: ports and keys are agreed beforehand, there is no handshake."""

import hashlib

from pylibsrtp import Policy

from sfu.core.seam import SrtpKeys
from tests.bench.line import Line, Local, keyed
from tests.bench.orders import WorkOrder

PORT = 5004
FIRST_PUBLISHER_PORT, FIRST_RECEIVER_PORT = 20_000, 30_000
_PROFILE = Policy.SRTP_PROFILE_AEAD_AES_256_GCM
_KEY_SIZE = 44
"""AES-256 key and 96-bit salt (RFC 7714 §12)."""


def key_of(role: str, index: int) -> bytes:
    """Not secret: both ends derive it."""
    return hashlib.sha512(f"bench {role} {index}".encode()).digest()[:_KEY_SIZE]


def table(order: WorkOrder) -> str:
    """What the program reads: who is where under which key."""
    publishers = [
        f"publisher {order.address} {FIRST_PUBLISHER_PORT + index} {key_of('publisher', index).hex()}"
        for index in range(order.publishers)
    ]
    receivers = [
        f"receiver {order.address} {FIRST_RECEIVER_PORT + index} {key_of('receiver', index).hex()}"
        for index in range(order.receivers)
    ]
    return "\n".join([f"listen {order.server} {PORT}", *publishers, *receivers, "go", ""])


class IdealDoor:
    """See Door."""

    def __init__(self, order: WorkOrder) -> None:
        self._order = order

    async def publish(self, publisher: int) -> Line:
        """See Door."""
        return self._line(FIRST_PUBLISHER_PORT + publisher, key_of("publisher", publisher))

    async def receive(self, receiver: int) -> list[Line]:
        """See Door."""
        return [self._line(FIRST_RECEIVER_PORT + receiver, key_of("receiver", receiver))]

    async def close(self) -> None:
        """Nothing to end."""

    def _line(self, port: int, key: bytes) -> Line:
        local = Local(self._order.address, port)
        local.socket.connect((self._order.server, PORT))
        return keyed(local.socket, SrtpKeys(_PROFILE, receive=key, send=key))
