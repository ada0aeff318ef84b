"""Prints the life cycles' diagrams of ARCHITECTURE.md from their tables; ``--check`` says whether they are stale."""

import sys
from collections.abc import Sequence
from pathlib import Path

from bridge.archive import VIEWING_COPY
from bridge.states import LIFE_CYCLES
from tools.marked import with_block, written

DOCUMENT = Path(__file__).parent.parent / "ARCHITECTURE.md"


def _block(name: str) -> tuple[str, str]:
    return f"<!-- life cycle: {name} -->\n", f"<!-- end: {name} -->\n"


def with_diagrams(text: str) -> str:
    """The document with every marked block written anew. Raises ValueError for a missing mark."""
    for cycle in (*LIFE_CYCLES, VIEWING_COPY):
        text = with_block(text, *_block(cycle.name), f"```mermaid\n{cycle.diagram()}\n```\n")
    return text


def main(arguments: Sequence[str]) -> int:
    """0, or 1 when ``--check`` finds the document stale."""
    return written(DOCUMENT, with_diagrams, "python -m tools.diagrams", arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
