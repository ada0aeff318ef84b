"""The printed table of rights: whole, and told when it is stale."""

import pytest

from bridge.policy import POLICY, Action
from tools import policy_table


def test_every_action_is_in_it_and_a_changed_table_is_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    assert policy_table.main(["--check"]) == 0
    printed = policy_table.table()
    assert all(f"`{action}`" in printed for action in Action)
    monkeypatch.setattr(policy_table, "POLICY", {**POLICY, Action.START: POLICY[Action.CALL_NEXT]})
    assert policy_table.main(["--check"]) == 1


def test_a_document_without_its_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="no block"):
        policy_table.with_table("# Security\n")
