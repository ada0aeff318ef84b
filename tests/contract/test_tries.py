"""What every database promises of mistakes at the doors and of refusals that come again; and that the audit, told of
them, cannot be filled."""

import msgspec

from bridge.ids import UtcNs
from bridge.repeats import KINDS_IN_ALL, KINDS_OF_ONE, MANY, WINDOW_NS, note, tell_counts
from bridge.repositories import AuditEntry, UnitOfWork
from bridge.trying_rows import Tried

START = 10 * WINDOW_NS


async def test_mistakes_are_kept_by_key_and_the_oldest_are_forgotten(unit: UnitOfWork) -> None:
    kept = [Tried(f"key {number}", number + 0.5, UtcNs(number)) for number in range(6)]
    for one in reversed(kept):
        await unit.tries.put(one)
    await unit.tries.put(msgspec.structs.replace(kept[5], mistakes=9))
    assert await unit.tries.of(["key 1", "key 5", "another"]) == {
        "key 1": kept[1],
        "key 5": Tried("key 5", 9, UtcNs(5)),
    }
    assert await unit.tries.forget(2, 10) == 2
    assert await unit.tries.forget(2, 3) == 1
    assert set(await unit.tries.of([one.key for one in kept])) == {"key 3", "key 4", "key 5"}
    await unit.tries.remove("key 3")
    await unit.tries.remove("key 3")
    assert await unit.tries.of(["key 3"]) == {}


def refusal(at: int, about: str = "reception r", actor: str = "a", detail: str = "/receptions/r") -> AuditEntry:
    return AuditEntry(at, actor, "see_reception", about, "refused:not_found", detail)


async def told(unit: UnitOfWork) -> list[AuditEntry]:
    return [link.entry for link in await unit.audit.entries(0, 10_000)]


async def test_the_same_refusal_is_one_entry_a_minute_and_then_a_count(unit: UnitOfWork) -> None:
    for number in range(100):
        await note(unit, refusal(START + number, detail=f"/receptions/r?{number}"), "a")
    await note(unit, refusal(START + 100, actor="b"), "b")
    assert await told(unit) == [refusal(START, detail="/receptions/r?0"), refusal(START + 100, actor="b")]
    assert await tell_counts(unit, START + WINDOW_NS - 1) == 0
    assert await tell_counts(unit, START + 2 * WINDOW_NS) == 1
    *_, last = await told(unit)
    words = "99 more in a minute, the last: /receptions/r?99"
    assert last == refusal(START + 2 * WINDOW_NS, detail=words)
    assert await unit.repeats.count() == 0
    await note(unit, refusal(START + 2 * WINDOW_NS), "a")
    assert len(await told(unit)) == 4


async def test_whoever_tries_one_thing_after_another_fills_nothing_either(unit: UnitOfWork) -> None:
    for number in range(300):
        await note(unit, refusal(START + number, f"reception {number}"), "a")
    entries = await told(unit)
    assert len(entries) == KINDS_OF_ONE + 1
    assert (entries[-1].actor, entries[-1].object, entries[-1].detail) == ("a", MANY, "from a")
    assert await tell_counts(unit, START + 2 * WINDOW_NS) == 1
    assert "279 more" in (await told(unit))[-1].detail


async def test_nor_whoever_comes_from_everywhere(unit: UnitOfWork) -> None:
    for number in range(2 * KINDS_IN_ALL):
        await note(unit, refusal(START, actor=""), f"10.0.0.{number}", apart=f"login {number}")
    assert len(await told(unit)) == KINDS_IN_ALL + 1
    assert (await told(unit))[-1].object == MANY


async def test_a_clock_that_was_set_back_ends_the_minute(unit: UnitOfWork) -> None:
    for _ in range(2):
        await note(unit, refusal(START), "a")
    assert await tell_counts(unit, START - 5 * WINDOW_NS) == 1
    assert await unit.repeats.count("a") == 0
