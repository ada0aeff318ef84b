"""Join tokens: signed by this installation, valid 120 s, once, for one seat and one account, at one process."""

from typing import Any

import jwt
import msgspec

from bridge.errors import Code, TokenRefused
from bridge.ids import NS_PER_S, ReceptionId, SeatId
from bridge.ports import Clock, Entropy, JoinGrant
from bridge.repositories import UnitsOfWork

ALGORITHM = "HS256"
MAX_TOKEN = 2048
"""Characters; ours are about 350."""


class Claims(msgspec.Struct, frozen=True):
    """``exp`` seconds since 1970 (RFC 7519); ``jti`` makes it single-use; ``adr``: whose socket it opens;
    ``ses``: the sign-in that asked; ``dev``: on what."""

    jti: str
    exp: int
    sub: str
    rec: str
    seat: str
    adr: str
    ses: str = ""
    dev: str = ""


class SignedJoinTokens:
    """:class:`bridge.ports.JoinTokens` as JSON web tokens."""

    def __init__(
        self, units: UnitsOfWork, clock: Clock, entropy: Entropy, *, key: bytes, owner: str, valid_s: int
    ) -> None:
        self._units = units
        self._clock = clock
        self._entropy = entropy
        self._key = key
        self._owner = owner
        self._valid_s = valid_s

    def mint(self, grant: JoinGrant, at: str = "") -> str:
        """A token for this seat, from now."""
        expires = self._clock.utc() // NS_PER_S + self._valid_s
        claims = Claims(
            jti=self._entropy.token(),
            exp=expires,
            sub=grant.account,
            rec=grant.reception,
            seat=grant.seat,
            adr=at or self._owner,
            ses=grant.session,
            dev=grant.device,
        )
        return jwt.encode(msgspec.to_builtins(claims), self._key, algorithm=ALGORITHM)

    async def redeem(self, token: str) -> JoinGrant:
        """Raises TokenRefused: token_invalid, token_expired, token_used, room_elsewhere; Unavailable."""
        claims = self._read(token)
        if self._clock.utc() >= claims.exp * NS_PER_S:
            raise TokenRefused(Code.TOKEN_EXPIRED)
        if claims.adr != self._owner:
            raise TokenRefused(Code.ROOM_ELSEWHERE, address=claims.adr)
        async with self._units.writing() as unit:
            fresh = await unit.used_tokens.use(claims.jti, claims.exp * NS_PER_S)
            await unit.commit()
        if not fresh:
            raise TokenRefused(Code.TOKEN_USED)
        return JoinGrant(ReceptionId(claims.rec), SeatId(claims.seat), claims.sub, claims.ses, claims.dev)

    def _read(self, token: str) -> Claims:
        if len(token) > MAX_TOKEN:
            raise TokenRefused(detail="longer than ours are")
        try:
            # The library would ask its own clock.
            options: Any = {"verify_exp": False, "require": ["jti", "exp"]}
            return msgspec.convert(jwt.decode(token, self._key, algorithms=[ALGORITHM], options=options), Claims)
        except (jwt.InvalidTokenError, msgspec.ValidationError, ValueError) as error:
            raise TokenRefused(detail=str(error)) from error
