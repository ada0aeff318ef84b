"""What a run says at its end: figures that tests measured, and skips nobody allowed.

A skipped test must not look like a green one: with CI set, a skip that ``tests/allowed_skips.toml`` does not allow on
this machine fails the run.
"""

import os
from collections.abc import Generator

import pytest
from hypothesis import HealthCheck, settings

from tests.support.skips import allowed, applying, listed

# How long one example takes, or a second of making some, says how busy the machine is, nothing of what is tested.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

SKIPS = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[SKIPS] = []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and not hasattr(report, "wasxfail"):
        _note(item.config, item.nodeid, report.longrepr)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """A whole file can skip itself."""
    report = yield
    if report.skipped:
        _note(collector.config, collector.nodeid, report.longrepr)
    return report


def _note(config: pytest.Config, test: str, said: object) -> None:
    reason = str(said[-1] if isinstance(said, tuple) else said).removeprefix("Skipped: ")
    if not allowed(test, reason, applying(listed())):
        config.stash[SKIPS].append(f"{test}: {reason}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    if os.environ.get("CI") and session.config.stash[SKIPS]:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    _tell_figures(terminalreporter)
    if os.environ.get("CI"):
        for skip in config.stash[SKIPS]:
            terminalreporter.write_line(f"UNEXPECTED SKIP in CI: {skip}", red=True)


def _tell_figures(terminalreporter: pytest.TerminalReporter) -> None:
    """``record_property("figures", …)`` of every test, also of those that pass."""
    reports = [report for outcome in ("passed", "failed") for report in terminalreporter.getreports(outcome)]
    told = [(report.nodeid, text) for report in reports for name, text in report.user_properties if name == "figures"]
    for test, text in told:
        terminalreporter.write_line(f"figures of {test}:\n{text}")
