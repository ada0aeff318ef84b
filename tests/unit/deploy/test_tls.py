"""The certificate of our own, and whoever of our own machine takes it."""

import asyncio
import os
import signal
import ssl
from pathlib import Path

import pytest
import socketio
from aiohttp import web

from bridge.errors import Refusal
from deploy.configuration import Configuration, MediaPart, WebPart
from deploy.folder import prepare
from deploy.points import Invitation, Point, PointPlan
from deploy.time import SystemClock
from deploy.tls import own_context, server_context
from signaling.wire import NAMESPACE
from tests.support.ports import free_port


async def test_a_point_of_our_own_takes_the_self_signed_certificate(tmp_path: Path) -> None:
    port = free_port()
    opened = Configuration(
        data=str(tmp_path / "data"), listen="10.1.2.3", web=WebPart(port), media=MediaPart(announce=("127.0.0.1",))
    )
    context = server_context(opened, prepare(opened))
    assert context is not None
    entered: list[object] = []

    async def refusing(sid: str, environ: object, auth: object) -> None:
        entered.append(auth)
        raise socketio.exceptions.ConnectionRefusedError("no")

    rooms = socketio.AsyncServer(async_mode="aiohttp", namespaces=[NAMESPACE])
    rooms.on("connect", refusing, namespace=NAMESPACE)
    app = web.Application()
    rooms.attach(app)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, ssl_context=context).start()

    async def invite() -> Invitation:
        return Invitation(f"https://127.0.0.1:{port}", "token")

    async def knock(tls: ssl.SSLContext | None) -> None:
        point = Point(PointPlan(1, "point"), invite, SystemClock(), tls)
        with pytest.raises(Refusal):
            await point.join()
        await point.close()

    await knock(None)
    assert entered == []
    interrupted = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, interrupted.set)
    await knock(own_context())
    assert entered == [{"token": "token"}]
    os.kill(os.getpid(), signal.SIGINT)  # its socket's library would take it, and cancel every task here
    async with asyncio.timeout(30):
        await interrupted.wait()
    asyncio.get_running_loop().remove_signal_handler(signal.SIGINT)
    await runner.cleanup()


def test_our_own_certificate_is_made_anew_for_another_address_or_year(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def made(*announce: str) -> bytes:
        opened = Configuration(data=str(tmp_path / "data"), listen="10.1.2.3", media=MediaPart(announce=announce))
        folder = prepare(opened)
        assert server_context(opened, folder) is not None
        return (folder.tls / "certificate.pem").read_bytes()

    first = made("10.1.2.3")
    assert made("10.1.2.3") == first
    second = made("10.1.2.4")
    assert second != first
    monkeypatch.setattr("deploy.tls._VALID_DAYS", -0.01)
    third = made("10.1.2.5")
    assert made("10.1.2.5") != third
