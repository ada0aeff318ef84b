"""Who speaks, and who leads."""

import pytest

from bridge.ids import NS_PER_MS, ParticipantId
from sfu.peers.speakers import Speakers

ANN, BOB, EVE = ParticipantId("ann"), ParticipantId("bob"), ParticipantId("eve")
NORMAL, LOUD = 30, 15
"""Levels below full scale."""


class Talk:
    """Intervals of 400 ms; ``changes``: what was told."""

    def __init__(self) -> None:
        self.speakers = Speakers()
        self.now = 0
        self.leaders: list[ParticipantId | None] = []

    def round(self, **levels: int | None) -> bool:
        """The level at which each spoke the whole interval, None for silence; True when something changed."""
        self.now += 400 * NS_PER_MS
        changed = False
        for name, level in levels.items():
            loud = 0 if level is None else 20
            changed |= self.speakers.heard(ParticipantId(name), 20, loud, level or 127, self.now)
        self.leaders.append(self.speakers.dominant)
        return changed


@pytest.fixture
def talk() -> Talk:
    return Talk()


def test_a_click_is_no_speech_but_two_steps_of_speech_are() -> None:
    speakers = Speakers()
    assert not speakers.heard(ANN, 20, 4, NORMAL, 1)
    assert not speakers.heard(ANN, 20, 9, NORMAL, 2), "45 % now, but silence before"
    assert speakers.heard(ANN, 20, 18, NORMAL, 3)
    assert speakers.speaking == (ANN,)


def test_few_packets_of_a_sender_with_dtx_are_no_speech() -> None:
    """A cough between pauses in which nothing is sent: all that came was loud."""
    speakers = Speakers()
    assert not speakers.heard(ANN, 2, 2, NORMAL, 1)
    assert not speakers.heard(ANN, 1, 1, NORMAL, 2)
    assert speakers.heard(ANN, 10, 9, NORMAL, 3)


def test_a_breath_ends_nothing_but_silence_does(talk: Talk) -> None:
    talk.round(ann=NORMAL)
    assert not talk.round(ann=None)
    assert talk.round(ann=None)
    assert talk.speakers.speaking == ()


def test_nothing_sent_is_silence() -> None:
    speakers = Speakers()
    speakers.heard(ANN, 20, 20, NORMAL, 1)
    speakers.heard(ANN, 0, 0, 127, 2)
    assert speakers.heard(ANN, 0, 0, 127, 3)


def test_who_leads_comes_first_then_the_loudest_share_and_gone_is_gone() -> None:
    speakers = Speakers()
    speakers.heard(ANN, 20, 15, NORMAL, 1)
    speakers.heard(BOB, 20, 16, NORMAL, 2)
    speakers.heard(EVE, 20, 20, NORMAL, 3)
    assert list(speakers.speaking) == [ANN, EVE, BOB]
    assert speakers.gone(EVE)
    assert not speakers.gone(EVE)
    assert list(speakers.speaking) == [ANN, BOB]


def test_who_speaks_first_leads_also_through_a_pause(talk: Talk) -> None:
    talk.round(ann=NORMAL, bob=None)
    assert talk.speakers.dominant == ANN
    for _ in range(20):
        talk.round(ann=None, bob=None)
    assert talk.speakers.dominant == ANN
    assert talk.speakers.speaking == ()


def test_another_leads_once_who_led_was_silent_for_a_while(talk: Talk) -> None:
    talk.round(ann=NORMAL, bob=None)
    talk.round(ann=NORMAL, bob=NORMAL)
    assert talk.speakers.dominant == ANN, "two at once: who was first"
    for _ in range(4):
        talk.round(ann=None, bob=NORMAL)
    assert talk.speakers.dominant == BOB
    assert talk.leaders.count(BOB) <= 3, "not at Ann's first breath"


def test_a_short_yes_takes_nothing_over(talk: Talk) -> None:
    for step in range(40):
        talk.round(ann=NORMAL, bob=LOUD if step % 10 == 5 else None)
    assert set(talk.leaders) == {ANN}


def test_who_is_clearly_louder_for_a_second_leads_and_does_not_give_it_back_at_once(talk: Talk) -> None:
    talk.round(ann=NORMAL, bob=None)
    for _ in range(8):
        talk.round(ann=NORMAL, bob=LOUD)
    assert talk.speakers.dominant == BOB
    before = len(talk.leaders)
    for _ in range(20):
        talk.round(ann=NORMAL, bob=NORMAL + 3)
    assert set(talk.leaders[before:]) == {BOB}


def test_a_little_louder_is_not_louder(talk: Talk) -> None:
    talk.round(ann=NORMAL, bob=None)
    for _ in range(20):
        talk.round(ann=NORMAL, bob=NORMAL - 4)
    assert set(talk.leaders) == {ANN}


def test_who_led_and_left_leads_no_more(talk: Talk) -> None:
    talk.round(ann=NORMAL, bob=NORMAL)
    assert talk.speakers.gone(ANN)
    assert talk.speakers.dominant is None
    assert talk.round(bob=NORMAL)
    assert talk.speakers.dominant == BOB
