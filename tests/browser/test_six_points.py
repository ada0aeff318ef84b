"""Six browsers on this machine: everybody sees the five others."""

from pathlib import Path

import pytest

from tests.browser.conftest import ADVISOR, AGENCY, CHAIR, CITIZEN, OPERATOR, SECRETARY, gathered
from tests.support.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]

_FPS = 10
"""Two cores encode six pictures and decode thirty."""


async def test_six_see_each_other(installation: Product, pictures: Path) -> None:
    six = (CHAIR, AGENCY, CITIZEN, SECRETARY, ADVISOR, OPERATOR)
    async with gathered(installation, "test_six_see_each_other", *six, fps=_FPS) as reception:
        people = await reception.enter()
        await people[0].start()
        for who in people:
            await who.sees(*(other for other in people if other is not who))
        await people[0].who.picture(pictures / "six-chair.png")
