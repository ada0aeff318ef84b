"""What of the packets by which a connection comes about may lie in a debug file. Pure.

Of STUN the header, which attributes there are, and the values of those that say where and how; user names are blanked
(with one, and forged addresses, a session's move can be held up) and everything from the integrity on is cut.
Of DTLS the headers of records and handshake messages, one by one, and alerts; no certificate, key or random.
"""

import struct
from typing import NamedTuple

LONGEST_STUN = 256
"""Bytes kept. A check has about 100."""
_STUN_HEAD = 20
_ATTRIBUTE = struct.Struct("!HH")
_INTEGRITY, _INTEGRITY_SHA256, _FINGERPRINT = 0x0008, 0x001C, 0x8028
_ENDS = frozenset({_INTEGRITY, _INTEGRITY_SHA256, _FINGERPRINT})
_KEPT = {
    0x0001: 20,  # MAPPED-ADDRESS
    0x0009: 4,  # ERROR-CODE without its phrase
    0x000A: 16,  # UNKNOWN-ATTRIBUTES
    0x0020: 20,  # XOR-MAPPED-ADDRESS
    0x0024: 4,  # PRIORITY
    0x8029: 8,  # ICE-CONTROLLED
    0x802A: 8,  # ICE-CONTROLLING
    0xC057: 4,  # GOOG-NETWORK-INFO: kind and cost of the network
}
"""Bytes of an attribute's value at most: as many as the standard gives it. Of all others the value is blanked."""

_CHANGE_CIPHER_SPEC, _ALERT, _HANDSHAKE, _APPLICATION = 20, 21, 22, 23
_RECORD = struct.Struct("!BHH6sH")
_HANDSHAKE_HEAD = 12
"""RFC 6347 §4.2.2: type, length, number, place and length of the fragment."""
_ALERT_SIZE = 2
MOST_RECORDS = 16
"""Of one datagram. A flight of OpenSSL's has five."""


def cut_stun(message: bytes | bytearray) -> bytes:
    """The beginning of the message, of the same length up to its end, so that analysers know what they see."""
    kept = bytearray(message[:LONGEST_STUN])
    at = _STUN_HEAD
    while at + _ATTRIBUTE.size <= len(kept):
        kind, size = _ATTRIBUTE.unpack_from(kept, at)
        at += _ATTRIBUTE.size
        if kind in _ENDS:
            return bytes(kept[:at])
        shown, end = at + min(size, _KEPT.get(kind, 0)), min(at + size + (-size & 3), len(kept))
        if shown < end:
            kept[shown:end] = bytes(end - shown)
        at = end
    return bytes(kept[:at])


class CutRecord(NamedTuple):
    """The beginning of one DTLS record, and how long it was."""

    kept: bytes
    length: int


def cut_dtls(datagram: bytes | bytearray) -> list[CutRecord]:
    """Record by record, for each begins what the next would hide. What is no DTLS 1.2 is left out."""
    records, at = list[CutRecord](), 0
    while at + _RECORD.size <= len(datagram) and len(records) < MOST_RECORDS:
        kind, _, epoch, _, size = _RECORD.unpack_from(datagram, at)
        if not _CHANGE_CIPHER_SPEC <= kind <= _APPLICATION:
            break
        end = min(at + _RECORD.size + size, len(datagram))
        shown = at + _RECORD.size + _clear_bytes(kind, epoch)
        records.append(CutRecord(bytes(datagram[at : min(shown, end)]), end - at))
        at = end
    return records


def _clear_bytes(kind: int, epoch: int) -> int:
    """How much of a record's content is shown: nothing once it is enciphered."""
    if epoch:
        return 0
    return {_CHANGE_CIPHER_SPEC: 1, _HANDSHAKE: _HANDSHAKE_HEAD, _ALERT: _ALERT_SIZE}.get(kind, 0)
