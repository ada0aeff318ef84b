"""Invitations on paper: one A4 for each seat without an account, with its code, a QR of the link, and what to bring.

Who opens these pages reads codes, so it is written to the audit; and only the office's chair, secretary and
administrator may.
"""

from typing import NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from aiohttp import web
from markupsafe import Markup

from bridge.ids import SeatId
from bridge.invitations import shown_code
from bridge.inviting import Invited
from bridge.model import OWN_DEVICE
from web.calendars import Entry, calendar_file, calendar_response
from web.keys import ASSETS, CONFIG, INVITING, OFFICES, PORTS
from web.overview import address
from web.qrcodes import qr_code
from web.reach import Seen, reception_of
from web.render import render, see_other
from web.requests import words_of
from web.words import Words, mark

SUMMARY = mark("Online reception of citizens – {office}")


class Sheet(NamedTuple):
    """One page of paper. ``code`` in groups of three, None when it is to be made anew; ``link`` as text and as QR."""

    invited: Invited
    code: str | None
    link: str
    qr: Markup
    place: str
    own_device: bool


def link_of(origin: str, code: str) -> str:
    """Where a code leads in."""
    return f"{origin}/enter/{shown_code(code)}"


async def sheets(request: web.Request) -> web.StreamResponse:
    """``/receptions/{id}/invitations`` and ``…/{seat}``: to be printed."""
    seen = await reception_of(request)
    invited = await request.app[INVITING].read(seen.actor, seen.reception, _seat(request))
    async with request.app[PORTS].units.reading() as unit:
        places = {point.id: point.place for point in await unit.organisation.points()}
    origin = request.app[CONFIG].origin
    return render(
        request,
        "invitations.html",
        reception=seen.reception,
        address=address(seen.reception),
        sheets=[_sheet(one, origin, places.get(one.seat.point, "")) for one in invited],
        inviting=await request.app[OFFICES].of(seen.reception.agency),
        printing=request.app[ASSETS].entry("print"),
        host=urlsplit(origin).netloc,
    )


def _seat(request: web.Request) -> SeatId | None:
    seat = request.match_info.get("seat")
    return SeatId(seat) if seat else None


def _sheet(invited: Invited, origin: str, place: str) -> Sheet:
    seat, code = invited.seat, invited.code
    link = link_of(origin, code) if code else ""
    where = ", ".join(filter(None, (seat.point_name, place)))
    return Sheet(
        invited,
        shown_code(code) if code else None,
        link,
        qr_code(link) if link else Markup(),
        where,
        seat.point == OWN_DEVICE,
    )


async def renew(request: web.Request) -> web.StreamResponse:
    """``POST …/invitations/{seat}/renew``: another code; the one on the old paper opens nothing any more."""
    seen = await reception_of(request)
    seat = SeatId(request.match_info["seat"])
    await request.app[INVITING].renew(seen.actor, seen.reception, seat)
    raise see_other(f"{address(seen.reception)}/invitations/{seat}")


# ── calendars ──────────────────────────────────────────────────────────────────────────────────────────────────


async def guest_calendar(request: web.Request) -> web.StreamResponse:
    """``…/invitations/{seat}/calendar``: for the person who is invited, with the link of their code."""
    seen = await reception_of(request)
    (invited,) = await request.app[INVITING].read(seen.actor, seen.reception, SeatId(request.match_info["seat"]))
    link = link_of(request.app[CONFIG].origin, invited.code) if invited.code else ""
    seat = invited.seat
    return _calendar(request, seen, f"{seen.reception.id}-{seat.id}", seat.point_name, link)


async def calendar(request: web.Request) -> web.StreamResponse:
    """``/receptions/{id}/calendar``: for who has a seat by an account, or works in the office."""
    seen = await reception_of(request)
    seat = seen.reception.seat_of(seen.actor.account)
    place = seat.point_name if seat else seen.reception.office
    return _calendar(request, seen, seen.reception.id, place, f"{request.app[CONFIG].origin}{address(seen.reception)}")


def _calendar(request: web.Request, seen: Seen, uid: str, place: str, link: str) -> web.Response:
    config, words = request.app[CONFIG], words_of(request)
    entry = Entry(uid, words.t(SUMMARY, office=seen.reception.office), place, _text(words, config.contact), link)
    zone, now = ZoneInfo(config.zone), request.app[PORTS].clock.utc()
    body = calendar_file(seen.reception, entry, zone, urlsplit(config.origin).netloc, now)
    return calendar_response(body, f"reception-{seen.reception.id}")


def _text(words: Words, contact: str) -> str:
    lines = [words.t("Be there a quarter of an hour earlier, to check camera and microphone.")]
    if contact:
        lines.append(words.t("Help: {contact}", contact=contact))
    return "\n".join(lines)
