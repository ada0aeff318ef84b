"""What ``build`` hands to every recording of this process."""

from concurrent.futures import Executor
from typing import NamedTuple

from bridge.figures import Lateness
from bridge.ports import Clock, Entropy, ObjectStore
from recorder.events import Events
from recorder.rate import Rate


class Ports(NamedTuple):
    """``segment_ns``: how long a segment should be; ``rate``: of all that comes in; ``lateness``: of the loop."""

    objects: ObjectStore
    clock: Clock
    entropy: Entropy
    events: Events
    executor: Executor
    segment_ns: int
    rate: Rate
    lateness: Lateness
