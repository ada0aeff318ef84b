"""The end of a room that another life of its owner did not come to: its reception is over or nobody is in it, its lease
is still there.

A lease is given back last of all, so a row of such a reception names what is still to be cleared away. Every
step may be repeated, also beside the node or recorder having done it long ago.
"""

import logging
from contextlib import suppress

from bridge.errors import Conflict, NotFound, Refusal, Unavailable
from bridge.ids import ReceptionId, RecorderId, room_of
from bridge.reception import Reception
from bridge.states import OVER
from signaling.places import Places
from signaling.room_lease import LEASED, RoomLease
from signaling.times import Times

_log = logging.getLogger(__name__)


def reception_of_lease(name: str) -> ReceptionId | None:
    """Whose room it is; None for a lease of something else."""
    return ReceptionId(name.removeprefix(LEASED)) if name.startswith(LEASED) else None


async def wind_up(reception: Reception, places: Places, times: Times, lease: RoomLease) -> None:
    """Of one that is over or empty. Whatever does not answer is asked again at the next look."""
    try:
        await lease.take()
        await _remove(reception, places)
        await times.forget(reception.id)
        await lease.release()
    except Refusal as refusal:
        _log.warning("room of %s, over or empty: not cleared away yet: %s", reception.id, refusal)
    else:
        _log.info("room of %s, over or empty: cleared away", reception.id)


async def _remove(reception: Reception, places: Places) -> None:
    if reception.node is not None:
        try:
            await places.node(reception.node).delete_room(room_of(reception.id))  # with it STOP, if it was not sent
        except Unavailable:
            if reception.state in OVER:
                raise
            # nobody is in it, and it has nothing to stop: whoever comes, or the end, finds it again
    if reception.recorder is not None and reception.recording is not None:
        with suppress(NotFound, Conflict):  # finished and forgotten, or never begun
            await places.recorder(RecorderId(reception.recorder)).finished(reception.recording)
