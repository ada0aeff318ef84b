"""Where an address leads, whoever asks: recorder, node and jobs."""

import ssl
from pathlib import Path

import pytest
from aiohttp import ClientSession, TCPConnector, UnixConnector, web

from recorder.places import bound_socket, listen, way_to


def test_an_address_says_how_it_is_reached() -> None:
    assert way_to("10.0.0.1:9000").root == "http://10.0.0.1:9000"
    assert way_to("[fd00::1]:9000", ssl.create_default_context()).root == "https://[fd00::1]:9000"
    assert way_to("unix:/run/sfu.sock", ssl.create_default_context()).root == "http://here"


async def test_each_connector_is_a_new_one() -> None:
    for address, kind in (("unix:/run/sfu.sock", UnixConnector), ("10.0.0.1:9000", TCPConnector)):
        first, second = way_to(address).connector(), way_to(address).connector()
        assert isinstance(first, kind)
        assert first is not second
        await first.close()
        await second.close()


async def test_what_listens_is_reached(tmp_path: Path) -> None:
    async def hello(_: web.Request) -> web.Response:
        return web.Response(text="hello")

    for address in (f"unix:{tmp_path / 'a.sock'}", "127.0.0.1:0", "[::1]:0"):
        app = web.Application()
        app.router.add_get("/", hello)
        runner = web.AppRunner(app)
        await runner.setup()
        way = way_to(await listen(runner, address))
        async with ClientSession(connector=way.connector()) as session, session.get(way.root) as answer:
            assert await answer.text() == "hello"
        await runner.cleanup()


def test_only_a_socket_of_an_earlier_run_is_replaced(tmp_path: Path) -> None:
    place = tmp_path / "a.sock"
    bound_socket(f"unix:{place}").close()
    bound_socket(f"unix:{place}").close()
    assert place.stat().st_mode & 0o777 == 0o600
    file = tmp_path / "settings"
    file.write_text("kept")
    with pytest.raises(OSError, match="in use"):
        bound_socket(f"unix:{file}")
    assert file.read_text() == "kept"
