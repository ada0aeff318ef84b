"""Settings of an office on the web: inherited, shown on every page, changed by two at once; its logo by content."""

import aiohttp
import pytest

from bridge.ids import AgencyId
from bridge.model import AdmitRule
from bridge.offices import office_of
from tests.support.pages import Answer, Pages, Reader
from tests.support.pictures import jpeg, png
from tests.support.province import COMMUNE_ADMINISTRATOR, audited, fields, filled, signed_in
from web.officebook import defaults_of

CENTRAL, COMMUNE = "/setup/agencies/office-central/office", "/setup/agencies/office-commune/office"


async def sent_logo(reader: Reader, office: str, body: bytes, name: str = "logo.png", **typed: str) -> Answer:
    """Through the form with the file."""
    sent = aiohttp.FormData()
    page = fields(await reader.get(office), **typed)
    for field in ("csrf", "version"):
        sent.add_field(field, page[field])
    sent.add_field("logo", body, filename=name, content_type="image/png")
    return await reader.ask(
        "POST", f"{office.removesuffix('/office')}/logo", data=sent, headers={"Origin": reader.origin}
    )


async def test_it_is_inherited_and_stands_on_every_page(pages: Pages) -> None:
    async with pages.reader() as reader, pages.reader() as citizen, pages.reader() as stranger:
        await signed_in(reader)
        assert (await reader.get("/setup/office")).path == CENTRAL
        said = {
            "name": "UBND tỉnh Nghệ An",
            "contact": "0238 3844 522",
            "bring": "Căn cước\nĐơn",
            "session_minutes": "45",
        }
        saved = await filled(reader, CENTRAL, **said, admit="on_join", own_devices="no", resume_seconds="60")
        assert saved.path == f"{CENTRAL}?saved"
        assert "UBND tỉnh Nghệ An</bdi>" in (await stranger.get("/sign-in")).text
        assert "Cannot sign in? Call 0238 3844 522." in (await stranger.get("/sign-in")).text
        await signed_in(citizen, "citizen")
        assert "UBND tỉnh Nghệ An</bdi>" in (await citizen.get("/today")).text
        own = await filled(reader, COMMUNE, name="UBND xã Kim Liên")
        assert "now “0238 3844 522”" in own.text
        assert "UBND xã Kim Liên</bdi>" in (await citizen.get("/today")).text
        assert "UBND tỉnh Nghệ An</bdi>" in (await stranger.get("/sign-in")).text
        # What is not there is told under the office's name too.
        assert "UBND xã Kim Liên</bdi>" in (await citizen.get("/nowhere")).text
    async with pages.storage.units.reading() as unit:
        commune = await office_of(unit, AgencyId("office-commune"), defaults_of(pages.config))
    assert (commune.name, commune.bring, commune.session_minutes) == ("UBND xã Kim Liên", "Căn cước\nĐơn", 45)
    assert (commune.admit, commune.own_devices, commune.resume_seconds) == (AdmitRule.ON_JOIN, False, 60)
    assert await audited(pages, "change_office") == ["done", "done"]


async def test_only_offered_languages_are_spoken(pages: Pages) -> None:
    async with pages.reader() as reader, pages.reader(**{"Accept-Language": "en"}) as stranger:
        await signed_in(reader)
        assert '<html lang="en"' in (await stranger.get("/sign-in")).text
        await filled(reader, CENTRAL, **{"lang-vi": "1"})
        asked = await stranger.get("/sign-in?lang=en")
        assert '<html lang="vi"' in asked.text
        assert 'hreflang="en"' not in asked.text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": "x" * 121}, "Write at most 120 characters."),
        ({"house_rules": "x" * 2001}, "Write at most 2000 characters."),
        ({"session_minutes": "9"}, "Enter a whole number from 10 to 480."),
        ({"resume_seconds": "soon"}, "Enter a whole number from 10 to 300."),
        ({"admit": "anybody"}, "Choose one of the list."),
        ({"language": "xx"}, "The first language must be one of those offered."),
        ({"lang-vi": "1", "language": "en"}, "The first language must be one of those offered."),
    ],
)
async def test_each_field_has_its_bounds_and_loses_nothing(pages: Pages, typed: dict[str, str], sentence: str) -> None:
    async with pages.reader() as reader:
        await signed_in(reader)
        answer = await filled(reader, CENTRAL, **{"name": "Kept", "contact": "Kept too"} | typed)
        assert (answer.status, sentence in answer.text, 'value="Kept too"' in answer.text) == (422, True, True)
    assert await audited(pages, "change_office") == []


async def test_two_at_once_are_told_and_lose_nothing(pages: Pages) -> None:
    async with pages.reader() as first, pages.reader() as second:
        await signed_in(first)
        await signed_in(second, COMMUNE_ADMINISTRATOR)
        mine, theirs = fields(await first.get(COMMUNE)), fields(await second.get(COMMUNE))
        assert (await first.send(COMMUNE, {**mine, "name": "Một", "contact": "111"})).status == 200
        late = await second.send(COMMUNE, {**theirs, "name": "Hai", "address": "Nhà B"})
        assert (late.status, "It now says: Một" in late.text) == (409, True)
        for kept in ('value="Hai"', 'value="Nhà B"', 'value="111"'):
            assert kept in late.text
        again = await second.send(COMMUNE, fields(late, name="Hai", address="Nhà B", contact="111"))
        assert again.path == f"{COMMUNE}?saved"
        stale = await sent_logo(first, COMMUNE, png(), version="1")
        assert (stale.status, "Somebody else changed" in stale.text) == (409, True)


async def test_a_logo_is_what_its_bytes_are_and_served_as_nothing_else(pages: Pages) -> None:
    async with pages.reader() as reader, pages.reader() as stranger:
        await signed_in(reader)
        for body, name, told in (
            (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "logo.png", "no whole PNG or JPEG"),
            (png() + b"<script>", "logo.png", "no whole PNG or JPEG"),
            (png(8, 8), "logo.png", "must be 16 to 2000 pixels"),
            (b"", "logo.png", "Choose a file that is not empty."),
        ):
            refused = await sent_logo(reader, CENTRAL, body, name)
            assert (refused.status, told in refused.text) == (422, True), name
        assert (await sent_logo(reader, CENTRAL, png() + b"x" * 256_000)).status in (413, 422)
        assert "<img" not in (await stranger.get("/sign-in")).text
        saved = await sent_logo(reader, CENTRAL, jpeg(), "../../évil.svg")
        assert saved.path == f"{CENTRAL}?saved"
        page = await stranger.get("/sign-in")
        address = page.text.partition('src="/office/logos/')[2].partition('"')[0]
        logo = await stranger.get(f"/office/logos/{address}")
        assert (logo.body, logo.headers["Content-Type"]) == (jpeg(), "image/jpeg")
        assert logo.headers["X-Content-Type-Options"] == "nosniff"
        assert "immutable" in logo.headers["Cache-Control"]
        assert "sandbox" in logo.headers["Content-Security-Policy"]
        for path in ("nothing.png", "%2e%2e%2fconfig.py", address + "x", "%00"):
            assert (await stranger.get(f"/office/logos/{path}")).status == 404
        gone = await filled(reader, CENTRAL, f"{CENTRAL.removesuffix('/office')}/logo/remove")
        assert gone.path == f"{CENTRAL}?saved"
        assert "<img" not in (await stranger.get("/sign-in")).text


async def test_nobody_sets_what_is_above_or_beside(pages: Pages) -> None:
    async with pages.reader() as below, pages.reader() as chair:
        await signed_in(below, COMMUNE_ADMINISTRATOR)
        own = fields(await below.get(COMMUNE), name="Mine")
        assert (await below.get(CENTRAL)).status == 404
        assert (await below.send(CENTRAL, own)).status == 404
        await signed_in(chair, "chair")
        typed = {"csrf": await chair.token(), "name": "Mine", "version": "0"}
        assert (await chair.get(CENTRAL)).status == 404
        assert (await chair.send(CENTRAL, typed)).status == 404
        assert (await chair.send(f"{CENTRAL.removesuffix('/office')}/logo/remove", typed)).status == 404
    async with pages.storage.units.reading() as unit:
        assert await unit.offices.newest() == []
