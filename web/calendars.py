"""A reception for people's own calendars: iCalendar (RFC 5545), with the zone's rules inside and the version as
sequence, so that a file that is opened again moves or cancels the entry it made before.

No title and no case: a calendar is often shared. Invitations by mail (RFC 5546) name people; these files name nobody.
"""

from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from aiohttp import web
from icalendar import Calendar, Event

from bridge.ids import NS_PER_S
from bridge.reception import Reception
from bridge.states import ReceptionState

MEDIA_TYPE = "text/calendar"
_PRODUCT = "-//diemcau//Diem Cau//EN"


class Entry(NamedTuple):
    """What stands in the calendar. ``uid`` tells a seat's entry from the office's; ``link`` empty: none."""

    uid: str
    summary: str
    place: str
    text: str
    link: str


def calendar_file(reception: Reception, entry: Entry, zone: ZoneInfo, host: str, now_ns: int) -> bytes:
    """The file. ``host``: makes the UID one of a kind in the world (RFC 7986 section 5.3 asks for no more)."""
    cancelled = reception.state is ReceptionState.CANCELLED
    calendar = Calendar()
    calendar.add("PRODID", _PRODUCT)
    calendar.add("VERSION", "2.0")
    calendar.add("METHOD", "CANCEL" if cancelled else "PUBLISH")
    event = Event()
    event.add("UID", f"{entry.uid}@{host}")
    event.add("SEQUENCE", reception.version)
    event.add("DTSTAMP", _moment(now_ns))
    event.add("DTSTART", _moment(reception.starts_utc_ns).astimezone(zone))
    event.add("SUMMARY", entry.summary)
    event.add("LOCATION", entry.place)
    event.add("DESCRIPTION", entry.text)
    event.add("STATUS", "CANCELLED" if cancelled else "CONFIRMED")
    if entry.link:
        event.add("URL", entry.link)
    calendar.add_component(event)
    calendar.add_missing_timezones()
    file: bytes = calendar.to_ical()
    return file


def _moment(utc_ns: int) -> datetime:
    return datetime.fromtimestamp(utc_ns // NS_PER_S, UTC)


def calendar_response(body: bytes, name: str) -> web.Response:
    """As a file to be opened by a calendar."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.ics"'}
    return web.Response(body=body, content_type=MEDIA_TYPE, charset="utf-8", headers=headers)
