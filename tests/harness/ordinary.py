"""Being an ordinary user for real, where the tests run as root."""

from __future__ import annotations

import ctypes
import os
import pwd
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

PR_SET_KEEPCAPS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 8, 47, 2
CAPABILITY_VERSION_3 = 0x20080522
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2
_libc = ctypes.CDLL(None, use_errno=True)


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Data(ctypes.Structure):
    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    )


def become(user: pwd.struct_passwd, capability: int | None) -> Callable[[], None]:
    """Return what makes a child that user, who may go past closed doors with `capability`."""

    def enter() -> None:
        _libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)
        os.setgroups([])
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)
        if capability is not None:
            bit = 1 << capability
            header = _Header(CAPABILITY_VERSION_3, 0)
            data = (_Data * 2)(_Data(bit, bit, bit), _Data(0, 0, 0))
            if _libc.capset(ctypes.byref(header), ctypes.byref(data)):
                raise OSError(ctypes.get_errno(), "capset")
            if _libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0):
                raise OSError(ctypes.get_errno(), "ambient")

    return enter


def open_way_to(folder: Path) -> None:
    """Let everybody pass through the folders above, which pytest keeps to its own user."""
    temporary = Path(tempfile.gettempdir()).resolve()
    for parent in folder.resolve().parents:
        if parent.is_relative_to(temporary) and parent != temporary:
            parent.chmod(parent.stat().st_mode | 0o055)


def nobody_with(folder: Path) -> Callable[[], None] | None:
    """Return how to become an ordinary user who owns `folder`; None where we are one already.

    The interpreter may lie in root's own folder: then the user is let past closed doors, but
    is still no root to anybody who asks.
    """
    if os.geteuid() != 0:
        return None
    user = pwd.getpwnam("nobody")
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, user.pw_uid, user.pw_gid)
    open_way_to(folder)
    for capability in (None, CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE):
        enter = become(user, capability)
        try:
            subprocess.run(
                [sys.executable, "-c", "import django, psycopg2, redis, granian"],
                cwd=folder,
                capture_output=True,
                check=True,
                preexec_fn=enter,
            )
        except (OSError, subprocess.SubprocessError):
            continue
        return enter
    raise AssertionError("An ordinary user can't run this Python here.")
