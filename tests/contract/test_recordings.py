"""What every database promises of recordings and of what is kept beside one."""

import msgspec
import pytest

from bridge.archive import AccessEvent, AccessKind, FixityCheck, ViewingCopy, ViewingCopyState
from bridge.errors import NotFound
from bridge.faults import Fault
from bridge.ids import (
    AccountId,
    RecordingId,
)
from bridge.ledger import line_of
from bridge.repositories import UnitOfWork
from tests.contract.samples import reception, recorded, recording


async def test_a_recording_is_put_again(unit: UnitOfWork) -> None:
    await unit.recordings.put(recording())
    sealed = msgspec.structs.replace(recording(), state="sealed", bytes=2**40, ended_utc_ns=9, verified_utc_ns=10)
    await unit.recordings.put(sealed)
    assert await unit.recordings.get(sealed.id) == sealed
    assert await unit.recordings.all() == [sealed]


async def test_recordings_newest_first_and_by_state(unit: UnitOfWork) -> None:
    for number, state, began in ((1, "writing", 200), (2, "sealed", 300), (3, "writing", 100), (4, "held", 400)):
        await unit.recordings.put(recording(number, state, began))
    assert [row.id[-1] for row in await unit.recordings.all()] == ["4", "2", "1", "3"]
    assert [row.id[-1] for row in await unit.recordings.in_states(["writing", "sealed"])] == ["2", "1", "3"]
    assert await unit.recordings.in_states([]) == []


# ── what is kept beside a recording ────────────────────────────────────────────────────────────────────────────


async def test_readings_are_kept_newest_first_and_never_change(unit: UnitOfWork) -> None:
    first = AccessEvent(RecordingId("recording-1"), 5, AccountId("account-1"), AccessKind.PLAY, "khiếu nại số 7")
    second = msgspec.structs.replace(first, at_utc_ns=6, kind=AccessKind.EXPORT)
    for event in (first, second, msgspec.structs.replace(first, recording=RecordingId("recording-2"))):
        await unit.access_events.add(event)
    found = await unit.access_events.of(first.recording)
    assert [msgspec.structs.replace(event, number=0) for event in found] == [second, first]
    assert found[0].number > found[1].number > 0


async def test_checks_are_kept_with_their_faults(unit: UnitOfWork) -> None:
    fault = Fault("recordings/1/a.webm", "sha256", "aa", "bb")
    check = FixityCheck(RecordingId("recording-1"), 5, AccountId("system"), 3, 1 << 40, "unsigned", (fault,))
    await unit.fixity_checks.add(check)
    await unit.fixity_checks.add(msgspec.structs.replace(check, at_utc_ns=6, faults=()))
    newest, oldest = await unit.fixity_checks.of(check.recording, 5)
    assert msgspec.structs.replace(oldest, number=0) == check
    assert (newest.at_utc_ns, newest.faults) == (6, ())
    assert await unit.fixity_checks.of(check.recording, 1) == [newest]


async def test_a_viewing_copy_is_one_per_recording(unit: UnitOfWork) -> None:
    asked = ViewingCopy(RecordingId("recording-2"), ViewingCopyState.ASKED, AccountId("account-1"), 7, 7)
    earlier = msgspec.structs.replace(asked, recording=RecordingId("recording-1"), asked_utc_ns=6)
    for copy in (asked, earlier):
        await unit.viewing_copies.put(copy)
    assert await unit.viewing_copies.in_states(["asked", "rendering"]) == [earlier, asked]
    ready = msgspec.structs.replace(asked, state=ViewingCopyState.READY, progress=1.0, key="copies/2.mp4", bytes=9)
    await unit.viewing_copies.put(ready)
    assert await unit.viewing_copies.get(asked.recording) == ready
    assert await unit.viewing_copies.in_states(["asked"]) == [earlier]
    assert await unit.viewing_copies.get(RecordingId("recording-3")) is None


async def test_an_unknown_recording_is_not_found(unit: UnitOfWork) -> None:
    with pytest.raises(NotFound):
        await unit.recordings.get(RecordingId("none"))


async def test_events_can_be_read_as_they_are_stored(unit: UnitOfWork) -> None:
    await unit.receptions.append([recorded(1), recorded(2)], reception())
    await unit.receptions.append([], reception(2))
    first, second = await unit.receptions.lines(reception().id)
    assert (first.version, second.version) == (1, 2)
    assert first == line_of(recorded(1))
    assert await unit.receptions.lines(reception(2).id) == []
    assert await unit.receptions.ids() == [reception().id, reception(2).id]
