"""Makes the demo clinic: places, people, hours, and bookings on both sides of today."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from bookings import seed
from bookings.seed import wiping
from clinic import env

DEFAULT = 400
NOT_EMPTY = (
    "This database holds a clinic already, and a demo is not mixed with it. "
    "Point DATABASE_URL at an empty database, or move the embedded one's folder away."
)


def _number(text: str) -> int:
    try:
        number = int(text.replace(",", "").replace("_", ""))
    except ValueError:
        number = -1
    if not 0 <= number <= seed.MOST:
        raise argparse.ArgumentTypeError(f"write a whole number from 0 to {seed.MOST:,}")
    return number


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or not 2001 <= day.year <= 2090:
        raise argparse.ArgumentTypeError("write a date such as 2026-11-24")
    return day


class Command(BaseCommand):
    help = (
        "Fills an empty database with a demo clinic. The same --seed and --today make the same "
        "clinic; larger ones have more locations, rooms and practitioners."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--bookings", type=_number, default=DEFAULT, metavar="N")
        parser.add_argument("--seed", type=int, default=1, metavar="S")
        parser.add_argument(
            "--today",
            type=_day,
            metavar="YYYY-MM-DD",
            help="make it as seen at noon of that day; otherwise as seen now",
        )
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing where there is a clinic already"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["if_empty"] and (wiping.was_wiped() or not seed.is_empty()):
            return
        if not seed.is_empty():
            raise CommandError(NOT_EMPTY)
        call_command("load_defaults", verbosity=0)
        now = _noon(options["today"]) if options["today"] else timezone.now()
        total = options["bookings"]
        said = options["verbosity"] > 0
        if said and not sys.stderr.isatty():
            self._say(f"Making a demo clinic with {total:,} bookings")
        with tqdm(
            total=total,
            desc="Making a demo clinic",
            unit=" bookings",
            file=sys.stderr,
            disable=not (said and sys.stderr.isatty()),
        ) as bar:
            try:
                made = seed.seed_clinic(
                    bookings=total,
                    seed=options["seed"],
                    now=now.replace(second=0, microsecond=0),
                    written=bar.update,
                )
            except seed.NotEmpty:
                raise CommandError(NOT_EMPTY) from None
        seed.vacuum()
        if not said:
            self._keep_login()
            return
        self._say(
            f"Made {made.locations} locations, {made.practitioners} practitioners, "
            f"{made.clients:,} clients and {made.bookings:,} bookings."
        )
        if not made.planned:
            self._say("Its reminders are not planned: there would be too many for a demo.")
        self._keep_login()

    def _keep_login(self) -> None:
        """Write down how to log in, where the program that started this one shows it from."""
        if settings.PRODUCTION:
            self._say("It has no logins, since this is production: `manage.py createsuperuser`.")
            return
        env.VAR_DIR.mkdir(parents=True, exist_ok=True)
        (env.VAR_DIR / "demo-login").write_text(f"{seed.LOGIN} {seed.PASSWORD}\n")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), ZoneInfo(seed.ZONE)).astimezone(UTC)
