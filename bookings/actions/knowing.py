"""What staff write down about a client: how to reach them, that they have been met."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import OperationalError, transaction

from bookings import followups, lifecycle, locks, messages
from bookings.actions.relinking import link_message, renew_all
from bookings.constraints import is_lost_race
from bookings.errors import (
    ClientBusy,
    ClientErased,
    ClientGone,
    LinkJustSent,
    NoAddress,
    NotChangeable,
)
from bookings.models import Booking
from clients import logins, outbox
from clients.contact import Contact, email_key, name_key
from clients.models import Client, Message
from clinic import audit
from clinic.audit import Actor

# A link asked for twice within this time was a double tap.
NOT_AGAIN = timedelta(minutes=2)


def change_contact(
    *,
    now: datetime,
    actor: Actor,
    client: Client,
    name: str,
    email: str,
    phone: str,
    language: str = "",
    time_zone: str | None = None,
) -> Client:
    """Write down how a client is called and reached; name, e-mail and phone come cleaned, the last
    two may be empty. language: to write to them in; "" leaves it as it is. time_zone: the one they
    live by, "" for the clinic's; None leaves it as it is. Coming bookings that were made with the
    old contact follow, so that what is sent from now on goes to the new one. Links that went to
    another address end there, and the new ones are sent. Nothing changed is nothing written.

    Raises ClientGone for a record merged into another, or ClientBusy.
    """
    with transaction.atomic():
        current = locked_client(client)
        before = _told_by(current)
        old = (current.name, current.email, current.phone)
        if current.email != email_key(email):
            logins.tell_of_change(current, logins.MOVED)
        current.name, current.email, current.phone = name, email_key(email), phone
        current.name_key = name_key(name)
        current.language = language or current.language
        if time_zone is not None:
            current.time_zone = time_zone
        after = _told_by(current)
        if before == after:
            return current
        current.save(update_fields=["name", "name_key", "email", "phone", "language", "time_zone"])
        _follow(current, old)
        changed = {key for key in after if before[key] != after[key]}
        audit.record(
            now=now,
            actor=actor,
            verb="client.contact_changed",
            about=f"client:{current.uid}",
            # What they were and are stands in the database's history, where it can be erased.
            after={"changed": sorted(changed)},
        )
        # Where its links went is theirs no more, or never was.
        reached = before["email"] or before["phone"]
        if reached and reached not in (current.email, current.phone):
            renew_all(now=now, actor=actor, client=current)
        return current


def _told_by(client: Client) -> dict[str, str]:
    return {
        **contact_of(client),
        "language": client.language,
        "time_zone": client.time_zone,
    }


def meet(*, now: datetime, actor: Actor, client: Client) -> Client:
    """The desk has met a client whose record was made online. Meeting again changes nothing.

    Raises ClientGone or ClientBusy.
    """
    with transaction.atomic():
        current = locked_client(client)
        if current.status == Client.Status.ACTIVE:
            return current
        current.status = Client.Status.ACTIVE
        current.save(update_fields=["status"])
        audit.record(
            now=now,
            actor=actor,
            verb="client.met",
            about=f"client:{current.uid}",
            before={"status": Client.Status.PROVISIONAL},
            after={"status": Client.Status.ACTIVE},
        )
        return current


def send_link(*, now: datetime, actor: Actor, booking: Booking) -> Message:
    """Send a client the link of a coming booking once more, at once.

    Raises NotChangeable for a booking that is not coming, NoAddress where there is no e-mail
    address, LinkJustSent within two minutes of the last one.
    """
    with transaction.atomic():
        current = Booking.objects.select_for_update(of=("self",)).get(pk=booking.pk)
        if current.status not in lifecycle.COMING or current.ends_at <= now:
            raise NotChangeable
        if not messages.email_of(current):
            raise NoAddress
        about = messages.about(current)
        asked = Message.objects.filter(about=about, kind=followups.LINK)
        if asked.filter(created_at__gt=now - NOT_AGAIN).exists():
            raise LinkJustSent
        made = link_message(current, now=now, moment=str(int(now.timestamp())))
        outbox.queue([made], now=now)
        audit.record(now=now, actor=actor, verb="booking.link_sent", about=about)
        return made


def locked_client(client: Client) -> Client:
    """Return a client as they stand now, the row locked until the transaction ends.

    Raises ClientGone for a record merged into another, ClientErased, or ClientBusy.
    """
    locks.limit_wait()
    try:
        current = Client.objects.select_for_update(of=("self",)).get(pk=client.pk)
    except OperationalError as error:
        if is_lost_race(error):
            raise ClientBusy from error
        raise
    if current.status == Client.Status.MERGED:
        raise ClientGone
    if current.status == Client.Status.ERASED:
        raise ClientErased
    return current


def contact_of(client: Client) -> dict[str, str]:
    """Return how a client is called and reached."""
    return {"name": client.name, "email": client.email, "phone": client.phone}


def contact_key(client: Client) -> str:
    """Return the lock's name of everybody with exactly a client's contact."""
    return Contact(name=client.name, email=client.email, phone=client.phone).key


def _follow(client: Client, old: tuple[str, str, str]) -> None:
    """Let coming bookings have the new contact where they had the old one. What somebody typed
    for one booking alone stays."""
    name, email, phone = old
    coming = Booking.objects.filter(client=client, status__in=lifecycle.BEFORE_SESSION)
    for column, was, to in (
        ("contact_name", name, client.name),
        ("contact_email", email, client.email),
        ("contact_phone", phone, client.phone),
    ):
        if was != to:
            coming.filter(**{column: was}).update(**{column: to})
