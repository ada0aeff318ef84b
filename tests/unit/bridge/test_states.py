"""The tables: closed, without dead ends that are not final, and never left by a walk of events."""

from collections.abc import Mapping
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.archive import VIEWING_COPY, ViewingCopyState
from bridge.errors import IllegalTransition
from bridge.states import ATTENDANCE, RECEPTION, RECORDING, AttendanceState, ReceptionState, RecordingState


@pytest.mark.parametrize(
    ("table", "states"),
    [
        (RECEPTION.table, ReceptionState),
        (ATTENDANCE.table, AttendanceState),
        (RECORDING.table, RecordingState),
        (VIEWING_COPY.table, ViewingCopyState),
    ],
)
def test_every_state_has_a_row_and_rows_name_known_states(
    table: Mapping[StrEnum, frozenset[StrEnum]], states: type[StrEnum]
) -> None:
    assert set(table) == set(states)
    assert all(after in table for row in table.values() for after in row)


@given(st.lists(st.sampled_from(ReceptionState), max_size=20))
def test_a_walk_never_leaves_the_reception_table(steps: list[ReceptionState]) -> None:
    state = ReceptionState.PLANNED
    for step in steps:
        allowed = RECEPTION.may(state, step)
        try:
            state = RECEPTION.step(state, step)
        except IllegalTransition:
            assert not allowed
        else:
            assert allowed


def test_nobody_comes_back_after_dismissal_but_after_leaving() -> None:
    assert not ATTENDANCE.table[AttendanceState.DISMISSED]
    assert ATTENDANCE.may(AttendanceState.LEFT, AttendanceState.WAITING)


def test_a_live_reception_cannot_be_cancelled() -> None:
    with pytest.raises(IllegalTransition):
        RECEPTION.step(ReceptionState.LIVE, ReceptionState.CANCELLED)


def test_diagram_names_every_step() -> None:
    diagram = RECORDING.diagram()
    assert diagram.count("-->") == sum(len(row) for row in RECORDING.table.values())
    assert diagram.startswith("stateDiagram-v2\n")
