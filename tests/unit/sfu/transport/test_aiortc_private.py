"""What the node uses of aiortc's insides is still there. Fails loudly on an upgrade: then read their changes."""

import asyncio
from importlib.metadata import version

import aiortc
from aiortc import RTCDtlsFingerprint, RTCDtlsParameters, RTCDtlsTransport
from aiortc.rate import BandwidthUsage, RemoteBitrateEstimator

from sfu.core.rtp import HEADER_SIZE
from sfu.core.seam import SrtpKeys
from sfu.core.srtp import SrtpContext
from sfu.transport.aiortc_private import Wire, dtls_over, exported_keys, fingerprint_of, new_certificate
from sfu.transport.dtls import Dtls
from tests.support.sfu_peer import rtp


def test_the_version_that_was_read() -> None:
    assert version("aiortc").startswith("1.16.")
    assert aiortc.__version__.startswith("1.16.")


def test_names_that_are_used() -> None:
    for name in ("_set_role", "_ssl", "_set_state"):
        assert name in RTCDtlsTransport.__init__.__code__.co_names or hasattr(RTCDtlsTransport, name)
    estimator = RemoteBitrateEstimator()
    assert estimator.detector.state() is BandwidthUsage.NORMAL
    assert estimator.incoming_bitrate.rate(0) is None


async def test_both_sides_derive_the_same_keys() -> None:
    """The node's DTLS against aiortc's client, over two wires in memory."""
    ours, theirs = new_certificate(), new_certificate()
    keyed: asyncio.Future[SrtpKeys] = asyncio.get_running_loop().create_future()
    ended = asyncio.Event()
    client_wire = Wire(lambda datagram: server.feed(datagram))
    server = Dtls(ours, client_wire.put, keyed.set_result, ended.set)
    client = dtls_over(client_wire, theirs)
    client._set_role("client")  # noqa: SLF001 - aiortc's own client is the other side here
    server.start([fingerprint_of(theirs)])
    server.start([fingerprint_of(theirs)])
    await client.start(RTCDtlsParameters([RTCDtlsFingerprint("sha-256", fingerprint_of(ours))]))
    assert client.state == "connected"
    keys = await asyncio.wait_for(keyed, 10)
    context = SrtpContext(keys)
    packet = rtp(7)
    assert context.unprotect(client._tx_srtp.protect(packet)) == packet  # noqa: SLF001 - likewise
    datagram = context.protect(packet)
    assert datagram is not None
    assert len(datagram) > len(packet) > HEADER_SIZE
    assert client._rx_srtp.unprotect(datagram) == packet  # noqa: SLF001 - likewise
    assert exported_keys(client).profile == keys.profile
    await client.stop()
    await asyncio.wait_for(ended.wait(), 10)
    client_wire.close()
    await server.close()
    await server.close()


async def test_another_certificate_is_refused() -> None:
    ours, theirs, other = new_certificate(), new_certificate(), new_certificate()
    ended = asyncio.Event()
    client_wire = Wire(lambda datagram: server.feed(datagram))
    server = Dtls(ours, client_wire.put, lambda keys: None, ended.set)
    client = dtls_over(client_wire, theirs)
    client._set_role("client")  # noqa: SLF001 - aiortc's own client is the other side here
    server.start([fingerprint_of(other)])
    await client.start(RTCDtlsParameters([RTCDtlsFingerprint("sha-256", fingerprint_of(ours))]))
    await asyncio.wait_for(ended.wait(), 10)
    await client.stop()
    client_wire.close()
    await server.close()


async def test_rubbish_instead_of_a_handshake_is_survived() -> None:
    """Then the real client comes."""
    ours, theirs = new_certificate(), new_certificate()
    keyed = asyncio.Event()
    client_wire = Wire(lambda datagram: server.feed(datagram))
    server = Dtls(ours, client_wire.put, lambda keys: keyed.set(), lambda: None)
    server.start([fingerprint_of(theirs)])
    for rubbish in (
        b"\x16",
        b"\x16\xfe\xff" + bytes(60),
        b"\x17\xfe\xfd" + bytes(30),
        bytes([22]) * 1200,
        b"\x15\xfe\xfd",
    ):
        server.feed(rubbish)
        await asyncio.sleep(0)
    client = dtls_over(client_wire, theirs)
    client._set_role("client")  # noqa: SLF001 - aiortc's own client is the other side here
    await client.start(RTCDtlsParameters([RTCDtlsFingerprint("sha-256", fingerprint_of(ours))]))
    await asyncio.wait_for(keyed.wait(), 10)
    await client.stop()
    client_wire.close()
    await server.close()
