"""axe-core in a page: what it complains of, one line each."""

from pathlib import Path

from playwright.async_api import Page

_SOURCE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
_RUN = """async () => {
    const { violations } = await axe.run(document, { resultTypes: ["violations"] });
    return violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.target.join(" ")}: ${node.html}`));
}"""


async def axe_faults(page: Page) -> list[str]:
    """Every violation of its rules, in the whole page. Evaluated from outside, so the pages' content policy stays as it
    is."""
    await page.wait_for_load_state()
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(_SOURCE.read_text(encoding="utf-8"))
    found: list[str] = await page.evaluate(_RUN)
    return found
