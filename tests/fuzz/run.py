"""One target under the fuzzer, in a process of its own: ``python -m tests.fuzz.run TARGET [libFuzzer's options]``."""

import sys

import atheris

with atheris.instrument_imports(include=["bridge", "recorder", "sfu", "signaling", "storage", "aiortc", "aioice"]):
    from tests.fuzz.targets import TARGETS


def main() -> None:
    """Ends by itself when the options bound it."""
    name, options = sys.argv[1], sys.argv[2:]
    atheris.Setup([sys.argv[0], *options], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
