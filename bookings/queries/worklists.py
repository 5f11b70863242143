"""What waits for somebody: bookings without answers, and answers for the practitioner."""

from __future__ import annotations

from datetime import datetime

from django.db.models import CharField, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Concat

from bookings import followups, lifecycle, messages
from bookings.models import Booking, Review
from clients.models import Message
from clients.rules import Outcome
from clinic.models import Location, Practitioner


def _to_screen(now: datetime) -> QuerySet[Booking]:
    return Booking.objects.filter(
        status__in=lifecycle.BEFORE_SESSION, outcome__in=lifecycle.TO_BE_SEEN, ends_at__gte=now
    ).select_related("client", "practitioner", "room__location")


def may_begin(booking: Booking) -> bool:
    """Return whether somebody has seen answers with which a session may begin (one query at most)."""
    if booking.outcome not in lifecycle.TO_BE_SEEN:
        return True
    accepted = Review.objects.filter(
        booking=booking, decision=Review.Decision.ACCEPT, ended_at__isnull=True
    )
    return booking.screening_id is not None and accepted.exists()


def waiting_for_answers(location: Location, *, now: datetime) -> list[Booking]:
    """Return the coming bookings whose safety questions nobody has answered, the soonest first (one
    query). Each has `link_status`: the status of the message with the link, "" where there is none.
    """
    about = Concat(Value("booking:"), Cast(OuterRef("uid"), CharField()), output_field=CharField())
    link = (
        Message.objects.filter(about=about, kind=followups.QUESTIONS)
        .order_by("-pk")
        .values("status")[:1]
    )
    return list(
        _to_screen(now)
        .filter(outcome=Outcome.NOT_ASKED, screening=None, room__location=location)
        .annotate(link_status=Coalesce(Subquery(link), Value("")))
        .order_by("starts_at", "pk")
    )


def review_queue(practitioner: Practitioner, *, now: datetime) -> list[Booking]:
    """Return the coming bookings whose answers the practitioner must look at, those with the next
    deadline first (one query): requests, and bookings not accepted yet. Each has `asked_at`: when
    they last asked the client to answer again, or None. For the practitioner's eyes."""
    holds = Review.objects.filter(booking=OuterRef("pk"), ended_at__isnull=True)
    return list(
        _to_screen(now)
        .filter(practitioner=practitioner, screening__isnull=False)
        .select_related("screening__client__key")
        .annotate(
            decision=Coalesce(Subquery(holds.values("decision")[:1]), Value("")),
            asked_at=messages.ASKED_AT,
        )
        .exclude(decision=Review.Decision.ACCEPT)
        .order_by(Coalesce(F("respond_by"), F("starts_at")), "pk")
    )
