"""The pages of a bag: the readable summary, and the one-file page that plays and verifies it in any browser."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from markupsafe import Markup

from bridge.handover import Handover
from bridge.ids import NS_PER_S
from bridge.manifest import Manifest, ordered_segments
from web import labels
from web.catalogues import LANGUAGES, Catalogues, load_catalogues
from web.render import environment
from web.times import Times
from web.wire import Catalogue, OfflineWords
from web.words import Words

OFFLINE_PAGE = Path("build") / "offline" / "index.html"
"""Below the static folder: as Vite built it, without words."""
WORDS_PLACE = '<script type="application/json" id="words">{}</script>'
FIRST = "vi"
"""The language that comes first in the summary; the others stand beside it."""


class NotBuilt(Exception):
    """The offline page was not built; one line for who can mend it."""


class Tongue(NamedTuple):
    """One language, with its way of telling times."""

    words: Words
    times: Times


Say = Callable[[Tongue], str]


class WrittenPages:
    """:class:`bridge.ports.BagPages`. Raises NotBuilt, zoneinfo.ZoneInfoNotFoundError at its making."""

    def __init__(self, static: Path, zone: str) -> None:
        catalogues = load_catalogues()
        self._tongues = _tongues(catalogues, ZoneInfo(zone))
        self._page = _offline_page(static, OfflineWords(FIRST, zone, _islands(catalogues)))
        self._summary = environment().get_template("bag-summary.html")

    def pages(self, handover: Handover) -> Mapping[str, bytes]:
        """``index.html`` and ``summary.html``."""
        manifest = handover.manifest
        summary = self._summary.render(
            t=self._everywhere,
            times_shown=self._said(_times_shown),
            said_moment=lambda utc_ns: self._said(lambda tongue: tongue.times.moment(utc_ns)),
            said_length=lambda ns: self._said(lambda tongue: tongue.times.length(ns)),
            first=self._tongues[0].words,
            lang=FIRST,
            handover=handover,
            manifest=manifest,
            duration_ns=manifest.duration_ns,
            points=_points(manifest),
            gaps=[(track, gap) for track in manifest.tracks for gap in track.gaps],
            segments=ordered_segments(manifest.tracks),
            owners={person.id: person for person in manifest.participants},
            roles={str(role): sentence for role, sentence in labels.ROLES.items()},
            levels={str(level): sentence for level, sentence in labels.LEVELS.items()},
            reasons=labels.GAP_REASONS,
            sources=labels.SOURCES,
            elapsed=_elapsed,
        )
        return {"index.html": self._page, "summary.html": summary.encode()}

    def _everywhere(self, sentence: str, /, **params: object) -> Markup:
        """The sentence in every language."""
        return self._said(lambda tongue: tongue.words.t(sentence, **params))

    def _said(self, say: Say) -> Markup:
        """What each language says, each marked as that language; once where they say the same."""
        told = {say(tongue): tongue.words.lang for tongue in reversed(self._tongues)}
        spans = [Markup('<span lang="{}">{}</span>').format(lang, text) for text, lang in reversed(told.items())]
        return Markup(' <span class="or">·</span> ').join(spans)


def _tongues(catalogues: Catalogues, zone: ZoneInfo) -> list[Tongue]:
    order = sorted(LANGUAGES, key=lambda lang: lang != FIRST)
    words = [catalogues.words[lang] for lang in order]
    return [Tongue(one, Times(zone, one)) for one in words]


def _islands(catalogues: Catalogues) -> dict[str, Catalogue]:
    return {lang: msgspec.json.decode(text, type=Catalogue) for lang, text in catalogues.islands.items()}


def _offline_page(static: Path, words: OfflineWords) -> bytes:
    path = static / OFFLINE_PAGE
    try:
        page = path.read_text("utf-8")
    except FileNotFoundError as error:
        raise NotBuilt(f"the offline page is not built ({path} is missing); run: make setup") from error
    if WORDS_PLACE.format("{}") not in page:
        raise NotBuilt(f"{path} has no place for words; run: make setup")
    # As the content of a script element nothing is escaped, so nothing in it may look like its end.
    text = msgspec.json.encode(words).decode().replace("<", "\\u003c")
    return page.replace(WORDS_PLACE.format("{}"), WORDS_PLACE.format(text)).encode()


def _times_shown(tongue: Tongue) -> str:
    return tongue.words.t("Times shown: {zone}", zone=tongue.times.zone_name())


def _points(manifest: Manifest) -> list[tuple[str, str]]:
    """(name, level) of every bridge point, in the order in which people joined."""
    return list(dict.fromkeys((person.point_name, person.level) for person in manifest.participants))


def _elapsed(ns: int) -> str:
    """``00:12:41`` since the beginning."""
    seconds = max(0, ns // NS_PER_S)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
