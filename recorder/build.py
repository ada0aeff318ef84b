"""The room's way in: what ``deploy`` makes of a configuration."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from ssl import SSLContext

import msgspec

from bridge.figures import Lateness
from bridge.ids import NS_PER_S, RecorderId
from bridge.ports import Clock, Entropy, ObjectStore
from recorder.api import ControlServer
from recorder.events import Events
from recorder.ports import Ports
from recorder.rate import Rate
from recorder.recorder import Folders, Recorder, new_executor


class RecorderConfig(msgspec.Struct, frozen=True):
    """Addresses: ``unix:PATH`` | ``HOST:PORT``, port 0 takes a free one. ``secret``: bearer secret of the control API,
    empty on a Unix socket. ``answering``: of lines to other machines; Unix sockets go without."""

    recorder: RecorderId
    spool: Path
    control_address: str
    tap_address: str
    secret: str = ""
    answering: SSLContext | None = None
    segment_seconds: int = 60
    store: Path | None = None
    """Folder of a directory store, whose disk is watched too."""
    spool_reserve_bytes: int = 256 * 1024 * 1024
    """With less than this free no recording is armed, whoever asks: ten participants fill it in two minutes."""

    version: str = "0"


class RecorderNodeProcess:
    """A recorder with its control API. ``start``, use, ``close``."""

    def __init__(self, recorder: Recorder, control: ControlServer, executor: ThreadPoolExecutor) -> None:
        self.recorder = recorder
        self.control = control
        self._executor = executor

    async def start(self) -> None:
        """Raises OSError when an address or the spool cannot be used."""
        await self.recorder.start()
        await self.control.start()

    async def close(self) -> None:
        """First no more orders, then no more media, then the recordings. Idempotent."""
        await self.control.close()
        await self.recorder.close()
        self._executor.shutdown()


def build(
    config: RecorderConfig, objects: ObjectStore, clock: Clock, entropy: Entropy, lateness: Lateness | None = None
) -> RecorderNodeProcess:
    """Nothing is opened yet. ``lateness``: of the loop it will run in, watched by whoever runs it."""
    events = Events(entropy.id())
    executor = new_executor()
    late = lateness or Lateness()
    ports = Ports(objects, clock, entropy, events, executor, config.segment_seconds * NS_PER_S, Rate(), late)
    folders = Folders(config.spool, config.store, config.spool_reserve_bytes)
    recorder = Recorder(config.recorder, config.version, folders, config.tap_address, ports, config.answering)
    control = ControlServer(recorder, config.control_address, config.secret, config.answering)
    return RecorderNodeProcess(recorder, control, executor)
