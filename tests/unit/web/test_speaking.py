"""Of whom the lines of a request's log speak."""

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from bridge.about import spoken_of
from deploy.time import SystemEntropy
from web.middlewares.speaking import speak_of_it


async def spoken(**match: str) -> dict[str, str]:
    heard: dict[str, str] = {}

    async def handler(_: web.Request) -> web.Response:
        heard.update(spoken_of())
        return web.Response()

    await speak_of_it(make_mocked_request("GET", "/", match_info=match), handler)
    return heard


async def test_of_the_reception_and_the_recording_in_the_address() -> None:
    reception, recording = SystemEntropy().id(), SystemEntropy().id()
    assert await spoken(reception=reception, recording=recording) == {"room": reception, "recording": recording}
    assert await spoken(code="ABCD") == {}


@pytest.mark.parametrize("typed", ["Nguyễn Văn A", "nguyen van a", "x\nERROR root all is well", "", "a" * 41])
async def test_of_nothing_that_somebody_typed_instead(typed: str) -> None:
    assert await spoken(reception=typed) == {}
