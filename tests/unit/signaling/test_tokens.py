"""Join tokens: what they say, how long and how often they hold."""

from collections.abc import AsyncIterator
from pathlib import Path

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import Code, TokenRefused
from bridge.ids import ReceptionId, SeatId
from bridge.ports import JoinGrant
from signaling.tokens import SignedJoinTokens
from storage.engine import Database
from storage.unit import SqlUnits
from tests.support.databases import migrated
from tests.support.fakes import CountingEntropy, HandClock

GRANT = JoinGrant(ReceptionId("reception-1"), SeatId("chair"), "account-chair")
KEY = b"k" * 32


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def units(tmp_path: Path) -> AsyncIterator[SqlUnits]:
    database = Database(migrated(tmp_path / "tokens.db"))
    yield SqlUnits(database)
    await database.close()


@pytest.fixture
def tokens(units: SqlUnits, clock: HandClock) -> SignedJoinTokens:
    return made(units, clock)


def made(units: SqlUnits, clock: HandClock, key: bytes = KEY, owner: str = "web-1") -> SignedJoinTokens:
    return SignedJoinTokens(units, clock, CountingEntropy(), key=key, owner=owner, valid_s=120)


async def refusal(tokens: SignedJoinTokens, token: str) -> Code:
    with pytest.raises(TokenRefused) as caught:
        await tokens.redeem(token)
    return caught.value.code


async def test_a_token_gives_its_grant_once(tokens: SignedJoinTokens) -> None:
    token = tokens.mint(GRANT)
    assert await tokens.redeem(token) == GRANT
    assert await refusal(tokens, token) is Code.TOKEN_USED


async def test_it_holds_for_its_time_and_not_longer(tokens: SignedJoinTokens, clock: HandClock) -> None:
    token, late = tokens.mint(GRANT), tokens.mint(GRANT)
    clock.pass_s(119)
    assert await tokens.redeem(token) == GRANT
    clock.pass_s(1)
    assert await refusal(tokens, late) is Code.TOKEN_EXPIRED


async def test_another_key_and_another_process_are_refused(units: SqlUnits, clock: HandClock) -> None:
    tokens = made(units, clock)
    assert await refusal(tokens, made(units, clock, key=b"x" * 32).mint(GRANT)) is Code.TOKEN_INVALID
    with pytest.raises(TokenRefused) as caught:
        await tokens.redeem(made(units, clock, owner="web-2").mint(GRANT))
    assert caught.value.code is Code.ROOM_ELSEWHERE
    assert caught.value.params == {"address": "web-2"}


@pytest.mark.parametrize("claims", [{}, {"jti": "a", "exp": 9_999_999_999}, {"jti": 1, "exp": "x"}])
async def test_signed_claims_of_another_shape_are_refused(tokens: SignedJoinTokens, claims: dict[str, object]) -> None:
    assert await refusal(tokens, jwt.encode(claims, KEY, algorithm="HS256")) is Code.TOKEN_INVALID


async def test_a_token_without_signature_is_refused(tokens: SignedJoinTokens) -> None:
    claims = jwt.decode(tokens.mint(GRANT), options={"verify_signature": False})
    assert await refusal(tokens, jwt.encode(claims, "", algorithm="none")) is Code.TOKEN_INVALID


@given(st.text(max_size=3000))
async def test_any_text_is_refused_with_a_code(text: str) -> None:
    # never reaches the database, so none is needed
    tokens = SignedJoinTokens(None, HandClock(), CountingEntropy(), key=KEY, owner="web-1", valid_s=120)  # type: ignore[arg-type]
    assert await refusal(tokens, text) is Code.TOKEN_INVALID
