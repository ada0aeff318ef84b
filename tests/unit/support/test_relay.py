"""The bad line itself: what it loses, delays and limits, and that packets go both ways."""

import asyncio

from tests.support.relay import Fate, Line, UdpRelay


def _arrivals(line: Line, count: int = 10_000, size: int = 1000, gap: float = 0.001) -> list[list[float]]:
    fate = Fate(line, seed=7)
    return [fate.of(size, n * gap) for n in range(count)]


def test_good_line_changes_nothing() -> None:
    assert _arrivals(Line(), 3) == [[0.0], [0.001], [0.002]]


def test_same_seed_same_fate() -> None:
    line = Line(loss=0.1, jitter=0.02, duplicate=0.05, reorder=0.05)
    assert _arrivals(line) == _arrivals(line)


def test_loss_and_duplicates() -> None:
    arrivals = _arrivals(Line(loss=0.1, duplicate=0.05))
    assert 900 < sum(not times for times in arrivals) < 1100
    assert 350 < sum(len(times) == 2 for times in arrivals) < 550


def test_delay_and_jitter_keep_the_order() -> None:
    times = [found[0] for found in _arrivals(Line(delay=0.1, jitter=0.03))]
    assert times == sorted(times)
    assert all(0.1 <= at - n * 0.001 < 0.131 for n, at in enumerate(times))


def test_reordering() -> None:
    times = [found[0] for found in _arrivals(Line(reorder=0.1))]
    assert times != sorted(times)


def test_rate_limit_drops_what_its_queue_cannot_hold() -> None:
    fate = Fate(Line(rate=800_000, queue=0.1), seed=1)
    times = [at for n in range(2000) for at in fate.of(1000, n * 0.001)]
    span = times[-1] - times[0]
    assert abs(len(times) * 8000 / span - 800_000) < 20_000
    assert fate.counts.lost > 1500


class _Echo(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.peers: set[tuple[str, int]] = set()

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]  # a datagram endpoint makes no other
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.peers.add(addr)
        self.transport.sendto(data[::-1], addr)


class _Asker(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.answers: asyncio.Queue[bytes] = asyncio.Queue()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.answers.put_nowait(data)


async def test_packets_go_both_ways_and_peers_stay_apart() -> None:
    loop = asyncio.get_running_loop()
    target, echo = await loop.create_datagram_endpoint(_Echo, local_addr=("127.0.0.1", 0))
    async with UdpRelay(target.get_extra_info("sockname")) as relay:
        for word in (b"abc", b"xyz"):
            transport, asker = await loop.create_datagram_endpoint(_Asker, remote_addr=relay.address)
            transport.sendto(word)
            assert await asyncio.wait_for(asker.answers.get(), 30) == word[::-1]
            transport.close()
        assert len(echo.peers) == 2
    target.close()
    await asyncio.sleep(0)
