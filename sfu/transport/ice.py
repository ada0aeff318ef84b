"""ICE-lite (RFC 8445 §2.5): answers checks, learns where the peer is. No I/O."""

from typing import NamedTuple

from bridge.ids import NS_PER_S
from sfu.core.seam import Address
from sfu.transport.stun import Check, is_genuine, pack_role_conflict, pack_success

_SILENT_NS = 2 * NS_PER_S
"""A publisher's packets are 20-70 ms apart, its reports a second."""


class Credentials(NamedTuple):
    """A user name fragment and its password (RFC 8445 §5.3)."""

    ufrag: str
    pwd: str


class Checked(NamedTuple):
    """What became of a check. ``answer`` None: not genuine, drop it. ``moved``: the peer's address is a new one."""

    answer: bytes | None
    moved: bool


class IcePeer:
    """One transport's side of ICE. ``address`` is where to send, None before the first genuine check.

    ``remote_ufrag`` empty: the peer's description is still on its way, its checks are already welcome.
    """

    def __init__(self, local: Credentials, remote_ufrag: str) -> None:
        self.local = local
        self.remote_ufrag = remote_ufrag
        self.address: Address | None = None
        self.checked_ns = 0
        """The last genuine check: the peer's consent (RFC 7675)."""
        self._present_ns = 0
        """The last genuine check from ``address``."""
        self._nominated = False

    def restart(self, local: Credentials, remote_ufrag: str) -> None:
        """New credentials (RFC 8445 §2.4); the address stays until the new checks show another."""
        self.local = local
        self.remote_ufrag = remote_ufrag
        self._nominated = False

    def vacate(self) -> None:
        """Nothing reaches the peer at ``address`` any more: whichever genuine check comes next shows where it is."""
        self._nominated = False

    def check(self, check: Check, address: Address, now_ns: int, heard_ns: int) -> Checked:
        """Answer one check. A nominated address replaces any; one that is not replaces only one that fell silent
        (``heard_ns``: last packet from it), for agents whose consent checks do not nominate (aioice, Firefox)."""
        if (self.remote_ufrag and check.remote != self.remote_ufrag) or not is_genuine(check, self.local.pwd):
            return Checked(None, False)
        if check.controlled:
            return Checked(pack_role_conflict(check, self.local.pwd), False)
        self.checked_ns = now_ns
        moved = False
        if self.address != address:
            silent = now_ns - max(self._present_ns, heard_ns) > _SILENT_NS
            moved = check.nominates or not self._nominated or silent
        if moved:
            self.address = address
        if self.address == address:
            self._present_ns = now_ns
        self._nominated = self._nominated or check.nominates
        return Checked(pack_success(check, address, self.local.pwd), moved)
