"""The forwarding core in plain Python: the reference a native twin is tested against."""

import struct
from collections.abc import Iterable

from bridge.errors import MalformedPacket
from bridge.ids import NS_PER_MS, Ssrc
from sfu.core.answers import Answers
from sfu.core.binding import bind
from sfu.core.control import Control
from sfu.core.down import DownTrack
from sfu.core.link import Link
from sfu.core.links import Links
from sfu.core.red import without_redundancy
from sfu.core.repair import repaired_source, restore
from sfu.core.ring import Kept
from sfu.core.rtp import HEADER, HEADER_SIZE
from sfu.core.seam import (
    Address,
    CoreEvent,
    Datagram,
    DownId,
    DownSpec,
    Tapped,
    UpStarted,
)
from sfu.core.srtp import length, pointer, protect, scratch, view
from sfu.core.unfold import unfold
from sfu.core.up import UpTrack

_PATCH = struct.Struct("!BHII")
_NOTHING: list[Datagram] = []
_SPEECH_NS = 400 * NS_PER_MS
"""Who speaks is judged over 400 ms (LiveKit's interval)."""


class Router(Links):
    """Implements :class:`sfu.core.seam.ForwardingCore`."""

    def __init__(self) -> None:
        super().__init__()
        self._events: list[CoreEvent] = []
        self._tapped: list[Tapped] = []
        self._speech_ns = 0
        self._answers = Answers(self._counts, self._ups, self.send)
        self._control = Control(self._counts, self._tally, self._events, self._ups, self._answers)

    # ── receivers ────────────────────────────────────────────────────────────────────────────────────────────

    def add_down(self, spec: DownSpec, now_ns: int) -> list[Datagram]:
        """See the seam. An unknown link or up track: nothing flows."""
        link, up = self._links.get(spec.link), self._ups.get(spec.up)
        if link is None or up is None:
            return _NOTHING
        down = DownTrack(spec, link)
        self._downs[spec.down] = down
        link.downs[down.ssrc] = down
        return _NOTHING if down.paused else self._let_flow(up, down)

    def _let_flow(self, up: UpTrack, down: DownTrack) -> list[Datagram]:
        last = up.numbering.last
        whole = not up.is_video or up.key_number is not None
        if whole and down.go_on(last, up.packets, up.octets):
            up.take(down)
            return _NOTHING
        if not up.is_video:
            down.start(last + 1, up.packets, up.octets)
            up.take(down)
            return _NOTHING
        up.waiting.append(down)
        return self._start_waiting(up)

    def set_paused(self, down: DownId, paused: bool) -> list[Datagram]:
        """See the seam."""
        found = self._downs.get(down)
        if found is None or found.paused == paused:
            return _NOTHING
        found.paused = paused
        up = self._ups.get(found.spec.up)
        if up is None:
            return _NOTHING
        if not paused:
            return _NOTHING if found.held else self._let_flow(up, found)
        found.stop(up.numbering.last, up.packets, up.octets)
        up.release(found)
        return _NOTHING

    def remove_down(self, down: DownId) -> list[Datagram]:
        """See the seam."""
        found = self._downs.get(down)
        if found is None:
            return _NOTHING
        self._detach(found)
        return self._control.goodbye(found)

    def congested(self, address: Address) -> None:
        """See the seam. A part of a frame is of no use, and what follows it neither."""
        for up, down in self._pictures_at(address):
            if down.flowing:
                down.held = True
                down.stop(up.numbering.last, up.packets, up.octets)
                up.release(down)
                self._counts["held_congested"] += 1

    def relieved(self, address: Address) -> list[Datagram]:
        """See the seam."""
        out: list[Datagram] = []
        for up, down in self._pictures_at(address):
            if down.held:
                down.held = False
                out += _NOTHING if down.paused else self._let_flow(up, down)
        return out

    def _pictures_at(self, address: Address) -> list[tuple[UpTrack, DownTrack]]:
        link = self._places.get(address)
        downs = () if link is None else link.downs.values()
        return [(up, down) for down in downs if (up := self._ups.get(down.spec.up)) is not None and up.is_video]

    # ── packets ──────────────────────────────────────────────────────────────────────────────────────────────

    def feed(self, datagram: bytes, address: Address, now_ns: int) -> list[Datagram]:
        """See the seam."""
        link = self._places.get(address)
        if link is None or len(datagram) < HEADER_SIZE:
            self._counts["dropped_unknown_address" if link is None else "dropped_malformed"] += 1
            return _NOTHING
        try:
            if 192 <= datagram[1] <= 223:
                return self._control.feed(link, datagram, now_ns)
            packet = link.srtp.unprotect(datagram)
            if packet is None:
                self._counts["dropped_srtp"] += 1
                return _NOTHING
            link.heard_ns = now_ns
            if link.number_extension is not None:
                link.note_number(packet, link.number_extension, now_ns)
            return self._feed_rtp(link, packet, now_ns)
        except MalformedPacket:
            self._counts["dropped_malformed"] += 1
            return _NOTHING

    def _feed_rtp(self, link: Link, packet: bytes, now_ns: int, red: bytes = b"") -> list[Datagram]:
        """``red``: what receivers of redundant sound get instead of the packet's payload."""
        _, second, sequence, timestamp, ssrc = HEADER.unpack_from(packet)
        up = link.ups.get(ssrc)
        if up is None:
            up = self._bind(link, packet)
            if up is None:
                return self._feed_repair(link, packet, now_ns)
        if up.red_type is not None and second & 0x7F == up.red_type:
            return self._feed_red(link, up, packet, now_ns)
        extended, newest = up.arrived(sequence, timestamp, len(packet), now_ns)
        if refused := _refused(up, second & 0x7F, extended, newest):
            self._counts[refused] += 1
            return _NOTHING
        if not up.is_video:
            up.levels.listen(packet, up.spec.level_extension)
        if newest and up.loudest is not None and not up.passes(now_ns):
            return self._hush(up, packet, extended, now_ns)
        kept = up.accept(packet, extended, newest, timestamp, red)
        if up.tapped:
            self._tapped.append(Tapped(up.spec.up, now_ns, packet))
        if kept is None:
            self._counts["dropped_padding" if newest else "dropped_quiet"] += 1
            return _NOTHING
        return self._forward(up, kept, newest)

    def _hush(self, up: UpTrack, packet: bytes, extended: int, now_ns: int) -> list[Datagram]:
        """Others are louder: the tap alone gets it. Raises MalformedPacket."""
        up.hush(packet, extended)
        if up.tapped:
            self._tapped.append(Tapped(up.spec.up, now_ns, packet))
        self._counts["dropped_quiet"] += 1
        return _NOTHING

    def _feed_red(self, link: Link, up: UpTrack, packet: bytes, now_ns: int) -> list[Datagram]:
        """Redundant sound goes the way of plain packets, those first that a copy in it makes up for."""
        said = unfold(up, packet)
        out: list[Datagram] = []
        for recovered in said.recovered:
            self._counts["recovered"] += 1
            out += self._feed_rtp(link, recovered, now_ns)
        return out + self._feed_rtp(link, said.packet, now_ns, said.red)

    def _feed_repair(self, link: Link, packet: bytes, now_ns: int) -> list[Datagram]:
        """A retransmission goes the way of the packet it repeats, once that is restored."""
        up = repaired_source(link, packet)
        if up is None:
            self._counts["dropped_unknown_ssrc"] += 1
            return _NOTHING
        original = restore(packet, up)
        if original is None:
            self._counts["dropped_padding"] += 1
            return _NOTHING
        self._counts["restored"] += 1
        return self._feed_rtp(link, original, now_ns)

    def _forward(self, up: UpTrack, kept: Kept, newest: bool) -> list[Datagram]:
        number = kept.number
        if newest and not up.waiting and not up.plains:
            return self.send(up.downs, kept)
        if newest:
            out = self.send(up.downs, kept)
        else:
            self._counts["repaired"] += 1
            out = self.send([down for down in up.downs if down.first <= number], kept)
        if up.plains:
            out += self.send([down for down in up.plains if down.first <= number], without_redundancy(kept))
        return out + self._start_waiting(up) if up.waiting else out

    def send(self, downs: Iterable[DownTrack], kept: Kept) -> list[Datagram]:
        """The datagrams of one packet for these receivers: the inner loop of this program."""
        number, timestamp, marker, template = kept
        size = len(template)
        patch = _PATCH.pack_into
        out: list[Datagram] = []
        for down in downs:
            view[:size] = template
            patch(
                scratch,
                1,
                marker | down.payload_type,
                number + down.shift & 0xFFFF,
                timestamp + down.timestamp_shift & 0xFFFFFFFF,
                down.ssrc,
            )
            length[0] = size
            if protect(down.context, pointer, length):
                self._counts["dropped_protect"] += 1
            else:
                out.append((scratch[: length[0]], down.address))
        self._counts["forwarded"] += len(out)
        return out

    def _start_waiting(self, up: UpTrack) -> list[Datagram]:
        """Newcomers begin at the cached key frame when it is near and whole, else they need a new one."""
        run = None if up.key_number is None else up.ring.run(up.key_number, up.numbering.last)
        begin = [] if run is None else [down for down in up.waiting if down.may_start(run[0].number)]
        if len(begin) < len(up.waiting) and up.is_open:
            up.requests.want()
        if run is None or not begin:
            return _NOTHING
        out: list[Datagram] = []
        octets = sum(len(kept.template) - HEADER_SIZE for kept in run)
        for down in begin:
            down.start(run[0].number, up.packets - len(run), up.octets - octets)
            for kept in run:
                out += self.send((down,), kept)
        up.downs = [*up.downs, *begin]
        up.waiting = [down for down in up.waiting if not down.flowing]
        return out

    def _bind(self, link: Link, packet: bytes) -> UpTrack | None:
        up = bind(link, packet)
        if up is None:
            return None
        link.ups[up.ssrc] = up
        self._ups[up.spec.up] = up
        link.report_due_ns = 0
        payload_type = packet[1] & 0x7F
        inside = up.spec.formats[payload_type].inside
        plain = payload_type if inside is None else inside
        self._events.append(UpStarted(up.spec.up, up.codec, plain, Ssrc(up.ssrc)))
        return up

    # ── time and what comes out ──────────────────────────────────────────────────────────────────────────────

    def tick(self, now_ns: int, ntp_now: int) -> list[Datagram]:
        """See the seam."""
        self._control.set_time(now_ns, ntp_now)
        out = self._answers.second_copies(now_ns)
        for link in self._links.values():
            out += self._control.requests(link, now_ns)
            if link.report_due_ns <= now_ns:
                out += self._control.reports(link, now_ns)
        if self._speech_ns <= now_ns:
            self._speech_ns = now_ns + _SPEECH_NS
            self._report_speech()
        return out

    def _report_speech(self) -> None:
        for up in self._ups.values():
            if not up.is_video:
                self._events.append(up.levels.report(up.spec.up))

    def take_events(self) -> list[CoreEvent]:
        """See the seam."""
        taken = self._events.copy()
        self._events.clear()
        return taken

    def take_tapped(self) -> list[Tapped]:
        """See the seam."""
        taken, self._tapped = self._tapped, []
        return taken


def _refused(up: UpTrack, payload_type: int, extended: int, newest: bool) -> str:
    """Why a packet that was counted goes no further, by the name of its count; empty: it does."""
    if not up.is_open:
        # Only now: the rollover counter of SRTP and the reports must follow a muted track as well.
        up.refuse(extended, newest)
        return "dropped_gate"
    form = up.spec.formats.get(payload_type)
    if form is None or form.codec is not up.codec:
        up.skip(extended, newest)
        return "dropped_payload_type"
    return "" if newest or up.misses(extended) else "dropped_duplicate"
