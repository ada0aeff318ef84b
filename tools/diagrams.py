"""Prints the life cycles' diagrams of ARCHITECTURE.md from their tables; ``--check`` says whether they are stale."""

import sys
from pathlib import Path

from bridge.archive import VIEWING_COPY
from bridge.states import LIFE_CYCLES

DOCUMENT = Path(__file__).parent.parent / "ARCHITECTURE.md"


def _block(name: str) -> tuple[str, str]:
    return f"<!-- life cycle: {name} -->\n", f"<!-- end: {name} -->\n"


def with_diagrams(text: str) -> str:
    """The document with every marked block written anew. Raises ValueError for a missing mark."""
    for cycle in (*LIFE_CYCLES, VIEWING_COPY):
        begin, end = _block(cycle.name)
        before, found, rest = text.partition(begin)
        _, also_found, after = rest.partition(end)
        if not found or not also_found:
            raise ValueError(f"ARCHITECTURE.md has no block for the life cycle {cycle.name}")
        text = f"{before}{begin}```mermaid\n{cycle.diagram()}\n```\n{end}{after}"
    return text


def main(arguments: list[str]) -> int:
    """0, or 1 when ``--check`` finds the document stale."""
    text = DOCUMENT.read_text(encoding="utf8")
    fresh = with_diagrams(text)
    if "--check" in arguments:
        if fresh != text:
            sys.stderr.write("ARCHITECTURE.md: diagrams are stale; run `python -m tools.diagrams`\n")
        return int(fresh != text)
    DOCUMENT.write_text(fresh, encoding="utf8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
