"""What a room decided and could not store yet, as lines of its owner's local journal.

A line names the stream's version when it was kept. What the stream has above that with the same actor, time and
content is the line itself: an append that was repeated, or whose answer was lost, is found again and not stored twice.
Times are those of the decision, in ns, so two decisions of one actor never look the same.

An intent is named before it is carried out: this recording is about to be begun (a line without events), this
reception is about to be closed (its closing). It goes with its outcome; one that is still there was left by a killed
process.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from bridge.events import Event, ReceptionClosed, ReceptionStarted, Recorded
from bridge.model import RecordingRow
from bridge.policy import Actor


class Batch(msgspec.Struct, frozen=True):
    """Events of one decision. ``recording``: the archive's row, written in the same transaction."""

    actor: Actor
    action: str
    events: tuple[Event, ...]
    at_utc_ns: int
    recording: RecordingRow | None = None


class KeptBatch(msgspec.Struct, frozen=True):
    """One line. ``after``: version of the last event that was stored when it was kept; its own are above it.
    ``is_intent``: it is about to happen, and whether it did is not said here."""

    after: int
    batch: Batch
    is_intent: bool = False


class Kept(msgspec.Struct, frozen=True):
    """A journal as it was read. ``damaged``: numbers of whole lines that say nothing."""

    batches: tuple[KeptBatch, ...]
    damaged: tuple[int, ...]


def serialise_kept(kept: KeptBatch) -> bytes:
    """One line with its newline."""
    return msgspec.json.encode(kept) + b"\n"


def parse_kept(text: bytes) -> Kept:
    """Every whole line. A last line without newline is what a killed writer left: nobody was told that it is kept."""
    decoder = msgspec.json.Decoder(KeptBatch)
    batches, damaged = [], []
    for number, line in enumerate(text.split(b"\n")[:-1], start=1):
        try:
            batches.append(decoder.decode(line))
        except (msgspec.DecodeError, UnicodeDecodeError):
            damaged.append(number)
    return Kept(tuple(batches), tuple(damaged))


def own_versions(news: Sequence[Recorded], batch: Batch) -> frozenset[int]:
    """Versions among ``news`` (a stream's end) that are this very batch; empty when it is not there as a whole."""
    wanted = [_mark(batch.actor.account, batch.at_utc_ns, event) for event in batch.events]
    marks = [_mark_of(recorded) for recorded in news]
    for start in range(len(marks) - len(wanted) + 1 if wanted else 0):
        if marks[start : start + len(wanted)] == wanted:
            return frozenset(recorded.version for recorded in news[start : start + len(wanted)])
    return frozenset()


def still_missing(kept: Sequence[KeptBatch], history: Iterable[Recorded]) -> list[Batch]:
    """What of a journal the stream does not have, in order. An event of a batch that was stored without the others
    (they no longer fitted) counts for itself."""
    kept = [line for line in kept if not line.is_intent]
    if not kept:
        return []
    first = min(line.after for line in kept)
    stored = Counter(_mark_of(recorded) for recorded in history if recorded.version > first)
    missing = []
    for batch in _once(kept):
        events = [event for event in batch.events if not _take(stored, batch, event)]
        if events:
            missing.append(msgspec.structs.replace(batch, events=tuple(events)))
    return missing


def unnamed(kept: Sequence[KeptBatch], history: Iterable[Recorded]) -> list[RecordingRow]:
    """Recordings that were to be begun and that the stream does not name."""
    named = {one.event.recording for one in history if isinstance(one.event, ReceptionStarted)}
    rows = [line.batch.recording for line in kept if not line.batch.events and line.batch.recording is not None]
    return [row for row in rows if row.id not in named]


def intended_close(kept: Sequence[KeptBatch], history: Iterable[Recorded]) -> Batch | None:
    """The end that was ordered last and that the stream does not have: its recording may have stopped already."""
    if any(isinstance(one.event, ReceptionClosed) for one in history):
        return None
    return next((line.batch for line in reversed(kept) if line.is_intent and line.batch.events), None)


def _once(kept: Iterable[KeptBatch]) -> Iterable[Batch]:
    """A line that was written twice is one batch."""
    seen = set()
    for line in kept:
        mark = msgspec.json.encode(line.batch)
        if mark not in seen:
            seen.add(mark)
            yield line.batch


def _take(stored: "Counter[bytes]", batch: Batch, event: Event) -> bool:
    mark = _mark(batch.actor.account, batch.at_utc_ns, event)
    if not stored[mark]:
        return False
    stored[mark] -= 1
    return True


def _mark_of(recorded: Recorded) -> bytes:
    return _mark(recorded.actor, recorded.at_utc_ns, recorded.event)


def _mark(actor: str, at_utc_ns: int, event: Event) -> bytes:
    return msgspec.json.encode((actor, at_utc_ns, event))
