"""A point that costs next to nothing: the room's socket by hand, real ICE, DTLS and SRTP, media encoded once."""

import asyncio
import time
from typing import Any

import aiohttp
import msgspec
from aiortc import RTCCertificate
from aiortc.rtp import RtcpPsfbPacket
from pylibsrtp import Error

from sfu.core.rtcp import parse_rtcp, pictures_lost
from sfu.sdp import parse_description
from sfu.transport.aiortc_private import fingerprint_of
from signaling.wire import Offer
from tests.bench.descriptions import SOURCES, publisher_offer, receiver_answer
from tests.bench.light_socket import LightSocket
from tests.bench.line import Line, Local, connect
from tests.soak.media import Came, Sending

HOST = "127.0.0.1"
_CHECK_S = 4.0
_REPORT_S = 1.0


class SoakPoint(LightSocket):
    """``number``: which of the room's points. :meth:`enter`, :meth:`publish`, at the end :meth:`part`."""

    def __init__(self, number: int, certificate: RTCCertificate) -> None:
        super().__init__()
        self.number = number
        self.sending = [Sending(number, is_video=is_video) for is_video in (False, True)]
        self.came = Came()
        self.pictures_asked = 0
        self.tracks = 0
        """Offered and answered."""
        self._certificate = certificate
        self._fingerprint = fingerprint_of(certificate)
        self._offers: asyncio.Queue[Offer] = asyncio.Queue()
        self._down = Local(HOST)
        self._lines: dict[str, Line] = {}
        self._tasks: list[asyncio.Task[None]] = []

    async def enter(self, client: aiohttp.ClientSession, origin: str, token: str) -> None:
        """And answer every offer from now on."""
        await super().enter(client, origin, token)
        self._tasks.append(asyncio.create_task(self._answer_offers(), name=f"offers {self.number}"))

    def heard(self, name: str, body: dict[str, Any]) -> None:
        if name == "offer":
            self._offers.put_nowait(msgspec.convert(body, Offer))

    async def publish(self) -> None:
        """Microphone and camera, for as long as it is here."""
        local = Local(HOST)
        offer = publisher_offer(self.number, local.ufrag, local.pwd, self._fingerprint, local.place)
        answer = await self.ask("uplink", {"sdp": offer, "sources": SOURCES})
        line = await connect(local, self._certificate, parse_description(answer["sdp"]))
        self._take("up", line)
        for sending in self.sending:
            self._tasks.append(asyncio.create_task(self._send(line, sending), name=f"sends {self.number}"))

    async def part(self) -> None:
        """Leave, and close everything."""
        await self.ask("leave", None)
        await self.close()

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        for line in self._lines.values():
            asyncio.get_running_loop().remove_reader(line.socket.fileno())
            await line.close()
        failed = [
            one for one in await asyncio.gather(*self._tasks, return_exceptions=True) if isinstance(one, Exception)
        ]
        await super().close()
        if failed:
            raise failed[0]

    async def _answer_offers(self) -> None:
        while True:
            offer = await self._offers.get()
            said = parse_description(offer.sdp)
            sdp = receiver_answer(said, self._down.ufrag, self._down.pwd, self._fingerprint, self._down.place)
            await self.ask("downlink", {"offer": offer.offer, "sdp": sdp})
            self.came.forget({ssrc for one in said.media for ssrc in one.ssrcs})
            self.tracks = len(offer.tracks)
            if "down" not in self._lines:
                self._take("down", await connect(self._down, self._certificate, said))

    def _take(self, which: str, line: Line) -> None:
        self._lines[which] = line
        asyncio.get_running_loop().add_reader(line.socket.fileno(), self._take_media, which, line)
        self._tasks.append(asyncio.create_task(self._keep(which, line), name=f"keeps {which} {self.number}"))

    def _take_media(self, which: str, line: Line) -> None:
        try:
            while True:
                datagram = line.socket.recv(2048)
                if which == "down":
                    self.came.take(datagram)
                elif 192 <= datagram[1] <= 223 and datagram[0] >> 6 == 2:
                    self._obey(line, datagram)
        except BlockingIOError:
            return

    def _obey(self, line: Line, datagram: bytes) -> None:
        """A publisher gives a key frame when it is asked for one."""
        try:
            packets = parse_rtcp(line.receiving.unprotect_rtcp(datagram))
        except Error:
            return  # a repeat of what came
        asked = [ssrc for one in packets if isinstance(one, RtcpPsfbPacket) for ssrc in pictures_lost(one)]
        for sending in self.sending:
            if sending.ssrc in asked:
                self.pictures_asked += 1
                sending.key_frame()

    async def _send(self, line: Line, sending: Sending) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time() + self.number * sending.every_s / 10
        report_at = due
        while True:
            await asyncio.sleep(due - loop.time())
            for packet in sending.next():
                line.socket.send(line.sending.protect(packet))
            due = max(due + sending.every_s, loop.time() - 1.0)
            if due >= report_at:
                report_at = due + _REPORT_S
                line.socket.send(line.sending.protect_rtcp(sending.report(time.time_ns())))

    async def _keep(self, which: str, line: Line) -> None:
        """What a browser says by itself: consent, and on a downlink what it got and misses."""
        turn = 0
        while True:
            if turn % round(_CHECK_S / _REPORT_S) == 0 and line.check:
                line.socket.send(line.check)
            if which == "down":
                line.socket.send(line.sending.protect_rtcp(self.came.asks(0x30000 + self.number, turn)))
            turn += 1
            await asyncio.sleep(_REPORT_S)
