"""From what was measured to a word."""

import msgspec
import pytest

from bridge.linetests import LinePath, LineTest, Outcome, PathResult, best_of, number_of
from bridge.quality import Quality

GOOD = PathResult(LinePath.UDP, Outcome.WORKS, 0.0, 0.0, 2.0, 30.0, 1500.0, 1500.0)


def changed(**fields: object) -> PathResult:
    return msgspec.structs.replace(GOOD, **fields)


@pytest.mark.parametrize(
    ("result", "quality"),
    [
        (GOOD, Quality.GOOD),
        (changed(loss_up=0.08), Quality.POOR),
        (changed(loss_down=0.5), Quality.BAD),
        (changed(rtt_ms=900.0), Quality.POOR),
        (changed(outcome=Outcome.BLOCKED), None),
        (changed(outcome=Outcome.UNTRIED), None),
    ],
)
def test_the_worse_direction_counts(result: PathResult, quality: Quality | None) -> None:
    assert result.quality is quality


def test_the_path_that_a_session_would_take() -> None:
    socket, tcp, relay = (changed(path=path) for path in (LinePath.WEBSOCKET, LinePath.TCP, LinePath.RELAY))
    assert best_of([relay, tcp, GOOD, socket]) is GOOD
    assert best_of([changed(outcome=Outcome.BLOCKED), relay, tcp]) is tcp
    assert best_of([socket]) is None, "it carries no picture"


@pytest.mark.parametrize(
    ("udp", "tcp", "closed"),
    [
        (Outcome.BLOCKED, Outcome.BLOCKED, True),
        (Outcome.BLOCKED, Outcome.UNTRIED, True),
        (Outcome.BLOCKED, Outcome.WORKS, False),
        (Outcome.UNTRIED, Outcome.UNTRIED, False),
    ],
)
def test_what_could_not_be_tried_is_not_called_closed(udp: Outcome, tcp: Outcome, closed: bool) -> None:
    paths = (changed(path=LinePath.WEBSOCKET), changed(outcome=udp), changed(path=LinePath.TCP, outcome=tcp))
    test = LineTest("t", "000000", 1, "", None, None, None, None, "", paths)
    assert test.is_closed is closed
    assert (test.quality is None) is (Outcome.WORKS not in (udp, tcp))


def test_numbers_have_six_digits() -> None:
    assert [number_of(bits) for bits in (0, 999_999, 1_000_000, 2**32 - 1)] == ["000000", "999999", "000000", "967295"]


@pytest.mark.parametrize("field", ["loss_up", "jitter_ms", "rtt_ms", "kbps_down"])
@pytest.mark.parametrize("value", [-1, 1e12, "x", None])
def test_what_no_browser_measures_is_refused(field: str, value: object) -> None:
    sent = {**msgspec.to_builtins(GOOD), field: value}
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(sent, PathResult)
