"""Marks: pictures and sounds that say who made them and when, readable by machines after coding.

Synthetic points publish them, so that a person with one browser sees a full room and tests can prove
who is seen, that it moves, and how late picture and sound are. Pure: bytes in, bytes out.
"""

from deploy.marks.code import Mark, pack_mark, unpack_mark
from deploy.marks.hearing import amplitude_of, find_beeps, find_tones
from deploy.marks.picture import Painter, Picture
from deploy.marks.reading import Luma, read_mark
from deploy.marks.sound import BEEP_HZ, SAMPLE_RATE, PointSound, tone_of

__all__ = [
    "BEEP_HZ",
    "SAMPLE_RATE",
    "Luma",
    "Mark",
    "Painter",
    "Picture",
    "PointSound",
    "amplitude_of",
    "find_beeps",
    "find_tones",
    "pack_mark",
    "read_mark",
    "tone_of",
    "unpack_mark",
]
