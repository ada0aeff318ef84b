"""Who is on the way in: somebody with a visit under ``/enter``, or with an account under their reception."""

from aiohttp import web

from bridge.errors import Code, Refusal
from bridge.guests import Entrant, guest_entrant
from bridge.ports import JoinGrant
from bridge.rules import may_join
from bridge.turn import turn_credentials
from web.browsers import browser_of, system_of
from web.keys import CONFIG, GUEST, PORTS
from web.linewire import IceServer
from web.pages.room import own_seat
from web.reach import reception_of
from web.render import see_other
from web.requests import is_api, is_entry, signed_in
from web.wire import JoinReply


async def entrant_of(request: web.Request) -> Entrant:
    """Without a visit one begins with the code. Raises Refusal(not_signed_in), NotFound."""
    if is_entry(request):
        if (guest := request.get(GUEST)) is not None:
            return guest_entrant(guest)
        if is_api(request):
            raise Refusal(Code.NOT_SIGNED_IN, "no visit")
        raise see_other("/enter")
    seen = await reception_of(request)
    own = f"/receptions/{seen.reception.id}"
    return Entrant(seen.reception, await own_seat(request, seen), seen.actor, f"{own}/enter", f"/api{own}/join")


def device_words(agent: str) -> str:
    """What a browser is, for who had the seat open before."""
    return " · ".join(part for part in (browser_of(agent), system_of(agent)) if part)


async def join_reply(request: web.Request, entrant: Entrant, *, take_over: bool) -> JoinReply:
    """A token for the room's socket, wherever the room is. Raises Refusal as :func:`bridge.rules.may_join`, and
    seat_taken while another device has the seat that is not to be taken over."""
    reception, seat, config = entrant.reception, entrant.seat, request.app[CONFIG]
    if (why_not := may_join(reception, seat.id)) is not None:
        raise Refusal(why_not, f"join of reception {reception.id}")
    there = reception.at_seat(seat.id) or reception.waiting_at(seat.id)
    if there is not None and there.connected and not take_over:
        raise Refusal(Code.SEAT_TAKEN, f"seat {seat.id}")
    session = request[GUEST].visit.id if is_entry(request) else signed_in(request).session.id
    device = device_words(request.headers.get("User-Agent", ""))
    address = await request.app[PORTS].rooms.address(reception.id)
    grant = JoinGrant(reception.id, seat.id, seat.account, session, device)
    token = request.app[PORTS].tokens.mint(grant, address)
    url = address if "://" in address else ""
    ice = relays_for(request, seat.id)
    return JoinReply(token, url, config.socket_path, config.namespace, ice, config.turn.relay_only)


def relays_for(request: web.Request, person: str, valid_s: int | None = None) -> tuple[IceServer, ...]:
    """The configured relays with credentials for ``person``; none where there are none."""
    turn, now = request.app[CONFIG].turn, request.app[PORTS].clock.utc()
    if not turn.urls:
        return ()
    made = turn_credentials(turn.secret, person, now, turn.valid_s if valid_s is None else valid_s)
    return (IceServer(turn.urls, made.username, made.credential),)
