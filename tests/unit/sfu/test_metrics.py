"""What a node tells a scraper: right figures, right names, and no label that grows with who takes part."""

import pytest
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from bridge.control import NodeHealth, TapFigures
from bridge.figures import Lateness
from bridge.ids import NS_PER_MS, NodeId, RoomId
from sfu.core.reception import ReportBlock
from sfu.core.rtcp import pack_receiver_report
from sfu.core.seam import LinkId
from sfu.metrics import Observed, exposition
from tests.support.sfu_core import ANN, BOB, CoreRoom
from tests.support.sfu_peer import KEY, rtp

LABELS = {"direction", "reason", "event", "room", "state", "le", "node", "version", "implementation"}


def told(core: CoreRoom, taps: dict[RoomId, TapFigures] | None = None) -> dict[str, Metric]:
    lateness = Lateness()
    for late in (0.0004, 0.003, 0.4):
        lateness.observe(late)
    health = NodeHealth(NodeId("sfu-1"), "run", 1, 2, "0.1.0")
    observed = Observed(health, core.core.figures(), core.core.counts(), taps or {}, lateness)
    return {family.name: family for family in text_string_to_metric_families(exposition(observed).decode())}


def value(families: dict[str, Metric], sample: str, **labels: str) -> float:
    found = [
        one.value
        for family in families.values()
        for one in family.samples
        if one.name == sample and labels.items() <= one.labels.items()
    ]
    assert len(found) == 1, (sample, labels, found)
    return found[0]


def busy() -> CoreRoom:
    """Three packets to one receiver, one behind a closed gate, one of a stranger; the receiver reports."""
    room = CoreRoom()
    room.expect()
    room.feed(rtp(500, payload=KEY))
    room.down()
    for number in (501, 502):
        room.feed(rtp(number, payload=b"\x10\x01" + bytes(98)))
    room.core.set_open(room.core.take_events()[0].up, False)
    room.feed(rtp(503))
    room.core.feed(b"\x80" + bytes(20), ("127.0.0.1", 9), room.now)
    block = ReportBlock(ssrc=77, fraction=64, lost=1, highest=1002, jitter=900, lsr=0, dlsr=0)
    room.tell(room.bob, pack_receiver_report(12, [block]))
    return room


def test_packets_drops_and_reports_are_told() -> None:
    families = told(busy())
    assert value(families, "diemcau_sfu_packets_total", direction="in") == 4
    assert value(families, "diemcau_sfu_packets_total", direction="out") == 3
    assert value(families, "diemcau_sfu_payload_bytes_total", direction="in") == len(KEY) + 200
    assert value(families, "diemcau_sfu_payload_bytes_total", direction="out") == len(KEY) + 200
    assert value(families, "diemcau_sfu_dropped_packets_total", reason="gate") == 1
    assert value(families, "diemcau_sfu_dropped_packets_total", reason="unknown_address") == 1
    assert value(families, "diemcau_sfu_lost_ratio_bucket", direction="down", le="0.2") == 0
    assert value(families, "diemcau_sfu_lost_ratio_bucket", direction="down", le="0.3") == 1
    assert value(families, "diemcau_sfu_jitter_seconds_bucket", direction="down", le="0.01") == 1
    assert value(families, "diemcau_sfu_loop_lateness_seconds_count") == 3
    assert value(families, "diemcau_sfu_loop_lateness_p99_seconds") == 0.4


@pytest.mark.parametrize("order", [(ANN, BOB), (BOB, ANN)])
def test_totals_never_go_back_when_tracks_end(order: tuple[LinkId, ...]) -> None:
    room = busy()
    room.tick(1000 * NS_PER_MS)
    before = value(told(room), "diemcau_sfu_packets_total", direction="in")
    for link in order:
        room.core.close_link(link)
        families = told(room)
        assert value(families, "diemcau_sfu_packets_total", direction="in") == before
        for direction in ("in", "out"):
            assert value(families, "diemcau_sfu_payload_bytes_total", direction=direction) == len(KEY) + 200


def test_a_tapped_room_is_told_by_its_id_and_nothing_else_is_anybodys() -> None:
    families = told(busy(), {RoomId("r1"): TapFigures("degraded", 2500, 1000)})
    assert value(families, "diemcau_sfu_tap_backlog_seconds", room="r1") == 2.5
    assert value(families, "diemcau_sfu_taps", state="degraded") == 1
    assert value(families, "diemcau_sfu_taps", state="writing") == 0
    labels = {label for family in families.values() for one in family.samples for label in one.labels}
    assert labels <= LABELS


def test_names_follow_the_conventions_and_say_what_they_are() -> None:
    for name, family in told(busy()).items():
        assert name.startswith(("diemcau_sfu_", "process_")) or name == "diemcau_sfu", name
        assert family.documentation, name
        assert not name.endswith(("_ms", "_ns", "_count")), name
