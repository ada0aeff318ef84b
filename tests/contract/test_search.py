"""Finding recordings: the same answers from every database."""

import msgspec

from bridge.ids import AgencyId, BridgePointId, RecordingId
from bridge.repositories import UnitOfWork
from bridge.search import (
    PointName,
    ProofState,
    RecordingCursor,
    RecordingFilter,
    RecordingPerson,
    cursor_of,
    proof_of,
)
from tests.contract.samples import COMMUNE, PROVINCE, recording


def person(number: int, name: str, point: str = "point-1", point_name: str = "Điểm cầu xã") -> RecordingPerson:
    """Somebody in recording ``number``."""
    return RecordingPerson(RecordingId(f"recording-{number}"), name, BridgePointId(point), point_name, "citizen")


async def found(unit: UnitOfWork, **asked: object) -> list[str]:
    """Numbers of what is found, in order; counting agrees."""
    wanted = RecordingFilter(**asked)  # type: ignore[arg-type]  # each test names its fields
    rows = await unit.recordings.find(wanted, None, 100)
    assert await unit.recordings.count(wanted) == len(rows)
    return [row.id.rpartition("-")[2] for row in rows]


async def test_what_is_not_asked_for_is_not_looked_at(unit: UnitOfWork) -> None:
    assert await found(unit) == []
    for number in (1, 2, 3):
        await unit.recordings.put(recording(number, began_utc_ns=number))
    assert await found(unit) == ["3", "2", "1"]


async def test_by_day(unit: UnitOfWork) -> None:
    for number, began in ((1, 99), (2, 100), (3, 199), (4, 200)):
        await unit.recordings.put(recording(number, began_utc_ns=began))
    assert await found(unit, from_utc_ns=100, before_utc_ns=200) == ["3", "2"]
    assert await found(unit, from_utc_ns=100) == ["4", "3", "2"]
    assert await found(unit, before_utc_ns=100) == ["1"]


async def test_only_of_the_agencies(unit: UnitOfWork) -> None:
    await unit.recordings.put(recording(1))
    await unit.recordings.put(msgspec.structs.replace(recording(2), agency=COMMUNE.id))
    assert await found(unit, agencies=frozenset({PROVINCE.id})) == ["1"]
    assert await found(unit, agencies=frozenset({PROVINCE.id, COMMUNE.id})) == ["2", "1"]
    assert await found(unit, agencies=frozenset()) == []
    assert await found(unit, agencies=frozenset({AgencyId("another")})) == []


async def test_words_of_the_title_without_case_and_accents(unit: UnitOfWork) -> None:
    for number, title in ((1, "Khiếu nại về ĐẤT đai"), (2, "Kiến nghị: đường vào xã"), (3, "100 % _đất_")):
        await unit.recordings.put(msgspec.structs.replace(recording(number, began_utc_ns=number), title=title))
    assert await found(unit, title="dat") == ["3", "1"]
    assert await found(unit, title="ĐẤT khiếu") == ["1"]
    assert await found(unit, title="vao xa") == ["2"]
    assert await found(unit, title="iến") == []  # from the beginning of a word
    assert await found(unit, title="  ") == ["3", "2", "1"]
    assert await found(unit, title="%") == await found(unit, title="_") == []
    await unit.recordings.put(msgspec.structs.replace(recording(1), title="Renamed"))
    assert await found(unit, title="khieu") == []


async def test_by_person_and_by_point(unit: UnitOfWork) -> None:
    for number in (1, 2, 3):
        await unit.recordings.put(recording(number, began_utc_ns=number))
    await unit.recordings.name_people(recording(1).id, [person(1, "Nguyễn Văn An"), person(1, "Lê Thị Bình", "p2")])
    await unit.recordings.name_people(recording(2).id, [person(2, "Nguyễn Thị Lan", "p2")])
    assert await found(unit, person="nguyen") == ["2", "1"]
    assert await found(unit, person="An Nguyễn") == ["1"]
    assert await found(unit, person="nguyen binh") == []  # two people, no one of that name
    assert await found(unit, person="'") == []
    assert await found(unit, point=BridgePointId("p2")) == ["2", "1"]
    assert await found(unit, point=BridgePointId("p2"), person="an") == ["1"]
    assert await found(unit, point=BridgePointId("p3")) == []
    await unit.recordings.name_people(recording(1).id, [person(1, "Phạm Thị Hoa")])
    assert await found(unit, person="nguyen") == ["2"]
    await unit.recordings.name_people(recording(2).id, [])
    assert await found(unit, person="nguyen") == []


async def test_by_the_state_of_proof(unit: UnitOfWork) -> None:
    rows = {
        ProofState.UNSEALED: [recording(1), recording(2, "degraded")],
        ProofState.UNCHECKED: [recording(3, "sealed")],
        ProofState.WHOLE: [msgspec.structs.replace(recording(4, "verified"), verified_utc_ns=1)],
        ProofState.FAULTY: [msgspec.structs.replace(recording(5, "verified"), verified_utc_ns=1, faults=2)],
    }
    for row in (row for some in rows.values() for row in some):
        await unit.recordings.put(row)
    for state, some in rows.items():
        assert {proof_of(row) for row in some} == {state}
        assert await found(unit, proof=state) == [row.id[-1] for row in reversed(some)]


async def test_pages_hold_each_recording_once(unit: UnitOfWork) -> None:
    for number in range(1, 10):
        await unit.recordings.put(recording(number, began_utc_ns=100 + number // 4))  # many in the same moment
    read: list[str] = []
    after: RecordingCursor | None = None
    while page := await unit.recordings.find(RecordingFilter(), after, 2):
        read += [row.id for row in page]
        after = cursor_of(page[-1])
    assert read == [row.id for row in await unit.recordings.all()]
    assert len(set(read)) == 9


async def test_points_of_the_archive_by_name(unit: UnitOfWork) -> None:
    await unit.recordings.put(recording(1, began_utc_ns=1))
    await unit.recordings.put(recording(2, began_utc_ns=2))
    await unit.recordings.put(msgspec.structs.replace(recording(3), agency=COMMUNE.id))
    await unit.recordings.name_people(recording(1).id, [person(1, "A", "p1", "Old name"), person(1, "B", "p2", "Bến")])
    await unit.recordings.name_people(recording(2).id, [person(2, "A", "p1", "New name")])
    await unit.recordings.name_people(recording(3).id, [person(3, "A", "p3", "An")])
    own = [PointName(BridgePointId("p2"), "Bến"), PointName(BridgePointId("p1"), "New name")]
    assert await unit.recordings.points({PROVINCE.id}) == own
    assert await unit.recordings.points(None) == [PointName(BridgePointId("p3"), "An"), *own]
    assert await unit.recordings.points([]) == []
    # at a point of several agencies the newest name counts, whoever's recording it is of
    await unit.recordings.put(msgspec.structs.replace(recording(4, began_utc_ns=900), agency=COMMUNE.id))
    await unit.recordings.name_people(recording(4).id, [person(4, "A", "p1", "Newest name")])
    assert await unit.recordings.points({PROVINCE.id}) == own
    both = await unit.recordings.points({PROVINCE.id, COMMUNE.id})
    assert [one.name for one in both] == ["An", "Bến", "Newest name"]
