"""The forwarding core's table: links, what they may send, what is copied to them; and what is told of it."""

from collections import Counter
from collections.abc import Collection, Mapping

from bridge.ids import NS_PER_MS, Ssrc
from sfu.core.down import DownTrack
from sfu.core.link import Link, summed
from sfu.core.loudest import Loudest
from sfu.core.measured import Measured
from sfu.core.seam import (
    Address,
    CoreFigures,
    DownId,
    GroupId,
    HeardRtcp,
    LinkCounts,
    LinkId,
    LinkReport,
    SrtpKeys,
    UpId,
    UpSpec,
)
from sfu.core.srtp import HeardSrtp
from sfu.core.up import UpTrack


class Links:
    """The part of :class:`sfu.core.router.Router` in which no packet moves."""

    def __init__(self) -> None:
        self._links: dict[LinkId, Link] = {}
        self._places: dict[Address, Link] = {}
        self._specs: dict[UpId, UpSpec] = {}
        self._ups: dict[UpId, UpTrack] = {}
        self._downs: dict[DownId, DownTrack] = {}
        self._groups: dict[GroupId, Loudest] = {}
        self._counts: Counter[str] = Counter()
        self._tally = Measured()

    def open_link(self, link: LinkId, keys: SrtpKeys, address: Address, ssrc: Ssrc) -> None:
        """See the seam."""
        self._links[link] = self._places[address] = Link(keys, address, ssrc)

    def move_link(self, link: LinkId, address: Address) -> None:
        """See the seam."""
        found = self._links.get(link)
        if found is None or found.address == address:
            return
        if self._places.get(found.address) is found:
            del self._places[found.address]
        found.address = address
        self._places[address] = found
        for down in found.downs.values():
            down.address = address

    def close_link(self, link: LinkId) -> None:
        """See the seam."""
        found = self._links.pop(link, None)
        if found is None:
            return
        if self._places.get(found.address) is found:
            del self._places[found.address]
        for up in list(found.expected):
            self.remove_up(up)
        for down in list(found.downs.values()):
            self._detach(down)

    def add_up(self, spec: UpSpec) -> None:
        """See the seam. An unknown link raises KeyError: the caller's fault."""
        self._links[spec.link].expect(spec)
        self._specs[spec.up] = spec

    def remove_up(self, up: UpId) -> None:
        """See the seam."""
        spec = self._specs.pop(up, None)
        found = self._ups.pop(up, None)
        if spec is not None and spec.link in self._links:
            self._links[spec.link].expected.pop(up, None)
        if found is not None:
            self._tally.ended(found)
            for down in self._downs.values():
                if down.spec.up == up:
                    down.stop(found.numbering.last, found.packets, found.octets)
            found.link.ups.pop(found.ssrc, None)
            found.link.expected.pop(up, None)
            found.link.repairs = {ssrc: other for ssrc, other in found.link.repairs.items() if other is not found}

    def set_open(self, up: UpId, is_open: bool) -> None:
        """See the seam."""
        self._respecify(up, is_open=is_open)
        if (found := self._ups.get(up)) is not None:
            found.set_open(is_open)

    def set_tapped(self, up: UpId, tapped: bool) -> None:
        """See the seam."""
        self._respecify(up, tapped=tapped)
        if (found := self._ups.get(up)) is not None:
            found.tapped = tapped

    def _respecify(self, up: UpId, **changes: bool) -> None:
        spec = self._specs.get(up)
        if spec is not None:
            spec = UpSpec(**{**spec._asdict(), **changes})
            self._specs[up] = spec
            if spec.link in self._links:
                self._links[spec.link].expected[up] = spec

    def set_loudest(self, group: GroupId, ups: Collection[UpId], most: int, always: Collection[UpId]) -> None:
        """See the seam."""
        chooser = self._groups.pop(group, None) or Loudest()
        for up in self._ups.values():
            if up.loudest is chooser:
                up.loudest = None
        if not ups:
            return
        self._groups[group] = chooser
        chooser.order(ups, most, always)
        for found in (self._ups[up] for up in ups if up in self._ups):
            found.loudest = chooser

    def set_rtt(self, link: LinkId, rtt_ns: int) -> None:
        """See the seam."""
        if (found := self._links.get(link)) is not None:
            found.lent(rtt_ns)

    def request_key_frame(self, up: UpId) -> None:
        """See the seam."""
        found = self._ups.get(up)
        if found is not None and found.is_video and found.is_open:
            found.requests.want()

    def _detach(self, down: DownTrack) -> None:
        self._downs.pop(down.spec.down, None)
        down.link.downs.pop(down.ssrc, None)
        down.forget_streams()
        up = self._ups.get(down.spec.up)
        self._tally.left(down.octets(up))
        if up is not None:
            up.release(down)

    # ── what is told ─────────────────────────────────────────────────────────────────────────────────────────

    def report(self, link: LinkId) -> LinkReport:
        """See the seam."""
        found = self._links.get(link)
        return LinkReport(0, 0) if found is None else LinkReport(found.heard_ns, found.rtt_ns)

    def count(self, link: LinkId) -> LinkCounts:
        """See the seam."""
        found = self._links.get(link)
        if found is None:
            return LinkCounts(0, 0, 0, 0.0)
        rtt_ms = found.newest_rtt_ns / NS_PER_MS
        counts = [up.counts() for up in found.ups.values()]
        counts += [down.counts(up) for down in found.downs.values() if (up := self._ups.get(down.spec.up))]
        return summed(counts, rtt_ms)

    def counts(self) -> Mapping[str, int]:
        """See the seam."""
        return dict(self._counts)

    def listen(self, link: LinkId, heard: HeardRtcp | None) -> bool:
        """See the seam."""
        found = self._links.get(link)
        if found is None:
            return False
        own = found.srtp.unheard if isinstance(found.srtp, HeardSrtp) else found.srtp
        found.srtp = own if heard is None else HeardSrtp(own, heard)
        return True

    def figures(self) -> CoreFigures:
        """See the seam."""
        octets_out = sum(down.octets(self._ups.get(down.spec.up)) for down in self._downs.values())
        return self._tally.figures(self._ups.values(), octets_out)
