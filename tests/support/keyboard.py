"""Somebody without a mouse: goes on by Tab, presses by Enter, and looks at each step where the focus is."""

from playwright.async_api import Page

_MOST = 60
"""More steps than any page has on the way to what it is for."""

_FOCUS = """(known) => {
    const one = document.activeElement;
    const box = one.getBoundingClientRect();
    const style = getComputedStyle(one);
    const before = window.focusBefore;
    const back = before && before.isConnected && !(before.compareDocumentPosition(one) & 4) && before !== one;
    window.focusBefore = one;
    const seen = box.width > 0 && box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
    return {
        is: one.matches(known),
        html: one.outerHTML.slice(0, 160),
        outside: one === document.body,
        faults: [
            ...(seen ? [] : ["not in sight"]),
            ...(parseFloat(style.outlineWidth) >= 3 && style.outlineStyle !== "none" ? [] : ["no ring"]),
            ...(back ? ["before the last one in the document"] : []),
            ...(one.tabIndex > 0 ? ["out of order by tabindex"] : []),
        ],
    };
}"""
_QUIET = "h1, main, .dc-floor-plan"
"""Focused for those who listen, no controls: they show no ring."""


class Keyboard:
    """``faults``: every place on the way where the focus could not be seen or went back."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.faults: list[str] = []
        self.passed: list[str] = []

    async def to(self, selector: str) -> None:
        """Tab until it is focused. Raises AssertionError when it never is."""
        self.passed = []
        await self.page.evaluate("window.focusBefore = document.activeElement")
        for _ in range(_MOST):
            await self.page.keyboard.press("Tab")
            found = await self.page.evaluate(_FOCUS, selector)
            if found["outside"]:
                continue
            self.passed.append(found["html"])
            if not await self.page.evaluate(f"document.activeElement.matches({_QUIET!r})"):
                self.faults += [f"{self.page.url}: {fault}: {found['html']}" for fault in found["faults"]]
            if found["is"]:
                return
        raise AssertionError(f"no way by Tab to {selector}; passed " + "\n".join(self.passed))

    async def press(self, selector: str) -> None:
        """Go there, then Enter."""
        await self.to(selector)
        await self.page.keyboard.press("Enter")

    async def type(self, selector: str, text: str) -> None:
        """Go there, then write."""
        await self.to(selector)
        await self.page.keyboard.type(text)
