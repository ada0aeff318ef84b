"""REST for recordings: list, manifest, segments as stored or as browsers play them, check, purpose."""

import asyncio

from aiohttp import web

from bridge.accounts import actor_of as actor_from
from bridge.errors import Invalid
from bridge.ids import NS_PER_MS, TrackId
from bridge.manifest import ManifestSegment, serialise_manifest
from bridge.model import RecordingRow
from bridge.policy import Action, may
from web.api.bodies import json_response, read_body
from web.browser_forms import BrowserForm, BrowserForms
from web.checks import Check, Checks
from web.config import WebPorts
from web.manifests import Manifests, segment_of
from web.purposes import Purposes
from web.ranges import Unsatisfiable, asked_span
from web.reach import concern_of, recording_of, sealed
from web.requests import account_of, signed_in
from web.streaming import Streamed, range_headers, stream, unsatisfiable
from web.wire import FaultView, PlaybackRequest, RecordingView, VerificationReply

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
    )


def reply_of(recording: str, check: Check) -> VerificationReply:
    """A check as programs see it."""
    result = check.result
    faults = tuple(FaultView(one.path, one.algorithm, one.expected, one.found) for one in result.faults)
    at_ms = check.at_utc_ns // NS_PER_MS
    return VerificationReply(recording, at_ms, result.objects, result.bytes, result.holds, result.origin, faults)


async def rows_for(request: web.Request, ports: WebPorts) -> list[RecordingRow]:
    """The archive as this reader may see it, newest first."""
    actor = actor_from(account_of(request))
    async with ports.units.reading() as unit:
        rows = await unit.recordings.all()
    return [row for row in rows if may(actor, Action.SEE_ARCHIVE, concern_of(row))]


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
        """``GET /api/recordings``."""
        return json_response([view_of(row) for row in await rows_for(request, self._ports)])

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
        kind = request.query.get("as", "stored")
        if kind not in ("stored", "browser"):
            raise Invalid(field="as")
        try:
            if kind == "browser":
                return _from_memory(request, await self._forms.of(segment))
            return await stream(request, self._ports.objects, _as_stored(segment))
        except Unsatisfiable as error:
            return unsatisfiable(error)

    async def verify(self, request: web.Request) -> web.StreamResponse:
        """``POST /api/recordings/{id}/verify``: every byte, whoever waits for it."""
        row = sealed(await recording_of(request, Action.VERIFY_RECORDING))
        return json_response(reply_of(row.id, await _shielded(self._checks, row)))


async def _shielded(checks: Checks, row: RecordingRow) -> Check:
    """The check goes on when the reader does not wait for it."""
    return await asyncio.shield(checks.start(row))


def _as_stored(segment: ManifestSegment) -> Streamed:
    media_type = STORED_TYPES.get(segment.container, "application/octet-stream")
    return Streamed(segment.key, segment.version, segment.bytes, media_type)


def _from_memory(request: web.Request, form: BrowserForm) -> web.Response:
    span = asked_span(request.headers.get("Range"), len(form.body))
    body = form.body[span.start : span.end] if span else form.body
    headers = {"Content-Type": form.media_type, **range_headers(span)}
    return web.Response(status=206 if span else 200, body=body, headers=headers)
