"""Published facts inside one process; between processes the same is carried by :mod:`signaling.redis_notices`."""

import logging
from collections.abc import Callable, Mapping

from bridge.ids import ReceptionId

Listener = Callable[[ReceptionId, str, Mapping[str, str]], None]
MISSED = "missed"
"""Kind of a notice about no reception in particular: something may have been stored of any."""
_log = logging.getLogger(__name__)


class InProcessNotices:
    """:class:`bridge.ports.Notices` with listeners, called at once in the order of subscribing."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """From here on ``listener`` hears everything; the answer ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def start(self) -> None:
        """Nothing is to be begun."""

    async def close(self) -> None:
        """Nothing is to be ended."""

    def publish(self, reception: ReceptionId, kind: str, body: Mapping[str, str]) -> None:
        """Tell everybody. What is published has been stored: a listener that fails must not undo that."""
        self.tell(reception, kind, body)

    def tell(self, reception: ReceptionId, kind: str, body: Mapping[str, str]) -> None:
        """The listeners of this process."""
        for listener in tuple(self._listeners):
            try:
                listener(reception, kind, body)
            except Exception:  # noqa: BLE001  a listener's fault is its own; the publisher has already committed
                _log.exception("notice %s of %s: a listener failed", kind, reception)
