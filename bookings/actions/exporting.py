"""The clinic's clients as a table to take elsewhere: how to reach them, no health data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from defusedcsv import csv

from bookings.queries.practice import clinic_zone
from clients.models import Client
from clinic import audit
from clinic.audit import Actor

HEADINGS = ("Client ID", "Name", "Email", "Phone", "Language", "Status", "Since")


class _Line:
    """Takes what a writer writes, and gives it back."""

    def write(self, line: str) -> str:
        return line


def export_clients(*, now: datetime, actor: Actor) -> Iterator[str]:
    """Return the lines of the table, after writing into the log book that they were taken. No cell
    is one that a spreadsheet would take for a formula."""
    rows = Client.objects.exclude(status__in=Client.GONE).order_by("pk")
    audit.record(
        now=now, actor=actor, verb="clients.exported", about="clients:all",
        after={"rows": rows.count()},
    )  # fmt: skip
    return _lines(rows.iterator(chunk_size=2000), clinic_zone())


def _lines(clients: Iterator[Client], zone: ZoneInfo) -> Iterator[str]:
    writer = csv.writer(_Line())
    # So that spreadsheets know the encoding.
    yield "\ufeff" + writer.writerow(HEADINGS)
    for one in clients:
        since = one.created_at.astimezone(zone).date().isoformat()
        yield writer.writerow(
            (str(one.uid), one.name, one.email, one.phone, one.language, one.status, since)
        )
