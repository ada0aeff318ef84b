"""A reception of two points that was really recorded — VP8, Opus and H264 — and sealed, in a data folder of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from bridge import events as e
from bridge.export import Exporting, ExportRequest
from bridge.ids import NodeId, ParticipantId, RecorderId, RecordingId
from bridge.live import recording_row
from bridge.media import Codec, Source
from bridge.model import RecordingRow
from bridge.policy import SYSTEM
from bridge.receptions import ReceptionService
from bridge.sealing import Sealing
from deploy.folder import DataFolder
from deploy.time import SystemClock, SystemEntropy
from recorder.remux import PyAvRemuxer
from signaling.notices import InProcessNotices
from storage.bag.writing import FolderBag
from storage.build import Storage, StorageConfig
from storage.build import build as build_storage
from storage.signing.checker import Signatures
from tests.support.receptions import AGENCY_SEAT, CHAIR, scheduled
from tests.support.recorder_process import running_recorder
from tests.support.signing import signing_ports
from tests.support.tap_media import SenderClock, pictures, sounds
from tests.support.tap_node import ScriptedTrack, moment, script
from web.bagpages import WrittenPages
from web.config import STATIC

RECORDING = RecordingId("exported000000000001")
SECONDS = 12.0
ANN, BOB = ParticipantId("ann"), ParticipantId("bob")


async def _record(data: Path) -> None:
    """Files of five seconds: one track of each codec."""
    seconds = round(SECONDS) + 1
    clock = SenderClock()
    tracks = [
        ScriptedTrack(1, "ann-cam", ANN, Source.CAMERA, Codec.VP8, pictures(Codec.VP8, seconds, 2.0), clock),
        ScriptedTrack(2, "ann-mic", ANN, Source.MICROPHONE, Codec.OPUS, sounds(seconds), clock),
        ScriptedTrack(3, "bob-cam", BOB, Source.CAMERA, Codec.H264, pictures(Codec.H264, seconds, 2.0), clock),
    ]
    async with running_recorder(data, segment_seconds=5) as recorder:
        await recorder.record(RECORDING, script(tracks, 0.0, SECONDS))


async def _held(storage: Storage) -> None:
    """The reception around it, closed."""
    service = ReceptionService(storage.units, SystemClock(), SystemEntropy(), InProcessNotices())
    began, ended = moment(0.0), moment(SECONDS)
    reception = await scheduled(service, began.utc_ns)
    before: list[e.Event] = [
        e.RoomPlaced(NodeId("node"), RecorderId("rec1")),
        e.ParticipantJoined(ANN, CHAIR.id),
        e.ParticipantJoined(BOB, AGENCY_SEAT.id),
        e.ReceptionStarted(RECORDING, began, "test"),
    ]
    reception = await service.append(SYSTEM, "test", reception, before, began.utc_ns)
    after: list[e.Event] = [
        e.ParticipantLeft(ANN, e.Departure.ENDED),
        e.ParticipantLeft(BOB, e.Departure.ENDED),
        e.ReceptionClosed(e.Cause.CHAIR, "", ended),
    ]
    reception = await service.append(SYSTEM, "test", reception, after, ended.utc_ns)
    async with storage.units.writing() as unit:
        await unit.recordings.put(recording_row(reception, RECORDING, began.utc_ns, ended))
        await unit.commit()


@asynccontextmanager
async def recorded(data: Path) -> AsyncIterator[Storage]:
    """A data folder as ``diemcau`` has it, with one sealed recording."""
    await _record(data)
    config = StorageConfig(f"sqlite+aiosqlite:///{data / 'diemcau.sqlite'}", data / "objects")
    storage = build_storage(config, SystemClock())
    try:
        await storage.migrate()
        await storage.prepare()
        await _held(storage)
        keys = DataFolder(data).signing
        keys.mkdir(mode=0o700, parents=True)
        signing = signing_ports(keys, SystemClock())
        sealing = Sealing(storage.units, storage.objects, SystemClock(), signing, "test", 1)
        assert await sealing.seal_all() == [RECORDING]
        yield storage
    finally:
        await storage.close()


async def row_of(storage: Storage) -> RecordingRow:
    async with storage.units.reading() as unit:
        return await unit.recordings.get(RECORDING)


async def signed_by(storage: Storage) -> str:
    """Fingerprint of the key of its data folder."""
    return (await row_of(storage)).signed_by


async def forget_signature(storage: Storage) -> None:
    """As if it had been sealed without one."""
    row = msgspec.structs.replace(await row_of(storage), signature_key="", signature_version="", signed_by="")
    async with storage.units.writing() as unit:
        await unit.recordings.put(row)
        await unit.commit()


def exporting(storage: Storage) -> Exporting:
    """With the real parts."""
    pages = WrittenPages(STATIC, "Asia/Ho_Chi_Minh")
    parts = (storage.units, storage.objects, Signatures(), PyAvRemuxer())
    return Exporting(*parts, pages, SystemClock(), "diemcau test")


async def exported(storage: Storage, place: Path) -> Path:
    """A bag of the recording."""
    await exporting(storage).export(ExportRequest(SYSTEM, RECORDING, "court request 12"), FolderBag(place))
    return place


def flip(path: Path, at: int) -> None:
    """One bit of one byte, past every lock."""
    body = bytearray(path.read_bytes())
    body[at] ^= 1
    path.chmod(0o600)
    path.write_bytes(bytes(body))
