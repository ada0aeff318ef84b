"""The theme that was chosen is in the page itself, on every page after it, and goes with a choice of the device."""

from pathlib import Path

from tests.support.pages import serving


async def test_a_choice_is_kept_and_taken_back(tmp_path: Path) -> None:
    async with serving(tmp_path) as pages, pages.reader() as reader:
        assert "data-bs-theme" not in (await reader.get("/sign-in")).text
        answer = await reader.get("/sign-in?theme=dark")
        assert 'data-bs-theme="dark"' in answer.text
        cookie = answer.headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert 'data-bs-theme="dark"' in (await reader.get("/receptions/none")).text  # also where nothing is found
        assert 'data-bs-theme="light"' in (await reader.get("/sign-in?theme=light")).text
        assert "data-bs-theme" not in (await reader.get("/sign-in?theme=device")).text
        assert "data-bs-theme" not in (await reader.get("/sign-in")).text
        assert "data-bs-theme" not in (await reader.get('/sign-in?theme="><script>')).text
