"""RTCP of the forwarding core: terminated here, on both sides. Receivers' reports never reach publishers."""

from collections import Counter
from collections.abc import Iterable, Mapping

from aiortc.rtp import AnyRtcpPacket, RtcpByePacket, RtcpPsfbPacket, RtcpReceiverInfo, RtcpRtpfbPacket, RtcpSrPacket

from bridge.ids import NS_PER_MS, NS_PER_S
from sfu.core.answers import Answers
from sfu.core.down import DownTrack
from sfu.core.link import Link
from sfu.core.measured import Measured
from sfu.core.rtcp import (
    Sent,
    pack_bye,
    pack_nack,
    pack_pli,
    pack_receiver_report,
    pack_remb,
    pack_sender_report,
    parse_rtcp,
    pictures_lost,
)
from sfu.core.seam import CoreEvent, Datagram, SenderReported, UpId, UpSaidGoodbye
from sfu.core.senderclock import ntp_from_span
from sfu.core.up import UpTrack
from sfu.core.xr import pack_reference_time, parse_delays

_REPORT_NS = 500 * NS_PER_MS
"""REMB has to follow a falling line within a second; receiver reports go with it."""
_SENT_NS = NS_PER_S
_LONGEST_COMPOUND = 1_100
_LONGEST_RTT_NS = 10 * NS_PER_S


class Control:
    """Reads and writes RTCP for the links of one router, whose tables it shares."""

    def __init__(
        self,
        counts: Counter[str],
        measured: Measured,
        events: list[CoreEvent],
        ups: Mapping[UpId, UpTrack],
        answers: Answers,
    ) -> None:
        self._counts = counts
        self._tally = measured
        self._events = events
        self._ups = ups
        self._answers = answers
        self._ntp_origin = 0
        """NTP time at the caller's monotonic zero."""

    def set_time(self, now_ns: int, ntp_now: int) -> None:
        """Relates the two clocks of the node, once: what is told to peers and answered by them must not jump when
        somebody sets the wall clock (RFC 3550 §6.4.1 asks for elapsed time, not for the right day)."""
        if not self._ntp_origin:
            self._ntp_origin = ntp_now - ntp_from_span(now_ns)

    def _ntp(self, now_ns: int) -> int:
        return self._ntp_origin + ntp_from_span(now_ns)

    # ── what comes ───────────────────────────────────────────────────────────────────────────────────────────

    def feed(self, link: Link, datagram: bytes, now_ns: int) -> list[Datagram]:
        """An SRTCP compound; gives repeated packets. Raises MalformedPacket."""
        compound = link.srtp.unprotect_rtcp(datagram)
        if compound is None:
            self._counts["dropped_srtcp"] += 1
            return []
        link.heard_ns = now_ns
        out: list[Datagram] = []
        for packet in parse_rtcp(compound):
            if isinstance(packet, RtcpRtpfbPacket):
                out += self._answers.asked(link, packet, now_ns)
            else:
                self._take(link, packet, now_ns)
        if link.ups:
            self._answered(link, compound, now_ns)
        return out

    def _answered(self, link: Link, compound: bytes, now_ns: int) -> None:
        """A publisher tells when the node's reference time reached it."""
        for delay in parse_delays(compound):
            if delay.ssrc == link.ssrc:
                self._measured(link, delay.lrr, delay.dlrr, now_ns)

    def _measured(self, link: Link, told: int, kept: int, now_ns: int) -> None:
        """Both in 1/65536 s: the node's time that went out, and how long it lay with the peer (0: it never came)."""
        if not told:
            return
        rtt_ns = ((self._ntp(now_ns) >> 16) - told - kept & 0xFFFFFFFF) * NS_PER_S >> 16
        if rtt_ns < _LONGEST_RTT_NS:
            link.measured(max(rtt_ns, 1), now_ns)
            self._tally.took(rtt_ns)

    def _take(self, link: Link, packet: AnyRtcpPacket, now_ns: int) -> None:
        if isinstance(packet, RtcpPsfbPacket):
            self._pictures_lost(link, packet)
        elif isinstance(packet, RtcpByePacket):
            for ssrc in packet.sources:
                if (up := link.ups.get(ssrc)) is not None:
                    self._events.append(UpSaidGoodbye(up.spec.up))
        elif isinstance(packet, RtcpSrPacket):
            self._sender_report(link, packet, now_ns)
        for block in getattr(packet, "reports", ()):
            self._report_block(link, block, now_ns)

    def _sender_report(self, link: Link, packet: RtcpSrPacket, now_ns: int) -> None:
        up = link.ups.get(packet.ssrc)
        if up is None:
            return
        ntp, rtp = packet.sender_info.ntp_timestamp, packet.sender_info.rtp_timestamp
        up.reception.sender_report(ntp, now_ns)
        if self._ntp_origin:
            offset = self._ntp(now_ns) - ntp
            up.report = (ntp, rtp, offset)
            link.clock.heard(offset, now_ns)
        self._events.append(SenderReported(up.spec.up, ntp, rtp, now_ns))

    def _report_block(self, link: Link, block: RtcpReceiverInfo, now_ns: int) -> None:
        down = link.downs.get(block.ssrc)
        if down is None:
            return
        down.reported(block.packets_lost, block.jitter)
        if (up := self._ups.get(down.spec.up)) is not None:
            self._tally.down.reported(block.jitter, up.clock_rate, block.fraction_lost)
        self._measured(link, block.lsr, block.dlsr, now_ns)

    def _pictures_lost(self, link: Link, packet: RtcpPsfbPacket) -> None:
        for ssrc in pictures_lost(packet):
            down = link.downs.get(ssrc)
            up = None if down is None or down.paused else self._ups.get(down.spec.up)
            if up is not None and up.is_video and up.is_open:
                self._counts["pictures_lost"] += 1
                up.requests.want()

    # ── what goes ────────────────────────────────────────────────────────────────────────────────────────────

    def requests(self, link: Link, now_ns: int) -> list[Datagram]:
        """NACKs, key frame requests and feedback for rate control that are due on an uplink."""
        packets = b""
        for up in link.ups.values():
            if len(up.losses):
                packets += self._missing(link, up, now_ns)
            if up.is_open and up.requests.due(now_ns):
                packets += pack_pli(link.ssrc, up.ssrc)
                self._counts["key_frames_asked"] += 1
        packets += self._feedback(link, now_ns)
        return self._datagrams(link, [pack_receiver_report(link.ssrc) + packets]) if packets else []

    def _feedback(self, link: Link, now_ns: int) -> bytes:
        """When numbered packets came, for the publisher's own rate control."""
        if link.number_extension is None:
            return b""
        media = next((up.ssrc for up in link.ups.values() if up.is_numbered), None)
        if media is None:
            link.arrivals.forget(now_ns)
            return b""
        return b"".join(link.arrivals.feedback(link.ssrc, media, now_ns))

    def _missing(self, link: Link, up: UpTrack, now_ns: int) -> bytes:
        """NACKs; a hole that stays, or has been open for long, asks for a key frame before any receiver does."""
        due = up.losses.due(now_ns, link.pace_ns)
        if up.is_video and (due.gave_up or up.losses.unfilled(now_ns, link.pace_ns)):
            up.requests.want()
        self._counts["nacked"] += len(due.ask)
        return pack_nack(link.ssrc, up.ssrc, due.ask) if due.ask else b""

    def reports(self, link: Link, now_ns: int) -> list[Datagram]:
        """Receiver report and REMB to a publisher, sender reports to a receiver."""
        link.report_due_ns = now_ns + _REPORT_NS
        compounds = []
        if link.ups:
            compounds.append(self._receiver_report(link, now_ns))
            for up in link.ups.values():
                up.fit_ring(now_ns)
        if link.sent_due_ns <= now_ns:
            link.sent_due_ns = now_ns + _SENT_NS
            compounds += _together(self._sent(down, now_ns) for down in link.downs.values())
        return self._datagrams(link, compounds)

    def goodbye(self, down: DownTrack) -> list[Datagram]:
        """BYE for a down track that ends."""
        repair = [] if down.repair is None else [int(down.repair.ssrc)]
        return self._datagrams(down.link, [pack_bye(down.link.ssrc, down.ssrc, *repair)])

    def _receiver_report(self, link: Link, now_ns: int) -> bytes:
        blocks = []
        for up in link.ups.values():
            blocks.append(block := up.reception.block(up.ssrc, now_ns))
            self._tally.up.reported(block.jitter, up.clock_rate, block.fraction)
        report = pack_receiver_report(link.ssrc, blocks)
        report += pack_reference_time(link.ssrc, self._ntp(now_ns))
        videos = [up for up in link.ups.values() if up.estimate is not None]
        if not videos:
            return report
        bitrate = sum(up.estimate.bitrate for up in videos if up.estimate is not None)
        return report + pack_remb(link.ssrc, bitrate, [up.ssrc for up in videos])

    def _sent(self, down: DownTrack, now_ns: int) -> bytes:
        """A sender report; empty while the publisher's own clock is unknown or nothing flows."""
        up = self._ups.get(down.spec.up)
        if up is None or up.report is None or not down.flowing:
            return b""
        ntp, (their_ntp, their_rtp, offset) = self._ntp(now_ns), up.report
        since = ntp - up.link.clock.least(offset) - their_ntp
        rtp = their_rtp + (since * up.clock_rate >> 32) + down.timestamp_shift & 0xFFFFFFFF
        packets, octets = down.sent(up.packets, up.octets)
        return pack_sender_report(Sent(down.ssrc, ntp, rtp, packets, octets)) + down.name

    def _datagrams(self, link: Link, compounds: Iterable[bytes]) -> list[Datagram]:
        protected = [link.srtp.protect_rtcp(compound) for compound in compounds]
        return [(datagram, link.address) for datagram in protected if datagram is not None]


def _together(reports: Iterable[bytes]) -> list[bytes]:
    """As few compounds as fit a datagram."""
    compounds: list[bytes] = []
    for report in reports:
        if compounds and len(compounds[-1]) + len(report) <= _LONGEST_COMPOUND:
            compounds[-1] += report
        elif report:
            compounds.append(report)
    return compounds
