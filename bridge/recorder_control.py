"""The control API of a recorder, as :mod:`bridge.control` is that of a media node; the rest is said there."""

from typing import TypeAlias

import msgspec

from bridge.disk import Disk
from bridge.ids import RecorderId, RecordingId, RoomId, TrackId


class RecorderHealth(msgspec.Struct, frozen=True):
    """Answer of ``GET /health``. ``tap_address`` is what a TapOrder names; ``disks``: what its recordings are written
    to; ``bits_per_s``: how much of everything came in the last half minute; ``store_answers``: the object store, when
    it was asked last."""

    recorder: RecorderId
    run: str
    tap_address: str
    recordings: int
    spool_free_bytes: int
    version: str
    disks: tuple[Disk, ...] = ()
    bits_per_s: float = 0.0
    store_answers: bool = True


class ArmOrder(msgspec.Struct, frozen=True):
    """``PUT /recordings/{recording}``: make ready to receive a tap for it. ``prefix``: where its objects go.
    ``retain_until_utc_ns``: provisional lock of each stored object."""

    room: RoomId
    prefix: str
    retain_until_utc_ns: int


class Proof(msgspec.Struct, frozen=True):
    """``POST /recordings/{recording}/proof``: ≥ 1 s of one track is durable in the spool and a probe object is stored.
    Refused with ``central_point_silent`` (no packet came) or ``recorder_not_writing`` (disk or store)."""

    track: TrackId
    packets: int
    seconds: float
    probe_object: str


class RecordingStatus(msgspec.Struct, frozen=True):
    """``GET /recordings/{recording}``; also the answer of ``POST …/started`` (START is durable) and
    ``POST …/finished`` (STOP came, every segment and the journal are stored)."""

    recording: RecordingId
    state: str
    segments: int
    bytes: int
    journal: str | None
    """Key of the stored journal, once finished."""
    at_ns: int | None = None
    """Media time of the moment in which it was answered, while the recording is under way."""


class SegmentStored(msgspec.Struct, frozen=True, tag=True):
    """One segment is in the object store, under lock."""

    recording: RecordingId
    track: TrackId
    key: str
    bytes: int


class StoreChanged(msgspec.Struct, frozen=True, tag=True):
    """The object store is away (``available`` False; the spool keeps everything) or back."""

    recording: RecordingId
    available: bool
    waiting_bytes: int


class SpoolChanged(msgspec.Struct, frozen=True, tag=True):
    """``state``: healthy | full (nothing can be written: not_recording)."""

    recording: RecordingId
    state: str


class RecordingFinished(msgspec.Struct, frozen=True, tag=True):
    """Everything of this recording is stored; it can be sealed."""

    recording: RecordingId
    journal: str


RecorderEvent: TypeAlias = SegmentStored | StoreChanged | SpoolChanged | RecordingFinished
