"""Writes the locked requirements, or with --check says whether they are up to date.

What is locked stays as it is unless --upgrade is given or its line in the `.in` file no longer
allows it.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NAMES = ("requirements", "requirements-dev", "requirements-node")


def write(name: str, target: Path, *options: str) -> None:
    """Resolve NAME.in into `target`, preferring the versions that are there already."""
    command: list[str | Path] = [Path(sys.executable).parent / "uv", "pip", "compile", f"{name}.in"]
    command += ["--output-file", target, "--generate-hashes", "--quiet"]
    command += ["--python-version", "3.11", "--custom-compile-command", "make lock", *options]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def pins(path: Path) -> list[str]:
    """Return the versions a file locks; a hash more, of a file added later, changes nothing."""
    lines = (line.strip().removesuffix("\\").strip() for line in path.read_text().splitlines())
    return [line for line in lines if line and not line.startswith(("#", "--hash"))]


def check() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name in NAMES:
            locked = ROOT / f"{name}.txt"
            target = Path(folder) / locked.name
            shutil.copyfile(locked, target)
            write(name, target)
            if pins(locked) != pins(target):
                differing = sorted(set(pins(locked)) ^ set(pins(target)))
                sys.exit(f"{locked.name} is not what {name}.in asks for: {differing}. `make lock`")


if __name__ == "__main__":
    if "--check" in sys.argv:
        check()
    else:
        for each in NAMES:
            write(each, ROOT / f"{each}.txt", *sys.argv[1:])
