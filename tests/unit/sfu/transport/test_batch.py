"""Datagrams sent by one system call arrive as those sent one by one."""

import ctypes
import errno
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from sfu.core.seam import Address, Datagram
from sfu.transport import batch
from sfu.transport.batch import MOST, Batch, SendMany, pack_name, send_many

_WITHIN_S = 30.0


@pytest.fixture
def call() -> SendMany:
    found = send_many()
    assert found is not None, "Linux has sendmmsg"
    return found


@pytest.fixture(params=["127.0.0.1", "::1"])
def host(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def sockets(host: str) -> Iterator[list[socket.socket]]:
    """One to send from, three to receive."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with ExitStack() as stack:
        made = [stack.enter_context(socket.socket(family, socket.SOCK_DGRAM)) for _ in range(4)]
        for one in made:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
            one.bind((host, 0))
            one.settimeout(_WITHIN_S)
        yield made


def datagrams_for(receivers: list[socket.socket], count: int) -> list[Datagram]:
    """Sizes from the least to the most that the core sends, spread over the receivers."""
    return [
        (bytearray(index % 251 for _ in range(1 + index * 137 % 2208)), receivers[index % 3].getsockname())
        for index in range(count)
    ]


def received(receivers: list[socket.socket], count: int) -> list[list[bytes]]:
    return [[one.recv(4096) for _ in range(count // 3)] for one in receivers]


@pytest.mark.parametrize("count", [3, MOST - 1, MOST, MOST + 2, 3 * MOST])
def test_what_arrives_is_what_sendto_would_bring(sockets: list[socket.socket], call: SendMany, count: int) -> None:
    sender, *receivers = sockets
    count -= count % 3
    counts: Counter[str] = Counter()
    datagrams = datagrams_for(receivers, count)
    for datagram, address in datagrams:
        sender.sendto(datagram, address)
    by_one = received(receivers, count)

    assert Batch(sender, call, counts).send(datagrams) == []

    assert received(receivers, count) == by_one
    assert not counts


def test_addresses_beyond_what_is_kept_are_made_anew(
    sockets: list[socket.socket], call: SendMany, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "_NAMES", 2)
    sender, *receivers = sockets
    made = Batch(sender, call, Counter())
    datagrams = datagrams_for(receivers, 30)

    for start in range(0, 30, 10):
        assert made.send(datagrams[start : start + 10]) == []

    expected = [[bytes(datagram) for datagram, _ in datagrams[index::3]] for index in range(3)]
    assert received(receivers, 30) == expected


def test_one_that_cannot_be_sent_is_counted_and_the_others_arrive(sockets: list[socket.socket], call: SendMany) -> None:
    sender, *receivers = sockets
    counts: Counter[str] = Counter()
    datagrams = datagrams_for(receivers, 9)
    nowhere: Address = (sender.getsockname()[0], 0, *sender.getsockname()[2:])
    with pytest.raises(OSError, match=rf"\[Errno {errno.EINVAL}\]"):
        sender.sendto(b"port 0", nowhere)

    Batch(sender, call, counts).send(
        [
            (b"first", nowhere),
            *datagrams[:4],
            (b"between", nowhere),
            (b"again", nowhere),
            *datagrams[4:],
            (b"z", nowhere),
        ]
    )

    assert received(receivers, 9) == [[bytes(datagram) for datagram, _ in datagrams[index::3]] for index in range(3)]
    assert counts == {"dropped_unreachable": 4}


def test_a_full_socket_is_counted_by_its_own_name(sockets: list[socket.socket], call: SendMany) -> None:
    """UDP over loopback never fills, so one place is full by word alone."""
    sender, *receivers = sockets
    datagrams = datagrams_for(receivers, 9)
    counts: Counter[str] = Counter()
    calls = 0

    def sometimes_full(descriptor: int, first: int, count: int, flags: int) -> int:
        nonlocal calls
        calls += 1
        if calls % 2:
            return call(descriptor, first, min(count, 2), flags)
        ctypes.set_errno(errno.EAGAIN)
        return -1

    Batch(sender, sometimes_full, counts).send(datagrams)

    assert [[one.recv(4096) for _ in range(3)] for one in receivers[:2]] == [
        [bytes(datagram) for datagram, _ in datagrams[index::3]] for index in range(2)
    ]
    assert counts == {"dropped_socket_full": 3}


def test_others_are_given_back_in_order(sockets: list[socket.socket], call: SendMany) -> None:
    sender, *receivers = sockets
    here = receivers[0].getsockname()
    tcp: Address = ("192.0.2.1", 9, 4)
    other: Address = ("::1", 9, 0, 0) if len(here) == 2 else ("127.0.0.1", 9)
    long = bytes(2209)
    nobody: Address = ("no address", *here[1:])

    given = Batch(sender, call, Counter()).send(
        [(b"a", tcp), (b"b", here), (b"c", other), (long, here), (b"d", here), (b"e", nobody)]
    )

    assert given == [(b"a", tcp), (b"c", other), (long, here), (b"e", nobody)]
    assert [receivers[0].recv(10), receivers[0].recv(10)] == [b"b", b"d"]


def test_a_link_local_address_is_told_by_its_scope() -> None:
    plain: Address = ("fe80::1", 5, 0x12345, 7)

    assert pack_name(("fe80::1%eth0", 5, 0x12345, 7)) == pack_name(plain)
    assert pack_name(plain)[2:8] == b"\0\5\0\1\x23\x45"


def test_who_is_gone_is_forgotten_and_may_come_again(sockets: list[socket.socket], call: SendMany) -> None:
    sender, *receivers = sockets
    one = Batch(sender, call, Counter())
    for _ in range(2):
        assert one.send(datagrams_for(receivers, 3)) == []
        assert received(receivers, 3)
        for receiver in receivers:
            one.forget(receiver.getsockname())
        assert (vars(one)["_known"], vars(one)["_names"]) == ({}, {})
