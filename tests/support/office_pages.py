"""What an administrator and a secretary do before a reception, by the pages and their buttons."""

import re
from collections.abc import Mapping, Sequence

import msgspec
from playwright.async_api import Locator, Page, expect

from bridge.model import Role

_RECEPTION = re.compile(r"/receptions/([a-z0-9]{20})(\?saved)?$")


class Guest(msgspec.Struct, frozen=True):
    """Somebody without an account. ``at``: words of the bridge point they sit at, empty for a device of their own."""

    name: str
    case: int
    at: str = ""


class Asked(msgspec.Struct, frozen=True):
    """A reception to be planned. ``seats``: accounts by name."""

    title: str
    seats: Mapping[str, Role]
    cases: Sequence[str]
    guests: Sequence[Guest]


class SetUpDesk:
    """An administrator who is signed in."""

    def __init__(self, page: Page, origin: str) -> None:
        self.page = page
        self._origin = origin

    async def own_agency(self) -> None:
        """Its page: the first of the tree."""
        await self.page.goto(f"{self._origin}/setup")
        await self.page.click("main ul.list-unstyled > li:first-child > a")

    async def add_agency(self, name: str, level: str) -> None:
        """Below one's own; its page stands afterwards."""
        await self.own_agency()
        await self.page.click("main a[href$='/agencies']")
        await self.page.fill("#name", name)
        await self.page.select_option("#level", level)
        await self._send()

    async def add_point(self, name: str, place: str) -> None:
        """Of the agency whose page stands."""
        await self.page.click("main a[href$='/points']")
        await self.page.fill("#name", name)
        await self.page.fill("#place", place)
        await self._send()

    async def add_point_account(self, point: str, login: str, role: Role) -> str:
        """Its password."""
        await self.page.locator("main li", has_text=point).locator("a[href$='/account']").click()
        return await self._account(login, role)

    async def add_person(self, name: str, login: str, role: Role) -> str:
        """Of the agency whose page stands; their password."""
        await self.page.click("main a[href$='/people']:not([href='/setup/people'])")
        await self.page.fill("#name", name)
        return await self._account(login, role)

    async def _account(self, login: str, role: Role) -> str:
        await self.page.fill("#login", login)
        await self.page.check(f"#role-{role}")
        await self.page.click("main button.btn-primary")
        await self.page.wait_for_url("**/setup/passwords/**")
        return await self.page.locator("main tbody tr", has_text=login).locator("code").inner_text()

    async def _send(self) -> None:
        await self.page.click("main button.btn-primary")
        await self.page.wait_for_url("**?saved")


async def first_sign_in(page: Page, origin: str, login: str, given: str, own: str) -> None:
    """With a password that somebody else gave: another is asked for before anything else."""
    await page.goto(f"{origin}/sign-in")
    await page.fill("[name=login]", login)
    await page.fill("[name=password]", given)
    await page.click("main form button")
    await page.wait_for_url("**/account/password")
    await page.fill("[name=old]", given)
    for field in ("new", "again"):
        await page.fill(f"[name={field}]", own)
    await page.click("main form button")
    await page.wait_for_url("**/today")


class PlanningDesk:
    """A secretary who is signed in."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def fills(self, asked: Asked) -> None:
        """The form of a new reception, by its own buttons."""
        await self.page.click("a[href='/receptions/new']")
        await self.page.fill("#title", asked.title)
        for name, role in asked.seats.items():
            row = self.page.locator("#seats li", has=self.page.locator("label", has_text=name))
            await row.get_by_role("checkbox").check()
            await row.locator("select[name^=role-]").select_option(role)
        await self._fill_cases(asked.cases)
        for number, guest in enumerate(asked.guests, start=1):
            await self._press("add-person")
            await self._fill_guest(number, guest)

    async def sends(self) -> str:
        """The planned reception's id."""
        await self._press("save")
        await self.page.wait_for_url(_RECEPTION)
        found = _RECEPTION.search(self.page.url)
        assert found is not None
        return found[1]

    async def _fill_cases(self, titles: Sequence[str]) -> None:
        for number, title in enumerate(titles, start=1):
            if number > 1:
                await self._press("add-case")
            await self.page.fill(f"#case-{number}-title", title)

    async def _fill_guest(self, number: int, guest: Guest) -> None:
        await self.page.fill(f"#person-{number}-name", guest.name)
        where = self.page.locator(f"#person-{number}-where")
        if guest.at:
            point = await where.locator("option[value^='point:']", has_text=guest.at).get_attribute("value")
            await where.select_option(point)
        await self.page.select_option(f"#person-{number}-cases", str(guest.case))

    async def _press(self, button: str) -> None:
        await self.page.get_by_test_id(button).click()

    async def invitations(self, names: Sequence[str]) -> dict[str, str]:
        """From the reception's page: the sheets, printed; the code on each person's."""
        await self._press("invitations")
        await self.page.evaluate("window.print = () => document.body.setAttribute('data-printed', '')")
        await self._press("print")
        await expect(self.page.locator("body")).to_have_attribute("data-printed", "")
        return {name: await self._sheet(name).get_by_test_id("code").inner_text() for name in names}

    async def pages_on_paper(self) -> int:
        """How many the printer gives out."""
        printed = await self.page.pdf(prefer_css_page_size=True)
        return len(re.findall(rb"/Type\s*/Page\b(?!s)", printed))

    def _sheet(self, name: str) -> Locator:
        return self.page.get_by_test_id("sheet").filter(has_text=name)
