"""A backup brought back into an empty database."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError
from django.utils import timezone
from tqdm import tqdm

from clients import sealing
from clinic.backup import container, restoring


class Command(BaseCommand):
    help = (
        "Restores a backup into the empty database of DATABASE_URL and compares rows and "
        "checksums. It never replaces anything."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        loud = options["verbosity"] > 0 and sys.stderr.isatty()
        try:
            key = container.key_from(settings.BACKUP_KEY)
            size = path.stat().st_size if path.is_file() else 0
            with tqdm(
                total=2 * size, unit="B", unit_scale=True, desc="Restoring", disable=not loud
            ) as bar:
                done = restoring.restore(path, key=key, now=timezone.now(), progress=bar.update)
        except container.Refused as refusal:
            raise CommandError(str(refusal)) from None
        except OperationalError:
            raise CommandError("The database of DATABASE_URL does not answer.") from None
        self.stdout.write(
            f"Restored the backup of {done.made_at}: {done.rows} rows in {done.tables} tables and "
            f"{done.media} uploaded files, equal to the backup. Run `manage.py prepare` next."
        )
        if missing := sorted(set(done.master_keys) - set(sealing.master_keys())):
            self.stderr.write(
                "Its health text was sealed under keys that MASTER_KEY does not hold: "
                f"{', '.join(missing)}. Add them to MASTER_KEY, or the text can't be read."
            )
