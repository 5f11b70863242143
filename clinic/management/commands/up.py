"""Starts the whole clinic on this machine; what `make run` calls."""

from __future__ import annotations

from typing import Any

import environ
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from clinic import checks, env
from clinic.supervisor import StartError, Supervisor


class Command(BaseCommand):
    help = (
        "Starts Postgres and Redis (where DATABASE_URL and REDIS_URL are not set), the web server, "
        "the worker and the clock, and stops them all on Ctrl-C."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--with-parent",
            action="store_true",
            help="stop as well when the process that started this one ends",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            # Before a database is made that production should not have.
            checks.refuse_unsafe()
        except checks.Unsafe as unsafe:
            raise CommandError(str(unsafe)) from None

        def say(line: str) -> None:
            self.stdout.write(line)
            self.stdout.flush()

        def prepare(url: str, demo: bool) -> None:
            # In this process, which has loaded Django already: another one would take a second.
            connection.close()
            connection.settings_dict.update(environ.Env.db_url_config(url))
            try:
                call_command("prepare", demo=demo, stdout=self.stdout)
            finally:
                connection.close()

        supervisor = Supervisor(
            root=env.ROOT,
            var=env.VAR_DIR.resolve(),
            port=env.PORT,
            database_url=env.DATABASE_URL,
            redis_url=env.REDIS_URL,
            say=say,
            prepare=prepare,
        )
        try:
            supervisor.run(with_parent=options["with_parent"])
        except StartError as refusal:
            raise CommandError(str(refusal)) from None
