"""Many datagrams by one system call, ``sendmmsg``, which Python does not have: the one file that calls libc.

A packet goes to each receiver of a room: one call for 22 copies takes 4.4 µs each on two virtual cores, and filling
it 0.3 µs. Everything the kernel reads is laid out once; per datagram its octets, its length and its target are
written.
"""

import ctypes
import errno
import socket
import struct
import sys
from collections import Counter
from collections.abc import Callable
from typing import cast

from sfu.core.seam import Address, Datagram

FEWEST = 3
"""Datagrams from which a batch is cheaper than ``sendto`` for each."""
MOST = 64
"""Datagrams of one call."""
_SLOT = 2048 + 160
"""What the core sends at most (:mod:`sfu.core.srtp`)."""
_NAMES = 1024
"""Socket addresses that are kept, about; beyond, all are made anew."""
_IPV4, _IPV6 = struct.Struct("=H2s4s8x"), struct.Struct("=H2sI16sI")
"""``sockaddr_in``, ``sockaddr_in6`` (ip(7), ipv6(7))."""
_PORT = struct.Struct("!H")

SendMany = Callable[[int, int, int, int], int]
"""Descriptor, address of the first header, how many, flags → how many were sent, or -1 (sendmmsg(2))."""


class _Vector(ctypes.Structure):
    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


class _Message(ctypes.Structure):
    """``struct msghdr`` (recv(2))."""

    _fields_ = (
        ("name", ctypes.c_void_p),
        ("name_length", ctypes.c_uint),
        ("vectors", ctypes.c_void_p),
        ("vector_count", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("control_length", ctypes.c_size_t),
        ("flags", ctypes.c_int),
    )


class _Header(ctypes.Structure):
    """``struct mmsghdr`` (sendmmsg(2))."""

    _fields_ = (("message", _Message), ("sent", ctypes.c_uint))


_HEADER, _VECTOR = ctypes.sizeof(_Header), ctypes.sizeof(_Vector)
_WORD = ctypes.sizeof(ctypes.c_size_t)
_HEADER_WORDS, _VECTOR_WORDS = _HEADER // _WORD, _VECTOR // _WORD


def send_many() -> SendMany | None:
    """Libc's; None where there is none, or another than is laid out here."""
    if sys.platform != "linux":
        return None
    found = getattr(ctypes.CDLL(None, use_errno=True), "sendmmsg", None)
    if found is None:
        return None
    found.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int)
    found.restype = ctypes.c_int
    call: SendMany = found
    return call


class Batch:
    """For one UDP socket. What the kernel does not take is counted in ``counts`` and dropped, as with ``sendto``."""

    def __init__(self, sock: socket.socket, call: SendMany, counts: Counter[str]) -> None:
        self._descriptor = sock.fileno()
        self._call = call
        self._counts = counts
        self._members = 2 if sock.family == socket.AF_INET else 4
        self._known: dict[Address, int] = {}
        """Where each address lies as a socket address: one of ``_names``."""
        self._names: dict[Address, ctypes.Array[ctypes.c_char]] = {}
        octets, vectors, headers = bytearray(MOST * _SLOT), bytearray(MOST * _VECTOR), bytearray(MOST * _HEADER)
        self._laid_out = _lay_out(octets, vectors, headers, (_IPV4 if self._members == 2 else _IPV6).size)
        self._first = ctypes.addressof(self._laid_out)
        self._octets = memoryview(octets)
        self._lengths = memoryview(vectors).cast("L")
        self._targets = memoryview(headers).cast("L")

    def send(self, datagrams: list[Datagram]) -> list[Datagram]:
        """In order. Gives what is not for this socket."""
        if len(self._names) > _NAMES:
            self._known.clear()
            self._names.clear()
        known, octets, lengths, targets = self._known, self._octets, self._lengths, self._targets
        others: list[Datagram] = []
        slot = 0
        for datagram, address in datagrams:
            name = known.get(address) or self._learn(address)
            size = len(datagram)
            if not name or size > _SLOT:
                others.append((datagram, address))
                continue
            start = slot * _SLOT
            octets[start : start + size] = datagram
            lengths[slot * _VECTOR_WORDS + 1] = size
            targets[slot * _HEADER_WORDS] = name
            slot += 1
            if slot == MOST:
                self._flush(slot)
                slot = 0
        if slot:
            self._flush(slot)
        return others

    def forget(self, address: Address) -> None:
        """Nobody is there any more."""
        if self._known.pop(address, None) is not None:
            del self._names[address]

    def _flush(self, filled: int) -> None:
        """The kernel stops at the first that it does not take, and tells why when asked to begin with that one."""
        done = 0
        while done < filled:
            sent = self._call(self._descriptor, self._first + done * _HEADER, filled - done, 0)
            if sent > 0:
                done += sent
                continue
            full = ctypes.get_errno() in (errno.EAGAIN, errno.EWOULDBLOCK)
            self._counts["dropped_socket_full" if full else "dropped_unreachable"] += 1
            done += 1

    def _learn(self, address: Address) -> int:
        """0: not an address of this family, or none at all: ``sendto`` will say so."""
        if len(address) != self._members:
            return 0
        try:
            name = pack_name(address)
        except OSError:
            return 0
        kept = ctypes.create_string_buffer(name, len(name))
        self._names[address] = kept
        place = self._known[address] = ctypes.addressof(kept)
        return place


def _lay_out(octets: bytearray, vectors: bytearray, headers: bytearray, name_length: int) -> ctypes.Array[_Header]:
    """Each header points to its vector, each vector to its slot; the array holds all three where they are."""
    slots = (ctypes.c_char * len(octets)).from_buffer(octets)
    made = (_Vector * MOST).from_buffer(vectors)
    laid_out = (_Header * MOST).from_buffer(headers)
    for slot in range(MOST):
        made[slot].base = ctypes.addressof(slots) + slot * _SLOT
        header = laid_out[slot].message
        header.name_length = name_length
        header.vectors = ctypes.addressof(made) + slot * _VECTOR
        header.vector_count = 1
    return laid_out


def pack_name(address: Address) -> bytes:
    """As the kernel reads it. The interface of a link-local address is its scope, whatever stands behind ``%``."""
    port = _PORT.pack(address[1])
    if len(address) == 2:
        return _IPV4.pack(socket.AF_INET, port, socket.inet_aton(address[0]))
    host = socket.inet_pton(socket.AF_INET6, address[0].partition("%")[0])
    _, _, flow, scope = cast(tuple[str, int, int, int], address)
    return _IPV6.pack(socket.AF_INET6, port, socket.htonl(flow), host, scope)
