"""The live room, the check of camera and microphone before it, and the page after it."""

from aiohttp import web

from bridge.errors import Code, NotPermitted
from bridge.model import STAFF_SIDE, Seat
from bridge.policy import Action
from bridge.reception import Reception
from bridge.rules import may_join
from bridge.states import OVER, ReceptionState
from bridge.waiting import waits_first
from web.keys import ASSETS, CONFIG, SIGNED_IN
from web.overview import address
from web.reach import Seen, allowed, reception_of
from web.render import page_of, render, see_other
from web.requests import is_entry
from web.wire import DevicesConfig, RoomConfig

CAMERA_KBPS = 1500
SCREEN_KBPS = 2000
_ASK_AGAIN_S = 10
"""How often the waiting page looks whether the doors are open."""


def is_loopback(address: str) -> bool:
    """Whether only this machine reaches the address."""
    return address in ("localhost", "::1") or address.startswith("127.")


def loopback_only(request: web.Request) -> bool:
    """Whether media is announced on loopback alone (Firefox refuses such candidates)."""
    announced = request.app[CONFIG].announced
    return bool(announced) and all(is_loopback(one) for one in announced)


def _island(request: web.Request, name: str, config: RoomConfig | DevicesConfig, heading: str) -> web.Response:
    """A page that is one island; says so when it is not built, or when this browser cannot reach the media."""
    return render(
        request,
        "island.html",
        island=name,
        island_config=config,
        entry=request.app[ASSETS].entry(name),
        firefox_refuses=loopback_only(request) and "Firefox/" in request.headers.get("User-Agent", ""),
        heading=heading,
    )


async def show(request: web.Request) -> web.StreamResponse:
    """The room, or where one waits for it, or what comes after it."""
    seen = await reception_of(request)
    seat = await own_seat(request, seen)
    if seen.reception.state in OVER:
        raise see_other(f"{address(seen.reception)}/after")
    if may_join(seen.reception, seat.id) is Code.DOORS_CLOSED:
        response = render(request, "waiting.html", reception=seen.reception, address=address(seen.reception))
        response.headers["Refresh"] = str(_ASK_AGAIN_S)
        return response
    if waits_first(seen.reception, seat.id):
        raise see_other(f"{address(seen.reception)}/enter/next")
    own = address(seen.reception)
    config = room_config(request, seen.reception, seat, base=own, join=f"/api{own}/join", back=own, waits=False)
    return room_island(request, config)


def room_island(request: web.Request, config: RoomConfig) -> web.Response:
    """The page of the live room."""
    return _island(request, "room", config, heading=config.title)


async def own_seat(request: web.Request, seen: Seen) -> Seat:
    """The seat one joins from. Raises NotPermitted for who has none."""
    await allowed(request, seen.actor, Action.JOIN, seen.reception.concern)
    if seen.actor.seat is None:
        raise NotPermitted(detail=f"no seat in reception {seen.reception.id}")
    return seen.reception.seat(seen.actor.seat)


def room_config(
    request: web.Request, reception: Reception, seat: Seat, *, base: str, join: str, back: str, waits: bool
) -> RoomConfig:
    """What the room's island needs. ``base``: where the seat's pages are; ``back``: where one goes from the room."""
    return RoomConfig(
        page=page_of(request),
        reception=reception.id,
        title=reception.title,
        office=reception.office,
        name=seat.name,
        role=seat.role,
        point=seat.point_name,
        join=join,
        back=back,
        devices=f"{base}/devices",
        after=f"{base}/after",
        camera_kbps=CAMERA_KBPS,
        screen_kbps=SCREEN_KBPS,
        loopback_only=loopback_only(request),
        waits=waits,
    )


async def devices_for(request: web.Request) -> web.StreamResponse:
    """The check before a certain reception; leads on to its room."""
    seen = await reception_of(request)
    own = address(seen.reception)
    seat = seen.reception.seat_of(seen.actor.account)
    required = seat is not None and seat.role in STAFF_SIDE
    return devices_island(request, f"{own}/room" if seat else own, required)


async def devices(request: web.Request) -> web.StreamResponse:
    """The check at any time, without a sign-in too: who is invited tries their device before the day."""
    return devices_island(request, "/today" if SIGNED_IN in request else "/enter", False)


def devices_island(request: web.Request, onward: str, voice_required: bool, send: str = "") -> web.Response:
    """The page of the check; ``send``: where it tells what it found."""
    test = "/enter/line-test" if is_entry(request) else "/line-test"
    config = DevicesConfig(page_of(request), onward, voice_required, loopback_only(request), send, test)
    return _island(request, "devices", config, heading="")


async def after(request: web.Request) -> web.StreamResponse:
    """What happens next, and whom to ask."""
    seen = await reception_of(request)
    if seen.reception.state not in OVER:
        raise see_other(address(seen.reception))
    return render(request, "after.html", reception=seen.reception, cancelled=_cancelled(seen.reception))


def _cancelled(reception: Reception) -> bool:
    return reception.state is ReceptionState.CANCELLED
