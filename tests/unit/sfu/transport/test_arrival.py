"""The kernel's receive time becomes the node's: whatever somebody does to the wall clock meanwhile."""

import socket
import struct

from bridge.ids import NS_PER_MS, NS_PER_S
from bridge.ports import Clock
from deploy.time import SystemClock
from sfu.transport.arrival import ROOM, Ancillary, Arrivals, ask_for_stamps
from tests.support.fakes import HandClock

_KIND = 35


def stamped(clock: HandClock, before_ns: int) -> Ancillary:
    """As the kernel would have stamped so long ago."""
    utc = clock.utc() - before_ns
    return [(socket.SOL_SOCKET, _KIND, struct.pack("@ll", utc // NS_PER_S, utc % NS_PER_S))]


def woken(clock: Clock) -> Arrivals:
    made = Arrivals(clock)
    made.wake()
    return made


def test_it_came_as_long_ago_as_the_kernel_says() -> None:
    clock = HandClock()
    clock.pass_s(10)
    arrivals = woken(clock)

    assert arrivals.of(stamped(clock, 30 * NS_PER_MS)) == clock.mono() - 30 * NS_PER_MS
    assert arrivals.of(stamped(clock, 10 * NS_PER_MS)) == clock.mono() - 10 * NS_PER_MS
    assert arrivals.of(stamped(clock, 0)) == clock.mono()


def test_without_a_stamp_it_came_now() -> None:
    clock = HandClock()
    clock.pass_s(10)

    assert woken(clock).of([]) == clock.mono()
    assert woken(clock).of([(socket.SOL_SOCKET, _KIND, b"\0" * 4)]) == clock.mono()
    assert woken(clock).of([(socket.SOL_SOCKET, _KIND + 1, b"\0" * 16)]) == clock.mono()


def test_arrivals_never_go_back() -> None:
    """Two sockets are read one after the other."""
    clock = HandClock()
    clock.pass_s(10)
    arrivals = woken(clock)
    last = arrivals.of(stamped(clock, 5 * NS_PER_MS))

    assert arrivals.of(stamped(clock, 8 * NS_PER_MS)) == last


def test_a_wall_clock_that_was_set_moves_nothing_by_more_than_it_waited() -> None:
    clock = HandClock()
    clock.pass_s(10)
    for step_ns in (3600 * NS_PER_S, -3600 * NS_PER_S):
        assert woken(clock).of(stamped(clock, step_ns)) == clock.mono()


def test_the_kernel_of_this_machine_stamps() -> None:
    """The real option on a real socket; what is told lies between sending and reading."""
    clock = SystemClock()
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender,
    ):
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(30)
        ask_for_stamps(receiver)
        before = clock.mono()
        sender.sendto(b"media", receiver.getsockname())
        sent = clock.mono()
        datagram, ancillary, _, _ = receiver.recvmsg(100, ROOM)
        came = woken(clock).of(ancillary)

    assert datagram == b"media"
    assert len(ancillary) == 1
    assert before - NS_PER_MS < came <= sent + NS_PER_MS
