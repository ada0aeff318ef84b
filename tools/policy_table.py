"""Prints SECURITY.md's table of rights from ``bridge/policy.py``; ``--check`` says whether it is stale."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from bridge.model import Role
from bridge.policy import GRANTS, POINT_GRANTS, POLICY, SEATED, Action, Scope
from tools.marked import with_block, written
from web.access import OPEN_TO_ALL

DOCUMENT = Path(__file__).parent.parent / "SECURITY.md"
BEGIN, END = "<!-- policy -->\n", "<!-- end: policy -->\n"

_SCOPES = (Scope.SEAT, Scope.OFFICE, Scope.BELOW, Scope.ANYWHERE)
_HEADS = {
    Scope.SEAT: "with a seat in it",
    Scope.OFFICE: "in their own agency",
    Scope.BELOW: "there and below",
    Scope.ANYWHERE: "anywhere",
}


def _named(roles: Sequence[Role], scope: Scope) -> str:
    """Short where nearly everybody is meant."""
    missing = [role for role in SEATED if role not in roles]
    if scope is Scope.SEAT and len(missing) < len(SEATED) / 2:
        return "everybody" + (f" but {', '.join(missing)}" if missing else "")
    return ", ".join(roles)


def _row(action: Action, scopes: Sequence[Scope]) -> str:
    cells = (_named([role for role, held in POLICY[action] if held is scope], scope) for scope in scopes)
    return f"| `{action}` | {' | '.join(cells)} |"


def _grants(table: Mapping[Role, frozenset[Role]]) -> str:
    return "; ".join(f"{role} may give {', '.join(sorted(given))}" for role, given in table.items())


def table() -> str:
    """The whole block, without its marks."""
    used = {scope for rules in POLICY.values() for _, scope in rules}
    scopes = [scope for scope in _SCOPES if scope in used]
    lines = [
        f"| action | {' | '.join(_HEADS[scope] for scope in scopes)} |",
        "|---" * (len(scopes) + 1) + "|",
        *(_row(action, scopes) for action in POLICY),
        "",
        f"Roles of a person's account: {_grants(GRANTS)}. Of a bridge point's: {_grants(POINT_GRANTS)}.",
        "",
        f"Open to everybody, signed in or not: {', '.join(f'`{method} {path}`' for method, path in OPEN_TO_ALL)}.",
    ]
    return "\n".join(lines) + "\n"


def with_table(text: str) -> str:
    """The document with its block written anew. Raises ValueError for a missing mark."""
    return with_block(text, BEGIN, END, table())


def main(arguments: Sequence[str]) -> int:
    """0, or 1 when ``--check`` finds the document stale."""
    return written(DOCUMENT, with_table, "python -m tools.policy_table", arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
