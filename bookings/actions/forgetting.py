"""What is left of a client whose record is erased: that there was somebody, who came when, and who
did what. Everything else goes (docs/decisions/0014)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q

from bookings.models import Booking, BookingChange, ImportRow, Merge
from bookings.queries.privacy import family
from clients import outbox, vault
from clients.actions.clearing import ENDED
from clients.models import (
    Client,
    ClientKey,
    ClientLogin,
    ConsentLink,
    ContactFailure,
    Conversation,
    DataRequest,
    Document,
    DuplicateProposal,
    Ending,
    IntakeRequest,
    Message,
    Photo,
)
from clinic import audit
from clinic.logins import forgetting
from clinic.logins.forgetting import NAME
from clinic.models import HistoryText, User


def forget(client: Client, *, now: datetime, user: User) -> None:
    """Erase a record and all that were merged into it, in the caller's transaction, which holds the
    client's row. The files go from the storage when it is committed; if one can't be removed, its
    key is gone all the same."""
    records = family(client)
    _say_no_more(records, now=now, user=user)
    _answer(records, now=now, user=user)
    _end_logins(records, now=now, user=user)
    _end_talks(records)
    _blank(records)
    _take_files(records, now=now, user=user)
    for one in records:
        one.name, one.name_key, one.email, one.phone = NAME, "", "", ""
        one.time_zone = ""
        if one.merged_into_id is None:
            one.status = Client.Status.ERASED
        one.save(update_fields=["name", "name_key", "email", "phone", "time_zone", "status"])
        ClientKey.objects.of(one, now=now)
    # Takes the keys of the records merged into it along.
    ClientKey.objects.select_related("client").get(client=client).destroy(now=now)
    # Last: what was written until here stood in the history too.
    HistoryText.objects.filter(client_id__in=[one.pk for one in records]).delete()


def _say_no_more(records: Sequence[Client], *, now: datetime, user: User) -> None:
    """Withdraw what is planned, leave nothing to be sent or seen to, and end every link."""
    planned = Message.objects.filter(client__in=records, status=Message.Status.PLANNED)
    outbox.withdraw(list(planned.values_list("pk", flat=True)), reason="The record was erased.")
    seen_to = {"cleared_at": now, "cleared_by": user}
    ContactFailure.objects.filter(client__in=records, cleared_at=None).update(**seen_to)
    ended = Message.objects.filter(client__in=records, status__in=ENDED, cleared_at=None)
    ended.update(**seen_to)
    IntakeRequest.objects.filter(client__in=records, ended_at=None).update(ended_at=now)
    for one in records:
        ConsentLink.objects.get_or_create(client=one)
    ConsentLink.objects.filter(client__in=records).update(version=F("version") + 1)


def _answer(records: Sequence[Client], *, now: datetime, user: User) -> None:
    """Answer what the client asked: an erasure is done, a correction has nothing left to correct."""
    asked = DataRequest.objects.filter(client__in=records, state=DataRequest.State.OPEN)
    said = {"answered_at": now, "answered_by": user}
    asked.filter(kind=DataRequest.Kind.ERASURE).update(state=DataRequest.State.DONE, **said)
    asked.update(state=DataRequest.State.DECLINED, **said)


def _end_logins(records: Sequence[Client], *, now: datetime, user: User) -> None:
    """End who may act for them; a login that acts for nobody else is forgotten with them."""
    links = ClientLogin.objects.filter(client__in=records)
    users = list(User.objects.filter(pk__in=links.values("user")).order_by("pk"))
    links.filter(ended_at=None).update(ended_at=now, ended_by=user)
    for one in users:
        if not ClientLogin.objects.filter(user=one, ended_at=None).exists():
            forgetting.forget(now=now, actor=audit.staff(user), user=one)


def _end_talks(records: Sequence[Client]) -> None:
    """End what was said by text, where the number is nobody else's as well."""
    numbers = {one.phone for one in records} - {""}
    others = Client.objects.filter(phone__in=numbers).exclude(status__in=Client.GONE)
    numbers -= set(
        others.exclude(pk__in=[one.pk for one in records]).values_list("phone", flat=True)
    )
    theirs = Q(client__in=records) | Q(client=None, phone__in=numbers)
    Conversation.objects.filter(theirs).update(phone="", wrapped=None, waiting_since=None)


def _blank(records: Sequence[Client]) -> None:
    """Take the contact out of everything that keeps it beside the record."""
    bookings = Booking.objects.filter(client__in=records)
    rows = ImportRow.objects.filter(Q(client__in=records) | Q(booking__in=bookings))
    rows.update(values={})
    BookingChange.objects.filter(booking__in=bookings).delete()
    bookings.update(
        contact_name="",
        contact_email="",
        contact_phone="",
        booked_by="",
        held_from="",
        token_digest=None,
        token_version=F("token_version") + 1,
    )
    merges = Merge.objects.filter(Q(survivor__in=records) | Q(merged__in=records))
    merges.update(survivor_was={}, survivor_became={}, merged_was={}, moved={})
    proposals = DuplicateProposal.objects.filter(
        Q(newcomer__in=records) | Q(known__in=records), state=DuplicateProposal.State.OPEN
    )
    proposals.update(state=DuplicateProposal.State.DIFFERENT)


def _take_files(records: Sequence[Client], *, now: datetime, user: User) -> None:
    names: list[str] = []
    for kind in (Photo, Document):
        kept = kind._default_manager.filter(client__in=records)
        names += kept.values_list("name", flat=True)
        kept.filter(ending="").update(ending=Ending.WITHDRAWN, ended_at=now, ended_by=user)
    names += Photo.objects.filter(client__in=records).values_list("thumb_name", flat=True)
    transaction.on_commit(lambda: vault.take_away(names))
