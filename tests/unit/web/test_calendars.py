"""Calendar files: what RFC 5545 asks for, and that nothing of a matter is in them."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from bridge import events as e
from bridge.reception import Reception
from tests.unit.bridge.receptions import after, planned
from web.calendars import Entry, calendar_file

ENTRY = Entry("r1-seat", "Tiếp công dân trực tuyến; Ủy ban, nhân dân", "Xã Kim Liên", "Line\nTwo", "https://h/enter/A")


def file_of(reception: Reception, zone: str = "Asia/Ho_Chi_Minh") -> bytes:
    return calendar_file(reception, ENTRY, ZoneInfo(zone), "host", 1_795_399_200_000_000_000)


def parsed(body: bytes) -> Any:
    """By the library's own reader, whose properties are of every kind."""
    return Calendar.from_ical(body)


def test_lines_are_folded_ended_and_escaped_as_the_standard_says() -> None:
    lines = file_of(planned()).split(b"\r\n")
    assert lines[0] == b"BEGIN:VCALENDAR"
    assert max(map(len, lines)) <= 75
    (event,) = parsed(file_of(planned())).walk("VEVENT")
    assert (str(event["SUMMARY"]), str(event["DESCRIPTION"])) == (ENTRY.summary, ENTRY.text)
    assert b"SUMMARY:Ti\xe1\xba\xbfp" in file_of(planned())
    assert b"\\;" in file_of(planned()).replace(b"\r\n ", b"")


@pytest.mark.parametrize("zone", ["Asia/Ho_Chi_Minh", "Asia/Tehran", "Europe/Berlin"])
def test_its_zone_is_inside(zone: str) -> None:
    calendar = parsed(file_of(planned(), zone))
    (event,) = calendar.walk("VEVENT")
    assert event["DTSTART"].params["TZID"] == zone
    assert [str(one["TZID"]) for one in calendar.walk("VTIMEZONE")] == [zone]
    assert event["DTSTART"].dt.timestamp() == planned().starts_utc_ns / 1e9
    assert event["DTSTAMP"].to_ical() == b"20261123T020000Z"


def test_the_same_entry_is_moved_and_cancelled() -> None:
    moved = after(planned(), [e.ReceptionChanged(starts_utc_ns=1_795_399_200_000_000_000)])
    gone = after(moved, [e.ReceptionCancelled("rain")])
    found = [parsed(file_of(one)) for one in (planned(), moved, gone)]
    events = [calendar.walk("VEVENT")[0] for calendar in found]
    assert {str(event["UID"]) for event in events} == {"r1-seat@host"}
    assert [int(event["SEQUENCE"]) for event in events] == [1, 2, 3]
    assert [str(event["STATUS"]) for event in events] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert [str(calendar["METHOD"]) for calendar in found] == ["PUBLISH", "PUBLISH", "CANCEL"]
