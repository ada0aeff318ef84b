"""What a bag tells people: every word in both languages, whatever the names, and a page that waits for its words."""

import json
import re
from pathlib import Path

import msgspec
import pytest

from bridge.handover import Handover
from bridge.ids import UtcNs
from bridge.journal import GapReason
from bridge.manifest import Manifest, ManifestGap
from bridge.media import Source
from tests.unit.web.test_offline_chain import ODD, golden
from web.bagpages import OFFLINE_PAGE, NotBuilt, WrittenPages
from web.labels import GAP_REASONS, SOURCES

BUILT = '<html><script type="application/json" id="words">{}</script></html>'


def static(folder: Path, page: str = BUILT) -> Path:
    """As Vite leaves it."""
    path = folder / OFFLINE_PAGE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, "utf-8")
    return folder


def handover(manifest: Manifest) -> Handover:
    return Handover(
        manifest, "c" * 64, "", UtcNs(1_795_399_200_000_000_000), ODD, "diemcau", 10, ("recordings/x/1.mkv",)
    )


def with_gaps() -> Manifest:
    """One of every reason."""
    manifest = golden()
    gaps = tuple(ManifestGap(0, 5_000_000_000, reason, 3) for reason in GapReason)
    tracks = (msgspec.structs.replace(manifest.tracks[0], gaps=gaps), *manifest.tracks[1:])
    return msgspec.structs.replace(manifest, tracks=tracks)


def test_every_source_and_reason_has_its_word() -> None:
    assert set(SOURCES) == set(Source)
    assert set(GAP_REASONS) == set(GapReason)


def test_the_summary_tells_gaps_and_what_cannot_be_played(tmp_path: Path) -> None:
    page = WrittenPages(static(tmp_path), "Asia/Ho_Chi_Minh").pages(handover(with_gaps()))["summary.html"].decode()
    assert page.count("00:00:00 – 00:00:05") == len(GapReason)
    for text in ("gap: lost on the line", "đoạn hở: mất trên đường truyền", "recordings/x/1.mkv", "chưa được ký số"):
        assert text in page


def test_a_name_is_never_markup(tmp_path: Path) -> None:
    pages = WrittenPages(static(tmp_path), "Asia/Ho_Chi_Minh").pages(handover(golden()))
    page = pages["summary.html"].decode()
    assert "</script>" not in page
    assert "&lt;/script&gt;" in page
    assert "&lt;span" not in page


def test_the_offline_page_gets_all_its_words(tmp_path: Path) -> None:
    page = WrittenPages(static(tmp_path), "Asia/Tokyo").pages(handover(golden()))["index.html"].decode()
    found = re.fullmatch(r'<html><script type="application/json" id="words">(.*)</script></html>', page)
    assert found
    assert "<" not in found[1]
    words = json.loads(found[1])
    assert (words["lang"], words["zone"], sorted(words["catalogues"])) == ("vi", "Asia/Tokyo", ["en", "vi"])
    assert words["catalogues"]["vi"]["messages"]["Choose the folder"] == "Chọn thư mục"


def test_a_page_that_was_not_built_is_told_before_anything_is_copied(tmp_path: Path) -> None:
    with pytest.raises(NotBuilt, match="run: make setup"):
        WrittenPages(tmp_path, "Asia/Ho_Chi_Minh")
    with pytest.raises(NotBuilt, match="no place for words"):
        WrittenPages(static(tmp_path, "<html></html>"), "Asia/Ho_Chi_Minh")
