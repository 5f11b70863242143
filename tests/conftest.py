"""What every test can ask for; the parts are in `tests/harness/`."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = [
    "tests.harness.databases",
    "tests.harness.programs",
    "tests.harness.queue",
    "tests.harness.smtp",
    "tests.harness.provider",
    "tests.harness.browser",
]

DEEP = os.environ.get("DEEP") == "1"
# A machine that is busy is no finding; an example that is only found sometimes is none either.
settings.register_profile(
    "short",
    deadline=None,
    max_examples=60,
    stateful_step_count=30,
    derandomize="CI" in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "deep", parent=settings.get_profile("short"), max_examples=2000, derandomize=False
)
settings.load_profile("deep" if DEEP else "short")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "deep: long-running; only `make test-deep` runs it")
    config.addinivalue_line("markers", "alone: measures time; runs when no other test does")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave long-running tests to `make test-deep`, and measurements to a run with one process."""
    left_out = {"alone"} if "PYTEST_XDIST_WORKER" in os.environ else set()
    left_out |= set() if DEEP else {"deep"}
    left = [item for item in items if any(mark.name in left_out for mark in item.iter_markers())]
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if item not in left]
