"""Times as the office reads them: 24 hours, its own zone, days in its own order; lengths in words."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, get_timezone_location

from bridge.ids import NS_PER_S
from web.words import Words

_DAY = {"vi": "dd/MM/yyyy", "en": "d MMMM yyyy"}
_WEEKDAY = {"vi": "EEEE, dd/MM/yyyy", "en": "EEEE, d MMMM yyyy"}


@dataclass(frozen=True, slots=True)
class Times:
    """``zone`` decides what day and hour it is, ``words`` how they are said."""

    zone: ZoneInfo
    words: Words

    def local(self, utc_ns: int) -> datetime:
        """The office's wall clock at that moment."""
        return datetime.fromtimestamp(utc_ns // NS_PER_S, self.zone)

    def day(self, utc_ns: int) -> str:
        """``22/11/2026``."""
        return _day(self.local(utc_ns).date(), _DAY.get(self.words.lang, "medium"), self.words.lang)

    def weekday(self, utc_ns: int) -> str:
        """``Chủ Nhật, 22/11/2026``."""
        return _day(self.local(utc_ns).date(), _WEEKDAY.get(self.words.lang, "full"), self.words.lang)

    def clock(self, utc_ns: int) -> str:
        """``08:30``."""
        return f"{self.local(utc_ns):%H:%M}"

    def second(self, utc_ns: int) -> str:
        """``08:30:05``."""
        return f"{self.local(utc_ns):%H:%M:%S}"

    def moment(self, utc_ns: int) -> str:
        """``08:30, 22/11/2026``."""
        local = self.local(utc_ns)
        return f"{local.hour:02}:{local.minute:02}, {self.day(utc_ns)}"

    def machine(self, utc_ns: int) -> str:
        """For ``<time datetime>``."""
        return self.local(utc_ns).isoformat(timespec="seconds")

    def zone_name(self) -> str:
        """``Giờ Việt Nam``."""
        return _zone_name(self.zone, self.words.lang)

    def length(self, ns: int) -> str:
        """``1 giờ 5 phút``; seconds only below an hour."""
        seconds = max(0, round(ns / NS_PER_S))
        hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
        parts = [self.words.n("{count} hour", "{count} hours", hours)] if hours else []
        if minutes:
            parts.append(self.words.n("{count} minute", "{count} minutes", minutes))
        if not hours and (rest or not minutes):
            parts.append(self.words.n("{count} second", "{count} seconds", rest))
        return " ".join(parts)


@lru_cache(maxsize=4096)
def _day(day: date, form: str, lang: str) -> str:
    """A list of fifty says the same few days again and again, and each costs 40 µs."""
    return format_date(day, form, lang)


@lru_cache(maxsize=64)
def _zone_name(zone: ZoneInfo, lang: str) -> str:
    return get_timezone_location(zone, locale=lang)


def midnight(zone: ZoneInfo, utc_ns: int, days: int = 0) -> int:
    """The beginning of the office's day at that moment, or ``days`` later, in ns since 1970 UTC."""
    day = datetime.fromtimestamp(utc_ns // NS_PER_S, UTC).astimezone(zone).date() + timedelta(days=days)
    return at(zone, day, time())


def at(zone: ZoneInfo, day: date, hour: time) -> int:
    """That hour of that day in the office's zone, in ns since 1970 UTC."""
    return int(datetime.combine(day, hour, zone).timestamp()) * NS_PER_S
