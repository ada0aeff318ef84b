"""What two siblings may not share: both ends of a tap's TCP line break at the same time."""

import socket
from collections.abc import Callable

import pytest

from bridge.tap import GONE_S, PROBE_S
from recorder import intake
from sfu import tapline

OPTIONS = {
    "keep-alive": (socket.SOL_SOCKET, socket.SO_KEEPALIVE),
    "idle s": (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE),
    "between s": (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL),
    "gone ms": (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT),
}


@pytest.mark.parametrize("watched", [tapline.break_when_gone, intake.break_when_gone])
def test_both_ends_notice_a_lost_host_alike(watched: Callable[[socket.socket], None]) -> None:
    with socket.socket() as line:
        watched(line)
        found = {name: line.getsockopt(*option) for name, option in OPTIONS.items()}
    assert found == {"keep-alive": 1, "idle s": PROBE_S, "between s": PROBE_S, "gone ms": GONE_S * 1000}
