"""Whatever bytes come: a page or a problem that says what is wrong, never a fault of ours, never a broken server."""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.pages import Pages, serving
from tests.support.sealed import RECORDING, sealed

FORM = "Content-Type: application/x-www-form-urlencoded"
SEAT = "&once=0123456789abcdef&date=2026-01-01&time=10:00&seat-id-chair=1&role-id-chair=chair"
JSON_SEAT = b'"starts_ms":1795399200000,"seats":[{"account":"id-chair","role":"chair"}]}'
SEGMENT = f"/api/recordings/{RECORDING}/segments"

STRANGERS: list[tuple[str, bytes, list[str | bytes]]] = [
    ("POST /sign-in", b"login=\xff\xfe&password=\xff", [FORM]),
    ("POST /sign-in", b"login=%FF&password=%ED%A0%80", [FORM]),
    ("POST /sign-in", b"login=a&password=b", [f"{FORM}; charset=nonsense"]),
    ("POST /sign-in", b"login=a&password=b", [f"{FORM}; charset=utf-16"]),
    ("POST /sign-in", b"login=%00&password=%00", [FORM]),
    ("POST /sign-in", b"login=" + "ủ".encode() * 5000 + b"&password=" + b"x" * 50_000, [FORM]),
    ("POST /sign-in", b"x", ["Content-Type: multipart/form-data; boundary=x"]),
    ("POST /sign-in", b"{}", ["Content-Type: application/json"]),
    ("POST /sign-in", b"&" * 2000, [FORM]),
    ("GET /sign-in?next=%FF&lang=%FF", b"", []),
    ("GET /sign-in?next=/%0d%0aX-Evil:1", b"", []),
    ("GET /i18n/%2e%2e%2f.json", b"", []),
    ("GET /static/build/%2e%2e/%2e%2e/config.py", b"", []),
    ("GET /today", b"", [b"Cookie: \xff\xff=\xff; a=b"]),
    ("GET /today", b"", ["Accept-Language: " + "a," * 500]),
    ("GET /today", b"", [b"X-Forwarded-For: \xff"]),
    ("GET /today", b"", [b"Cookie: diemcau-PORT=\xff\xfe"]),
    ("POST /sign-in", b"login=a&password=b", [FORM, "Origin: http://["]),
    ("POST /sign-in", b"login=a&password=b", [FORM, b"Origin: \xff"]),
    ("GET /api/me", b"", [b"Authorization: Bearer \xff"]),
    ("GET /api/me", b"", ["Authorization: Bearer " + "x" * 4000]),
    ("GET /api/me", b"", ["Authorization: Bearer"]),
    ("POST /api/receptions", b"{}", ["Idempotency-Key: x"]),
    ("OPTIONS /today", b"", []),
    ("BREW /today", b"", []),
]
SIGNED_IN: list[tuple[str, bytes, list[str | bytes]]] = [
    ("POST /receptions", b"csrf=\xff", [FORM]),
    ("POST /receptions", f"csrf=TOKEN&title=%00{SEAT}".encode(), [FORM]),
    ("POST /receptions", f"csrf=TOKEN&title=x{SEAT}".replace("2026", "0001").encode(), [FORM]),
    ("POST /receptions", f"csrf=TOKEN&title=x{SEAT}".replace("2026-01-01", "9999-12-31").encode(), [FORM]),
    ("POST /receptions", f"csrf=TOKEN&title=x{SEAT}&case-rows={'1,' * 200}&case-1-title={'x' * 201}".encode(), [FORM]),
    ("POST /receptions", f"csrf=TOKEN&title=x{SEAT}&seat-%FF=1".encode(), [FORM]),
    ("POST /receptions", f"csrf=TOKEN&title=x{SEAT}&person-rows=1&person-1-name=%01".encode(), [FORM]),
    ("POST /receptions/x/edit", b"csrf=TOKEN&edition=9e9", [FORM]),
    ("PUT /api/receptions/x/plan", b"{}", []),
    ("POST /api/receptions", b"\xff\xfe", []),
    ("POST /api/receptions", b"[]", []),
    ("POST /api/receptions", b"[" * 100_000, []),
    ("POST /api/receptions", b'{"title":"\\u0000",' + JSON_SEAT, []),
    ("POST /api/receptions", b'{"title":"\\ud800",' + JSON_SEAT, []),
    ("POST /api/receptions", b'{"title":"x","starts_ms":1e999,"seats":[]}', []),
    ("POST /api/receptions", b"{}", [b"Idempotency-Key: \xff"]),
    ("POST /api/receptions", b"{}", ["Idempotency-Key:"]),
    ("GET /api/receptions?after=%FF", b"", []),
    ("GET /api/receptions?after=W10", b"", []),
    ("GET /api/recordings?limit=%00", b"", []),
    ("GET /today?after=%00", b"", []),
    ("GET /receptions/%FF%FE", b"", []),
    ("GET /receptions/%ED%A0%80", b"", []),
    ("GET /receptions/%00", b"", []),
    ("GET /receptions/" + "a" * 7000, b"", []),
    ("GET /api/receptions?from_ms=99999999999999&before_ms=99999999999999", b"", []),
    ("GET /api/receptions?from_ms=99&before_ms=1", b"", []),
    ("GET /api/receptions?from_ms=%D9%A1", b"", []),
    ("GET /archive?page=%D9%A1", b"", []),
    (f"POST /api/recordings/{RECORDING}/purpose", b'{"purpose":"x\\u0000"}', []),
    (f"POST /api/recordings/{RECORDING}/purpose", b'{"purpose":""}', []),
    (f"GET {SEGMENT}/%FF/1", b"", []),
    (f"GET {SEGMENT}/t1/999999999", b"", []),
    (f"GET {SEGMENT}/t1/99999999999999999999", b"", []),
    (f"GET {SEGMENT}/t1/1?as=x", b"", []),
    (f"GET {SEGMENT}/t1/1", b"", [b"Range: bytes=\xff-"]),
    ("DELETE /today", b"", []),
    ("PUT /api/receptions/x", b"", []),
]


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Pages]:
    async with serving(tmp_path) as running:
        await sealed(running)
        yield running


async def status(pages: Pages, what: str, body: bytes, headers: list[str | bytes]) -> int:
    """The status of the answer to these very bytes."""
    host = pages.origin.removeprefix("http://")
    port = host.rpartition(":")[2].encode()
    told = [(line.encode() if isinstance(line, str) else line).replace(b"PORT", port) for line in headers]
    if what.startswith("POST /api/"):
        told.append(b"Content-Type: application/json")
    head = [f"{what} HTTP/1.1".encode(), f"Host: {host}".encode(), b"Connection: close", *told]
    reader, writer = await asyncio.open_connection(*host.split(":"))
    writer.write(b"\r\n".join([*head, f"Content-Length: {len(body)}".encode(), b"", body]))
    async with asyncio.timeout(30):
        answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return int(answer.split(b" ", 2)[1])


def faults(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What we would have to answer for."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.levelno >= logging.ERROR and record.name != "web.assets"
    ]


async def test_strangers_bytes(pages: Pages, caplog: pytest.LogCaptureFixture) -> None:
    for what, body, headers in STRANGERS:
        assert 200 <= await status(pages, what, body, headers) < 500, (what, body[:80])
    assert faults(caplog) == []


async def test_bytes_of_who_is_signed_in(pages: Pages, caplog: pytest.LogCaptureFixture) -> None:
    async with pages.reader() as chair:
        await chair.sign_in("chair")
        token = await chair.token()
        cookie = "; ".join(f"{one.key}={one.value}" for one in chair.client.cookie_jar)
        own: list[str | bytes] = [f"Cookie: {cookie}", f"X-CSRF-Token: {token}"]
        for what, body, headers in SIGNED_IN:
            sent = body.replace(b"TOKEN", token.encode())
            got = await status(pages, what, sent, [*own, *headers])
            assert 400 <= got < 500 or what.startswith("GET /archive"), (what, body[:80], got)
        assert "No reception today." not in (await chair.get("/today")).text
    assert faults(caplog) == []


@pytest.mark.parametrize(
    "text", [b"GET /today HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00", b"\r\n" * 100, b"G" * 20_000]
)
async def test_what_is_no_http(pages: Pages, text: bytes) -> None:
    reader, writer = await asyncio.open_connection(*pages.origin.removeprefix("http://").split(":"))
    writer.write(text)
    writer.write_eof()
    async with asyncio.timeout(30):
        answer = await reader.read()
    assert b"Traceback" not in answer
    assert b"HTTP/1.1 5" not in answer
    writer.close()
    await writer.wait_closed()
