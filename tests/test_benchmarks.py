"""Every benchmark runs and reports each of its numbers; what it measures is not judged here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import SECTIONS
from benchmarks.measure import at_least, at_most, line, table
from clinic import env

NUMBERS = {
    "availability": 18,
    "booking": 7,
    "races": 6,
    "messages": 3,
    "planning": 9,
    "search": 14,
    "http": 6,
    "pages": 7,
}


@pytest.mark.parametrize("section", SECTIONS)
def test_a_section_of_the_benchmark_measures_all_its_numbers(section: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--tiny", section],
        cwd=env.ROOT,
        env={**os.environ, "VAR_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "clinic.settings"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    report = json.loads((tmp_path / "bench.json").read_text())
    assert len(report["lines"]) == NUMBERS[section]
    for each in report["lines"]:
        assert each["section"] == section
        assert each["what"] in done.stdout
    if section == "races":
        assert all(
            each["measured"] == 0 for each in report["lines"] if "slowest" not in each["what"]
        )


def test_an_unknown_section_is_answered_with_those_there_are() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "nothing"],
        cwd=env.ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "availability, booking, races, messages" in done.stderr


def test_a_missed_number_shows_in_the_table() -> None:
    lines = [
        line("speed", "slow thing", [3.0, 5.0, 4.0], "ms", at_most(3, "ms")),
        line("speed", "fast thing", [200.0, 100.0], "/s", at_least(150, "/s")),
    ]
    assert [each.ok for each in lines] == [False, True]
    shown = table(lines).splitlines()
    assert shown[2].split() == ["slow", "thing", "4", "ms", "3", "..", "5", "<=", "3ms", "MISSED"]
    assert shown[3].endswith("ok")
