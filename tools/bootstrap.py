"""Sets a fresh clone up, as far as it is not: `bootstrap.py run` or `bootstrap.py test`.

Runs on a bare Python 3.11 and uses nothing but its standard library. What is already up to date
costs no time: each step leaves the checksum of what it was made from.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import vendor

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
# What draws no windows at all does the same for a fifth less.
BROWSERS = (
    *("chromium-headless-shell", "chromium", "chromium-browser"),
    *("google-chrome-stable", "google-chrome"),
)
PACKAGES = ("chromium-headless-shell", "chromium")  # Debian has both, others the second
LAUNCH = (
    "from playwright.sync_api import sync_playwright\n"
    "with sync_playwright() as p: p.chromium.launch(args=['--no-sandbox']).close()"
)


def give_up(sentence: str) -> None:
    sys.exit(f"\n{sentence}")


def say(line: str) -> None:
    print(line, flush=True)


def run(*command: str | Path, quiet: bool = False, variables: dict[str, str] | None = None) -> bool:
    """Run a command in the checkout; whether it succeeded."""
    output = subprocess.DEVNULL if quiet else None
    environment = {**os.environ, **(variables or {})}
    # A virtual environment of the caller's is none of ours.
    environment.pop("PYTHONPATH", None)
    try:
        done = subprocess.run(
            command, cwd=ROOT, env=environment, stdout=output, stderr=output, check=False
        )
    except OSError:
        return False
    return done.returncode == 0


def once(step: str, sources: list[str], work: Callable[[], None]) -> None:
    """Do the work unless it was done from the same sources with the same Python."""
    digest = hashlib.sha256(platform.python_version().encode())
    for source in sources:
        digest.update((ROOT / source).read_bytes())
    stamp = VENV / f"jade-{step}.sha256"
    if stamp.exists() and stamp.read_text() == digest.hexdigest():
        return
    work()
    stamp.write_text(digest.hexdigest())


def check_port() -> None:
    """Say that a port is taken before minutes are spent on installing."""
    text = os.environ.get("PORT") or "8000"
    if not text.isdigit() or not 0 < int(text) < 65536:
        give_up(f"PORT is {text!r}. Write a number from 1 to 65535: make run PORT=8000")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(text)))
        except OSError:
            give_up(
                f"Port {text} is taken by another program. Choose another one: "
                f"make run PORT={int(text) + 1}"
            )


def make_venv() -> None:
    installed = (VENV / "jade-requirements.txt.sha256").exists()
    works = ["-c", ""] if installed else ["-m", "pip", "--version"]
    if run(PYTHON, *works, quiet=True):
        return
    say("Making the virtual environment .venv")
    maker = ""
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401

        maker = "venv"
    except ImportError:
        if run(sys.executable, "-m", "virtualenv", "--version", quiet=True):
            maker = "virtualenv"
    if not maker:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        give_up(
            "This Python has no venv module. Install it, for example with "
            f"`apt install python{version}-venv`, or install virtualenv, and run this again."
        )
    if not run(sys.executable, "-m", maker, "--clear", VENV):
        give_up(f"The virtual environment could not be made in {VENV}; see above.")


def install(requirements: str) -> None:
    def work() -> None:
        say(f"Installing the Python packages of {requirements} (takes a minute the first time)")
        options = ["--quiet", "--disable-pip-version-check", "--require-hashes"]
        if not run(PYTHON, "-m", "pip", "install", *options, "-r", requirements):
            give_up(f"The packages of {requirements} could not be installed; see above.")

    once(requirements, [requirements], work)


def npm() -> list[str | Path]:
    """Return the command of the machine's npm, or of one installed into the environment."""
    if run("npm", "--version", quiet=True) and run("node", "--version", quiet=True):
        return ["npm"]
    install("requirements-node.txt")
    return [VENV / "bin" / "npm"]


def install_front_end() -> None:
    def work() -> None:
        command = npm()
        say("Installing the front-end packages")
        variables = {"PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}
        if not os.access(Path.home(), os.W_OK):
            variables["npm_config_cache"] = str(VENV / "npm-cache")
        options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        if not run(*command, "ci", *options, variables=variables):
            give_up("The front-end packages could not be installed; see above.")

    if not (ROOT / "node_modules").is_dir():
        (VENV / "jade-front-end.sha256").unlink(missing_ok=True)
    once("front-end", ["package.json", "package-lock.json"], work)
    vendor.main()


def has_browser() -> bool:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found:
        return run(found, "--version", quiet=True)
    return run(PYTHON, "-c", LAUNCH, quiet=True)


def install_browser() -> None:
    if has_browser():
        return
    say("Getting a headless browser for the tests")
    run(PYTHON, "-m", "playwright", "install", "chromium", "--only-shell")
    if has_browser():
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        run("apt-get", "update", "-qq")
        quietly = {"DEBIAN_FRONTEND": "noninteractive"}
        for package in PACKAGES:
            if run("apt-get", "install", "-y", "-qq", package, variables=quietly):
                break
    if not has_browser():
        give_up(
            "The tests need a headless browser and none could be had. Install Chromium "
            "(for example `apt install chromium`) and run this again."
        )


def main(purpose: str) -> None:
    if sys.version_info < (3, 11):  # noqa: UP036 - this is the sentence that says so
        give_up(f"Jade needs Python 3.11 or newer; this is {platform.python_version()}.")
    os.chdir(ROOT)
    if purpose == "run" and not (VENV / "jade-front-end.sha256").exists():
        check_port()
    make_venv()
    install("requirements.txt")
    if purpose == "test":
        install("requirements-dev.txt")
    install_front_end()
    if purpose == "test":
        install_browser()


if __name__ == "__main__":
    main(sys.argv[1])
