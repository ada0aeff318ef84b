"""Idempotency keys: done once however often it is sent, the same answer over a restart, nothing kept of refusals."""

import asyncio
from pathlib import Path

from bridge.client_rows import KeptAnswer
from bridge.clients import account_id
from bridge.ids import AccountId
from bridge.policy import Action
from tests.support.api_client import RECEPTION, client_of, problem, program, value
from tests.support.pages import Answer, Pages, Reader, serving
from tests.support.province import with_administrators

KEY = {"Idempotency-Key": "a-key"}


async def plan(client: Reader, title: str = "once", key: str = "a-key") -> Answer:
    return await client.ask(
        "POST", "/api/receptions", json={**RECEPTION, "title": title}, headers={"Idempotency-Key": key}
    )


async def planned(client: Reader) -> int:
    return len(value(await client.get("/api/receptions"))["receptions"])


async def test_twenty_at_once_are_one(client: Reader) -> None:
    answers = await asyncio.gather(*(plan(client) for _ in range(20)))
    assert {answer.status for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == len({answer.headers["Location"] for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer.headers for answer in answers) == 19
    assert await planned(client) == 1


async def test_another_request_under_the_key_is_refused(pages: Pages, client: Reader) -> None:
    value(await plan(client), 201)
    problem(await plan(client, "another"), 422, "key_reused")
    problem(await client.ask("POST", "/api/points", json={}, headers=KEY), 422, "key_reused")
    value(await plan(client, "another", "another-key"), 201)
    async with pages.reader() as chair:  # keys are each one's own
        await chair.sign_in("chair")
        headers = {**KEY, "X-CSRF-Token": await chair.token()}
        value(await chair.ask("POST", "/api/receptions", json=RECEPTION, headers=headers), 201)
    assert await planned(client) == 3
    for wrong in ("", "x" * 201, "a b"):
        assert problem(await plan(client, key=wrong), 422, "invalid_field").params["field"] == "Idempotency-Key"


async def test_what_was_refused_may_be_put_right(client: Reader) -> None:
    problem(await plan(client, ""), 422, "invalid_field")
    value(await plan(client), 201)


async def test_a_day_later_it_is_a_new_request(pages: Pages, client: Reader) -> None:
    value(await plan(client), 201)
    pages.clock.forward(86_399)
    assert "Idempotency-Replayed" in (await plan(client)).headers
    pages.clock.forward(2)
    assert "Idempotency-Replayed" not in (await plan(client)).headers


async def test_the_answer_outlives_a_restart_and_is_not_kept_in_the_clear(tmp_path: Path) -> None:
    person = {"login": "thu.ky", "name": "Thư Ký", "roles": ["secretary"], "agency": "office-central"}
    async with serving(tmp_path) as pages:
        await with_administrators(pages)
        handed = await client_of(pages, [Action.SET_UP])
        async with program(pages, handed.secret) as client:
            first = await client.ask("POST", "/api/people", json=person, headers=KEY)
            password = value(first, 201)["password"]
        async with pages.storage.units.writing() as unit:
            kept = await unit.kept_answers.take(KeptAnswer(account_id(handed.client.id), "a-key", "", 0))
        assert kept is not None
        assert password not in repr(kept)
    async with serving(tmp_path, furnished=False) as pages, program(pages, handed.secret) as client:
        again = await client.ask("POST", "/api/people", json=person, headers=KEY)
        assert (again.status, again.text) == (201, first.text)
        assert again.headers["Location"] == first.headers["Location"]


async def test_one_that_was_broken_off_is_not_done_a_second_time(pages: Pages, client: Reader) -> None:
    me = AccountId(value(await client.get("/api/me"))["account"])
    value(await plan(client), 201)
    async with pages.storage.units.writing() as unit:
        kept = await unit.kept_answers.take(KeptAnswer(me, "a-key", "", 0))
        assert kept is not None
        await unit.kept_answers.put(KeptAnswer(me, "a-key", kept.request, kept.made_utc_ns))
        await unit.commit()
    problem(await plan(client), 409, "outcome_unknown")
    assert await planned(client) == 1
