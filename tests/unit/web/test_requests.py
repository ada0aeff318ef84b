"""The pure parts of the middlewares: language, origin, policy, ranges, redirects, times."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import Code, Conflict, IllegalTransition, Invalid, MalformedSdp, NotFound, NotPermitted, Refusal
from web.catalogues import load_catalogues
from web.config import WebConfig
from web.middlewares.failures import as_refusal, shown
from web.middlewares.forgery import from_here
from web.middlewares.headers import content_policy
from web.middlewares.language import accepted, first_known
from web.pages.room import is_loopback
from web.problems import status_of
from web.ranges import Span, Unsatisfiable, asked_span
from web.requests import client_address, inside
from web.times import Times, midnight

WORDS = load_catalogues().words
HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
MORNING = 1_795_399_200_000_000_000  # 2026-11-23 02:00 UTC


@pytest.mark.parametrize(
    ("header", "wishes"),
    [
        ("vi-VN,vi;q=0.9,en;q=0.8", ["vi", "vi", "en"]),
        ("en;q=0.2, vi;q=0.9", ["vi", "en"]),
        ("fr;q=0, EN", ["en"]),
        ("en;q=high, vi", ["vi"]),
        ("", [""]),
    ],
)
def test_accepted_languages(header: str, wishes: list[str]) -> None:
    assert list(accepted(header)) == wishes


@given(st.text())
def test_any_header_of_languages_is_read(header: str) -> None:
    assert first_known(("vi", "en"), *accepted(header), "vi") in ("vi", "en")


@pytest.mark.parametrize(
    ("origin", "site", "here"),
    [
        ("https://ours:8443", "same-origin", True),
        ("https://OURS:8443", None, True),
        (None, None, True),
        (None, "none", True),
        ("https://ours", None, False),
        ("https://evil", None, False),
        ("null", None, False),
        (None, "same-site", False),
        ("https://ours:8443", "cross-site", False),
    ],
)
def test_what_the_browser_says_of_the_origin(origin: str | None, site: str | None, here: bool) -> None:
    assert from_here(origin, site, "ours:8443") is here


def test_the_policy_names_the_sockets() -> None:
    policy = content_policy(WebConfig(origin="https://ours:8443"), "ours:8443")
    assert "connect-src 'self' wss://ours:8443;" in policy
    elsewhere = WebConfig(origin="https://ours", socket_origins=("https://rooms.ours",))
    assert "https://rooms.ours wss://ours wss://rooms.ours;" in content_policy(elsewhere, "ours")
    assert "unsafe" not in policy


def test_cookies_of_two_installations_do_not_meet() -> None:
    assert WebConfig(origin="http://localhost:8080").session_cookie == "diemcau-8080"
    assert WebConfig(origin="http://localhost:8081").session_cookie == "diemcau-8081"
    assert WebConfig(origin="https://ours").session_cookie == "__Host-diemcau"
    assert WebConfig(origin="https://Ours:1", hosts=("LOCALHOST:1",)).allowed_hosts == {"ours:1", "localhost:1"}


@pytest.mark.parametrize(
    ("header", "span"),
    [
        (None, None),
        ("bytes=0-9", Span(0, 10, 100)),
        ("bytes=90-", Span(90, 100, 100)),
        ("bytes=90-500", Span(90, 100, 100)),
        ("bytes=-10", Span(90, 100, 100)),
        ("bytes=-500", Span(0, 100, 100)),
        ("bytes=-", None),
        ("bytes=5-4", None),
        ("bytes=0-1,5-6", None),
        ("items=0-1", None),
    ],
)
def test_ranges(header: str | None, span: Span | None) -> None:
    assert asked_span(header, 100) == span


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=500-600", "bytes=-0"])
def test_ranges_behind_the_end(header: str) -> None:
    with pytest.raises(Unsatisfiable):
        asked_span(header, 100)


@given(st.text(), st.integers(0, 1000))
def test_any_range_header_is_read(header: str, total: int) -> None:
    try:
        span = asked_span(f"bytes={header}", total)
    except Unsatisfiable:
        return
    assert span is None or 0 <= span.start < span.end <= total


@given(st.text())
def test_nobody_is_led_away(path: str) -> None:
    found = inside(path)
    assert found == "/" or (found.startswith("/") and found[1:2] not in ("/", "\\"))


@pytest.mark.parametrize(
    ("remote", "forwarded", "address"),
    [
        ("10.0.0.9", "", "10.0.0.9"),
        ("10.0.0.9", "1.1.1.1", "10.0.0.9"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "1.1.1.1", "1.1.1.1"),
        ("127.0.0.1", "6.6.6.6, 1.1.1.1", "1.1.1.1"),
        ("127.0.0.1", "6.6.6.6, 1.1.1.1, 10.0.0.2", "1.1.1.1"),
    ],
)
def test_only_our_own_proxies_are_believed(remote: str, forwarded: str, address: str) -> None:
    assert client_address(remote, forwarded, ("127.0.0.1", "10.0.0.2")) == address


def test_statuses() -> None:
    known = [
        (NotPermitted(), 403),
        (NotFound(), 404),
        (Refusal(Code.NOT_FOUND), 404),
        (Invalid(), 422),
        (Invalid(Code.MALFORMED_MESSAGE), 400),
        (IllegalTransition(), 409),
        (Conflict(), 409),
        (Refusal(Code.ROOM_FULL), 409),
        (Refusal(Code.TOO_MANY_REQUESTS), 429),
        (as_refusal(MalformedSdp("x")), 400),
        (as_refusal(KeyError("x")), 500),
    ]
    assert [status_of(refusal) for refusal, _ in known] == [status for _, status in known]


def test_looking_is_not_found_and_changing_is_not_permitted() -> None:
    assert isinstance(shown(NotPermitted(), "GET"), NotFound)
    assert isinstance(shown(NotPermitted(), "POST"), NotPermitted)


def test_times_are_those_of_the_office() -> None:
    vi, en = Times(HANOI, WORDS["vi"]), Times(HANOI, WORDS["en"])
    assert vi.moment(MORNING) == "09:00, 23/11/2026"
    assert vi.weekday(MORNING) == "Thứ Hai, 23/11/2026"
    assert en.moment(MORNING) == "09:00, 23 November 2026"
    assert vi.machine(MORNING) == "2026-11-23T09:00:00+07:00"
    assert vi.length(3_900_000_000_000) == "1 giờ 5 phút"
    assert en.length(59_600_000_000) == "1 minute"
    assert en.length(0) == "0 seconds"
    late = MORNING + 15 * 3600 * 1_000_000_000  # midnight in Hanoi
    assert midnight(HANOI, late) == late
    assert midnight(HANOI, late - 1, 1) == late


def test_addresses() -> None:
    assert [is_loopback(one) for one in ("127.0.0.1", "::1", "localhost", "10.0.0.1", "example.vn")] == [True] * 3 + [
        False
    ] * 2
