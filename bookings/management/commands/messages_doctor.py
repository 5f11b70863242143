"""Explains why a client did or did not get a message."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.timezone import localtime

from bookings.queries.client_facts import about
from bookings.queries.diagnosis import diagnosis
from bookings.queries.practice import clinic_zone
from bookings.views.message_words import kind_words
from clients import search
from clients.models import Client

NOBODY = "Nobody is found by that. Give an e-mail address, a number, a name, or the record's id."
SEVERAL = "Several are found by that. Say which by the record's id:"


def _days(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if not 1 <= number <= 3650:
        raise argparse.ArgumentTypeError("write a number of days from 1 to 3650")
    return number


def _about(about: str, visits: Mapping[str, datetime], zone: ZoneInfo) -> str:
    """Return what a message is about, with the visit's day and time."""
    if about not in visits:
        return about
    return f"{about}, visit on {localtime(visits[about], zone):%Y-%m-%d %H:%M}"


class Command(BaseCommand):
    help = (
        "Explains why a client did or did not get a message: what was sent, what waits, what was "
        "not sent and why, what was never planned and why. Prints no text of any message."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "client", help="e-mail address, mobile number, name, or the record's id"
        )
        parser.add_argument("--days", type=_days, default=90, help="how far back (90)")
        parser.add_argument("--kind", default="", help="only this kind, such as REMINDER")

    def handle(self, *args: Any, **options: Any) -> None:
        now, zone = timezone.now(), clinic_zone()
        client = self._find(options["client"])
        found = diagnosis(client, now=now, since=now - timedelta(days=options["days"]))
        self.stdout.write(f"{about(client)}, times in {zone.key}")
        for line in found.ways:
            self.stdout.write(f"  {line}")
        shown = [each for each in found.findings if options["kind"].upper() in ("", each.kind)]
        for each in shown:
            when = localtime(each.at, zone)
            self.stdout.write(
                f"{when:%Y-%m-%d %H:%M}  {each.state:<10} {kind_words(each.kind)}: "
                f"{each.why or 'Nothing more is known.'}  [{_about(each.about, found.visits, zone)}]"
            )
        if not shown:
            self.stdout.write("Nothing had its moment in that time.")

    def _find(self, text: str) -> Client:
        try:
            rows = list(Client.objects.filter(uid=UUID(text)))
        except ValueError:
            rows = search.find(text, limit=10)
        if len(rows) > 1:
            names = "\n".join(f"  {one.uid}  {one.name}" for one in rows)
            raise CommandError(f"{SEVERAL}\n{names}")
        if not rows:
            raise CommandError(NOBODY)
        return rows[0].survivor
