"""One port number on every address that is listened on: a UDP socket each and, where wanted, a TCP listener each."""

import errno
import socket
from collections.abc import Sequence
from typing import NamedTuple

_BUFFER = 4 * 1024 * 1024
"""Bytes asked of the kernel each way: a key frame to thirty receivers is 1-2 MB at once."""
_SO_SNDBUFFORCE, _SO_RCVBUFFORCE = 32, 33
"""socket(7), Linux; Python has no names for them."""
_TRIES = 20
"""A number that is free for UDP need not be free for TCP; asked for any number, another is tried."""
_BACKLOG = 64
ANY_IPV6, ANY_IPV4 = "::", "0.0.0.0"  # noqa: S104  what is listened on is configuration


class Sockets(NamedTuple):
    """All non-blocking and bound to ``port``."""

    datagrams: tuple[socket.socket, ...]
    listeners: tuple[socket.socket, ...]
    port: int

    def close(self) -> None:
        """All of them."""
        for one in (*self.datagrams, *self.listeners):
            one.close()


def hosts_of(listen: str) -> tuple[str, ...]:
    """``::`` is every address of both families, by a socket each: an IPv4 peer then has its own plain address."""
    return (ANY_IPV6, ANY_IPV4) if listen == ANY_IPV6 else (listen,)


def open_sockets(hosts: Sequence[str], port: int, *, tcp: bool) -> Sockets:
    """Numeric ``hosts``, one of a family at most; ``port`` 0: any. Raises OSError (taken, not permitted)."""
    for _ in range(_TRIES - 1 if port == 0 else 0):
        try:
            return _open(hosts, port, tcp=tcp)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
    return _open(hosts, port, tcp=tcp)


def _open(hosts: Sequence[str], port: int, *, tcp: bool) -> Sockets:
    datagrams: list[socket.socket] = []
    listeners: list[socket.socket] = []
    try:
        for host in hosts:
            datagrams.append(_bound(host, port, socket.SOCK_DGRAM))
            port = datagrams[0].getsockname()[1]
        for host in hosts if tcp else ():
            listeners.append(_bound(host, port, socket.SOCK_STREAM))
    except OSError:
        for one in (*datagrams, *listeners):
            one.close()
        raise
    return Sockets(tuple(datagrams), tuple(listeners), port)


def _bound(host: str, port: int, kind: socket.SocketKind) -> socket.socket:
    flags = socket.AI_NUMERICHOST | socket.AI_PASSIVE
    family, _, protocol, _, address = socket.getaddrinfo(host, port, type=kind, flags=flags)[0]
    sock = socket.socket(family, kind, protocol)
    try:
        sock.setblocking(False)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        if kind is socket.SOCK_STREAM:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind(address)
            sock.listen(_BACKLOG)
        else:
            _grow(sock)
            sock.bind(address)
    except OSError:
        sock.close()
        raise
    return sock


def _grow(sock: socket.socket) -> None:
    """Large buffers: beyond the system's limit where this process may, else up to it."""
    for forced, plain in ((_SO_SNDBUFFORCE, socket.SO_SNDBUF), (_SO_RCVBUFFORCE, socket.SO_RCVBUF)):
        try:
            sock.setsockopt(socket.SOL_SOCKET, forced, _BUFFER)
        except OSError:
            sock.setsockopt(socket.SOL_SOCKET, plain, _BUFFER)
