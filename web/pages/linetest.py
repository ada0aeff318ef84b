"""The test of a line, behind *Check camera and microphone*, and its reports for operators."""

import asyncio
from collections.abc import Mapping

from aiohttp import WSMsgType, web

from bridge.ids import SeatId
from bridge.linetests import LinePath, LineTest, Outcome, PathResult, Tester
from bridge.policy import Action, Concern, agencies_of, authorise
from bridge.reception import Reception
from web.api.bodies import json_response, read_json
from web.entering import device_words, entrant_of, relays_for
from web.keys import CONFIG, LINES, PORTS, SIGNED_IN
from web.linetests import RUN_S
from web.linewire import LineProbeReply, LineProbeRequest, LineTestKept, LineTestReport, LineTestStart
from web.pages.room import CAMERA_KBPS
from web.render import render
from web.requests import actor_of, address_of

_FRAME = 16 * 1024
_ECHO_S = 20.0
_ECHO_BYTES = 16 * 1024 * 1024
_SHOWN = 100


async def start(request: web.Request) -> web.StreamResponse:
    """A run begins, of whoever is signed in or of somebody nobody knows."""
    someone = request.get(SIGNED_IN)
    if someone is None:
        return _begun(request, Tester())
    account = someone.account
    return _begun(request, Tester(account.name, account.agency, account=account.id))


async def start_as_guest(request: web.Request) -> web.StreamResponse:
    """The same for who entered by a code."""
    entrant = await entrant_of(request)
    reception, seat = entrant.reception, entrant.seat
    return _begun(request, Tester(seat.name, reception.agency, reception=reception.id, seat=seat.id))


def _begun(request: web.Request, tester: Tester) -> web.Response:
    config = request.app[CONFIG]
    run = request.app[LINES].begin(tester, address_of(request))
    person = str(tester.seat or tester.account)
    ice = relays_for(request, person, RUN_S) if tester.is_known else ()
    return json_response(LineTestStart(run, config.line_test_seconds, CAMERA_KBPS, ice))


async def probe(request: web.Request) -> web.StreamResponse:
    """One path: the node sends back what it gets."""
    asked = await read_json(request, LineProbeRequest)
    return json_response(LineProbeReply(await request.app[LINES].probe(asked.run, asked.sdp)))


async def echo(request: web.Request) -> web.StreamResponse:
    """Each binary message comes back, for as long as a test takes and no more than it needs."""
    with request.app[LINES].echoing(request.query.get("run", "")):
        socket = web.WebSocketResponse(max_msg_size=_FRAME, compress=False)
        await socket.prepare(request)
        try:
            async with asyncio.timeout(_ECHO_S):
                await _send_back(socket)
        except (TimeoutError, ConnectionError):
            """Its time is over, or the browser went."""
        await socket.close()
        return socket


async def _send_back(socket: web.WebSocketResponse) -> None:
    octets = 0
    async for message in socket:
        if message.type is not WSMsgType.BINARY:
            return
        octets += len(message.data)
        if octets > _ECHO_BYTES:
            return
        await socket.send_bytes(message.data)


async def report(request: web.Request) -> web.StreamResponse:
    """What was measured; the number under which the operator has it."""
    said = await read_json(request, LineTestReport)
    device = device_words(request.headers.get("User-Agent", ""))
    return json_response(LineTestKept(await request.app[LINES].report(said.run, said.paths, device)))


async def listing(request: web.Request) -> web.StreamResponse:
    """The newest reports of the reader's part of the tree, and of people nobody knows."""
    actor, ports = actor_of(request), request.app[PORTS]
    authorise(actor, Action.WATCH_ROOMS, Concern("lines that were tried", None))
    async with ports.units.reading() as unit:
        tests = await unit.line_tests.newest(agencies_of(actor, Action.WATCH_ROOMS), _SHOWN)
    return render(request, "operator_line_tests.html", tests=tests, in_order=in_order)


def in_order(test: LineTest) -> list[PathResult]:
    """As the words of the page go: messages, then picture and sound by each way; what was not tried is left out."""
    by_path = {one.path: one for one in test.paths}
    return [by_path[path] for path in LinePath if path in by_path and by_path[path].outcome is not Outcome.UNTRIED]


async def tests_by_seat(request: web.Request, reception: Reception) -> Mapping[SeatId, LineTest]:
    """The newest report of each seat: its own by code, else its account's."""
    accounts = {seat.account: seat.id for seat in reception.seats.values()}
    async with request.app[PORTS].units.reading() as unit:
        found = await unit.line_tests.around(reception.id, [str(account) for account in accounts])
    tests: dict[SeatId, LineTest] = {}
    for test in sorted(found, key=lambda one: one.at_utc_ns):
        seat = test.seat if test.account is None else accounts[test.account]
        if seat is not None:
            tests[seat] = test
    return tests
