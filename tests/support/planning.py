"""The form of a reception as a browser without scripts sends it, and what came of it."""

import re
from html import unescape

from bridge.ids import ReceptionId, SeatId
from bridge.reception import Reception
from tests.support.pages import Answer, Pages, Reader

TITLE = "Đất đai xã Suối Mơ"
PEOPLE = {
    "title": TITLE,
    "kind": "periodic",
    "seat-id-chair": "1",
    "role-id-chair": "chair",
    "name-id-chair": "Trần Thị B",
    "seat-id-citizen": "1",
    "role-id-citizen": "citizen",
    "person-rows": "1,2,3,4",
    "person-1-name": "Lê Văn C",
    "person-1-role": "citizen",
    "person-1-where": "own",
    "person-1-cases": "2",
    "person-2-name": "Luật sư D",
    "person-2-role": "lawyer",
    "person-2-where": "person:1",
    "person-3-name": "Phạm Thị E",
    "person-3-role": "interpreter",
    "person-3-where": "point:point-province",
    "person-4-name": "Nguyễn Thị G",
    "person-4-role": "citizen",
    "person-4-where": "account:id-citizen",
    "case-rows": "1,2",
    "case-1-title": "Đường vào xã",
    "case-2-title": "Thoát nước",
}
_INPUT = re.compile(r'<input [^>]*?name="([^"]+)"[^>]*?>')
_SELECT = re.compile(r'<select [^>]*?name="([^"]+)".*?</select>', re.DOTALL)


def typed(page: Answer, **changes: str) -> dict[str, str]:
    """What a browser without scripts would send of the page's form, with these changes."""
    main = page.text.partition('<form method="post" action="/receptions')[2].partition("</form>")[0]
    fields: dict[str, str] = {}
    for found in _INPUT.finditer(main):
        value = re.search(r'value="([^"]*)"', found[0])
        if 'type="checkbox"' not in found[0] or " checked" in found[0]:
            fields[found[1]] = unescape(value[1]) if value else ""
    for found in _SELECT.finditer(main):
        options = re.findall(r'<option value="([^"]*)"( selected)?', found[0])
        fields[found[1]] = next((value for value, chosen in options if chosen), options[0][0])
    note = re.search(r'name="note"[^>]*>([^<]*)<', main)
    return {**fields, "note": unescape(note[1]) if note else "", "do": "save", **changes}


async def made(reader: Reader, **changes: str) -> Answer:
    """A new reception's page."""
    form = typed(await reader.get("/receptions/new"))
    answer = await reader.send("/receptions", {**form, **PEOPLE, **changes})
    assert re.fullmatch(r"/receptions/[a-z0-9]{20}", answer.path), answer.text
    return answer


def id_of(page: Answer) -> ReceptionId:
    """Of its page."""
    return ReceptionId(re.split(r"[/?]", page.path)[2])


async def present(pages: Pages, page: Answer) -> Reception:
    """As it is stored."""
    return await pages.ports.receptions.present(id_of(page))


async def marks(pages: Pages, page: Answer) -> dict[SeatId, str]:
    """Of the codes that open its seats."""
    async with pages.storage.units.reading() as unit:
        return {one.seat: one.mark for one in await unit.invitations.of_reception(id_of(page))}
