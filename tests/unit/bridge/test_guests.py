"""Where somebody on the way in is led next."""

import msgspec
import pytest

from bridge.guests import NOTICE_VERSION, Entrant, WayIn, next_of
from bridge.ids import SeatId
from bridge.policy import SYSTEM
from bridge.presence import Prepared
from tests.unit.bridge.receptions import planned


@pytest.mark.parametrize("name", ["agency", "citizen"])
@pytest.mark.parametrize("camera", [True, False])
@pytest.mark.parametrize("microphone", [True, False])
def test_an_official_answers_by_voice_at_least(name: str, camera: bool, microphone: bool) -> None:
    reception = planned()
    seat = reception.seats[SeatId(f"seat-{name}")]
    done = Prepared(confirmed=True, camera=camera, microphone=microphone, notice=NOTICE_VERSION)
    prepared = msgspec.structs.replace(reception, prepared={seat.id: done})
    silent = name == "agency" and not microphone
    assert next_of(Entrant(prepared, seat, SYSTEM, "", ""), 0) is (WayIn.DEVICES if silent else WayIn.EARLY)
