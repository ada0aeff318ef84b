"""Documents with blocks that a program prints: written anew, or checked for being stale."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path


def with_block(text: str, begin: str, end: str, body: str) -> str:
    """``text`` with what stands between the marks written anew. Raises ValueError for a missing mark."""
    before, found, rest = text.partition(begin)
    _, also_found, after = rest.partition(end)
    if not found or not also_found:
        raise ValueError(f"no block {begin.strip()} … {end.strip()}")
    return f"{before}{begin}{body}{end}{after}"


def written(document: Path, anew: Callable[[str], str], command: str, arguments: Sequence[str]) -> int:
    """0, or 1 when ``--check`` is among the arguments and the document is stale; ``command`` makes it fresh."""
    text = document.read_text(encoding="utf8")
    fresh = anew(text)
    if "--check" in arguments:
        if fresh != text:
            sys.stderr.write(f"{document.name}: stale; run `{command}`\n")
        return int(fresh != text)
    document.write_text(fresh, encoding="utf8")
    return 0
