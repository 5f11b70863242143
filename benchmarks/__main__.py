"""`python -m benchmarks [section …]`: measure, print a table, write bench.json.

Exit status 1 when a number was missed.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from benchmarks.measure import Line, table
from benchmarks.stage import TINY, Scale, stage

SECTIONS = ("availability", "booking", "races", "messages", "planning", "search", "http", "pages")
ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("sections", nargs="*", metavar="section", help=", ".join(SECTIONS))
    parser.add_argument("--tiny", action="store_true", help="only show that it runs; judge nothing")
    chosen = parser.parse_args()
    for unknown in set(chosen.sections) - set(SECTIONS):
        parser.error(f"there is no section {unknown}; there are {', '.join(SECTIONS)}")
    report = Path(os.environ.get("VAR_DIR") or ROOT / "var") / "bench.json"
    began = perf_counter()
    lines: list[Line] = []
    load = os.getloadavg()[0]
    with stage(TINY if chosen.tiny else Scale(), _say) as it:
        for name in chosen.sections or SECTIONS:
            section_began = perf_counter()
            lines += importlib.import_module(f"benchmarks.{name}").run(it)
            it.drop_all(keep=it.template)
            _say(f"{name}: {perf_counter() - section_began:.0f} s")
    if chosen.tiny:
        lines = [replace(each, ok=None) for each in lines]
    missed = [each.what for each in lines if each.ok is False]
    report.parent.mkdir(parents=True, exist_ok=True)
    report.write_text(
        json.dumps(
            {
                "at": datetime.now(UTC).isoformat(timespec="seconds"),
                "python": platform.python_version(),
                "cores": os.cpu_count(),
                "load_before": round(load, 2),
                "load_after": round(os.getloadavg()[0], 2),
                "seconds": round(perf_counter() - began),
                "tiny": chosen.tiny,
                "missed": missed,
                "lines": [each.document() for each in lines],
            },
            indent=1,
        )
    )
    print(f"\n{table(lines)}\n")
    print(
        f"{os.cpu_count()} cores, load {load:.1f} before and {os.getloadavg()[0]:.1f} after; "
        f"{perf_counter() - began:.0f} s; {report}"
    )
    if missed:
        print(f"Missed: {'; '.join(missed)}")
    return 1 if missed else 0


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
