"""Who was shown a client's record, and from whom a client keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from bookings.queries.record import readable
from clients import data_requests
from clients.models import Client, DataRequest, Withholding
from clinic.models import AccessEntry, Role, User


@dataclass(frozen=True, slots=True)
class Days:
    """Some days of a zone, the first and the last included; None is no limit."""

    first: date | None
    last: date | None


def family(client: Client) -> list[Client]:
    """Return a client's record and all that were merged into it (a query for each step)."""
    found, step = [client], [client]
    while step:
        step = list(Client.objects.filter(merged_into__in=step).order_by("pk"))
        found += step
    return found


def shown(client: Client, days: Days, *, zone: ZoneInfo) -> QuerySet[AccessEntry]:
    """Return who was shown a client's record on some days, the newest first; what was shown of the
    records merged into it is of the same person."""
    whose = [f"client:{one.uid}" for one in family(client)]
    rows = AccessEntry.objects.filter(whose__in=whose).select_related("actor")
    if days.first:
        rows = rows.filter(at__gte=_midnight(days.first, zone))
    if days.last:
        rows = rows.filter(at__lt=_midnight(days.last + timedelta(days=1), zone))
    return rows.order_by("-at", "-pk")


def requests_for(user: User, *, now: datetime) -> list[DataRequest]:
    """Return what clients ask that waits for an answer and may be read by a login, the oldest first
    (two queries): all of it by the owner, and by others what their own clients ask."""
    rows = data_requests.waiting()
    if user.role == Role.OWNER:
        return rows
    open_to = readable(user, {row.client_id for row in rows}, now=now)
    return [row for row in rows if row.client_id in open_to]


def count_requests_for(user: User, *, now: datetime) -> int:
    """Return how many requests `requests_for` has for a login (two queries)."""
    asking = data_requests.who_waits()
    if user.role == Role.OWNER:
        return len(asking)
    open_to = readable(user, set(asking), now=now)
    return sum(client in open_to for client in asking)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


@dataclass(frozen=True, slots=True)
class Reader:
    """A member of staff who may read records, and since when a client keeps theirs from them."""

    user: User
    since: datetime | None


def readers(client: Client) -> list[Reader]:
    """Return everybody from whom a client can keep their record, by name (two queries)."""
    held = Withholding.objects.filter(client=client, ended_at=None)
    since = dict(held.values_list("user", "at"))
    staff = User.objects.filter(role__in=[Role.OWNER, Role.PRACTITIONER])
    return [
        Reader(user, since.get(user.pk))
        for user in staff.order_by("name", "pk")
        if user.is_active or user.pk in since
    ]
