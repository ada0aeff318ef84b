"""What ``build`` hands to every recording of this process."""

from concurrent.futures import Executor
from typing import NamedTuple

from bridge.ports import Clock, Entropy, ObjectStore
from recorder.events import Events


class Ports(NamedTuple):
    """``segment_ns``: how long a segment should be."""

    objects: ObjectStore
    clock: Clock
    entropy: Entropy
    events: Events
    executor: Executor
    segment_ns: int
