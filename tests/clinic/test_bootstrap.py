"""`make` on a bare machine: what it says when something is missing."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from clinic import env
from clinic.embedded import free_port

# The interpreter's own modules only, as on a machine with nothing of ours.
BASE = getattr(sys, "_base_executable", sys.executable)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    shutil.copytree(env.ROOT / "tools", tmp_path / "tools")
    return tmp_path


def bootstrap(clone: Path, before: str = "pass", **variables: str) -> str:
    """Run it up to its refusal; what it says."""
    code = f"import sys; sys.path.insert(0, 'tools'); {before}; import bootstrap; bootstrap.main('run')"
    done = subprocess.run(
        [BASE, "-I", "-c", code],
        cwd=clone,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr, done.stderr
    return done.stderr


def test_a_python_without_venv_is_told_what_to_install(clone: Path) -> None:
    without = "sys.modules['ensurepip'] = sys.modules['virtualenv'] = None"
    # Debian's Python has no venv module either way; a virtualenv of the machine's would do as well.
    said = bootstrap(clone, f"{without}; sys.executable = '/nonexistent'", PORT=str(free_port()))
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert f"apt install python{version}-venv" in said
    assert not (clone / ".venv").exists()


def test_an_old_python_is_told_which_one_is_needed(clone: Path) -> None:
    said = bootstrap(clone, "sys.version_info = (3, 10, 0)", PORT=str(free_port()))
    assert "Jade needs Python 3.11 or newer" in said


def test_a_taken_port_is_said_before_anything_is_installed(clone: Path) -> None:
    with socket.socket() as taker:
        taker.bind(("127.0.0.1", 0))
        taker.listen()
        port = taker.getsockname()[1]
        said = bootstrap(clone, PORT=str(port))
    assert f"Port {port} is taken" in said
    assert f"make run PORT={port + 1}" in said
    assert not (clone / ".venv").exists()


@pytest.mark.parametrize("port", ["web", "0", "70000", "-1"])
def test_a_port_that_is_none_is_refused_in_words(clone: Path, port: str) -> None:
    assert "Write a number from 1 to 65535" in bootstrap(clone, PORT=port)
