"""Synthetic points: participants without people, for the demo, for training and for tests.

They speak the room's own socket like a browser, publish marked pictures and sound
(:mod:`deploy.marks`) and count what they see. aiortc's client classes and ``av`` are used here only.
"""

from deploy.points.clock import PointClock
from deploy.points.peer import LOOPBACK, Downlink, Seen, Uplink
from deploy.points.point import Invitation, Point, PointPlan
from deploy.points.tracks import Gate, MarkedAudio, MarkedVideo, PacketTrack

__all__ = [
    "LOOPBACK",
    "Downlink",
    "Gate",
    "Invitation",
    "MarkedAudio",
    "MarkedVideo",
    "PacketTrack",
    "Point",
    "PointClock",
    "PointPlan",
    "Seen",
    "Uplink",
]
