"""How a client is after a visit, told by themselves with one tap."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from django.db import transaction

from bookings import followups, recalls
from bookings.errors import NotChangeable
from bookings.models import Booking, CheckIn, StaffTask
from clients.models import Client
from clinic import audit
from clinic.audit import CLIENT
from treatments import actions
from treatments.session_facts import EVENTS, EventKind

# Later than that a client calls: nobody waits for an answer any more.
OPEN_FOR = timedelta(days=14)


def takes_check_in(booking: Booking, *, now: datetime) -> bool:
    """Return whether a client may say how they are after a visit."""
    over = booking.ends_at <= now < booking.ends_at + OPEN_FOR
    return over and booking.status in followups.HAPPENING


def say_fine(*, now: datetime, booking: Booking) -> CheckIn:
    """The client is fine. Whoever reported something before keeps that. Raises NotChangeable."""
    with transaction.atomic():
        current, client = _locked(booking, now=now)
        found, _made = CheckIn.objects.get_or_create(
            booking=current,
            defaults={"client": client, "answer": CheckIn.Answer.FINE, "at": now},
        )
    return found


def report(*, now: datetime, booking: Booking, what: EventKind, words: str) -> CheckIn:
    """The client reports something: it becomes an adverse event, sealed, and a task for whoever
    treated them. Sent twice it is once. Raises NotChangeable."""
    with transaction.atomic():
        current, client = _locked(booking, now=now)
        event = actions.report_event(
            now=now,
            author=None,
            client=client,
            uid=uuid5(NAMESPACE_URL, f"check-in:{current.uid}"),
            session=current.session,
            practitioner=current.practitioner,
            grade=EVENTS[what][0].value,
            noticed_at=now,
            details={"what": what.value, **({"told_us": words} if words else {})},
        )
        StaffTask.objects.get_or_create(
            dedupe_key=f"booking:{current.uid}:{recalls.REPORTED}",
            defaults={
                "client": client,
                "kind": recalls.REPORTED,
                "practitioner": event.practitioner,
                "due_at": now,
                "created_at": now,
            },
        )
        found, _made = CheckIn.objects.update_or_create(
            booking=current,
            defaults={"client": client, "answer": CheckIn.Answer.REPORTED, "at": now},
        )
        audit.record(
            now=now, actor=CLIENT, verb="booking.checked_in", about=f"booking:{current.uid}"
        )
    return found


def _locked(booking: Booking, *, now: datetime) -> tuple[Booking, Client]:
    current = (
        Booking.objects.select_for_update(of=("self",))
        .select_related("client", "practitioner", "session__practitioner")
        .get(pk=booking.pk)
    )
    if current.client is None or not takes_check_in(current, now=now):
        raise NotChangeable
    return current, current.client
