"""Who speaks."""

from bridge.ids import ParticipantId
from sfu.peers.speakers import Speakers

ANN, BOB = ParticipantId("ann"), ParticipantId("bob")


def test_a_click_is_no_speech_but_two_steps_of_speech_are() -> None:
    speakers = Speakers()
    assert not speakers.heard(ANN, 20, 4)
    assert not speakers.heard(ANN, 20, 9), "45 % now, but silence before"
    assert speakers.heard(ANN, 20, 18)
    assert speakers.speaking == (ANN,)


def test_a_breath_ends_nothing_but_silence_does() -> None:
    speakers = Speakers()
    speakers.heard(ANN, 20, 20)
    assert not speakers.heard(ANN, 20, 0)
    assert speakers.heard(ANN, 20, 0)
    assert speakers.speaking == ()


def test_nothing_sent_is_silence() -> None:
    speakers = Speakers()
    speakers.heard(ANN, 20, 20)
    speakers.heard(ANN, 0, 0)
    assert speakers.heard(ANN, 0, 0)


def test_loudest_first_and_gone_is_gone() -> None:
    speakers = Speakers()
    speakers.heard(ANN, 20, 15)
    speakers.heard(BOB, 20, 20)
    assert list(speakers.speaking) == [BOB, ANN]
    assert speakers.gone(BOB)
    assert not speakers.gone(BOB)
    assert list(speakers.speaking) == [ANN]
