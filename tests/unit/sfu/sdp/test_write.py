"""What is written reads back the same."""

import pytest
from hypothesis import given

from sfu.sdp import SessionDescription, parse_description, serialise
from tests.unit.sfu.sdp.samples import SAMPLES
from tests.unit.sfu.sdp.strategies import descriptions


@given(descriptions())
def test_written_reads_back(description: SessionDescription) -> None:
    assert parse_description(serialise(description)) == description


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_samples_survive_a_round(name: str) -> None:
    first = parse_description(SAMPLES[name])
    assert parse_description(serialise(first)) == first
