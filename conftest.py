"""A skipped test must not look like a green one: with CI set, a skip nobody expected fails the run.

A skip that is right everywhere (a platform that cannot have the thing) says so: its reason starts with ``expected:``.
"""

import os
from collections.abc import Generator

import pytest

SKIPS = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[SKIPS] = []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and not hasattr(report, "wasxfail"):
        reason = str(report.longrepr[-1] if isinstance(report.longrepr, tuple) else report.longrepr)
        if not reason.removeprefix("Skipped: ").startswith("expected:"):
            item.config.stash[SKIPS].append(f"{item.nodeid}: {reason}")
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    if os.environ.get("CI") and session.config.stash[SKIPS]:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if os.environ.get("CI"):
        for skip in config.stash[SKIPS]:
            terminalreporter.write_line(f"UNEXPECTED SKIP in CI: {skip}", red=True)
