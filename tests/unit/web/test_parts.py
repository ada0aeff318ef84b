"""Passwords, the built client's names, forms, what is kept at hand."""

import asyncio
import hashlib
import json
from pathlib import Path

import pytest

from bridge.errors import Code, Invalid, Refusal
from bridge.manifest import ManifestSegment
from bridge.media import Codec
from deploy.time import SystemClock, SystemEntropy
from storage.objects.directory import DirectoryObjects
from web.assets import Entry, load_assets
from web.browser_forms import BrowserForms
from web.forms import Form
from web.passwords import Argon2Passwords


def test_argon2id_fits_its_own_password_only() -> None:
    passwords = Argon2Passwords(SystemEntropy())
    stored = passwords.hash("correct horse battery")
    assert stored.startswith("$argon2id$")
    assert stored != passwords.hash("correct horse battery")
    assert passwords.verify(stored, "correct horse battery")
    assert not passwords.verify(stored, "Correct horse battery")
    assert not passwords.verify("", "a password that nobody has")
    assert not passwords.verify("not a hash", "x")


def test_an_entry_takes_the_styles_of_what_it_imports(tmp_path: Path) -> None:
    manifest = {
        "_shared.js": {"file": "assets/shared-1.js", "css": ["assets/shared-1.css"], "imports": ["_deep.js"]},
        "_deep.js": {"file": "assets/deep-1.js", "css": ["assets/deep-1.css"], "imports": ["_shared.js"]},
        "web/client/room/main.ts": {"file": "assets/room-1.js", "isEntry": True, "imports": ["_shared.js"]},
        "web/client/styles/main.css": {"file": "assets/styles-1.css", "isEntry": True},
    }
    (tmp_path / "build" / ".vite").mkdir(parents=True)
    (tmp_path / "build" / ".vite" / "manifest.json").write_text(json.dumps(manifest))
    assets = load_assets(tmp_path)
    build = "/static/build/assets"
    assert assets.entry("room") == Entry((f"{build}/room-1.js",), (f"{build}/shared-1.css", f"{build}/deep-1.css"))
    assert assets.entry("styles") == Entry((), (f"{build}/styles-1.css",))
    assert assets.entry("player") == Entry()


def test_a_missing_build_is_named_with_its_remedy(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert not load_assets(tmp_path).built
    assert "make setup" in caplog.text


def test_a_form_names_each_field_once() -> None:
    form = Form({"title": " x "})
    form.wrong("title", limit="3")
    form.refused(Invalid(field="title"))
    form.refused(Invalid())
    assert [fault.field for fault in form.faults] == ["title", "form"]
    assert form.text("title") == "x"
    assert form.text("absent") == ""
    assert form.fault("absent") is None


class SlowRemuxer:
    """Counts, and lets others in between."""

    def __init__(self) -> None:
        self.made = 0

    async def browser_form(self, container: str, body: bytes) -> tuple[str, bytes]:
        self.made += 1
        await asyncio.sleep(0)
        return f"video/{container}", body


def segment(body: bytes) -> ManifestSegment:
    digest = hashlib.sha256(body).hexdigest()
    return ManifestSegment(1, f"a/{digest[:8]}", "", len(body), digest, "webm", Codec.VP8, 1, 1, 1, 0, 1, 0, 1, 0, 1)


async def test_browser_forms_are_shared_and_bounded(tmp_path: Path) -> None:
    objects, remuxer = DirectoryObjects(tmp_path, SystemClock()), SlowRemuxer()
    await objects.prepare()
    forms = BrowserForms(objects, remuxer, limit_bytes=250)
    bodies = [bytes([number]) * 100 for number in range(3)]
    for body in bodies:
        await objects.put(segment(body).key, body, 0)
    first = await asyncio.gather(*(forms.of(segment(bodies[0])) for _ in range(5)))
    assert {form.body for form in first} == {bodies[0]}
    assert remuxer.made == 1
    await forms.of(segment(bodies[1]))
    await forms.of(segment(bodies[0]))
    await forms.of(segment(bodies[2]))  # the second, longest unused, goes
    await forms.of(segment(bodies[0]))
    assert remuxer.made == 3
    await forms.of(segment(bodies[1]))
    assert remuxer.made == 4
    await forms.close()
    objects.close()


async def test_a_changed_segment_is_never_shown(tmp_path: Path) -> None:
    objects, remuxer = DirectoryObjects(tmp_path, SystemClock()), SlowRemuxer()
    await objects.prepare()
    forms = BrowserForms(objects, remuxer, limit_bytes=250)
    asked = segment(b"as sealed")
    await objects.put(asked.key, b"not as it was", 0)
    with pytest.raises(Refusal) as refused:
        await forms.of(asked)
    assert (refused.value.code, remuxer.made) == (Code.OBJECT_DAMAGED, 0)
    await forms.close()
    objects.close()
