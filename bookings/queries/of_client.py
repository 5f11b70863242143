"""A client's own visits, as their pages and their download show them."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, QuerySet, Subquery
from django.db.models.functions import Coalesce

from bookings import lifecycle
from bookings.models import Booking
from clients.models import Client

MOST_PAST = 200


def bookings_of(client: Client) -> QuerySet[Booking]:
    """Return all bookings of a client, whatever became of them, with who, what and where."""
    rows = Booking.objects.filter(client=client)
    return rows.exclude(status__in=(lifecycle.HELD, lifecycle.EXPIRED)).select_related(
        "practitioner", "room__location", "treatment"
    )


def coming(client: Client, *, now: datetime) -> list[Booking]:
    """Return what stands and is not over, the next first (one query)."""
    rows = bookings_of(client).filter(ends_at__gt=now).exclude(status__in=lifecycle.DEAD)
    return list(rows.exclude(status=lifecycle.DONE).order_by("starts_at", "pk"))


def past(client: Client, *, now: datetime) -> list[Booking]:
    """Return what is over or was called off, the newest first (one query)."""
    ahead = {one.pk for one in coming(client, now=now)}
    rows = bookings_of(client).order_by("-starts_at", "-pk")[: MOST_PAST + len(ahead)]
    return [one for one in rows if one.pk not in ahead]


def last_visit(client: Client) -> Booking | None:
    """Return the newest booking that stands or was kept: what a next one is like (one query). Its
    `visits` says how many took place."""
    done = Booking.objects.filter(client=client, status=lifecycle.DONE).order_by()
    visits = done.values("client").annotate(number=Count("pk")).values("number")
    rows = bookings_of(client).filter(status__in=lifecycle.LIVE)
    rows = rows.annotate(visits=Coalesce(Subquery(visits), 0))
    return rows.order_by("-starts_at", "-pk").first()
