"""REST for recordings: list, manifest, segments as stored or as browsers play them, check, purpose."""

import asyncio

from aiohttp import web

from bridge.archive import FixityCheck
from bridge.errors import Invalid
from bridge.ids import NS_PER_MS, TrackId
from bridge.manifest import ManifestSegment, serialise_manifest
from bridge.model import RecordingRow
from bridge.policy import Action
from bridge.search import RecordingCursor, proof_of
from web.api.bodies import json_response, read_body, read_query
from web.api.wire import RecordingsQuery, SegmentQuery
from web.archive_list import found, names_of, question_of
from web.archive_search import checked
from web.browser_forms import BrowserForm, BrowserForms
from web.checks import Checks
from web.config import WebPorts
from web.manifests import Manifests, segment_of
from web.paging import cursor_text, parse_cursor
from web.purposes import Purposes
from web.ranges import Unsatisfiable, asked_span
from web.reach import recording_of, sealed
from web.requests import account_of, signed_in
from web.streaming import Streamed, range_headers, stream, unsatisfiable
from web.wire import (
    FaultView,
    PlaybackRequest,
    RecordingsPage,
    RecordingView,
    VerificationReply,
    VerificationView,
)

_ASYNC = "respond-async"
STORED_TYPES = {"webm": "video/webm", "matroska": "video/x-matroska"}


def view_of(row: RecordingRow) -> RecordingView:
    """A row of the archive as programs see it."""
    return RecordingView(
        id=row.id,
        reception=row.reception,
        title=row.title,
        state=row.state,
        began_ms=row.began_utc_ns // NS_PER_MS,
        ended_ms=None if row.ended_utc_ns is None else row.ended_utc_ns // NS_PER_MS,
        points=row.points,
        bytes=row.bytes,
        verified_ms=None if row.verified_utc_ns is None else row.verified_utc_ns // NS_PER_MS,
        faults=row.faults,
        proof=proof_of(row),
    )


def reply_of(check: FixityCheck, by: str) -> VerificationReply:
    """A check as programs see it."""
    faults = tuple(FaultView(one.path, one.algorithm, one.expected, one.found) for one in check.faults)
    at_ms = check.at_utc_ns // NS_PER_MS
    return VerificationReply(check.recording, at_ms, by, check.objects, check.bytes, not faults, check.origin, faults)


class RecordingApi:
    """The handlers; what they keep between requests is given to them."""

    def __init__(
        self, ports: WebPorts, manifests: Manifests, forms: BrowserForms, checks: Checks, purposes: Purposes
    ) -> None:
        self._ports = ports
        self._manifests = manifests
        self._forms = forms
        self._checks = checks
        self._purposes = purposes

    async def listing(self, request: web.Request) -> web.StreamResponse:
        """``GET /api/recordings``: a page of what the query asks for."""
        told, (_, asked) = read_query(request, RecordingsQuery), await question_of(request)
        async with self._ports.units.reading() as unit:
            page = await found(unit, checked(asked), parse_cursor(told.after, RecordingCursor), told.limit)
        rows = tuple(view_of(row) for row in page.rows)
        return json_response(RecordingsPage(rows, cursor_text(page.next) if page.next else None))

    async def purpose(self, request: web.Request) -> web.StreamResponse:
        """``POST /api/recordings/{id}/purpose``: 204 once the entry is written."""
        row = await recording_of(request, Action.PLAY_RECORDING)
        asked = await read_body(request, PlaybackRequest)
        await self._purposes.give(signed_in(request), row, asked.purpose)
        return web.Response(status=204)

    async def manifest(self, request: web.Request) -> web.StreamResponse:
        """``GET /api/recordings/{id}/manifest``: the sealed bytes themselves."""
        row = sealed(await recording_of(request, Action.PLAY_RECORDING))
        self._purposes.check(signed_in(request), row.id)
        manifest = await self._manifests.of(row)
        return web.Response(body=serialise_manifest(manifest), content_type="application/json")

    async def segment(self, request: web.Request) -> web.StreamResponse:
        """``GET /api/recordings/{id}/segments/{track}/{number}[?as=browser]``, with one byte range."""
        row = sealed(await recording_of(request, Action.PLAY_RECORDING))
        self._purposes.check(signed_in(request), row.id)
        track, number = TrackId(request.match_info["track"]), int(request.match_info["number"])
        segment = segment_of(await self._manifests.of(row), track, number)
        kind = read_query(request, SegmentQuery).as_
        if kind not in ("stored", "browser"):
            raise Invalid(field="as")
        try:
            if kind == "browser":
                return _from_memory(request, await self._forms.of(segment))
            return await stream(request, self._ports.objects, _as_stored(segment))
        except Unsatisfiable as error:
            return unsatisfiable(error)

    async def verify(self, request: web.Request) -> web.StreamResponse:
        """``POST /api/recordings/{id}/verify``: every byte, whoever waits for it. ``Prefer: respond-async`` (RFC 7240):
        202 at once, and :meth:`verification` tells how it goes on."""
        row = sealed(await recording_of(request, Action.VERIFY_RECORDING))
        run = self._checks.start(row, account_of(request).id)
        if _ASYNC in request.headers.get("Prefer", "").lower():
            response = json_response(await self._verification(row), 202)
            response.headers["Preference-Applied"] = _ASYNC
            return response
        await asyncio.shield(run)  # the check goes on when the reader does not wait for it
        return json_response((await self._verification(row)).last)

    async def verification(self, request: web.Request) -> web.StreamResponse:
        """``GET /api/recordings/{id}/verification``."""
        row = sealed(await recording_of(request, Action.VERIFY_RECORDING))
        return json_response(await self._verification(row))

    async def _verification(self, row: RecordingRow) -> VerificationView:
        # asked before the database is: a run that ends meanwhile is then told of once more, never too early
        progress, failed = self._checks.progress(row.id), self._checks.failure(row.id)
        async with self._ports.units.reading() as unit:
            checks = await unit.fixity_checks.of(row.id, 1)
            names = await names_of(unit, [check.account for check in checks])
        last = reply_of(checks[0], names[checks[0].account]) if checks else None
        done, total = progress or (0, 0)
        return VerificationView(progress is not None, done, total, str(failed or ""), last)


def _as_stored(segment: ManifestSegment) -> Streamed:
    media_type = STORED_TYPES.get(segment.container, "application/octet-stream")
    return Streamed(segment.key, segment.version, segment.bytes, media_type)


def _from_memory(request: web.Request, form: BrowserForm) -> web.Response:
    span = asked_span(request.headers.get("Range"), len(form.body))
    body = form.body[span.start : span.end] if span else form.body
    headers = {"Content-Type": form.media_type, **range_headers(span)}
    return web.Response(status=206 if span else 200, body=body, headers=headers)
