"""How ``diemcau top`` and ``node list`` look: tables that fit the terminal. No id is cut: with it one asks further."""

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from deploy.topview import LineRow, NodeRow, ParticipantRow, RecorderRow, RoomRow, View

_MOST_ROOMS = 30
_LATE_MS, _LOST, _RTT_MS = 20.0, 0.05, 300.0
"""From here on a figure is shown in red: a loop that holds packets up, a line on which speech suffers."""
_BAD = "red"
WIDE = 10_000
"""Columns of what is no terminal: a file has room for everything."""
_BETWEEN = 2
"""Blanks between two columns."""


def tables(view: View, *, room: str, width: int) -> Iterator[RenderableType]:
    """Nodes, recorders, rooms; of the one that was asked for everybody in it."""
    for fault in view.faults:
        yield Text(fault, style=_BAD)
    if nodes := [row for row in view.nodes if not row.fault]:
        yield _nodes(nodes, width)
    if recorders := [row for row in view.recorders if not row.fault]:
        yield _recorders(recorders, width)
    if view.rooms:
        yield _rooms(view.rooms, width)
    else:
        yield Text(f"no room {room} on any node that answers" if room else "no rooms")
    if len(view.rooms) > _MOST_ROOMS:
        yield Text(f"{len(view.rooms) - _MOST_ROOMS} more rooms")
    if room:
        yield from (_people(one.participants, width) for one in view.rooms)


def _nodes(rows: Sequence[NodeRow], width: int) -> Table:
    heads = ("node", "rooms", "people", "in/s", "out/s", "out Mb/s", "dropped/s", "late p99 ms")
    cells = [
        (
            row.node,
            str(row.rooms),
            str(row.participants),
            _number(row.in_per_s),
            _number(row.out_per_s),
            _mega(row.out_bits_per_s),
            _number(row.dropped_per_s),
            _marked(f"{row.late_p99_ms:.1f}", row.late_p99_ms >= _LATE_MS),
        )
        for row in rows
    ]
    return fitted(heads, cells, ("out Mb/s", "in/s", "out/s", "rooms", "people"), width)


def _recorders(rows: Sequence[RecorderRow], width: int) -> Table:
    heads = ("recorder", "recordings", "in Mb/s", "spool free GB", "store")
    cells = [
        (
            row.recorder,
            str(row.recordings),
            _mega(row.bits_per_s),
            f"{row.spool_free_bytes / 1e9:.1f}",
            _marked("answers" if row.store_answers else "away", not row.store_answers),
        )
        for row in rows
    ]
    return fitted(heads, cells, ("in Mb/s", "recordings"), width)


def _rooms(rows: Sequence[RoomRow], width: int) -> Table:
    heads = ("room", "node", "people", "packets/s", "lost %", "rtt ms", "tap", "behind s", "backlog MB")
    cells = [
        (
            row.room,
            row.node,
            str(len(row.participants)),
            _number(row.packets_per_s),
            _marked(f"{row.lost * 100:.1f}", row.lost >= _LOST),
            _marked(f"{row.rtt_ms:.0f}", row.rtt_ms >= _RTT_MS),
            _marked(row.tap or "–", row.tap in ("degraded", "not_recording")),
            f"{row.behind_ms / 1000:.1f}" if row.tap else "–",
            f"{row.backlog_bytes / 1e6:.1f}" if row.tap else "–",
        )
        for row in rows[:_MOST_ROOMS]
    ]
    return fitted(heads, cells, ("backlog MB", "packets/s", "behind s", "node", "people", "rtt ms"), width)


def _people(rows: Sequence[ParticipantRow], width: int) -> Table:
    """The worst first: who does not fit on the screen is well."""
    ways = [f"{way} {what}" for way in ("up", "down") for what in ("packets/s", "lost %", "jitter ms")]
    cells = [
        (
            row.participant,
            *_line(row.up),
            *_line(row.down),
            _marked(f"{_rtt_ms(row):.0f}", _rtt_ms(row) >= _RTT_MS),
        )
        for row in sorted(rows, key=_severity)
    ]
    dispensable = ("down jitter ms", "up jitter ms", "down packets/s", "up packets/s", "rtt ms")
    return fitted(("participant", *ways, "rtt ms"), cells, dispensable, width)


def _severity(row: ParticipantRow) -> tuple[float, str]:
    return -max((line.lost for line in row.lines), default=0.0), row.participant


def _rtt_ms(row: ParticipantRow) -> float:
    return max((line.rtt_ms for line in row.lines), default=0.0)


def _line(row: LineRow | None) -> tuple[str | Text, str | Text, str | Text]:
    if row is None:
        return "–", "–", "–"
    lost = _marked(f"{row.lost * 100:.1f}", row.lost >= _LOST)
    return _number(row.packets_per_s), lost, f"{row.jitter_ms:.1f}"


def fitted(heads: Sequence[str], rows: Sequence[Sequence[str | Text]], dispensable: Sequence[str], width: int) -> Table:
    """As many columns as fit, the first dispensable left out first; the first column is broken rather than cut."""
    widths = {head: max(len(head), *(len(row[at]) for row in rows)) for at, head in enumerate(heads)}
    shown = list(heads)
    for head in dispensable:
        if sum(widths[one] + _BETWEEN for one in shown) - _BETWEEN <= width:
            break
        shown.remove(head)
    table = Table(box=None, header_style="bold", pad_edge=False)
    for head in shown:
        first = head == heads[0]
        table.add_column(head, overflow="fold", no_wrap=not first, justify="left" if first else "right")
    for row in rows:
        table.add_row(*(row[at] for at, head in enumerate(heads) if head in shown))
    return table


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f}"


def _mega(bits: float | None) -> str:
    return "–" if bits is None else f"{bits / 1e6:.2f}"


def _marked(text: str, is_bad: bool) -> Text:
    return Text(text, style=_BAD if is_bad else "")
