"""Links that were given out and may be in hands they were not meant for: ended, and made anew.

All of it runs in the caller's transaction, but for `follow_key`.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from bookings import followups, lifecycle, links, messages
from bookings.models import Booking
from clients import outbox
from clients.actions.consenting import replace_link
from clients.actions.relinking import about_form, renew_forms
from clients.models import Channel, Client, IntakeRequest, Message, Purpose
from clients.queries.intake import to_fill_in
from clinic import audit
from clinic.audit import Actor

FORM_LINK = "FORM_LINK"
BATCH = 500


def renew_all(*, now: datetime, actor: Actor, client: Client) -> None:
    """End the links of a client's forms, consents and coming bookings, which went to an address
    that is not theirs, and send the new ones to the one we have now.

    A booking that was made with another address than the client's keeps its link.
    """
    renew_forms(client)
    replace_link(now=now, actor=actor, client=client)
    bookings = _renew_bookings(client, now=now)
    told = [link_message(each, now=now, moment=f"v{each.token_version}") for each in bookings]
    form = to_fill_in(client, now)
    if form is not None and _was_sent(form):
        told.append(form_message(form, now=now))
    audit.record(
        now=now,
        actor=actor,
        verb="client.links_renewed",
        about=f"client:{client.uid}",
        after={"bookings": len(bookings)},
    )
    if client.email:
        outbox.queue(told, now=now)


def follow_key(*, most: int = BATCH) -> int:
    """Know bookings by the links that LINK_KEY makes for them now, `most` to a transaction; return
    how many. Until then those it made before still open them, and new ones lead nowhere."""
    count, after = 0, 0
    while rows := _follow(after, most):
        count, after = count + len(rows), rows[-1].pk
    return count


def _follow(after: int, most: int) -> list[Booking]:
    with transaction.atomic():
        rows = list(
            Booking.objects.select_for_update(no_key=True, of=("self",))
            .filter(pk__gt=after, token_digest__isnull=False)
            .order_by("pk")[:most]
        )
        for each in rows:
            _know_by_its_link(each)
        Booking.objects.bulk_update(rows, ["token_digest"])
    return rows


def _know_by_its_link(booking: Booking) -> None:
    token = links.token(booking.uid, version=booking.token_version)
    booking.token_digest = links.digest(token)


def link_message(booking: Booking, *, now: datetime, moment: str) -> Message:
    """Return a message with a booking's own link, to be queued; `moment` tells it from others."""
    about = messages.about(booking)
    return Message(
        dedupe_key=f"{about}:{followups.LINK}:{moment}",
        about=about,
        client_id=booking.client_id,
        kind=followups.LINK,
        purpose=Purpose.CARE,
        channel=Channel.EMAIL,
        urgency=Message.Urgency.NOW,
        due_at=now,
        expires_at=followups.link_until(booking.ends_at, now),
        created_at=now,
    )


def form_message(form: IntakeRequest, *, now: datetime) -> Message:
    """Return a message with a form's own link, to be queued."""
    about = about_form(form)
    return Message(
        dedupe_key=f"{about}:{FORM_LINK}:{int(now.timestamp())}",
        about=about,
        client_id=form.client_id,
        kind=FORM_LINK,
        purpose=Purpose.CARE,
        channel=Channel.EMAIL,
        urgency=Message.Urgency.NOW,
        due_at=now,
        expires_at=min(form.valid_until, now + followups.LINK_LASTS),
        created_at=now,
    )


def _renew_bookings(client: Client, *, now: datetime) -> list[Booking]:
    """Give the coming bookings that write to a client's own address other links; return them."""
    found: QuerySet[Booking] = Booking.objects.select_for_update(of=("self",)).filter(
        Q(contact_email="") | Q(contact_email=client.email),
        client=client,
        status__in=lifecycle.COMING,
        ends_at__gt=now,
    )
    bookings = list(found.order_by("pk"))
    for each in bookings:
        each.token_version += 1
        _know_by_its_link(each)
        each.save(update_fields=["token_version", "token_digest"])
    return bookings


def _was_sent(form: IntakeRequest) -> bool:
    """Return whether somebody was given a form's link, or has begun it."""
    if form.drafts.exists():
        return True
    sent = Message.objects.filter(status=Message.Status.SENT, client=form.client_id)
    by_itself = Q(kind=FORM_LINK)
    return sent.filter(by_itself | Q(about=form.about, kind=followups.PREPARATION)).exists()
