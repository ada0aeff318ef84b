"""What is asked of a sealed recording after a loop; every fault is collected as a line of words."""

import asyncio
import time
from collections.abc import Sequence

import msgspec

from bridge import events as e
from bridge.audit import audit_faults
from bridge.errors import Code, Unavailable
from bridge.events import Recorded
from bridge.ids import NS_PER_S, ParticipantId, ReceptionId
from bridge.manifest import Manifest, ManifestTrack, ordered_segments
from bridge.media import Source
from bridge.model import RecordingRow
from bridge.repositories import ChainedEntry
from bridge.verification import Judge, journal_key, load_manifest, read_whole
from deploy.keys import signing_keys
from deploy.verify import verify_by_id
from storage.signing.checker import Signatures
from tests.chaos.accounts import Account, Span, Window, declared, gap_seconds, overlap, reckon, undeclared
from tests.chaos.bucket import stored_twice
from tests.chaos.installation import Installation
from tests.chaos.plan import Choice, Part
from tests.chaos.session import Played
from tests.support.recordings import SeenAt, Sound, read_pictures, read_sound

SEALED_WITHIN_S = 90.0
_LOOK_S = 0.05
_PAGE = 1000
_OVERLAP_S = 0.02
_REFUSED = str(Code.STORAGE_UNAVAILABLE)
_TONE_EVERY_S, _TONE_S, _EDGE_S = 0.5, 0.2, 0.15


class Bodies(msgspec.Struct):
    """A sealed recording as it lies in the store."""

    row: RecordingRow
    manifest: Manifest
    segments: dict[str, bytes]
    history: list[Recorded]
    journal: bytes


class Found(msgspec.Struct):
    """The result of a loop. ``faults``: what must not be."""

    account: Account
    gap_s: float = 0.0
    stall_s: float = 0.0
    tones: int = 0
    faults: list[str] = []


async def sealed(installation: Installation, reception: ReceptionId) -> RecordingRow:
    """Its recording, once jobs have sealed it. Raises TimeoutError."""
    until = time.monotonic() + SEALED_WITHIN_S
    while time.monotonic() < until:
        try:
            async with installation.storage.units.reading() as unit:
                rows = await unit.recordings.all()
        except Unavailable:
            rows = []  # killed just now
        for row in rows:
            if row.reception == reception and row.manifest_key:
                return row
        await asyncio.sleep(_LOOK_S)
    raise TimeoutError(f"not sealed within {SEALED_WITHIN_S:.0f} s")


async def fetched(installation: Installation, row: RecordingRow) -> Bodies:
    """Manifest, segments and events."""
    objects = installation.storage.objects
    manifest = await load_manifest(objects, row.manifest_key, row.manifest_version or None)
    segments = {}
    for segment in ordered_segments(manifest.tracks):
        chunks = [chunk async for chunk in objects.read(segment.key, segment.version or None)]
        segments[segment.key] = b"".join(chunks)
    async with installation.storage.units.reading() as unit:
        history = await unit.receptions.history(row.reception)
    journal = await read_whole(objects, journal_key(row.prefix))
    return Bodies(row, manifest, segments, history, journal)


async def examined(
    installation: Installation, choice: Choice, played: Played, bodies: Bodies, head: ChainedEntry | None
) -> tuple[Found, ChainedEntry | None]:
    """Everything; and the audit's last entry, from which the next loop goes on."""
    found = Found(Account())
    row = bodies.row
    judge = Judge(Signatures(), await signing_keys(installation.configuration, installation.folder).trust())
    storage = installation.storage
    result = await verify_by_id(storage.units, storage.objects, judge, row.id, lambda *_: None)
    found.faults += [f"verify: {fault.path}: {fault.algorithm}" for fault in result.faults]
    _examine_tracks(choice, played, bodies, found)
    _examine_events(played, bodies.history, found)
    found.faults += stored_twice(installation, bodies.manifest, row.prefix)
    audit, head = await _audit(installation, head)
    found.faults += audit
    found.faults += [fault for point in played.points for fault in point.faults]
    found.faults += _told(choice, played)
    return found, head


# ── pictures and sound ─────────────────────────────────────────────────────────────────────────────────────────


def _examine_tracks(choice: Choice, played: Played, bodies: Bodies, found: Found) -> None:
    died = played.struck_utc_ns if choice.part in (Part.SFU, Part.ALL) else 0
    window = Window(bodies.manifest.began.utc_ns, bodies.manifest.ended.utc_ns, died)
    for track in bodies.manifest.tracks:
        found.faults += [f"{_named(track)}: undeclared hole {_span(hole)}" for hole in undeclared(track)]
        if (twice := overlap(track)) > _OVERLAP_S:
            found.faults.append(f"{_named(track)}: {twice:.2f} s lie in two files")
        if track.source is Source.MICROPHONE:
            _listen(track, bodies, found)
    for participant, point in zip(played.people, played.points, strict=True):
        tracks = [
            one for one in bodies.manifest.tracks if (one.participant, one.source) == (participant, Source.CAMERA)
        ]
        seen = [one for track in tracks for one in _pictures(track, bodies, found)]
        holes = [hole for track in tracks for hole in declared(track)]
        reckon(found.account, point.sendings, seen, holes, window)
        found.gap_s = max(found.gap_s, sum(gap_seconds(track) for track in tracks))
        found.stall_s = max(found.stall_s, sum(gap_seconds(track, stalled=True) for track in tracks))
    found.faults += [f"lost: {mark}" for mark in found.account.lost]
    found.faults += [f"recorded twice: {mark}" for mark in found.account.twice]


def _pictures(track: ManifestTrack, bodies: Bodies, found: Found) -> list[SeenAt]:
    seen: list[SeenAt] = []
    for segment in track.segments:
        frames, marks = read_pictures(bodies.segments[segment.key], segment.start_ns / NS_PER_S)
        if frames != segment.frames or len(marks) != frames:
            found.faults.append(f"{segment.key}: {segment.frames} frames, {frames} decode, {len(marks)} are readable")
        seen += marks
    return seen


def _listen(track: ManifestTrack, bodies: Bodies, found: Found) -> None:
    """The chair's tone sounds throughout, but where a hole is declared."""
    holes = declared(track)
    for segment in track.segments:
        sound = read_sound(bodies.segments[segment.key], segment.start_ns / NS_PER_S)
        at, end = sound.start + _EDGE_S, segment.end_ns / NS_PER_S - _TONE_S - _EDGE_S
        while at < end:
            found.tones += 1
            if not _sounds(sound, at) and not _declared(at, holes):
                found.faults.append(f"{segment.key}: no tone at {at:.2f} s")
            at += _TONE_EVERY_S


def _sounds(sound: Sound, at: float) -> bool:
    return 1 in sound.tones(at, [1], _TONE_S)


def _declared(at: float, holes: Sequence[Span]) -> bool:
    return any(start <= at + _TONE_S and at <= end for start, end in holes)


def _named(track: ManifestTrack) -> str:
    return f"track {track.id} ({track.source}, part {track.part})"


def _span(span: Span) -> str:
    return f"{span[0]:.2f}-{span[1]:.2f} s"


# ── what was acknowledged ──────────────────────────────────────────────────────────────────────────────────────


def _examine_events(played: Played, history: Sequence[Recorded], found: Found) -> None:
    versions = [recorded.version for recorded in history]
    if versions != list(range(1, len(history) + 1)):
        found.faults.append(f"events: versions are not consecutive: {versions}")
    for kind in (e.ReceptionStarted, e.ReceptionClosed):
        if (count := sum(isinstance(recorded.event, kind) for recorded in history)) != 1:
            found.faults.append(f"events: {count} × {kind.__name__}")
    for participant in played.people:
        missing = _unstored(participant, played, history)
        if missing:
            found.faults.append(f"events: of {participant} {missing} acknowledged hands are not stored")


def _unstored(participant: ParticipantId, played: Played, history: Sequence[Recorded]) -> int:
    """How many acknowledged acts are not found, in their order, among the stored events."""
    stored = iter(
        recorded.event.raised
        for recorded in history
        if isinstance(recorded.event, e.HandMoved) and recorded.event.participant == participant
    )
    acts = [act.raised for act in played.acts if act.participant == participant]
    return sum(raised not in stored for raised in acts)


def _told(choice: Choice, played: Played) -> list[str]:
    """What is away for long is told to whom it concerns, and what goes on without it does."""
    healths = played.points[0].healths
    if choice.part is Part.STORE_AWAY and healths[healths.index("writing") :][:3] != ["writing", "degraded", "writing"]:
        return [f"the chair was told of the recording: {healths}"]
    if choice.part is not Part.DATABASE_AWAY:
        return []
    back_ns = played.struck_utc_ns + int(played.back_s * NS_PER_S)
    faults = [f"{name} without the database: {code}" for name, code in played.refused.items() if code != _REFUSED]
    if not any(played.struck_utc_ns + NS_PER_S < act.at_utc_ns < back_ns for act in played.acts):
        faults.append("nobody's hand was acknowledged while the database was away")
    return faults


async def _audit(installation: Installation, head: ChainedEntry | None) -> tuple[list[str], ChainedEntry | None]:
    faults: list[str] = []
    async with installation.storage.units.reading() as unit:
        while page := await unit.audit.entries(head.number if head else 0, _PAGE):
            faults += [f"audit: {fault}" for fault in audit_faults(page, head)]
            head = page[-1]
    return faults, head
