"""``diemcau up``, each of whose parts answers looks: ``python -m tests.soak.up FOLDER up WORDS…``. Ends with whoever
started it, also when that is killed."""

import sys

import deploy.up
from deploy.cli import app
from deploy.supervisor import Part, Supervisor
from tests.soak.ending import end_with_parent

_FOLDER = sys.argv.pop(1)


class _Watched(Supervisor):
    def command(self, part: Part) -> tuple[str, ...]:
        return (sys.executable, "-m", "tests.soak.part", _FOLDER, *part.arguments)


if __name__ == "__main__":
    end_with_parent()
    setattr(deploy.up, "Supervisor", _Watched)  # noqa: B010  up makes its own, and mypy forbids the plain form
    app()
