"""Receivers at work: awake for every packet; they count, and one in ten decrypts and reads the mark."""

import select
import socket
import struct
import time
from collections.abc import Sequence

from pylibsrtp import Error

from sfu.core.rtcp import pack_receiver_report
from tests.bench.commands import Commands, answer
from tests.bench.figures import percentile
from tests.bench.line import Line
from tests.bench.marks import Tally, read_mark
from tests.bench.orders import Counted

CHECKED_EVERY = 10
_SO_TIMESTAMPNS = 35
_TIMESPEC = struct.Struct("qq")
_LONGEST = 2048
_CHECK_S = 4.0
_REPORT_S = 1.0
_WAIT_S = 0.1


class Receivers:
    """Receives until told to end or ``until`` (monotonic) has come."""

    def __init__(self, lines: Sequence[Line], commands: Commands, until: float) -> None:
        self._lines = lines
        self._commands = commands
        self._until = until
        self._rtp = self._rtcp = self._other = self._undecipherable = 0
        self._tallies: dict[int, Tally] = {}
        self._cpu_s = time.process_time()
        self._poll = select.epoll()
        self._plain: dict[int, socket.socket] = {}
        self._checked: dict[int, Line] = {}

    def run(self) -> None:
        """The hot loop."""
        self._register()
        buffer = bytearray(_LONGEST)
        now = time.monotonic()
        checks, reports = now + _CHECK_S, now + _REPORT_S
        while now < self._until:
            for descriptor, _ in self._poll.poll(_WAIT_S):
                sock = self._plain.get(descriptor)
                if sock is not None:
                    sock.recv_into(buffer)
                    if buffer[0] >> 6 != 2:
                        self._other += 1
                    elif 192 <= buffer[1] <= 223:
                        self._rtcp += 1
                    else:
                        self._rtp += 1
                elif descriptor in self._checked:
                    self._look(self._checked[descriptor])
                elif not self._obey():
                    return
            now = time.monotonic()
            if now >= reports:
                reports = now + _REPORT_S
                self._report()
            if now >= checks:
                checks = now + _CHECK_S
                self._check()

    def _register(self) -> None:
        for index, line in enumerate(self._lines):
            descriptor = line.socket.fileno()
            line.socket.setblocking(True)
            self._poll.register(descriptor, select.EPOLLIN)
            if index % CHECKED_EVERY:
                self._plain[descriptor] = line.socket
            else:
                line.socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
                self._checked[descriptor] = line
                self._tallies[descriptor] = Tally()
        self._poll.register(self._commands.descriptor, select.EPOLLIN | select.EPOLLHUP)

    def _look(self, line: Line) -> None:
        """The kernel's own receive time: when this process got its turn does not count."""
        datagram, ancillary, _, _ = line.socket.recvmsg(_LONGEST, 64)
        if datagram[0] >> 6 != 2:
            self._other += 1
            return
        if 192 <= datagram[1] <= 223:
            self._rtcp += 1
            return
        self._rtp += 1
        seconds, nanoseconds = _TIMESPEC.unpack(ancillary[0][2])
        try:
            packet = line.receiving.unprotect(datagram)
        except Error:
            self._undecipherable += 1
            return
        self._tallies[line.socket.fileno()].came(read_mark(packet), seconds * 1_000_000_000 + nanoseconds)

    def _obey(self) -> bool:
        said = self._commands.waiting()
        for command in said:
            if command == "begin":
                self._begin()
                answer(Counted())
            elif command == "count":
                answer(Counted(rtp=self._rtp))
            elif command == "report":
                answer(self._counted())
        return "end" not in said

    def _begin(self) -> None:
        self._rtp = self._rtcp = self._other = self._undecipherable = 0
        self._tallies = {descriptor: Tally() for descriptor in self._checked}
        self._cpu_s = time.process_time()

    def _counted(self) -> Counted:
        tallies = self._tallies.values()
        latencies = [latency for tally in tallies for latency in tally.latencies_ns]
        return Counted(
            rtp=self._rtp,
            rtcp=self._rtcp,
            other=self._other,
            checked=len(latencies),
            undecipherable=self._undecipherable + sum(tally.unmarked for tally in tallies),
            missing=sum(tally.missing for tally in tallies),
            p50_ms=percentile(latencies, 0.5) / 1e6,
            p99_ms=percentile(latencies, 0.99) / 1e6,
            cpu_s=time.process_time() - self._cpu_s,
        )

    def _report(self) -> None:
        """A receiver report without blocks: every server has to decrypt and read one a second from each."""
        for index, line in enumerate(self._lines):
            line.socket.send(line.sending.protect_rtcp(pack_receiver_report(0x30000 + index)))

    def _check(self) -> None:
        for line in self._lines:
            if line.check:
                line.socket.send(line.check)
