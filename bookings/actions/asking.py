"""Asking a client for their form: which one, and sending its link once more."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction

from bookings import intake, lifecycle
from bookings.actions.knowing import NOT_AGAIN, locked_client
from bookings.actions.relinking import FORM_LINK, form_message
from bookings.errors import LinkJustSent, NoAddress
from bookings.models import Booking
from clients import outbox
from clients.actions.intake import ask_for_form
from clients.models import Client, IntakeRequest, Message
from clinic import audit
from clinic.audit import Actor

# Without a visit that a form is for.
VALID = timedelta(days=30)


def ask_form(*, now: datetime, actor: Actor, client: Client, today: date) -> IntakeRequest:
    """Return the form a client is to fill in next, asking for it if there is none: that of their
    next visit; without one, whatever is due today.

    Raises ClientGone for a record merged into another, or ClientBusy.
    """
    with transaction.atomic():
        current = locked_client(client)
        coming = (
            Booking.objects.filter(
                client=current, status__in=lifecycle.BEFORE_SESSION, ends_at__gt=now
            )
            .select_related("client", "room__location")
            .order_by("starts_at")
            .first()
        )
        if coming is not None:
            return intake.ask(coming, now=now, actor=actor)
        return ask_for_form(
            now=now,
            actor=actor,
            client=current,
            kind=intake.due(current, on=today),
            valid_until=now + VALID,
        )


def send_form_link(*, now: datetime, actor: Actor, client: Client, today: date) -> Message:
    """Send a client the link of their form, at once, to their own address.

    Raises NoAddress where there is no e-mail address, LinkJustSent within two minutes of the last
    one, ClientGone or ClientBusy.
    """
    with transaction.atomic():
        asked = ask_form(now=now, actor=actor, client=client, today=today)
        if not asked.client.email:
            raise NoAddress
        made = form_message(asked, now=now)
        earlier = Message.objects.filter(about=made.about, kind=FORM_LINK)
        if earlier.filter(created_at__gt=now - NOT_AGAIN).exists():
            raise LinkJustSent
        outbox.queue([made], now=now)
        audit.record(now=now, actor=actor, verb="intake.link_sent", about=f"client:{client.uid}")
        return made
