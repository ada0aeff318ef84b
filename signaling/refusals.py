"""What a room refused, told to the audit: after the answer, and never in the way of what goes on."""

import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from bridge.errors import NotFound, NotPermitted, Refusal, TokenRefused, Unavailable
from bridge.ids import AccountId
from bridge.policy import Action, Actor, Concern, authorise
from bridge.reception import Reception
from bridge.receptions import ReceptionService
from signaling.lane import Lane

_log = logging.getLogger(__name__)

Way = TypeVar("Way")
STRANGER = AccountId("unknown")
"""Whoever comes back says who they are only by the secret that was refused."""


class Refusals:
    """One per room. ``present``: its state now."""

    def __init__(self, service: ReceptionService, lane: Lane, present: Callable[[], Reception]) -> None:
        self._service = service
        self._lane = lane
        self._present = present

    async def tell(self, actor: Actor, action: str, refusal: Refusal) -> None:
        """At once; a database that is away costs the entry, which is logged."""
        try:
            await self._service.refused(actor, action, self._present(), refusal)
        except Unavailable as failure:
            _log.warning("room %s: a refusal is not in the audit: %s (%s)", self._present().id, refusal, failure)

    def tell_later(self, actor: Actor, action: str, refusal: Refusal) -> None:
        """In the room's turn."""
        self._lane.post(lambda: self.tell(actor, action, refusal))

    def permit(self, actor: Actor, action: str, asked: Iterable[Action], concern: Concern) -> None:
        """Raises NotPermitted for the first of ``asked`` that is not open to them."""
        try:
            for one in asked:
                authorise(actor, one, concern)
        except NotPermitted as refusal:
            self.tell_later(actor, action, refusal)
            raise

    async def entered(self, account: AccountId, action: str, work: Callable[[], Awaitable[Way]]) -> Way:
        """``work`` in its turn; who knocks with what is somebody else's leaves a trace."""
        try:
            return await self._lane.do(work)
        except (TokenRefused, NotFound, NotPermitted) as refusal:
            self.tell_later(Actor(account, "", frozenset(), self._present().agency), action, refusal)
            raise
