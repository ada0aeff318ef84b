"""Trying a line: by strangers, guests and accounts; how often; who reads what of it."""

import base64
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import msgspec
import pytest

from bridge.errors import Code, Unavailable
from bridge.ids import AccountId, AgencyId, SeatId
from bridge.linetests import LinePath, Outcome, PathResult
from bridge.model import Account, Role
from bridge.turn import TurnRelays, turn_credentials
from storage.repositories.line_tests import SqlLineTests
from tests.support.pages import PASSWORD, Pages, QuickPasswords, Reader, serving
from tests.support.waiting import FIRST, invited, scheduled_to_wait
from web.linewire import LineTestStart

SECRET = "a-secret-of-this-test-alone"
RELAYS = TurnRelays(("turn:relay.example",), SECRET, 3_600, relay_only=True)
REFUSED = 409
WORKS = PathResult(LinePath.UDP, Outcome.WORKS, 0.0, 0.02, 4.0, 30.0, 1_500.0, 1_480.0)


def report(run: str, **changes: object) -> dict[str, object]:
    """UDP works, nothing else was tried."""
    nothing = msgspec.structs.replace(
        WORKS, outcome=Outcome.UNTRIED, loss_down=0.0, jitter_ms=0.0, rtt_ms=0.0, kbps_up=0.0, kbps_down=0.0
    )
    paths = [msgspec.structs.replace(nothing, path=path) for path in LinePath if path is not LinePath.UDP]
    return {"run": run, "paths": msgspec.to_builtins([msgspec.structs.replace(WORKS, **changes), *paths])}


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Pages]:
    async with serving(tmp_path, turn=RELAYS) as running:
        stored = QuickPasswords().hash(PASSWORD)
        async with running.storage.units.writing() as unit:
            for login, level in (("operator", "central"), ("elsewhere", "province")):
                office, roles = AgencyId(f"office-{level}"), frozenset({Role.OPERATOR})
                await unit.accounts.add(Account(AccountId(f"id-{login}"), login, login, roles, office, None, stored))
            await unit.commit()
        yield running


async def started(reader: Reader, path: str = "/line-test", token: str = "") -> LineTestStart:
    answer = await reader.post(path, {}, token)
    assert answer.status == 200, answer.text
    return msgspec.json.decode(answer.body, type=LineTestStart)


async def test_a_stranger_tries_a_line_but_no_relay_and_the_operator_finds_the_number(pages: Pages) -> None:
    async with pages.reader() as reader, pages.reader() as operator:
        run = await started(reader)
        assert (run.seconds, run.ice) == (10, ()), "the relay is not for strangers"
        probed = await reader.post("/line-test/probe", {"run": run.run, "sdp": "v=0"}, "")
        assert msgspec.json.decode(probed.body) == {"sdp": "v=0"}
        async with reader.client.ws_connect(f"{pages.origin}/line-test/echo", params={"run": run.run}) as socket:
            await socket.send_bytes(b"x" * 16_000)
            assert (await socket.receive_bytes()) == b"x" * 16_000
        answer = await reader.post("/line-test/report", report(run.run), "")
        number = msgspec.json.decode(answer.body)["number"]
        assert len(number) == 6
        await operator.sign_in("operator")
        page = (await operator.get("/operator/lines")).text
        assert number in page
        assert "not signed in" in page
        assert "0.0 / 2.0 % lost, 4 ms jitter, 30 ms there and back, 1480 kbit/s" in page
        assert (await reader.get("/operator/lines")).path.startswith("/sign-in")


async def test_an_account_is_named_in_its_own_part_of_the_tree(pages: Pages) -> None:
    async with pages.reader() as citizen, pages.reader() as operator, pages.reader() as elsewhere:
        await citizen.sign_in("citizen")
        token = await citizen.token()
        run = await started(citizen, token=token)
        made = turn_credentials(SECRET, "id-citizen", pages.clock.utc(), 120)
        assert [(one.username, one.credential) for one in run.ice] == [(made.username, made.credential)]
        assert (await citizen.post("/line-test/report", report(run.run, loss_up=0.4), token)).status == 200
        await operator.sign_in("operator")
        page = (await operator.get("/operator/lines")).text
        assert "Nguyễn Văn A" in page
        assert "line: very weak" in page
        await elsewhere.sign_in("elsewhere")
        assert "Nguyễn Văn A" not in (await elsewhere.get("/operator/lines")).text


async def test_a_guest_is_known_by_their_seat(pages: Pages) -> None:
    reception = await scheduled_to_wait(pages.ports.receptions, pages.clock.utc())
    ports = pages.ports
    code = await invited(ports.units, ports.secrets, ports.clock, ports.entropy, reception, FIRST)
    async with pages.reader() as guest:
        await guest.send("/enter?lang=en", {"code": code})
        await guest.send("/enter/begin", {"code": code})
        token = (await guest.get("/enter/notice")).token()
        assert (await guest.post("/enter/line-test", {}, "forged")).status == 403
        run = await started(guest, "/enter/line-test", token)
        assert run.ice[0].username.endswith(f":{FIRST.id}")
        assert (await guest.post("/line-test/report", report(run.run), "")).status == 200
    async with ports.units.reading() as unit:
        (kept,) = await unit.line_tests.around(reception.id, [])
    assert (kept.seat, kept.reception, kept.who) == (SeatId(FIRST.id), reception.id, FIRST.name)


async def test_a_run_is_sealed_short_and_counted(pages: Pages) -> None:
    async with pages.reader() as reader:
        run = (await started(reader)).run
        tampered = base64.urlsafe_b64encode(base64.urlsafe_b64decode(run)[:-8] + b"AAAAAAAA").decode()
        for wrong in ("", "x", tampered):
            assert (await reader.post("/line-test/probe", {"run": wrong, "sdp": "v=0"}, "")).status == REFUSED
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await reader.client.ws_connect(f"{pages.origin}/line-test/echo", params={"run": wrong})
        assert [(await reader.post("/line-test/probe", {"run": run, "sdp": "v=0"}, "")).status for _ in range(7)] == [
            *[200] * 6,
            REFUSED,
        ]
        assert (await reader.post("/line-test/probe", {"run": run, "sdp": "v" * 40_000}, "")).status == 413
        bad = {"run": run, "paths": [msgspec.to_builtins(WORKS)] * 4}
        assert (await reader.post("/line-test/report", bad, "")).status == 422
        assert (await reader.post("/line-test/report", {"run": run, "paths": [{"path": "udp"}]}, "")).status == 400
        assert (await reader.post("/line-test/report", report(run), "")).status == 200
        assert (await reader.post("/line-test/report", report(run), "")).status == REFUSED
        old = (await started(reader)).run
        pages.clock.forward(121)
        assert (await reader.post("/line-test/report", report(old), "")).status == REFUSED


async def test_a_report_that_could_not_be_kept_may_be_sent_again(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    async with pages.reader() as reader:
        run = (await started(reader)).run
        with monkeypatch.context() as away:
            away.setattr(SqlLineTests, "keep", _unavailable)
            assert (await reader.post("/line-test/report", report(run), "")).status == 503
        assert (await reader.post("/line-test/report", report(run), "")).status == 200
        assert (await reader.post("/line-test/report", report(run), "")).status == REFUSED


async def _unavailable(*_: object) -> None:
    raise Unavailable(Code.STORAGE_UNAVAILABLE)


async def test_runs_have_a_pace_and_an_echo_has_an_end(pages: Pages) -> None:
    async with pages.reader() as reader:
        run = (await started(reader)).run
        async with reader.client.ws_connect(f"{pages.origin}/line-test/echo", params={"run": run}) as socket:
            await socket.send_bytes(b"x" * 17_000)
            assert (await socket.receive()).type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED)
        statuses = [(await reader.post("/line-test", {}, "")).status for _ in range(11)]
        assert statuses == [200] * 9 + [429] * 2
