"""The first login of a clinic, and the way back in for an owner without one."""

from __future__ import annotations

import getpass
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from clinic import actions
from clinic.audit import Actor


class Command(BaseCommand):
    help = "Gives somebody an owner's login. Asks for the password, or reads it from its input."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("name", help="as colleagues read it, in quotation marks")
        parser.add_argument(
            "--password-stdin", action="store_true", help="read the password from standard input"
        )
        parser.add_argument("--superuser", action="store_true", help="open /admin/ to them as well")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["password_stdin"]:
            password = sys.stdin.readline().rstrip("\r\n")
        else:
            password = getpass.getpass("Password: ")
            if getpass.getpass("Password again: ") != password:
                raise CommandError("The two passwords differ; nothing was changed.")
        try:
            user = actions.create_owner(
                now=timezone.now(),
                actor=Actor("command line"),
                email=options["email"],
                name=options["name"],
                password=password,
                superuser=options["superuser"],
            )
        except actions.CannotCreateUser as refusal:
            raise CommandError(str(refusal.sentence)) from None
        self.stdout.write(f"{user} can log in at {settings.SITE_URL}/login/ with this password.")
        if settings.SECOND_FACTOR:
            self.stdout.write("The first login asks them to add a passkey or an authenticator app.")
