"""What every database promises of the rows that processes share: audit, outbox, key lists, leases, tokens, nodes."""

import msgspec

from bridge.audit import audit_faults
from bridge.repositories import Lease, NodeRow, PublishedKeyList, UnitOfWork
from storage.repositories.used_tokens import FORGET_NS
from tests.contract.samples import entry

# ── audit, outbox ──────────────────────────────────────────────────────────────────────────────────────────────


async def test_entries_are_chained(unit: UnitOfWork) -> None:
    assert await unit.audit.head() is None
    links = [await unit.audit.append(entry(number)) for number in range(5)]
    assert await unit.audit.head() == links[-1]
    assert await unit.audit.entries(0, 10) == links
    assert await unit.audit.entries(2, 2) == links[2:4]
    assert audit_faults(links) == []
    assert await unit.audit.holds(links[3].hash)
    assert not await unit.audit.holds(links[3].previous[::-1])


async def test_the_outbox_keeps_order_until_done(unit: UnitOfWork) -> None:
    for word in ("one", "two", "three"):
        await unit.outbox.add("notice", word, "{}", 7)
    first, second = await unit.outbox.pending(2)
    assert (first.kind, first.subject, second.subject, second.made_utc_ns) == ("notice", "one", "two", 7)
    await unit.outbox.done(first.number)
    await unit.outbox.done(first.number)
    assert [row.subject for row in await unit.outbox.pending(9)] == ["two", "three"]


async def test_an_outbox_number_is_never_given_twice(unit: UnitOfWork) -> None:
    await unit.outbox.add("notice", "one", "", 1)
    (row,) = await unit.outbox.pending(9)
    await unit.outbox.done(row.number)
    await unit.outbox.add("notice", "two", "", 2)
    assert (await unit.outbox.pending(9))[0].number > row.number


# ── key lists ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_key_lists_come_in_the_order_of_their_publication(unit: UnitOfWork) -> None:
    assert await unit.key_lists.all() == []
    for text in ("b", "a"):
        await unit.key_lists.add(PublishedKeyList(text, f"over {text}"))
    first, second = await unit.key_lists.all()
    assert (first.text, first.signature, second.text) == ("b", "over b", "a")
    assert 0 < first.number < second.number


# ── leases, tokens, nodes ──────────────────────────────────────────────────────────────────────────────────────


async def test_a_lease_is_one_owners_until_it_runs_out(unit: UnitOfWork) -> None:
    assert await unit.leases.take("room", "a", 0, 10) == Lease("room", "a", 10)
    assert await unit.leases.take("room", "b", 9, 19) == Lease("room", "a", 10)
    assert await unit.leases.take("room", "a", 9, 19) == Lease("room", "a", 19)
    assert await unit.leases.take("room", "b", 19, 29) == Lease("room", "b", 29)
    assert await unit.leases.take("other", "a", 19, 29) == Lease("other", "a", 29)


async def test_leases_that_one_would_get_are_its_own_and_those_that_ran_out(unit: UnitOfWork) -> None:
    for name, owner, until in (("mine", "a", 10), ("theirs", "b", 10), ("over", "b", 5)):
        await unit.leases.take(name, owner, 0, until)
    assert [lease.name for lease in await unit.leases.free_for("a", 5)] == ["mine", "over"]
    assert [lease.name for lease in await unit.leases.free_for("b", 20)] == ["mine", "over", "theirs"]


async def test_a_lease_is_told_by_name_also_when_it_ran_out(unit: UnitOfWork) -> None:
    assert await unit.leases.of("room") is None
    await unit.leases.take("room", "a", 0, 10)
    assert await unit.leases.of("room") == Lease("room", "a", 10)


async def test_only_its_owner_releases_a_lease(unit: UnitOfWork) -> None:
    await unit.leases.take("room", "a", 0, 10)
    await unit.leases.release("room", "b")
    assert (await unit.leases.take("room", "b", 1, 10)).owner == "a"
    await unit.leases.release("room", "a")
    assert (await unit.leases.take("room", "b", 1, 10)).owner == "b"


async def test_a_token_is_used_once(unit: UnitOfWork) -> None:
    assert await unit.used_tokens.use("token", 100)
    assert not await unit.used_tokens.use("token", 100)
    assert await unit.used_tokens.use("other", 100)


async def test_a_used_token_is_remembered_while_it_could_be_shown(unit: UnitOfWork) -> None:
    await unit.used_tokens.use("old", 0)
    await unit.used_tokens.use("new", FORGET_NS)
    assert not await unit.used_tokens.use("old", 0)
    await unit.used_tokens.use("newer", FORGET_NS + 1)
    assert await unit.used_tokens.use("old", 0)


async def test_nodes_are_heard_of_by_kind(unit: UnitOfWork) -> None:
    second = NodeRow("sfu-2", "sfu", "unix:///run/2", "127.0.0.1:2", 5, 0.5)
    first = NodeRow("sfu-1", "sfu", "unix:///run/1", "127.0.0.1:1", 5, 0.25)
    recorder = NodeRow("recorder-1", "recorder", "unix:///run/3", "", 5, 0.0)
    for row in (second, first, recorder):
        await unit.nodes.heartbeat(row)
    later = msgspec.structs.replace(first, seen_utc_ns=6, load=0.75)
    await unit.nodes.heartbeat(later)
    assert await unit.nodes.of_kind("sfu") == [later, second]
    assert await unit.nodes.of_kind("recorder") == [recorder]


async def test_a_heartbeat_does_not_end_a_drain(unit: UnitOfWork) -> None:
    row = NodeRow("sfu-1", "sfu", "unix:///run/1", "127.0.0.1:1", 5, 0.25, 2, 9, "1.0")
    assert not await unit.nodes.drain("sfu-1", True)
    await unit.nodes.heartbeat(row)
    assert await unit.nodes.drain("sfu-1", True)
    later = msgspec.structs.replace(row, seen_utc_ns=6, rooms=1)
    await unit.nodes.heartbeat(later)
    assert await unit.nodes.of_kind("sfu") == [msgspec.structs.replace(later, draining=True)]
    assert await unit.nodes.drain("sfu-1", False)
    assert await unit.nodes.of_kind("sfu") == [later]


async def test_a_node_that_will_not_come_back_is_forgotten(unit: UnitOfWork) -> None:
    await unit.nodes.heartbeat(NodeRow("sfu-1", "sfu", "unix:///run/1", "127.0.0.1:1", 5, 0.25))
    assert await unit.nodes.forget("sfu-1")
    assert not await unit.nodes.forget("sfu-1")
    assert await unit.nodes.of_kind("sfu") == []
