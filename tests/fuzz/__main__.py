"""``make fuzz``: every target for a bounded time, one after another; ends with 1 when one of them fell.

Inputs worth keeping go to ``build/fuzz/TARGET``; the small corpus in ``tests/fuzz/corpus`` is where each run begins. An
input that fells a target is left in ``build/fuzz`` and its path printed: mend, then keep it in the corpus.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from tests.bench.processes import ROOT
from tests.fuzz.targets import LONGEST, TARGETS

CORPUS = Path(__file__).with_name("corpus")
BUILD = ROOT / "build/fuzz"
_ONE_INPUT_S = 10
_MEMORY_MB = 1_024
_SPARE_S = 60
"""For starting, instrumenting and reading the corpus."""


def fuzz(name: str, seconds: int) -> bool:
    """True when the target stood."""
    found = BUILD / name
    found.mkdir(parents=True, exist_ok=True)
    command = [
        sys.executable, "-m", "tests.fuzz.run", name, str(found), str(CORPUS / name),
        f"-max_total_time={seconds}", f"-max_len={LONGEST}", f"-timeout={_ONE_INPUT_S}",
        f"-rss_limit_mb={_MEMORY_MB}", f"-artifact_prefix={BUILD}/{name}-", "-print_final_stats=1", "-verbosity=0",
    ]  # fmt: skip
    try:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=seconds + _SPARE_S, check=False
        )
    except subprocess.TimeoutExpired:
        print(f"{name}: did not end by itself", flush=True)
        return False
    log = BUILD / f"{name}.log"
    log.write_text(done.stdout + done.stderr, encoding="utf-8")
    print(f"{name}: {_figures(done.stderr)}", flush=True)
    if done.returncode:
        print(f"{name}: fell, see {log.relative_to(ROOT)}\n{_reason(done.stdout + done.stderr)}", flush=True)
    return done.returncode == 0


def _figures(said: str) -> str:
    """Executions and what was kept."""
    stats = dict(line.removeprefix("stat::").split(":", 1) for line in said.splitlines() if line.startswith("stat::"))
    runs, each = stats.get("number_of_executed_units", "?").strip(), stats.get("average_exec_per_sec", "?").strip()
    return f"{runs} inputs, {each} a second, {stats.get('new_units_added', '?').strip()} new"


def _reason(said: str) -> str:
    lines = said.splitlines()
    start = next((at for at, line in enumerate(lines) if "Uncaught Python exception" in line), max(0, len(lines) - 15))
    return "\n".join(lines[start : start + 30])


def main() -> int:
    """``--seconds`` for each target."""
    parser = argparse.ArgumentParser(prog="fuzz", description="Hostile input against every parser, for a bounded time.")
    parser.add_argument("--seconds", type=int, default=20, help="for each target")
    parser.add_argument("--only", choices=sorted(TARGETS), help="one of them")
    arguments = parser.parse_args()
    names = [arguments.only] if arguments.only else sorted(TARGETS)
    stood = [fuzz(name, arguments.seconds) for name in names]
    return 0 if all(stood) else 1


if __name__ == "__main__":
    sys.exit(main())
