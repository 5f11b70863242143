"""The scheduled backup: once a day, the newest ones kept, and a failure told to the owner."""

from __future__ import annotations

import fcntl
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.utils.translation import gettext as _

from clinic import heartbeats
from clinic.backup import container, writing
from clinic.models import Heartbeat, Role, User

log = logging.getLogger(__name__)

DAY = timedelta(days=1)


def is_due(*, now: datetime) -> bool:
    """Whether a backup is wanted and the last planned moment has passed without one."""
    if not settings.BACKUP_DIR:
        return False
    kept = Heartbeat.objects.filter(pk=Heartbeat.Name.BACKUP).first()
    return kept is None or kept.done_at is None or kept.done_at < _planned(now)


def _planned(now: datetime) -> datetime:
    """Return the last moment, in UTC, at which a backup was to begin."""
    today = now.replace(hour=settings.BACKUP_HOUR, minute=0, second=0, microsecond=0)
    return today if today <= now else today - DAY


def run(*, clock: Callable[[], datetime], master_keys: list[str]) -> Path | None:
    """Make the scheduled backup if it is due and return its path.

    A failure is logged, shown by /readyz, mailed to the owners once a day, and tried again an
    hour later. Raises nothing for it. Two runs at once make one backup.
    """
    now = clock()
    if not is_due(now=now):
        return None
    folder = Path(settings.BACKUP_DIR)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (folder / ".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return None
            made = writing.make(
                folder,
                key=container.key_from(settings.BACKUP_KEY),
                master_keys=master_keys,
                now=now,
            )
            _forget_old(folder)
    except container.Refused as refusal:
        _failed(str(refusal), now=clock())
        return None
    except OSError as refusal:
        _failed(f"{folder} can't be written: {refusal.strerror}.", now=clock())
        return None
    heartbeats.done(Heartbeat.Name.BACKUP, now=clock())
    return made


def _forget_old(folder: Path) -> None:
    """Delete all but the newest scheduled backups; a new one has just been made."""
    for path in sorted(folder.glob("jade-*.backup"))[: -settings.BACKUP_KEEP]:
        path.unlink()


def _failed(why: str, *, now: datetime) -> None:
    log.error("The scheduled backup failed: %s", why)
    before = Heartbeat.objects.filter(pk=Heartbeat.Name.BACKUP).first()
    heartbeats.failed(Heartbeat.Name.BACKUP, now=now, why=why)
    if before and before.why and before.tried_at >= _planned(now):
        return  # told already
    owners = User.objects.filter(role=Role.OWNER, is_active=True).values_list("email", flat=True)
    try:
        for address in owners:
            send_mail(
                _("Last night's backup failed"),
                _(
                    "The clinic's scheduled backup could not be made:\n\n%(why)s\n\n"
                    "It is tried again every hour. Backups made before are still there."
                )
                % {"why": why},
                settings.DEFAULT_FROM_EMAIL,
                [address],
            )
    except (OSError, SMTPException):
        log.exception("The owners could not be told of it by mail.")
