"""What rooms of this process kept in the local journal, written to the database once it is back: in order, once."""

import asyncio
import logging
from collections.abc import Sequence

import msgspec

from bridge.decisions import closed_by
from bridge.errors import Conflict, NotFound, Refusal, Unavailable
from bridge.events import ReceptionClosed, Recorded
from bridge.evolution import rebuilt
from bridge.ids import ReceptionId, RecorderId
from bridge.kept import Batch, intended_close, parse_kept, still_missing, unnamed
from bridge.model import RecordingRow
from bridge.ports import LocalJournal, RecorderNode
from bridge.reception import Reception
from bridge.receptions import ReceptionService
from bridge.stream import Stream
from signaling.places import Places
from signaling.writer import Writer

_log = logging.getLogger(__name__)


async def write_kept(journal: LocalJournal, service: ReceptionService, reception: ReceptionId) -> list[RecordingRow]:
    """For a room that is not there (any more). Answers recordings that were begun and are named by nobody: they are to
    be taken back, and the journal stays until then. Raises Unavailable; then nothing is forgotten and it may be
    repeated."""
    kept = parse_kept(await journal.read(reception))
    if not kept.batches and not kept.damaged:
        return []
    try:
        history = await service.history(reception)
    except NotFound:
        _log.critical("%s: not in the database; its journal lies in %s", reception, await journal.set_aside(reception))
        return []
    if missing := still_missing(kept.batches, history):
        await _write(journal, service, rebuilt(history), missing)
        stored = sum(len(batch.events) for batch in missing)
        _log.warning("%s: %d events written from the local journal", reception, stored)
        history = await service.history(reception)
    if (intended := intended_close(kept.batches, history)) is not None:
        await _write(journal, service, rebuilt(history), [_closing(intended, history)])
        _log.warning("%s: closed as it was ordered before this process was killed", reception)
    begun = unnamed(kept.batches, history)
    if kept.damaged:
        place = await journal.set_aside(reception)
        _log.critical("%s: lines %s of its journal say nothing; it lies in %s", reception, kept.damaged, place)
    elif not begun:
        await journal.clear(reception)
    return begun


def _closing(intended: Batch, history: Sequence[Recorded]) -> Batch:
    """Its moment and reason are those of then; who leaves are those who are there, and nothing is before what was."""
    closing = next(event for event in intended.events if isinstance(event, ReceptionClosed))
    events = closed_by(rebuilt(history), closing)
    at = max(intended.at_utc_ns, history[-1].at_utc_ns)
    return msgspec.structs.replace(intended, events=tuple(events), at_utc_ns=at)


async def settle_kept(journal: LocalJournal, service: ReceptionService, places: Places, reception: ReceptionId) -> None:
    """:func:`write_kept`, and what was begun is taken back. Raises Unavailable when the database is away; what else is
    wrong concerns this reception alone."""
    try:
        begun = await write_kept(journal, service, reception)
        await _take_back(journal, places, reception, begun)
    except Unavailable:
        raise
    except Refusal as refusal:
        _log.error("reception %s: its journal is not written: %s", reception, refusal)


async def _take_back(
    journal: LocalJournal, places: Places, reception: ReceptionId, begun: Sequence[RecordingRow]
) -> None:
    try:
        for row in begun:
            await _forget_begun(places.recorder(RecorderId(row.recorder)), row)
    except Unavailable as failure:
        _log.warning("reception %s: what was begun is not taken back yet: %s", reception, failure)
    else:
        if begun:
            await journal.clear(reception)


async def _forget_begun(recorder: RecorderNode, row: RecordingRow) -> None:
    """Raises Unavailable."""
    try:
        await recorder.disarm(row.id)
    except NotFound:
        return
    except Conflict as refusal:
        _log.critical("recording %s stays in the store without a reception: %s", row.id, refusal)


async def _write(journal: LocalJournal, service: ReceptionService, stored: Reception, missing: Sequence[Batch]) -> None:
    writer = Writer(Stream(service, stored, lambda _: None), len(missing), journal)
    for batch in missing:
        writer.take_up(batch)
    working = asyncio.create_task(writer.run(), name=f"journal of {stored.id}")
    try:
        await writer.drained()
    finally:
        working.cancel()
        await asyncio.wait([working])
