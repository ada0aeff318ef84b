"""What a light point sends: real VP8 and Opus, few packets of it, and what comes of others, counted by its headers."""

import struct
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import av
import numpy as np

from bridge.media import Codec
from sfu.core.rtcp import Sent, pack_nack, pack_pli, pack_receiver_report, pack_sender_report
from sfu.core.senderclock import ntp_from_ns
from tests.bench.descriptions import AUDIO_TYPE, LEVEL_EXTENSION, VIDEO_TYPE, audio_ssrc, video_ssrc
from tests.support.tap_media import pictures

PICTURES_S = 5.0
"""Pictures a second."""
SOUND_S = 0.12
"""Opus frames of 120 ms, the longest: a sixth of the usual packets for the same length of sound."""
_CLIP_S = 8
_LEVEL = b"\xbe\xde\x00\x01" + bytes([LEVEL_EXTENSION << 4, 30, 0, 0])
_HEADER = struct.Struct("!BBHII")
_ASKS_EVERY = 5
"""Reports. The node remembers the last 512 repeats of each track on purpose: at one a second that alone would grow
for as long as a run takes."""
_FIRST_SEQUENCE = 60_000
"""Sequence numbers wrap on the way."""


class _Payloads(NamedTuple):
    """One picture or sound."""

    parts: list[bytes]


@cache
def video() -> list[_Payloads]:
    """Begins with a key frame, and has another each four seconds of it."""
    return [_Payloads(one.payloads) for one in pictures(Codec.VP8, _CLIP_S, key_every_s=4.0)]


@cache
def audio() -> list[_Payloads]:
    """A tone."""
    encoder = av.CodecContext.create("libopus", "w")
    assert isinstance(encoder, av.AudioCodecContext)
    encoder.sample_rate, encoder.layout, encoder.format = 48_000, "mono", "s16"
    encoder.bit_rate = 16_000
    encoder.options = {"frame_duration": "120", "application": "voip"}
    samples = round(48_000 * SOUND_S)
    made = []
    for index in range(round(_CLIP_S / SOUND_S)):
        at = np.arange(index * samples, (index + 1) * samples) / 48_000
        tone = (np.sin(2 * np.pi * 440 * at) * 12_000).astype(np.int16).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(tone, format="s16", layout="mono")
        frame.sample_rate, frame.pts = 48_000, index * samples
        made += [_Payloads([bytes(packet)]) for packet in encoder.encode(frame)]
    return made


class Sending:
    """One track. ``packets``: so many so far."""

    def __init__(self, number: int, *, is_video: bool) -> None:
        self.is_video = is_video
        self.ssrc = video_ssrc(number) if is_video else audio_ssrc(number)
        self.packets = 0
        self.every_s = 1 / PICTURES_S if is_video else SOUND_S
        self._step = round(90_000 / PICTURES_S) if is_video else round(48_000 * SOUND_S)
        self._clip = video() if is_video else audio()
        self._turn = self._at = self._octets = 0

    def key_frame(self) -> None:
        """The next picture is one."""
        self._at = 0

    def next(self) -> Iterator[bytes]:
        """The packets of the next picture or sound."""
        parts = self._clip[self._at % len(self._clip)].parts
        for place, payload in enumerate(parts):
            self._octets += len(payload)
            yield self._head(last=place == len(parts) - 1) + payload
            self.packets += 1
        self._at += 1
        self._turn += 1

    def _head(self, *, last: bool) -> bytes:
        sequence, timestamp = _FIRST_SEQUENCE + self.packets & 0xFFFF, self._turn * self._step & 0xFFFFFFFF
        if self.is_video:
            return _HEADER.pack(0x80, VIDEO_TYPE | last << 7, sequence, timestamp, self.ssrc)
        return _HEADER.pack(0x90, AUDIO_TYPE, sequence, timestamp, self.ssrc) + _LEVEL

    def report(self, utc_ns: int) -> bytes:
        """Of this moment."""
        timestamp = self._turn * self._step & 0xFFFFFFFF
        return pack_sender_report(Sent(self.ssrc, ntp_from_ns(utc_ns), timestamp, self.packets, self._octets, "soak"))


class Came:
    """What came on a downlink. ``repeated``: the same number once more, as it was asked for."""

    def __init__(self) -> None:
        self.packets = self.missing = self.repeated = self.other = 0
        self._last: dict[int, int] = {}

    def take(self, datagram: bytes) -> None:
        """Any datagram; SRTP's headers are in the clear."""
        if datagram[0] >> 6 != 2 or 192 <= datagram[1] <= 223:
            self.other += 1
            return
        self.packets += 1
        sequence, ssrc = int.from_bytes(datagram[2:4], "big"), int.from_bytes(datagram[8:12], "big")
        step = (sequence - self._last.get(ssrc, sequence - 1) + 0x8000 & 0xFFFF) - 0x8000
        if step > 0:
            self.missing += step - 1
            self._last[ssrc] = sequence
        else:
            self.repeated += 1

    def forget(self, ssrcs: set[int]) -> None:
        """All but these: what was taken away begins anew."""
        self._last = {ssrc: last for ssrc, last in self._last.items() if ssrc in ssrcs}

    def asks(self, own: int, number: int) -> bytes:
        """A report; and of the first stream the newest packet again, now and then its picture anew."""
        report = pack_receiver_report(own)
        if not self._last or number % _ASKS_EVERY:
            return report
        ssrc, last = next(iter(self._last.items()))
        return report + pack_nack(own, ssrc, [last]) + (pack_pli(own, ssrc) if number % 20 == 0 else b"")
