"""Which form is asked before a booking, planned in the transaction that makes or moves it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bookings import lifecycle
from bookings.messages import about
from bookings.models import Booking
from clients.actions.intake import ask_for_form, new_request
from clients.intake_definition import FormKind
from clients.intake_due import Known, form_due
from clients.models import Client, IntakeRequest, IntakeSubmission
from clinic.audit import Actor
from clinic.models.adding import add

# Sent 48 hours before and valid for 72: until a day after the session began.
VALID_AFTER = timedelta(hours=24)
# Whoever has just told us everything is not asked what has changed.
FRESH = timedelta(hours=72)


def plan_new(booking: Booking, *, now: datetime, zone: ZoneInfo, known: bool) -> None:
    """Ask for the form a booking made just now calls for: one INSERT for a client who is new."""
    if booking.client is None:
        return
    on = booking.starts_at.astimezone(zone).date()
    row = new_request(
        now=now,
        client=booking.client,
        kind=due(booking.client, on=on) if known else FormKind.FULL,
        about=about(booking),
        valid_until=_valid_until(booking, now),
    )
    add(row)


def due(client: Client, *, on: date) -> FormKind:
    """Return which form a client is asked before a session on a day (at most two queries)."""
    told = list(
        IntakeSubmission.objects.filter(client=client)
        .order_by("-submitted_at", "-pk")
        .values_list("kind", "told_on", "calls_for_full")
    )
    if not told:
        return FormKind.FULL
    full = next((at for at, one in enumerate(told) if one[0] == FormKind.FULL), None)
    known = Known(
        last_full=None if full is None else told[full][1],
        last_session=_last_session(client),
        new_risk=any(calls for _kind, _on, calls in told[:full]),
    )
    return form_due(known, on=on)


def _last_session(client: Client) -> date | None:
    """Return the local date of a client's last session (one query)."""
    done = Booking.objects.filter(client=client, status=lifecycle.DONE).order_by("-starts_at")
    last = done.values_list("starts_at", "room__location__time_zone").first()
    return last[0].astimezone(ZoneInfo(last[1])).date() if last else None


def follow(booking: Booking, *, now: datetime) -> None:
    """Keep the form of a booking that was moved open until after its new start (one UPDATE)."""
    IntakeRequest.objects.filter(about=about(booking), ended_at__isnull=True).update(
        valid_until=_valid_until(booking, now)
    )


def plan_again(client: Client, *, now: datetime, actor: Actor) -> None:
    """Ask again for what a client's coming bookings call for, after they told us something."""
    coming = Booking.objects.filter(
        client=client, status__in=lifecycle.COMING, starts_at__gt=now + FRESH
    ).select_related("room__location")
    for booking in coming.order_by("starts_at"):
        ask(booking, now=now, actor=actor)


def ask(booking: Booking, *, now: datetime, actor: Actor) -> IntakeRequest:
    """Return the open form of a booking, asking for it if there is none."""
    client = booking.client
    if client is None:
        raise ValueError("A hold has no client to ask.")
    return ask_for_form(
        now=now,
        actor=actor,
        client=client,
        kind=due(client, on=booking.starts_at.astimezone(booking.room.location.zone).date()),
        about=about(booking),
        valid_until=_valid_until(booking, now),
    )


def _valid_until(booking: Booking, now: datetime) -> datetime:
    # One entered afterwards is still open for a day.
    return max(booking.starts_at, now) + VALID_AFTER
