"""Who runs Postgres, which refuses root: a user namespace, or an unprivileged user."""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from clinic import processes

CLONE_NEWUSER = 0x10000000


class EmbeddedError(Exception):
    """An embedded service can't run; the message says why and what to do."""


@dataclass(frozen=True)
class Identity:
    """How a program is run: `enter` before it, and `owner`, the user its files must belong to."""

    owner: int
    enter: Callable[[], None] | None

    def give(self, path: Path) -> None:
        """Give a tree of files to this identity where it belongs to another one."""
        if os.geteuid() != 0 or path.stat().st_uid == self.owner:
            return
        for folder, _, files in os.walk(path):
            for name in (".", *files):
                os.chown(Path(folder, name), self.owner, -1, follow_symlinks=False)


def _nobody() -> pwd.struct_passwd:
    """Return a user without rights. It must have an entry: initdb looks its name up."""
    try:
        return pwd.getpwnam("nobody")
    except KeyError:
        return next(entry for entry in pwd.getpwall() if entry.pw_uid)


def in_namespace() -> Identity:
    """Root, as seen from outside; nobody, as the program sees it. Files stay root's."""
    user = _nobody()

    def enter() -> None:
        processes.libc_call("unshare", CLONE_NEWUSER)
        for name, text in (
            ("setgroups", "deny"),
            ("uid_map", f"{user.pw_uid} 0 1"),
            ("gid_map", f"{user.pw_gid} 0 1"),
        ):
            descriptor = os.open(f"/proc/self/{name}", os.O_WRONLY)
            os.write(descriptor, text.encode())
            os.close(descriptor)

    return Identity(0, enter)


def as_nobody() -> Identity:
    """An unprivileged user for real; it must be able to reach the programs and the data."""
    user = _nobody()

    def enter() -> None:
        os.setgroups([])
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)

    return Identity(user.pw_uid, enter)


def identity_for(
    program: Path, directory: Path, ways: Sequence[Callable[[], Identity]]
) -> Identity:
    """Return how to run `program` with its files in `directory`.

    Only root has a choice: the first of `ways` that works here is taken.

    Raises EmbeddedError when none does.
    """
    if os.geteuid() != 0:
        return Identity(os.geteuid(), None)
    for way in ways:
        identity = way()
        os.chown(directory, identity.owner, -1)
        try:
            outcome = subprocess.run(  # noqa: S603 - our own program
                ["/bin/sh", "-c", 'test -w . && exec "$0" --version', str(program)],
                cwd="/",
                capture_output=True,
                check=False,
                preexec_fn=_then_stand_in(identity, directory),
            )
        except (subprocess.SubprocessError, OSError):
            continue
        if outcome.returncode == 0:
            return identity
    os.chown(directory, 0, -1)
    raise EmbeddedError(
        "Postgres refuses to run as root, and this machine allows neither a user namespace nor "
        f"running it as an unprivileged user in {directory}. Run `make run` as an ordinary user, "
        "or set DATABASE_URL to a Postgres of your own."
    )


def _then_stand_in(identity: Identity, directory: Path) -> Callable[[], None]:
    def enter() -> None:
        if identity.enter:
            identity.enter()
        os.chdir(directory)

    return enter
