"""A province from a file: looked at, then carried out whole or not at all."""

import asyncio
import re
from html import unescape

import aiohttp
import pytest

from bridge.auditing import check_database
from bridge.ids import AccountId
from tests.support.pages import Answer, Pages, Reader
from tests.support.province import COMMUNE_ADMINISTRATOR, audited, counted, province, signed_in

PASSWORD = re.compile(r"<code>([^<]+)</code>")
COMMUNES = 150


async def looked_at(reader: Reader, body: bytes) -> Answer:
    """The file, sent as a browser does."""
    form = aiohttp.FormData()
    form.add_field("csrf", await reader.token())
    form.add_field("file", body, filename="tỉnh.csv", content_type="text/csv")
    return await reader.ask("POST", "/setup/import", data=form, headers={"Origin": reader.origin})


def confirmed(page: Answer, **other: str) -> aiohttp.FormData:
    """The second form of the page."""
    found = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", page.text, re.DOTALL)
    assert found, page.text
    values = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.text))
    values["listing"] = unescape(found[1]).replace("\r\n", "\n").replace("\n", "\r\n")
    form = aiohttp.FormData(default_to_multipart=True)
    for name, value in {**values, **other}.items():
        form.add_field(name, value)
    return form


async def carried_out(reader: Reader, page: Answer, **other: str) -> Answer:
    headers = {"Origin": reader.origin}
    return await reader.ask("POST", "/setup/import/run", data=confirmed(page, **other), headers=headers)


async def test_a_province_is_looked_at_imported_and_left_the_second_time(pages: Pages) -> None:
    agencies, points, accounts = await counted(pages)
    async with pages.reader() as reader:
        await signed_in(reader)
        page = await looked_at(reader, province(COMMUNES))
        assert (page.status, f"Will be made ({3 * COMMUNES})" in page.text) == (200, True)
        assert await counted(pages) == (agencies, points, accounts)  # nothing is written by looking
        done = await carried_out(reader, page)
        assert len(PASSWORD.findall(done.text)) == COMMUNES
        assert (await reader.get(done.path)).status == 410
        everything = (agencies + COMMUNES, points + COMMUNES, accounts + COMMUNES)
        assert await counted(pages) == everything
        again = await looked_at(reader, province(COMMUNES))
        assert "There is nothing to do." in again.text
        assert "Will be" not in again.text
        moved = province(COMMUNES).replace("Nhà văn hóa".encode(), "Trụ sở".encode())
        change = await looked_at(reader, moved)
        assert f"Will be changed ({COMMUNES - 1})" in change.text
        assert (await carried_out(reader, change)).path == "/setup?saved"
        assert "There is nothing to do." in (await looked_at(reader, moved)).text
        assert await counted(pages) == everything
        assert "Xã 149" in (await reader.get("/setup")).text
    login, password = "dc.xa007", PASSWORD.findall(done.text)[_place(done.text, "dc.xa007")]
    async with pages.reader() as point:
        assert (await point.sign_in(login, password)).path == "/account/password"
    assert len(await audited(pages, "add_account")) == COMMUNES
    assert (await check_database(pages.storage.units)).faults == ()


def _place(text: str, login: str) -> int:
    return re.findall(r'data-label="Sign-in name"><bdi>([^<]+)<', text).index(login)


async def test_a_double_press_imports_once_and_both_lead_to_the_passwords(pages: Pages) -> None:
    async with pages.reader() as reader:
        await signed_in(reader)
        page = await looked_at(reader, province(3))
        headers = {"Origin": reader.origin}
        sent = await asyncio.gather(
            *(
                reader.ask("POST", "/setup/import/run", data=confirmed(page), headers=headers, allow_redirects=False)
                for _ in range(2)
            )
        )
        (address,) = {answer.headers["Location"] for answer in sent}
        assert len(PASSWORD.findall((await reader.get(address)).text)) == 3
    assert len(await audited(pages, "add_account")) == 3


async def test_a_file_with_faults_names_each_and_writes_nothing(pages: Pages) -> None:
    before = await counted(pages)
    body = province(3) + "Xã X;huyện\r\nXã Y;xã;Không có\r\nXã Z;xã;;P;;Mật khẩu\r\n".encode()
    async with pages.reader() as reader:
        await signed_in(reader)
        page = await looked_at(reader, body)
        assert (page.status, "3 things are wrong. Nothing was written." in page.text) == (422, True)
        found = re.findall(r'data-label="Line of the file">(\d+)<.*?data-label="Column">([^<]+)<', page.text, re.DOTALL)
        assert found == [("5", "level"), ("6", "parent"), ("7", "login")]
        assert "/setup/import/run" not in page.text
        token = await reader.token()
        form = aiohttp.FormData(default_to_multipart=True)
        for name, value in {"csrf": token, "once": "0123456789abcdef", "plan": "x", "listing": body.decode()}.items():
            form.add_field(name, value)
        forced = await reader.ask("POST", "/setup/import/run", data=form, headers={"Origin": reader.origin})
        assert forced.status == 409
    assert await counted(pages) == before


async def test_what_was_changed_since_is_shown_anew(pages: Pages) -> None:
    async with pages.reader() as reader:
        await signed_in(reader)
        page = await looked_at(reader, province(3))
        first = await looked_at(reader, province(2))
        assert (await carried_out(reader, first)).status == 200
        middle = await counted(pages)
        late = await carried_out(reader, page)
        assert (late.status, "Set-up was changed since the file was looked at." in late.text) == (409, True)
        assert "Will be made (3)" in late.text
        assert await counted(pages) == middle
        assert len(PASSWORD.findall((await carried_out(reader, late)).text)) == 1


async def test_a_fault_in_the_middle_leaves_nothing(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    before = await counted(pages)
    async with pages.reader() as reader:
        await signed_in(reader)
        page = await looked_at(reader, province(5))
        ids = iter(range(1000))
        # The ninth thing gets the id of one that exists, which the database refuses.
        monkeypatch.setattr(pages.ports.entropy, "id", lambda: "id-chair" if (at := next(ids)) == 14 else f"fresh-{at}")
        assert (await carried_out(reader, page)).status == 409
        monkeypatch.undo()
        assert await counted(pages) == before
        assert await audited(pages, "add_agency") == []
        assert len(PASSWORD.findall((await carried_out(reader, page)).text)) == 5


async def test_only_below_oneself_and_never_another_place(pages: Pages) -> None:
    async with pages.reader() as below:
        await signed_in(below, COMMUNE_ADMINISTRATOR)
        page = await looked_at(below, province(2))
        assert (page.status, "does not stand below" in page.text) == (422, True)
        named = await looked_at(below, b"agency,level,parent\nX,commune,Office central\n")
        assert "There is no agency “Office central”" in named.text
        own = await looked_at(below, b"agency,level,point,login\nOffice commune,commune,Second room,second\n")
        assert len(PASSWORD.findall((await carried_out(below, own)).text)) == 1
    async with pages.storage.units.reading() as unit:
        second = await unit.accounts.by_login("second")
        assert second is not None
        assert second.agency == "office-commune"
        assert (await unit.accounts.get(AccountId("id-chair"))).agency == "office-central"


async def test_uploads_that_are_none_are_refused(pages: Pages) -> None:
    before = await counted(pages)
    async with pages.reader() as reader:
        await signed_in(reader)
        token = await reader.token()
        assert "Choose a file" in (await looked_at(reader, b"")).text
        assert (await looked_at(reader, b"x" * 200_000)).status == 422
        assert (await looked_at(reader, b"x" * 300_000)).status == 413
        assert (await reader.send("/setup/import", {"csrf": token})).status == 400
        head = {"Origin": reader.origin, "X-CSRF-Token": token}
        for kind, body in (
            ("multipart/form-data", b""),
            ("multipart/form-data; boundary=x", b""),
            ("multipart/form-data; boundary=x", b"nothing like it"),
            ("multipart/form-data; boundary=x", b"--x\r\n\r\nno name\r\n--x--\r\n"),
            ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\nopen'),
            (
                "multipart/form-data; boundary=x",
                b'--x\r\nContent-Disposition: form-data; name="a"\r\n'
                b"Content-Type: text/plain; charset=none\r\n\r\n1\r\n--x--\r\n",
            ),
            (
                "multipart/form-data; boundary=x",
                b'--x\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n'
                b"Content-Transfer-Encoding: base64\r\n\r\n%%%\r\n--x--\r\n",
            ),
            (
                "multipart/form-data; boundary=x",
                b"--x\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n--y\r\n\r\n1\r\n--y--\r\n--x--\r\n",
            ),
            (
                "multipart/form-data; boundary=x",
                b'--x\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n'
                b"Content-Encoding: deflate\r\n\r\nnot deflated\r\n--x--\r\n",
            ),
        ):
            answer = await reader.ask("POST", "/setup/import", data=body, headers={**head, "Content-Type": kind})
            assert answer.status in (400, 413, 422), (kind, body, answer.text)
        forged = aiohttp.FormData()
        forged.add_field("file", province(2), filename="f.csv")
        assert (await reader.ask("POST", "/setup/import", data=forged)).status == 403
        assert "Office central" in (await reader.get("/setup")).text
    assert await counted(pages) == before


@pytest.mark.parametrize("lang", ["vi", "en"])
async def test_the_template_is_a_file_that_can_be_imported(pages: Pages, lang: str) -> None:
    async with pages.reader() as reader:
        await signed_in(reader)
        template = await reader.get(f"/setup/import/template?lang={lang}")
        assert 'filename="diem-cau.csv"' in template.headers["Content-Disposition"]
        page = await looked_at(reader, template.body)
        assert (page.status, "(6)" in page.text) == (200, True)
