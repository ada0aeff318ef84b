"""Who is let in from other machines, and what is said of who is not."""

import asyncio
import logging
import re
import ssl
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path

import pytest
import uvloop

from deploy.tls import lasting_pair
from recorder.door import Door, Refusals
from tests.support.waits import WITHIN_S, holds

Run = Callable[[Coroutine[None, None, None]], None]


def context(side: "ssl._SSLMethod", file: Path) -> ssl.SSLContext:
    made = ssl.SSLContext(side)
    made.check_hostname, made.verify_mode = False, ssl.CERT_REQUIRED
    made.load_verify_locations(file)
    made.load_cert_chain(file)
    return made


class Keys:
    def __init__(self, folder: Path) -> None:
        self.file, self.other = folder / "ours.pem", folder / "another.pem"
        for file in (self.file, self.other):
            file.write_bytes(lasting_pair("machine"))

    def calling(self, kind: str) -> ssl.SSLContext | None:
        if kind == "no key":
            made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
            return made
        file = {"our key": self.file, "another key": self.other}.get(kind)
        return None if file is None else context(ssl.PROTOCOL_TLS_CLIENT, file)


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(await reader.read(100))
    writer.close()
    await writer.wait_closed()


def door_of(keys: Keys) -> Door:
    answering = context(ssl.PROTOCOL_TLS_SERVER, keys.file)
    return Door(lambda: asyncio.StreamReaderProtocol(asyncio.StreamReader(), echo), answering)


async def answer(port: int, calling: ssl.SSLContext | None, word: bytes) -> tuple[str, bytes]:
    """Our own address, as far as we got one, and what came back."""
    mine = ""
    try:
        async with asyncio.timeout(WITHIN_S):
            reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=calling)
            mine = "{}:{}".format(*writer.get_extra_info("sockname"))
            writer.write(word)
            try:
                return mine, await reader.read()
            finally:
                writer.transport.abort()
    except OSError:
        return mine, b""


@pytest.fixture(params=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Run:
    return {"asyncio": asyncio.run, "uvloop": uvloop.run}[request.param]


@pytest.mark.parametrize(
    ("kind", "why"),
    [("no key", "PEER_DID_NOT_RETURN"), ("no TLS", "WRONG_VERSION|REQUEST"), ("another key", "hung up|CA")],
)
def test_who_shows_another_key_is_told_by_address(
    tmp_path: Path, run: Run, caplog: pytest.LogCaptureFixture, kind: str, why: str
) -> None:
    async def main() -> None:
        keys = Keys(tmp_path)
        door = door_of(keys)
        port = door.open("127.0.0.1", 0)
        mine, answered = await answer(port, keys.calling(kind), b"GET / HTTP/1.1\r\n\r\n")
        assert answered == b""
        said = rf"{re.escape(mine) or r'127.0.0.1:[0-9]+'}, which connected, does not have .*(?:{why})"
        await holds(lambda: re.search(said, caplog.text) is not None)
        assert (await answer(port, keys.calling("our key"), b"hello"))[1] == b"hello"  # it goes on
        await door.close()

    run(main())


def test_who_says_nothing_is_sent_away(
    tmp_path: Path, run: Run, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recorder.door.HANDSHAKE_S", 0.2)

    async def main() -> None:
        door = door_of(Keys(tmp_path))
        port = door.open("127.0.0.1", 0)
        assert (await answer(port, None, b""))[1] == b""
        await holds(lambda: "which connected" in caplog.text)
        assert "it showed none within" in caplog.text
        await door.close()

    run(main())


def test_closing_lets_nobody_in_and_leaves_nothing(tmp_path: Path, run: Run, caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        door = door_of(Keys(tmp_path))
        port = door.open("127.0.0.1", 0)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)  # before its handshake
        await door.close()
        await door.close()
        with suppress(ConnectionError):
            async with asyncio.timeout(WITHIN_S):
                assert await reader.read() == b""
        writer.close()
        with pytest.raises(OSError, match=r"Connect call failed|refused"):
            await asyncio.open_connection("127.0.0.1", port)
        assert len(asyncio.all_tasks()) == 1

    run(main())
    assert caplog.text == ""


def test_one_that_comes_again_and_again_is_said_every_ten_seconds(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    refusals = Refusals()
    for second in range(25):
        refusals.tell("10.0.0.2:5", "no key", 100.0 + second)
    assert [message.partition("(")[2] for message in caplog.messages] == [
        "0 more since said last)", "9 more since said last)", "9 more since said last)",
    ]  # fmt: skip
