"""Encoded frames that are valid to the recorder's cores and cheap to make: for tests that decode nothing."""

from tests.support.tap_media import Encoded

FPS = 25


def vp8(
    seconds: float, key_every_s: float = 2.0, packets: int = 2, size: tuple[int, int] = (640, 360)
) -> list[Encoded]:
    """VP8 frames whose bodies carry their number."""
    frames = []
    every = round(key_every_s * FPS)
    for index in range(round(seconds * FPS)):
        key = index % every == 0
        head = bytes([0, 0, 0, 0x9D, 0x01, 0x2A]) if key else bytes([1, 0, 0])
        if key:
            head += size[0].to_bytes(2, "little") + size[1].to_bytes(2, "little")
        body = head + index.to_bytes(4, "big") + bytes(20)
        share = -(-len(body) // packets)
        pieces = [body[start : start + share] for start in range(0, len(body), share)]
        payloads = [bytes([0x10 if place == 0 else 0x00]) + piece for place, piece in enumerate(pieces)]
        frames.append(Encoded(index / FPS, payloads, key))
    return frames


def opus(seconds: float) -> list[Encoded]:
    """20 ms packets whose bodies carry their number."""
    return [Encoded(index * 0.02, [b"\x7c" + index.to_bytes(4, "big")], True) for index in range(round(seconds * 50))]
