"""Resume secrets: whose, which, and for how many Welcomes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import Code, TokenRefused
from bridge.ids import ParticipantId
from signaling.resume import ResumeSecrets

SECRETS = ResumeSecrets(b"k" * 32)
ME, OTHER = ParticipantId("me"), ParticipantId("other")


def test_the_newest_secret_of_a_participant_holds() -> None:
    assert SECRETS.check(ME, SECRETS.secret(ME, 3), 3, received=True) == 3


def test_a_secret_outlives_the_process_that_gave_it() -> None:
    assert ResumeSecrets(b"k" * 32).check(ME, SECRETS.secret(ME, 3), None, received=False) == 3


@pytest.mark.parametrize("newest", [2, 4])
def test_an_older_or_unknown_number_does_not_hold(newest: int) -> None:
    with pytest.raises(TokenRefused) as caught:
        SECRETS.check(ME, SECRETS.secret(ME, 3), newest, received=True)
    assert caught.value.code is Code.RESUME_INVALID


def test_the_one_before_holds_until_the_newest_was_received() -> None:
    assert SECRETS.check(ME, SECRETS.secret(ME, 3), 4, received=False) == 3
    with pytest.raises(TokenRefused):
        SECRETS.check(ME, SECRETS.secret(ME, 2), 4, received=False)


def test_another_participant_and_another_key_do_not_hold() -> None:
    for secret in (SECRETS.secret(OTHER, 1), ResumeSecrets(b"x" * 32).secret(ME, 1)):
        with pytest.raises(TokenRefused):
            SECRETS.check(ME, secret, None, received=False)


@given(st.one_of(st.text(max_size=100), st.from_regex(r"\d{1,12}\.[0-9a-f]{64}", fullmatch=True)))
def test_any_text_is_refused_with_one_code(text: str) -> None:
    with pytest.raises(TokenRefused) as caught:
        SECRETS.check(ME, text, None, received=False)
    assert caught.value.code is Code.RESUME_INVALID
