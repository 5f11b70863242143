"""One encrypted file with the whole clinic."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, connection
from django.utils import timezone
from tqdm import tqdm

from clients import sealing
from clinic import seals
from clinic.backup import container, writing


class Command(BaseCommand):
    help = (
        "Writes database and uploaded files to one file, encrypted with BACKUP_KEY. Keep that key "
        "and MASTER_KEY where the backups are not."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("target", type=Path, help="a new file, or a folder that exists")

    def handle(self, *args: Any, **options: Any) -> None:
        loud = options["verbosity"] > 0 and sys.stderr.isatty()
        now = timezone.now()
        try:
            key = container.key_from(settings.BACKUP_KEY)
            seals.make(now=now)
            with (
                connection.cursor() as cursor,
                tqdm(unit="B", unit_scale=True, desc="Writing", disable=not loud) as bar,
            ):
                cursor.execute("SELECT 1")
                made = writing.make(
                    options["target"],
                    key=key,
                    master_keys=list(sealing.master_keys()),
                    now=now,
                    progress=bar.update,
                )
        except container.Refused as refusal:
            raise CommandError(str(refusal)) from None
        except OperationalError:
            raise CommandError("The database of DATABASE_URL does not answer.") from None
        size = made.stat().st_size / 1_000_000
        self.stdout.write(
            f"{made}: {size:.1f} MB, encrypted under the key {container.key_id(key)}."
        )
