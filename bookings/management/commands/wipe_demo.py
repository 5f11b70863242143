"""Empties a demo clinic, so that a real one can begin in its place."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, ProgrammingError
from django.utils import timezone

from bookings.seed import wiping
from clinic import env

NO_DEMO = "This database holds no demo clinic, so nothing was touched."
OTHER_NAME = "That is not the clinic's name, so nothing was touched."
IN_USE = (
    "Something else uses the database, so nothing was touched. "
    "Stop the web server, the worker and the clock, and try again."
)


class Command(BaseCommand):
    help = (
        "Deletes everything of a demo clinic, its log book too, and begins a clinic of your own. "
        "Logins that the demo did not bring stay, with their second factors. Refused on a clinic "
        "that is no demo. Stop the web server, the worker and the clock first."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--yes", action="store_true", help="don't ask for the clinic's name first"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            demo = wiping.look()
        except (wiping.NoDemo, ProgrammingError):
            raise CommandError(NO_DEMO) from None
        self.stdout.write(
            f"This deletes {demo.name} for good: {demo.clients:,} clients, {demo.bookings:,} "
            f"bookings, and all that was set. Kept: {', '.join(demo.kept) or 'no login'}."
        )
        if not options["yes"] and not self._agrees(demo.name):
            raise CommandError(OTHER_NAME)
        try:
            kept = wiping.wipe(now=timezone.now())
        except wiping.NoDemo:
            raise CommandError(NO_DEMO) from None
        except OperationalError:
            raise CommandError(IN_USE) from None
        (env.VAR_DIR / "demo-login").unlink(missing_ok=True)
        self.stdout.write("The demo is gone. Start the web server, the worker and the clock again.")
        if not kept:
            self.stdout.write("Nobody can log in yet: `manage.py create_owner` makes a login.")
        if settings.DEMO:
            self.stdout.write("Set DEMO=off as well: this is no demo any more.")

    def _agrees(self, name: str) -> bool:
        try:
            return input(f"Type the clinic's name to go on ({name}): ").strip() == name
        except EOFError:
            return False
