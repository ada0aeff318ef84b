"""A scripted media node: publishers with clocks of their own become tap frames, sent over a real socket."""

import asyncio
import random
from collections.abc import Iterable
from dataclasses import dataclass, field

from bridge.ids import NS_PER_S, MonoNs, NodeId, ParticipantId, RecordingId, RoomId, TapNumber, TrackId, TrackNumber
from bridge.media import Codec, GateReason, Moment, Source
from bridge.tap import (
    Frame,
    FrameKind,
    FrameReader,
    GateMoved,
    Hello,
    Resume,
    SenderReport,
    TrackDeclared,
    pack_declaration,
    pack_frame,
    pack_sender_report,
    unpack_declaration,
)
from tests.support.tap_media import CLOCK_RATES, PAYLOAD_TYPES, Encoded, SenderClock, rtp_packet

MONO_ZERO = 5_000 * NS_PER_S
UTC_ZERO = 1_790_000_000 * NS_PER_S
"""The node's clocks at true time 0."""

NTP_UTC = 2_208_988_800


def mono(true_s: float) -> int:
    """The node's monotonic clock at a true time."""
    return MONO_ZERO + round(true_s * NS_PER_S)


def moment(true_s: float) -> Moment:
    """Both clocks of the node at a true time."""
    return Moment(mono(true_s), UTC_ZERO + round(true_s * NS_PER_S))


@dataclass
class ScriptedTrack:
    """What one publisher sends on one track, from true time ``start_s`` on."""

    number: int
    track: str
    participant: str
    source: Source
    codec: Codec
    encoded: list[Encoded]
    clock: SenderClock = field(default_factory=SenderClock)
    connection: int = 1
    start_s: float = 0.0
    end_s: float | None = None
    delay_s: float = 0.02
    jitter_s: float = 0.0
    report_every_s: float = 1.0
    report_delay_s: float = 0.0
    """How much later than packets sender reports arrive."""
    lost: frozenset[int] = frozenset()
    """Positions of packets (from 0) that never arrive."""
    silent: tuple[tuple[float, float], ...] = ()
    """True times in which the publisher sends nothing at all, without a hole in its sequence numbers."""
    muted: tuple[tuple[float, float], ...] = ()
    """True times in which the node's gate is closed (packets go on at the sender and are dropped)."""
    gate: GateReason = GateReason.MUTED
    sleeps: tuple[float, float] | None = None
    """(true time, s): nothing is sent from there for so long, and timestamps go on as if no time had passed."""
    held_back: tuple[float, float] | None = None
    """True times between which the network delivers nothing; at the end it delivers everything."""
    first_sequence: int = 65_400
    first_timestamp: int = 0xFFFFF000

    def events(self) -> list[tuple[float, FrameKind, bytes]]:
        """(true arrival, kind, body), in order of arrival."""
        found = [(max(0.0, self.start_s), FrameKind.TRACK, pack_declaration(self._declared()))]
        found += [(at, FrameKind.RTP, packet) for at, packet in self._packets()]
        found += [(at, FrameKind.SENDER_REPORT, body) for at, body in self._reports()]
        for closed, opened in self.muted:
            found.append((closed, FrameKind.GATE, pack_declaration(GateMoved(self.gate))))
            found.append((opened, FrameKind.GATE, pack_declaration(GateMoved(None))))
        if self.end_s is not None:
            found.append((self.end_s, FrameKind.END, b""))
        found.sort(key=lambda event: event[0])
        head = [event for event in found if event[1] is FrameKind.TRACK]
        return head + [event for event in found if event[1] is not FrameKind.TRACK]

    def _declared(self) -> TrackDeclared:
        return TrackDeclared(
            TrackId(self.track),
            ParticipantId(self.participant),
            self.connection,
            self.source,
            self.codec,
            CLOCK_RATES[self.codec],
            2 if self.codec is Codec.OPUS else 1,
            PAYLOAD_TYPES[self.codec],
            "",
        )

    def _timestamp(self, true_s: float) -> int:
        if self.sleeps is not None and true_s > self.sleeps[0]:
            true_s = max(self.sleeps[0], true_s - self.sleeps[1])
        since = self.clock.reads(true_s) - self.clock.reads(self.start_s)
        return self.first_timestamp + round(since * CLOCK_RATES[self.codec])

    def _awake(self, at_s: float) -> float:
        return at_s if self.sleeps is None or at_s < self.sleeps[0] else at_s + self.sleeps[1]

    def _delivered(self, at_s: float) -> float:
        return self.held_back[1] if self.held_back is not None and _within(at_s, [self.held_back]) else at_s

    def _packets(self) -> list[tuple[float, bytes]]:
        noise = random.Random(self.number)
        sequence = self.first_sequence
        position = 0
        packets = []
        for frame in self.encoded:
            true_s = self._awake(self.start_s + frame.at_s)
            if _within(true_s, self.silent) or (self.end_s is not None and true_s >= self.end_s):
                continue
            arrival = self._delivered(true_s + self.delay_s + noise.random() * self.jitter_s)
            for place, payload in enumerate(frame.payloads):
                last = place == len(frame.payloads) - 1
                pt = PAYLOAD_TYPES[self.codec]
                packet = rtp_packet(pt, sequence, self._timestamp(true_s), 77 + self.number, payload, last)
                if position not in self.lost and not _within(arrival, self.muted):
                    packets.append((arrival, packet))
                sequence += 1
                position += 1
        return packets

    def _reports(self) -> list[tuple[float, bytes]]:
        noise = random.Random(1000 + self.number)
        last = self.encoded[-1].at_s if self.end_s is None else self.end_s - self.start_s
        reports = []
        count = 1
        while count * self.report_every_s < last:
            true_s = self._awake(self.start_s + count * self.report_every_s - 0.4)
            ntp = round((self.clock.reads(true_s) + UTC_ZERO / NS_PER_S + NTP_UTC) * (1 << 32))
            report = SenderReport(ntp, self._timestamp(true_s) & 0xFFFFFFFF, round(2 * self.delay_s * NS_PER_S))
            late_s = self.delay_s + self.report_delay_s
            arrival = self._delivered(true_s + late_s + noise.random() * self.jitter_s)
            reports.append((arrival, pack_sender_report(report)))
            count += 1
        return reports


def _within(at: float, spans: Iterable[tuple[float, float]]) -> bool:
    return any(start <= at < end for start, end in spans)


def script(tracks: list[ScriptedTrack], start_s: float, stop_s: float | None) -> list[Frame]:
    """All tracks' frames in order of arrival with START, STOP and a TICK a second, numbered as a node numbers them."""
    events: list[tuple[float, int, int, FrameKind, bytes]] = []
    place = 0
    for track in tracks:
        for at, kind, body in track.events():
            events.append((at, track.number, place, kind, body))
            place += 1
    events.append((start_s, 0, -1, FrameKind.START, pack_declaration(moment(start_s))))
    end_s = stop_s if stop_s is not None else max(event[0] for event in events)
    events += [(second + 0.5, 0, 0, FrameKind.TICK, b"") for second in range(int(end_s))]
    if stop_s is not None:
        events = [event for event in events if event[0] <= stop_s]
        events.append((stop_s, 0, place, FrameKind.STOP, pack_declaration(moment(stop_s))))
    numbers: dict[int, int] = {}
    frames = []
    for at, number, _, kind, body in sorted(events, key=lambda event: (event[0], event[1], event[2])):
        numbers[number] = numbers.get(number, 0) + 1
        tap = TapNumber(numbers[number])
        frames.append(Frame(kind, TrackNumber(number), tap, MonoNs(mono(at)), body))
    return frames


def moved(frames: Iterable[Frame], at_s: float) -> list[Frame]:
    """Only what happens from ``at_s`` on, numbered from 1 again: what another run of the node would send."""
    numbers: dict[int, int] = {}
    again = []
    for frame in frames:
        if frame.arrival >= mono(at_s):
            numbers[frame.track] = numbers.get(frame.track, 0) + 1
            number = TapNumber(numbers[frame.track])
            again.append(Frame(frame.kind, frame.track, number, frame.arrival, frame.body))
    return again


class TapNode:
    """One connection of a node to a recorder's tap address."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, durable: dict[int, int]) -> None:
        self.resumed = durable
        self.confirmed = dict(durable)
        self.key_frames_asked: list[int] = []
        self._writer = writer
        self._changed = asyncio.Event()
        self._reading = asyncio.ensure_future(self._read(reader))

    @classmethod
    async def connect(
        cls, address: str, recording: str, room: str = "room", node: str = "node", at_s: float = 0.0
    ) -> "TapNode":
        """HELLO, then wait for RESUME."""
        reader, writer = await asyncio.open_unix_connection(address.removeprefix("unix:"))
        hello = Hello(1, NodeId(node), RoomId(room), RecordingId(recording), moment(at_s))
        writer.write(pack_frame(FrameKind.HELLO, 0, 0, mono(at_s), pack_declaration(hello)))
        frames = FrameReader()
        found: list[Frame] = []
        while not found:
            chunk = await reader.read(65_536)
            if not chunk:
                writer.close()
                raise ConnectionError("the recorder closed the tap")
            found = frames.feed(chunk)
        resume = unpack_declaration(found[0].body, Resume)
        return cls(reader, writer, {int(track): number for track, number in resume.durable.items()})

    async def send(self, frames: Iterable[Frame]) -> None:
        """Everything the recorder does not have yet."""
        for frame in frames:
            if frame.number > self.resumed.get(frame.track, 0):
                self._writer.write(pack_frame(frame.kind, frame.track, frame.number, frame.arrival, frame.body))
                await self._writer.drain()

    def send_bytes(self, content: bytes) -> None:
        """Anything at all."""
        self._writer.write(content)

    async def until_confirmed(self, frames: list[Frame], timeout_s: float = 30.0) -> None:
        """Wait until the last frame of every track is durable."""
        last: dict[int, int] = {}
        for frame in frames:
            last[frame.track] = max(last.get(frame.track, 0), frame.number)
        async with asyncio.timeout(timeout_s):
            while any(self.confirmed.get(track, 0) < number for track, number in last.items()):
                self._changed.clear()
                await self._changed.wait()

    async def close(self) -> None:
        self._writer.close()
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)

    async def _read(self, reader: asyncio.StreamReader) -> None:
        cutter = FrameReader()
        while chunk := await reader.read(65_536):
            for frame in cutter.feed(chunk):
                if frame.kind is FrameKind.CONFIRM:
                    self.confirmed[frame.track] = frame.number
                elif frame.kind is FrameKind.KEY_FRAME:
                    self.key_frames_asked.append(frame.track)
            self._changed.set()
