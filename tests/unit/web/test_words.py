"""Words, catalogues and refusals: everything a person reads exists in every language."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import Code
from bridge.model import Level, ReceptionKind, Role
from bridge.states import ReceptionState, RecordingState
from tests.support.mirrored import MIRRORED, with_mirrored
from web import labels
from web.catalogues import LANGUAGES, load_catalogues, read_catalogue
from web.catalogues.__main__ import extracted, faults, main
from web.refusals import REFUSALS, told
from web.words import Words, fill

CATALOGUES = load_catalogues()


def test_no_sentence_is_missing_or_stale() -> None:
    assert faults() == []


def test_places_survive_translation() -> None:
    for lang, words in CATALOGUES.words.items():
        for sentence, text in words.messages.items():
            assert not text or set(_places(text)) == set(_places(sentence)), (lang, sentence)


def _places(text: str) -> list[str]:
    return [part.partition("}")[0] for part in text.split("{")[1:]]


def test_every_refusal_is_told_in_every_language() -> None:
    assert set(REFUSALS) == set(Code)
    for words in CATALOGUES.words.values():
        for code in Code:
            assert REFUSALS[code].happened
            assert told(words, code, seconds="3")


def test_a_refusal_has_a_next_step_unless_nothing_can_be_done() -> None:
    assert {code for code, one in REFUSALS.items() if not one.next} == {
        Code.UNKNOWN_PARTICIPANT,
        Code.UNKNOWN_TRACK,
    }


def test_every_state_role_and_level_has_a_word() -> None:
    assert set(labels.RECEPTION_STATES) == set(ReceptionState)
    assert set(labels.RECORDING_STATES) == set(RecordingState)
    assert set(labels.ROLES) == set(Role)
    assert set(labels.KINDS) == set(ReceptionKind)
    assert set(labels.LEVELS) == set(Level)
    assert set(labels.STATE_TONES.values()) <= set(labels.TONE_SIGNS)


def test_what_is_kept_to_be_worded_later_is_in_the_catalogue() -> None:
    known = {message.id for message in extracted()}
    tables = (labels.RECEPTION_STATES, labels.ROLES, labels.FIELDS, labels.KINDS, labels.LEVELS)
    said = {sentence for table in tables for sentence in table.values()}
    said |= {sentence for one in REFUSALS.values() for sentence in one if sentence}
    assert said <= known


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_islands_get_their_sentences_only(lang: str) -> None:
    sent = json.loads(CATALOGUES.islands[lang])
    assert (sent["lang"], sent["dir"]) == (lang, "ltr")
    assert set(sent["refusals"]) == set(Code)
    assert "Sign-in name" not in sent["messages"]
    assert CATALOGUES.versions[lang] in CATALOGUES.address(lang)
    if lang == "vi":
        assert sent["messages"]["Raise hand"] == "Giơ tay"


def test_counting() -> None:
    vi, en = CATALOGUES.words["vi"], CATALOGUES.words["en"]
    said = [words.n("{count} hour", "{count} hours", count) for words in (vi, en) for count in (0, 1, 2)]
    assert said == ["0 giờ", "1 giờ", "2 giờ", "0 hours", "1 hour", "2 hours"]


def test_an_unknown_sentence_stands_in_english() -> None:
    assert Words("vi").t("No words for {it}.", it="this") == "No words for this."
    assert Words("vi").n("{count} cow", "{count} cows", 2) == "2 cows"


@pytest.mark.parametrize(("lang", "free", "wanted"), [("vi", "1,5", "12"), ("en", "1.5", "12")])
def test_a_figure_has_the_mark_of_the_readers_language(lang: str, free: str, wanted: str) -> None:
    sentence = labels.ROOM_ALARMS["disk_low"]
    words = CATALOGUES.words[lang]
    for said in (
        words.t(sentence, free=1.5, wanted=12.0),
        told(words, Code.DISK_SHORT, free=1.5, wanted=12.0, minutes="60"),
    ):
        assert f"{free} GB" in said
        assert f"{wanted} GB" in said


@given(st.text(), st.dictionaries(st.text(), st.text()))
def test_filling_never_fails(text: str, params: dict[str, str]) -> None:
    fill(text, params, "vi")


def test_filling_reaches_no_attribute() -> None:
    assert fill("{a.__class__} {a} {b}", {"a": 1}, "vi") == "{a.__class__} 1 {b}"


def test_unknown_commands_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nonsense"]) == 2
    assert "usage" in capsys.readouterr().err
    assert main(["--help"]) == 0
    assert "A new language" in capsys.readouterr().out


def test_what_is_filled_in_stands_for_itself_where_one_reads_from_right_to_left() -> None:
    words = Words("ar", "rtl", {"{name} came": "جاء {name}"})
    assert words.t("{name} came", name="An (2)") == "جاء \u2068An (2)\u2069"
    assert words.n("{count} point", "{count} points", 2) == "\u20682\u2069 points"
    assert Words("vi").t("{name} came", name="An") == "An came"


def test_the_language_of_the_tests_has_every_sentence_and_keeps_its_places() -> None:
    mirrored = with_mirrored().words[MIRRORED]
    english = read_catalogue("en")
    sentences = [message.id for message in english if isinstance(message.id, str) and message.id]
    assert len(sentences) > 300
    for sentence in sentences:
        there = mirrored.messages[sentence]
        assert re.findall(r"\{\w+\}", there) == re.findall(r"\{\w+\}", sentence)
        assert not re.search(r"[a-z]", re.sub(r"\{\w+\}", "", there), re.IGNORECASE), there


def test_the_journey_names_buttons_as_the_pages_do() -> None:
    said = set(re.findall(r"\*\*([^*]+)\*\*", Path("docs/journey.md").read_text(encoding="utf-8")))
    assert said
    assert said - set(CATALOGUES.words["vi"].messages.values()) == set()
