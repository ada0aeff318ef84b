"""Whatever answers GET is a page of the table, or is named as none."""

import re
from pathlib import Path

from aiohttp import web

from tests.support.page_table import NO_PAGES, PAGES
from tests.support.pages import serving
from tests.support.ways import WAYS


def _matches(resource: web.AbstractResource, path: str) -> bool:
    found = resource.get_info()
    pattern = found.get("pattern") or re.compile(re.escape(found.get("path", found.get("prefix", ""))))
    return pattern.fullmatch(path) is not None


async def test_every_page_is_in_the_table(tmp_path: Path) -> None:
    async with serving(tmp_path) as pages:
        routes = pages.app.router.routes()
        asked = {route.resource for route in routes if route.method == "GET" and route.resource is not None}
    resources = {one for one in asked if not one.canonical.startswith("/api/") and one.canonical not in NO_PAGES}
    paths = {re.sub(r"\{\w+\}", "x", shown.path.partition("?")[0]) for shown in PAGES}
    missing = [one.canonical for one in resources if not any(_matches(one, path) for path in paths)]
    assert missing == []
    nowhere = {"/receptions/nowhere"}
    strange = [path for path in paths - nowhere if not any(_matches(one, path) for one in resources)]
    assert strange == []


def test_every_way_is_used_and_known() -> None:
    assert {shown.way for shown in PAGES if shown.way} == WAYS.keys()
