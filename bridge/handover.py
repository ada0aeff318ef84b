"""What is handed over with a recording: the facts of one export, told in bag-info.txt and in the readable summary."""

from datetime import UTC, datetime

import msgspec

from bridge.faults import Fault
from bridge.ids import NS_PER_S, UtcNs
from bridge.manifest import Manifest


class Handover(msgspec.Struct, frozen=True):
    """One export. ``signed_by``: fingerprint of the key that signed the manifest, empty when nobody did; ``bytes``: of
    all segments; ``unplayable``: masters of which no form for browsers could be made; ``damage``: what is not as it was
    sealed."""

    manifest: Manifest
    manifest_sha256: str
    signed_by: str
    at_utc_ns: UtcNs
    purpose: str
    software: str
    bytes: int
    unplayable: tuple[str, ...] = ()
    damage: tuple[Fault, ...] = ()

    @property
    def damaged(self) -> tuple[str, ...]:
        """Keys of the files, each once."""
        return tuple(dict.fromkeys(fault.path for fault in self.damage))


def bag_info(handover: Handover) -> list[tuple[str, str]]:
    """The lines of bag-info.txt in RFC 8493's words (2.2.2), then some of our own. The bag adds Payload-Oxum."""
    manifest = handover.manifest
    day = datetime.fromtimestamp(handover.at_utc_ns // NS_PER_S, UTC).date()
    own = [
        ("Manifest-SHA256", handover.manifest_sha256),
        ("Signed-By", handover.signed_by or "nobody"),
        ("Export-Purpose", handover.purpose),
    ]
    if handover.damage:
        own.append(("Damaged-Files", str(len(handover.damaged))))
    return [
        ("Source-Organization", manifest.office),
        ("External-Description", manifest.title),
        ("External-Identifier", manifest.recording),
        ("Internal-Sender-Identifier", manifest.reception),
        ("Bagging-Date", day.isoformat()),
        ("Bag-Software-Agent", handover.software),
        *own,
    ]
