"""How light clients get into a server. One door per kind of server; each worker makes one."""

from collections.abc import Callable
from typing import Protocol

from tests.bench.line import Line
from tests.bench.orders import WorkOrder


class Door(Protocol):
    """Used inside one event loop that stays open until :meth:`close`."""

    async def publish(self, publisher: int) -> Line:
        """A client that may send this publisher's sound and picture."""
        ...

    async def receive(self, receiver: int) -> list[Line]:
        """A client that is sent everything of all publishers, on one connection or more."""
        ...

    async def close(self) -> None: ...


def open_door(order: WorkOrder) -> Door:
    """The door that the order names."""
    from tests.bench.door_diemcau import DiemcauDoor
    from tests.bench.door_galene import GaleneDoor
    from tests.bench.door_ideal import IdealDoor
    from tests.bench.door_janus import JanusDoor

    doors: dict[str, Callable[[WorkOrder], Door]] = {
        "diemcau": DiemcauDoor,
        "galene": GaleneDoor,
        "ideal": IdealDoor,
        "janus": JanusDoor,
    }
    return doors[order.door](order)
