"""The archive: the list, the player behind the question of purpose, the proof page, and who read a recording."""

import asyncio
from collections.abc import Iterable, Mapping
from functools import partial

from aiohttp import web

from bridge.errors import Invalid, Refusal
from bridge.faults import Fault
from bridge.manifest import Manifest, ordered_segments
from bridge.model import RecordingRow
from bridge.policy import Action, Actor, Concern, may
from bridge.search import RecordingCursor, proof_of
from web.archive_list import Found, around, found, names_of, question_of
from web.archive_points import ArchivePoints
from web.checks import Checks
from web.config import WebPorts
from web.forms import Form, read_form
from web.keys import ASSETS
from web.labels import PROOF_STATES
from web.manifests import Manifests
from web.paging import parse_cursor
from web.purposes import Purposes
from web.reach import allowed, concern_of, recording_of, sealed
from web.refusals import told
from web.render import page_of, render, see_other
from web.requests import actor_of, signed_in, words_of
from web.wire import PlayerConfig

ROWS_A_PAGE = 50
CHECKS_SHOWN = 20
_SOON_S = 2.0
"""A short recording is checked within it, and the reader sees the result at once."""

_ASK_AGAIN_S = 2


class ArchivePages:
    """The handlers; what they keep between requests is given to them."""

    def __init__(self, ports: WebPorts, manifests: Manifests, checks: Checks, purposes: Purposes) -> None:
        self._ports = ports
        self._manifests = manifests
        self._checks = checks
        self._purposes = purposes
        self._points = ArchivePoints(ports.clock)

    async def listing(self, request: web.Request) -> web.StreamResponse:
        """What the address asks for, newest first, in pages; a question with a fault finds nothing until mended."""
        await allowed(request, actor_of(request), Action.SEE_ARCHIVE, Concern("archive", None))
        actor, asked = await question_of(request)
        after = parse_cursor(request.query.get("after", ""), RecordingCursor)
        wrong = bool(asked.form.faults)
        async with self._ports.units.reading() as unit:
            page = Found([], None) if wrong else await found(unit, asked.filter, after, ROWS_A_PAGE)
            beside = await around(unit, self._points, asked.filter, page, first=after is None and not wrong)
        return render(
            request,
            "archive.html",
            422 if wrong else 200,
            asked=asked,
            form=asked.form,
            page=page,
            around=beside,
            proofs={state: words_of(request).t(sentence) for state, sentence in PROOF_STATES.items()},
            first=after is None,
            may=partial(_may, actor),
            proof_of=proof_of,
        )

    # ── the player ─────────────────────────────────────────────────────────────────────────────────────────────

    async def player(self, request: web.Request) -> web.StreamResponse:
        """The player, or first the question what for."""
        row = await recording_of(request, Action.PLAY_RECORDING)
        if not row.manifest_key:
            return render(request, "unsealed.html", row=row)
        if not self._purposes.given(signed_in(request), row.id):
            return _ask_purpose(request, row, Form())
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
            return _ask_purpose(request, row, form, 422)
        raise see_other(f"/archive/{row.id}")

    # ── the proof ──────────────────────────────────────────────────────────────────────────────────────────────

    async def proof(self, request: web.Request) -> web.StreamResponse:
        """What was checked, when, by whom, with what result for each object, and how to repeat it without this
        server."""
        row = sealed(await recording_of(request, Action.VERIFY_RECORDING))
        progress, failed = self._checks.progress(row.id), self._checks.failure(row.id)
        async with self._ports.units.reading() as unit:
            checks = await unit.fixity_checks.of(row.id, CHECKS_SHOWN)
            names = await names_of(unit, [check.account for check in checks])
        manifest, unreadable = await self._manifest(row)
        response = render(
            request,
            "proof.html",
            row=row,
            manifest=manifest,
            unreadable=unreadable,
            segments=ordered_segments(manifest.tracks) if manifest else [],
            checks=checks,
            names=names,
            faults=faults_by_path(checks[0].faults) if checks else {},
            progress=progress,
            failed=told(words_of(request), failed) if failed else "",
            may=partial(_may, actor_of(request)),
        )
        if progress is not None:
            response.headers["Refresh"] = str(_ASK_AGAIN_S)
        return response

    async def verify(self, request: web.Request) -> web.StreamResponse:
        """Starts a check (or joins one under way) and shows what there is after a moment."""
        row = sealed(await recording_of(request, Action.VERIFY_RECORDING))
        await asyncio.wait([self._checks.start(row, actor_of(request).account)], timeout=_SOON_S)
        raise see_other(f"/archive/{row.id}/proof")

    # ── who read it ────────────────────────────────────────────────────────────────────────────────────────────

    async def readings(self, request: web.Request) -> web.StreamResponse:
        """Everybody who opened or took out this recording, and what for; newest first."""
        row = await recording_of(request, Action.SEE_READINGS)
        async with self._ports.units.reading() as unit:
            events = await unit.access_events.of(row.id)
            names = await names_of(unit, [event.account for event in events])
        may_here = partial(_may, actor_of(request))
        return render(request, "readings.html", row=row, events=events, names=names, may=may_here)

    async def _manifest(self, row: RecordingRow) -> tuple[Manifest | None, Refusal | None]:
        """A manifest that is missing or damaged is what the page has to tell, not a reason to fail."""
        try:
            return await self._manifests.of(row), None
        except Refusal as refusal:
            return None, refusal


def faults_by_path(faults: Iterable[Fault]) -> Mapping[str, list[Fault]]:
    """Every fault under the object it was found in."""
    by_path: dict[str, list[Fault]] = {}
    for fault in faults:
        by_path.setdefault(fault.path, []).append(fault)
    return by_path


def _may(actor: Actor, action: str, row: RecordingRow | None) -> bool:
    """For templates; ``row`` None: in the archive at all."""
    return may(actor, Action(action), concern_of(row) if row else Concern("archive", None))


def _ask_purpose(request: web.Request, row: RecordingRow, form: Form, status: int = 200) -> web.Response:
    allowed = _may(actor_of(request), Action.SEE_READINGS, row)
    return render(request, "purpose.html", status, row=row, form=form, may_see_readings=allowed)


def _player_config(request: web.Request, row: RecordingRow) -> PlayerConfig:
    api = f"/api/recordings/{row.id}"
    return PlayerConfig(
        page=page_of(request),
        recording=row.id,
        title=row.title,
        manifest=f"{api}/manifest",
        segment=f"{api}/segments/{{track}}/{{number}}?as=browser",
        verify=f"{api}/verify",
        verification=f"{api}/verification",
        proof=f"/archive/{row.id}/proof",
        copy=f"/archive/{row.id}/copy",
        purpose=f"{api}/purpose",
        purpose_given=True,
    )
