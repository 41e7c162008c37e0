"""A skip fails unless its reason begins with one of the names allowed here; `-ra` prints every reason."""

from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import settings

# The same examples every time: a run says something about the change, not about its luck. To look for new ones:
# pytest --hypothesis-profile default
settings.register_profile("repeatable", derandomize=True)
settings.load_profile("repeatable")

ALLOWED_SKIPS = (
    "benchmark folder absent",  # the published instances and events are not part of the project
    "optional package absent",  # an extra of pyproject.toml that the tests do not install
)


def _forbid(report: pytest.TestReport | pytest.CollectReport) -> None:
    if report.outcome == "skipped" and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if not reason.removeprefix("Skipped: ").startswith(ALLOWED_SKIPS):
            report.outcome = "failed"
            report.longrepr = f"skipped for a reason that tests/conftest.py does not allow: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _forbid(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _forbid(report)
    return report


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The tests of a file run in one process, all those of the browser in the same: they share one Matchmaker."""
    for item in items:
        folder = Path(item.path).parent.name
        item.add_marker(pytest.mark.xdist_group(folder if folder == "e2e" else str(item.path)))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Groups that are not kept are a second Matchmaker for every process, and minutes."""
    if getattr(session.config.option, "loadgroup", False) and not all("@" in item.nodeid for item in session.items):
        raise pytest.UsageError("pytest-xdist does not know the groups of the tests: use the pinned versions")
