"""What officials and operators of a room are told before it hurts: disks that fill up, and what does not answer."""

from collections.abc import Callable, Iterable

from bridge.disk import Look, Space, in_gigabytes
from signaling.wire import Alarm
from signaling.writer import Writer

_DISK = {Space.LOW: "disk_low", Space.SHORT: "disk_short"}


def decisions(writers: Iterable[Writer]) -> str:
    """How this process's rooms keep what they decide: ok | waiting (for the database, in the local journal) | full."""
    away = [writer for writer in writers if writer.away is not None]
    if any(_hardly_keeps(writer) for writer in away):
        return "full"
    return "waiting" if away else "ok"


def _hardly_keeps(writer: Writer) -> bool:
    return writer.keeper.failing is not None or writer.is_filling or writer.lost > 0


class Alarms:
    """``changed`` is called when another set of them holds. ``writer`` is asked at each :meth:`look`."""

    def __init__(self, writer: Writer, changed: Callable[[], None]) -> None:
        self.present: tuple[Alarm, ...] = ()
        self._writer = writer
        self._changed = changed
        self._disk: tuple[Alarm, ...] = ()
        self._recorder: tuple[Alarm, ...] = ()
        self._answers = True

    def disk(self, look: Look) -> None:
        """What the recorder's disks have room for."""
        code = _DISK.get(look.space)
        free, wanted = in_gigabytes(look.free_bytes), in_gigabytes(look.wanted_bytes)
        self._disk = (Alarm(code, {"free": free, "wanted": wanted}),) if code is not None else ()
        self.look()

    def recorder(self, *, answers: bool, store: bool) -> None:
        """Before START, when nobody would notice. From then on the room's word on the recording says it."""
        code = "recorder_away" if not answers else "store_away" if not store else None
        self._recorder = (Alarm(code, {}),) if code is not None else ()
        self.look()

    def database(self, *, answers: bool) -> None:
        """What renewing the lease found out, also while nothing is to be stored."""
        self._answers = answers
        self.look()

    def look(self) -> None:
        """Each tick."""
        present = self._recorder + self._disk + self._database()
        if present != self.present:
            self.present = present
            self._changed()

    def _database(self) -> tuple[Alarm, ...]:
        writer = self._writer
        if writer.away is None and self._answers:
            return ()
        return (Alarm("decisions_not_kept" if _hardly_keeps(writer) else "database_away", {}),)
