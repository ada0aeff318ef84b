"""Publishers at work: every packet at its own even time, marked, protected, sent."""

import heapq
import struct
import time
from collections.abc import Sequence

from sfu.core.rtcp import Sent, pack_sender_report
from sfu.core.senderclock import ntp_from_ns
from tests.bench.commands import Commands, answer
from tests.bench.descriptions import AUDIO_TYPE, LEVEL_EXTENSION, VIDEO_TYPE, audio_ssrc, video_ssrc
from tests.bench.line import Line
from tests.bench.marks import Mark, stamp
from tests.bench.media import AUDIO_CLOCK, AUDIO_SAMPLES, PER_SECOND, SECONDS, VIDEO_CLOCK, Clip
from tests.bench.orders import Counted

_HEADER = struct.Struct("!BBHII")
_LEVEL = b"\xbe\xde\x00\x01" + bytes([LEVEL_EXTENSION << 4, 30, 0, 0])
"""RFC 6464: -30 dBov, speaking."""
_NS = 1_000_000_000
_HOUSEKEEPING_NS = 50_000_000
_CHECK_NS = 4 * _NS
"""As browsers do (RFC 7675: every 5 s, ± 20 %)."""
_REPORT_NS = _NS


class Stream:
    """One track of one publisher: what to send next, and when."""

    def __init__(self, line: Line, publisher: int, is_video: bool, clip: Clip, bursts: bool = False) -> None:
        self.line = line
        self._publisher = publisher
        self._is_video = is_video
        self._clip = clip
        self._ssrc = video_ssrc(publisher) if is_video else audio_ssrc(publisher)
        self._octets = 0
        self._clock = VIDEO_CLOCK if is_video else AUDIO_CLOCK
        self._paused_ns = 0
        self.number = 0
        self.bursts = bursts and is_video
        turns = SECONDS * PER_SECOND if self.bursts else len(clip.video if is_video else clip.audio)
        self.interval_ns = SECONDS * _NS // turns

    def goes_on(self) -> bool:
        """The next packet is to follow the last at once: its frame is not whole yet."""
        return self.bursts and not self._clip.video[(self.number - 1) % len(self._clip.video)].marker

    def packet(self, sent_ns: int) -> bytes:
        """The next, as plain RTP."""
        made = bytearray(self._video() if self._is_video else self._audio())
        stamp(made, Mark(self._publisher, self._is_video, self.number, sent_ns))
        self.number += 1
        self._octets += len(made) - _HEADER.size
        return bytes(made)

    def paused(self, span_ns: int) -> None:
        """Nothing was sent for so long: media time goes on without packets, as with a camera that was off."""
        self._paused_ns += span_ns

    def report(self, utc_ns: int, since_ns: int) -> bytes:
        """A sender report; ``since_ns``: since the first packet."""
        rtp = since_ns * self._clock // _NS & 0xFFFFFFFF
        name = f"publisher{self._publisher}"
        return pack_sender_report(Sent(self._ssrc, ntp_from_ns(utc_ns), rtp, self.number, self._octets, name))

    def _video(self) -> bytes:
        round_, index = divmod(self.number, len(self._clip.video))
        piece = self._clip.video[index]
        timestamp = round_ * SECONDS * VIDEO_CLOCK + piece.timestamp
        return self._head(0x80, VIDEO_TYPE | piece.marker << 7, timestamp) + piece.payload

    def _audio(self) -> bytes:
        payload = self._clip.audio[self.number % len(self._clip.audio)]
        return self._head(0x90, AUDIO_TYPE, self.number * AUDIO_SAMPLES) + _LEVEL + payload

    def _head(self, first: int, second: int, timestamp: int) -> bytes:
        shifted = timestamp + self._paused_ns * self._clock // _NS & 0xFFFFFFFF
        return _HEADER.pack(first, second, self.number & 0xFFFF, shifted, self._ssrc)


class Publishers:
    """Sends until told to end or ``until`` (monotonic) has come."""

    def __init__(
        self, lines: Sequence[Line], clip: Clip, commands: Commands, until: float, bursts: bool = False
    ) -> None:
        self._lines = lines
        self._commands = commands
        self._until_ns = int(until * _NS)
        self._streams = streams(lines, clip, bursts)
        self._began_ns = 0
        self._over = self._resting = False
        self._reports_ns = self._checks_ns = 0
        self._sent = 0
        self._late_ns = 0
        self._cpu_s = time.process_time()

    def run(self) -> None:
        """The hot loop: sleeps until the next packet is due, and never drops one."""
        now = self._began_ns = time.monotonic_ns()
        due = first_times(self._streams, now)
        housekeeping = now
        while not self._over and now < self._until_ns:
            at, index = due[0]
            if at > now:
                time.sleep((at - now) / _NS)
            now = time.monotonic_ns()
            stream = self._streams[index]
            heapq.heapreplace(due, (at + stream.interval_ns, index))
            self._send(stream)
            while stream.goes_on():
                self._send(stream)
            self._late_ns = max(self._late_ns, now - at)
            if now >= housekeeping:
                housekeeping = now + _HOUSEKEEPING_NS
                self._keep_house(now)
                if self._resting:
                    now = self._rest(now)
                    due = first_times(self._streams, now)

    def _send(self, stream: Stream) -> None:
        stream.line.socket.send(stream.line.sending.protect(stream.packet(time.time_ns())))
        self._sent += 1

    def _rest(self, since_ns: int) -> int:
        """Nothing but housekeeping, until told to resume. → now"""
        while self._resting and not self._over and time.monotonic_ns() < self._until_ns:
            time.sleep(_HOUSEKEEPING_NS / _NS)
            self._keep_house(time.monotonic_ns())
        now = time.monotonic_ns()
        for stream in self._streams:
            stream.paused(now - since_ns)
        return now

    def _keep_house(self, now_ns: int) -> None:
        for line in self._lines:
            drain(line)
        for command in self._commands.waiting():
            self._obey(command)
        if now_ns >= self._reports_ns and not self._resting:
            self._reports_ns = now_ns + _REPORT_NS
            self._report(now_ns)
        if now_ns >= self._checks_ns:
            self._checks_ns = now_ns + _CHECK_NS
            for line in self._lines:
                if line.check:
                    line.socket.send(line.check)

    def _obey(self, command: str) -> None:
        if command == "end":
            self._over = True
        elif command == "report":
            used = time.process_time() - self._cpu_s
            answer(Counted(rtp=self._sent, late_ms=self._late_ns / 1e6, cpu_s=used))
        else:
            self._resting = command == "pause" or (self._resting and command != "resume")
            if command == "begin":
                self._sent = self._late_ns = 0
                self._cpu_s = time.process_time()
            answer(Counted())

    def _report(self, now_ns: int) -> None:
        for stream in self._streams:
            report = stream.report(time.time_ns(), now_ns - self._began_ns)
            stream.line.socket.send(stream.line.sending.protect_rtcp(report))


def streams(lines: Sequence[Line], clip: Clip, bursts: bool = False) -> list[Stream]:
    """Two for each line."""
    return [
        Stream(line, index, is_video, clip, bursts) for index, line in enumerate(lines) for is_video in (False, True)
    ]


def first_times(streams: Sequence[Stream], now_ns: int) -> list[tuple[int, int]]:
    """(when, which stream) as a heap: the same track of several publishers is spread over its interval."""
    due = [(now_ns + stream.interval_ns * index // len(streams), index) for index, stream in enumerate(streams)]
    heapq.heapify(due)
    return due


def drain(line: Line) -> None:
    """Throw away what came (reports, requests, answers to checks)."""
    try:
        while True:
            line.socket.recv(2048)
    except (BlockingIOError, ConnectionRefusedError):
        return
