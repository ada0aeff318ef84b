"""Plays the table of ARCHITECTURE, "What a number is": each of its figures, row by row."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from bridge.ids import NS_PER_S
from sfu.core.down import DownTrack
from sfu.core.seam import Datagram, DownId
from sfu.core.up import UpTrack
from tests.support.sfu_core import CAMERA, CoreRoom
from tests.support.sfu_peer import KEY, rtp

ARCHITECTURE = Path(__file__).resolve().parents[4] / "ARCHITECTURE.md"
HEADING = "#### What a number is"
BOB_BEGINS_AT = 1000
NOTHING = "–"


class Row(NamedTuple):
    """As it is written; ``why`` is for people."""

    comes: str
    number: str
    anns_shift: str
    bob_gets: str
    bobs_shift: str
    asked: str
    why: str


def written() -> list[Row]:
    """The table of the section."""
    section = ARCHITECTURE.read_text("utf-8").split(HEADING)[1].split("\n#")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [Row(*(cell.strip() for cell in line.strip("|").split("|"))) for line in lines[2:]]


class Example:
    """A camera, and Bob who comes to it."""

    def __init__(self) -> None:
        self.room = CoreRoom()
        self.room.expect()
        core = self.room.core
        self.words: dict[str, Callable[[], list[Datagram]]] = {
            "Bob comes": lambda: self.room.down(sequence=BOB_BEGINS_AT),
            "gate closes": lambda: self.opens(False),
            "gate opens": lambda: self.opens(True),
            "Bob hides it": lambda: core.set_paused(DownId(77), True),
            "a second later Bob shows it": self.shows,
        }

    def opens(self, is_open: bool) -> list[Datagram]:
        self.room.core.set_open(CAMERA, is_open)
        return []

    def shows(self) -> list[Datagram]:
        """Within half a second of the last request no other goes out (``sfu.core.requests``)."""
        self.room.tick(NS_PER_S)
        return self.room.core.set_paused(DownId(77), False)

    def play(self, row: Row) -> Row:
        """What really happens, in the words of the table."""
        number: int | None = None
        if row.comes in self.words:
            out = self.words[row.comes]()
        else:
            sequence, _, kind = row.comes.partition(" ")
            out = self.room.feed(packet(int(sequence), kind))
            number = self.up.numbering.late(int(sequence))
        got = self.room.sequences(out)
        nacks, plis = self.room.asked(self.room.tick())
        asked = [*map(str, nacks), *["key frame"] * plis]
        shifts = self.shifts
        bobs = shifts[1] if got else None
        return Row(row.comes, said(number), said(shifts[0]), said(*got), said(bobs), said(*asked), row.why)

    @property
    def up(self) -> UpTrack:
        found: UpTrack = vars(self.room.core)["_ups"][CAMERA]
        return found

    @property
    def shifts(self) -> tuple[int | None, int | None]:
        """Sequence less number; Bob's sequence less number."""
        down: DownTrack | None = vars(self.room.core)["_downs"].get(DownId(77))
        return vars(self.up.numbering)["_shift"], None if down is None else down.shift


def packet(sequence: int, kind: str) -> bytes:
    timestamp = sequence * 3000
    if kind == "padding":
        return rtp(sequence, timestamp, payload=b"", padding=4)
    return rtp(sequence, timestamp, payload=KEY) if kind == "key" else rtp(sequence, timestamp)


def said(*figures: int | str | None) -> str:
    return ", ".join(str(figure) for figure in figures if figure is not None) or NOTHING


def test_the_table_is_what_happens() -> None:
    example = Example()
    rows = written()
    assert len(rows) > 15
    assert [example.play(row) for row in rows] == rows


def test_the_example_has_each_of_the_cases() -> None:
    told = " ".join(row.why for row in written())
    assert all(f"**{case}**" in told for case in ("hole", "padding", "mute", "pause", "key frame"))
