"""A client's record ends: proposed by an owner, carried out by a second one or a week later
(docs/decisions/0014). A legal hold keeps it whatever else is said."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import DatabaseError, transaction
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _

from bookings import locks
from bookings.actions.forgetting import forget
from bookings.actions.knowing import contact_key, locked_client
from bookings.constraints import is_lost_race
from bookings.errors import ClientBusy, ErasureGone, HeldAlready, NotErasable
from bookings.models import Booking
from bookings.queries.keeping import Standing, hold_of, owners, standing
from bookings.queries.privacy import family
from clients.errors import ReasonTooShort
from clients.models import WAIT_ALONE, Client, ClientKey, Erasure, LegalHold
from clinic import audit
from clinic.models import User

SHORTEST_REASON = 10


def propose(
    *, now: datetime, user: User, client: Client, ground: str, words: str, zone: ZoneInfo
) -> Erasure:
    """Propose to erase a client's record. Nothing happens yet; one that waits already is returned.

    ground: an `Erasure.Ground`; all but TIME_OVER pass the time the record must be kept and need
    `words` of ten letters, which are sealed and go with the record.

    Raises NotErasable while a hold or a coming booking stands, or before the time is over;
    ReasonTooShort, ClientGone, ClientErased or ClientBusy.
    """
    with _client(client) as current:
        found = standing(current, now=now, zone=zone)
        if found.waiting is not None:
            return found.waiting
        _refuse(found, ground, now=now, zone=zone)
        if ground != Erasure.Ground.TIME_OVER and len(words.strip()) < SHORTEST_REASON:
            raise ReasonTooShort
        ClientKey.objects.of(current, now=now)
        made = Erasure.objects.create(
            client=current,
            ground=Erasure.Ground(ground),
            words=words.strip(),
            proposed_by=user,
            proposed_at=now,
        )
        _write_down("client.erasure_proposed", made, now=now, user=user)
        return made


def stop(*, now: datetime, user: User, client: Client) -> None:
    """Stop what was proposed. Raises ErasureGone where nothing waits, or as `propose` does."""
    with _client(client) as current:
        waiting = _waiting(current)
        _end(waiting, Erasure.State.STOPPED, now=now, user=user)
        _write_down("client.erasure_stopped", waiting, now=now, user=user)


def carry_out(*, now: datetime, user: User, client: Client, zone: ZoneInfo) -> None:
    """Erase a client's record for good, as was proposed: by another owner than who proposed it, or,
    where the clinic has one alone, a week later.

    All is looked at afresh. Raises NotErasable, ErasureGone, ClientGone, ClientErased or ClientBusy.
    """
    with _client(client) as current:
        waiting = _waiting(current)
        found = standing(current, now=now, zone=zone)
        _refuse(found, waiting.ground, now=now, zone=zone)
        if waiting.proposed_by_id == user.pk:
            if owners() > 1:
                raise NotErasable(_("You proposed this, so another owner carries it out."))
            if now < waiting.proposed_at + WAIT_ALONE:
                day = _day(waiting.proposed_at + WAIT_ALONE, zone)
                raise NotErasable(
                    _("You proposed this yourself, so it can be carried out from %(day)s on.")
                    % {"day": day}
                )
        _end(waiting, Erasure.State.ERASED, now=now, user=user)
        # Before the record is forgotten, so that what it writes has a reason beside it.
        _write_down("client.erased", waiting, now=now, user=user)
        forget(current, now=now, user=user)


def hold(*, now: datetime, user: User, client: Client, reason: str) -> LegalHold:
    """Keep a client's record from being erased until the hold is lifted; what was proposed is
    stopped. Raises ReasonTooShort under ten letters, HeldAlready, or as `propose` does."""
    if len(reason.strip()) < SHORTEST_REASON:
        raise ReasonTooShort
    with _client(client) as current:
        if hold_of(family(current)) is not None:
            raise HeldAlready
        ClientKey.objects.of(current, now=now)
        made = LegalHold.objects.create(client=current, reason=reason.strip(), by=user, at=now)
        audit.record(
            now=now, actor=audit.staff(user), verb="client.held", about=f"client:{current.uid}"
        )
        waiting = Erasure.objects.filter(client=current, state=Erasure.State.WAITING).first()
        if waiting is not None:
            _end(waiting, Erasure.State.STOPPED, now=now, user=user)
            _write_down("client.erasure_stopped", waiting, now=now, user=user)
        return made


def lift(*, now: datetime, user: User, client: Client) -> None:
    """End the legal hold on a client's record. Lifted twice is once."""
    with _client(client) as current:
        holds = LegalHold.objects.filter(client__in=family(current), ended_at=None)
        if holds.update(ended_at=now, ended_by=user):
            audit.record(
                now=now,
                actor=audit.staff(user),
                verb="client.hold_lifted",
                about=f"client:{current.uid}",
            )


@contextmanager
def _client(client: Client) -> Iterator[Client]:
    """Lock a client with all bookings, after the queue of whoever books with their contact, as
    merging does: nothing is on its way to a record that is ours."""
    try:
        with transaction.atomic():
            key = contact_key(Client.objects.get(pk=client.pk))
            locks.take(people=[key])
            rows = Booking.objects.select_for_update(of=("self",)).filter(client=client)
            list(rows.order_by("pk").values_list("pk", flat=True))
            current = locked_client(client)
            if contact_key(current) != key:
                raise ClientBusy
            yield current
    except DatabaseError as error:
        if is_lost_race(error):
            raise ClientBusy from error
        raise


def _waiting(client: Client) -> Erasure:
    rows = Erasure.objects.filter(client=client, state=Erasure.State.WAITING)
    waiting = rows.select_related("proposed_by", "client").first()
    if waiting is None:
        raise ErasureGone
    return waiting


def _refuse(found: Standing, ground: str, *, now: datetime, zone: ZoneInfo) -> None:
    if found.hold is not None:
        raise NotErasable(_("A legal hold stands on this record. Lift it first."))
    if found.coming:
        raise NotErasable(_("This client has bookings to come. Cancel them first."))
    if ground == Erasure.Ground.TIME_OVER and not found.is_over(now.astimezone(zone).date()):
        raise NotErasable(
            _("This record must be kept until %(day)s.")
            % {"day": format_date(found.kept.until, "j M Y")}
        )


def _day(at: datetime, zone: ZoneInfo) -> str:
    return format_date(at.astimezone(zone), "j M Y, H:i")


def _end(waiting: Erasure, state: Erasure.State, *, now: datetime, user: User) -> None:
    rows = Erasure.objects.filter(pk=waiting.pk)
    rows.update(state=state, ended_at=now, ended_by=user)


def _write_down(verb: str, erasure: Erasure, *, now: datetime, user: User) -> None:
    audit.record(
        now=now,
        actor=audit.staff(user),
        verb=verb,
        about=f"client:{erasure.client.uid}",
        after={"ground": str(erasure.ground), "proposed_by": erasure.proposed_by_id},
    )
