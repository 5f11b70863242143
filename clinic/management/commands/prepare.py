"""Brings a database up to date before anything uses it: tables, defaults, demo clinic."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from clinic import checks


class Command(BaseCommand):
    help = (
        "Migrates, loads the defaults and, with --demo, the demo clinic where there is none yet. "
        "May run as often as wanted."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--demo", action="store_true", help="demo clinic, if it is empty")

    def handle(self, *args: Any, **options: Any) -> None:
        verbosity = options["verbosity"]

        def say(line: str) -> None:
            if verbosity:
                self.stdout.write(line)
                self.stdout.flush()

        try:
            checks.refuse_unsafe()
        except checks.Unsafe as unsafe:
            raise CommandError(str(unsafe)) from None
        # One process for all of it: each start of Django costs half a second.
        try:
            connection.ensure_connection()
        except OperationalError as refusal:
            raise CommandError(f"The database of DATABASE_URL does not answer: {refusal}") from None
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            say("Making the tables")
            call_command("migrate", verbosity=0, skip_checks=True)
        else:
            executor.check_replacements()  # written down as applied, where those they replace are
        if "load_defaults" in get_commands():
            call_command("load_defaults", verbosity=verbosity)
        if options["demo"] and "seed_demo" in get_commands():
            call_command("seed_demo", if_empty=True, verbosity=verbosity)
        if settings.PRODUCTION:
            say("Collecting the static files")
            call_command("collectstatic", interactive=False, verbosity=0, skip_checks=True)
