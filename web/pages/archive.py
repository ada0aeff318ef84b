"""The archive: the list, the player behind the question of purpose, and the proof page."""

import asyncio
from collections.abc import Mapping

from aiohttp import web

from bridge.errors import Invalid, Refusal
from bridge.manifest import Manifest, ordered_segments
from bridge.model import RecordingRow
from bridge.policy import Action, Concern, authorise
from bridge.verification import Fault, Verification
from web.api.recordings import rows_for
from web.checks import Checks
from web.config import WebPorts
from web.forms import Form, read_form
from web.keys import ASSETS
from web.manifests import Manifests
from web.purposes import Purposes
from web.reach import recording_of, sealed
from web.render import page_of, render, see_other
from web.requests import actor_of, signed_in
from web.wire import PlayerConfig

ROWS_A_PAGE = 50
_SOON_S = 2.0
"""A short recording is checked within it, and the reader sees the result at once."""

_ASK_AGAIN_S = 3


class ArchivePages:
    """The handlers; what they keep between requests is given to them."""

    def __init__(self, ports: WebPorts, manifests: Manifests, checks: Checks, purposes: Purposes) -> None:
        self._ports = ports
        self._manifests = manifests
        self._checks = checks
        self._purposes = purposes

    async def listing(self, request: web.Request) -> web.StreamResponse:
        """Newest first, in pages."""
        authorise(actor_of(request), Action.SEE_ARCHIVE, Concern("archive", None))
        rows = await rows_for(request, self._ports)
        number = _page_number(request)
        first = (number - 1) * ROWS_A_PAGE
        return render(
            request,
            "archive.html",
            rows=rows[first : first + ROWS_A_PAGE],
            number=number,
            more=len(rows) > first + ROWS_A_PAGE,
        )

    # ── the player ─────────────────────────────────────────────────────────────────────────────────────────────

    async def player(self, request: web.Request) -> web.StreamResponse:
        """The player, or first the question what for."""
        row = await recording_of(request, Action.PLAY_RECORDING)
        if not row.manifest_key:
            return render(request, "unsealed.html", row=row)
        if not self._purposes.given(signed_in(request), row.id):
            return render(request, "purpose.html", row=row, form=Form())
        return render(
            request,
            "island.html",
            island="player",
            island_config=_player_config(request, row),
            entry=request.app[ASSETS].entry("player"),
            firefox_refuses=False,
            heading=row.title,
        )

    async def purpose(self, request: web.Request) -> web.StreamResponse:
        """Writes the entry, then on to the player."""
        row, form = sealed(await recording_of(request, Action.PLAY_RECORDING)), await read_form(request)
        try:
            await self._purposes.give(signed_in(request), row, form.text("purpose"))
        except Invalid as refusal:
            form.refused(refusal)
            return render(request, "purpose.html", 422, row=row, form=form)
        raise see_other(f"/archive/{row.id}")

    # ── the proof ──────────────────────────────────────────────────────────────────────────────────────────────

    async def proof(self, request: web.Request) -> web.StreamResponse:
        """What was checked, when, with what result for each object, and how to repeat it without this server."""
        row = sealed(await recording_of(request, Action.VERIFY_RECORDING))
        check = self._checks.last(row.id)
        manifest, unreadable = await self._manifest(row)
        response = render(
            request,
            "proof.html",
            row=row,
            manifest=manifest,
            unreadable=unreadable,
            segments=ordered_segments(manifest.tracks) if manifest else [],
            check=check,
            faults=faults_by_path(check.result) if check else {},
            running=self._checks.running(row.id),
        )
        if self._checks.running(row.id):
            response.headers["Refresh"] = str(_ASK_AGAIN_S)
        return response

    async def verify(self, request: web.Request) -> web.StreamResponse:
        """Starts a check (or joins one under way) and shows what there is after a moment."""
        row = sealed(await recording_of(request, Action.VERIFY_RECORDING))
        await asyncio.wait([self._checks.start(row)], timeout=_SOON_S)
        raise see_other(f"/archive/{row.id}/proof")

    async def _manifest(self, row: RecordingRow) -> tuple[Manifest | None, Refusal | None]:
        """A manifest that is missing or damaged is what the page has to tell, not a reason to fail."""
        try:
            return await self._manifests.of(row), None
        except Refusal as refusal:
            return None, refusal


def faults_by_path(result: Verification) -> Mapping[str, list[Fault]]:
    """Every fault under the object it was found in."""
    found: dict[str, list[Fault]] = {}
    for fault in result.faults:
        found.setdefault(fault.path, []).append(fault)
    return found


def _page_number(request: web.Request) -> int:
    text = request.query.get("page", "1")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def _player_config(request: web.Request, row: RecordingRow) -> PlayerConfig:
    api = f"/api/recordings/{row.id}"
    return PlayerConfig(
        page=page_of(request),
        recording=row.id,
        title=row.title,
        manifest=f"{api}/manifest",
        segment=f"{api}/segments/{{track}}/{{number}}?as=browser",
        verify=f"{api}/verify",
        proof=f"/archive/{row.id}/proof",
        purpose=f"{api}/purpose",
        purpose_given=True,
    )
