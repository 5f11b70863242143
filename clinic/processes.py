"""Child processes that end with their parent, and what is left of them when something is killed.

Linux only: `/proc` and `prctl` are used as they are.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

PR_SET_PDEATHSIG = 1
# Loaded here: nothing may be imported or loaded between fork and exec.
_libc = ctypes.CDLL(None, use_errno=True)


def libc_call(name: str, *arguments: int) -> None:
    """Call a function of the C library; raises OSError with its errno when it fails."""
    if getattr(_libc, name)(*arguments) != 0:
        raise OSError(ctypes.get_errno(), f"{name} failed")


def end_with_parent(death_signal: signal.Signals) -> None:
    """Ask the kernel to send this process a signal when the thread that started it ends."""
    libc_call("prctl", PR_SET_PDEATHSIG, int(death_signal))


def spawn(
    command: Sequence[str | Path],
    *,
    death_signal: signal.Signals,
    enter: Callable[[], None] | None = None,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    output: IO[bytes] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own that ends when its starter does.

    `death_signal` is what the program gets when the calling thread ends: call this from the main
    thread. `enter` runs in the child before the program (user namespace, another user).
    `output` takes both output streams; without it they are the caller's.
    """
    parent = os.getpid()

    def prepare() -> None:
        if enter:
            enter()
        # Last: a change of credentials clears it.
        end_with_parent(death_signal)
        if os.getppid() != parent:
            os._exit(1)  # the parent ended before the kernel knew of our wish

    return subprocess.Popen(  # noqa: S603 - our own command lines
        [str(part) for part in command],
        cwd=cwd,
        env=None if env is None else dict(env),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        start_new_session=True,
        preexec_fn=prepare,  # noqa: PLW1509 - the only place for it; no threads run here
    )


def end(process: subprocess.Popen[Any], how: signal.Signals, *, patience: float) -> bool:
    """Signal a child and wait for it up to `patience` seconds. True when it ended by then."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(how)
    return has_ended(process, patience)


def has_ended(process: subprocess.Popen[Any], patience: float) -> bool:
    """Wait up to `patience` seconds for a child's end; whether it came."""
    try:
        process.wait(timeout=patience)
    except subprocess.TimeoutExpired:
        return False
    return True


def all_pids() -> Iterator[int]:
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            yield int(entry.name)


def is_running(pid: int) -> bool:
    """Whether the process exists and is no zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] not in {"Z", "X"}


def runs_in(pid: int, directory: Path, *, name: str) -> bool:
    """Whether the process is alive, runs the program `name` and stands in `directory`.

    A process of somebody else's, whose directory can't be read, is none of ours.
    """
    try:
        return (
            is_running(pid)
            and Path(f"/proc/{pid}/comm").read_text().strip() == name
            and Path(f"/proc/{pid}/cwd").readlink() == directory.resolve()
        )
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return False


def carries(pid: int, name: str, value: str) -> bool:
    """Whether the process was started with that environment variable."""
    try:
        environment = Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return False
    return f"{name}={value}".encode() in environment.split(b"\0")


def kill_all_that_carry(name: str, value: str) -> list[int]:
    """Kill every process started with that variable, this one apart, and wait until they are gone.

    Processes that start others while being killed are caught by looking again.
    """
    killed: list[int] = []
    while found := [
        pid
        for pid in all_pids()
        if pid != os.getpid() and is_running(pid) and carries(pid, name, value)
    ]:
        for pid in found:
            kill_and_wait(pid)
        killed += found
    return killed


def kill_and_wait(pid: int, how: signal.Signals = signal.SIGKILL, patience: float = 10.0) -> bool:
    """Signal a process that need not be our child and wait for its end. False if it lives on."""
    try:
        handle = os.pidfd_open(pid)
    except (ProcessLookupError, OSError):
        return not is_running(pid)
    try:
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(handle, how)
        return wait_for(handle, patience)
    finally:
        os.close(handle)


def wait_for(handle: int, patience: float) -> bool:
    """Wait until the process behind a pidfd has ended; False when `patience` seconds are over."""
    readable, _, _ = select.select([handle], [], [], patience)
    return bool(readable)
