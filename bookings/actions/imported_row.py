"""One row of another system's file, taken over: whom it is about, what is booked, what was known."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from bookings import followups, messages
from bookings.actions.desk import book_by_staff
from bookings.errors import RowRefused
from bookings.import_rows import Field, Options, Row, read_row
from bookings.models import Booking, Import, ImportedKey, ImportRow
from bookings.queries.catalogue import Offering, offering_of
from clients.actions import resolve
from clients.contact import Contact, name_key
from clients.models import Client, Message
from clients.search import fold
from clinic import audit
from clinic.audit import Actor
from clinic.models import Clinic, Location, Practitioner
from treatments.models import Treatment

Named = TypeVar("Named", Treatment, Practitioner)
State = ImportRow.State
SOURCE = "IMPORT"


@dataclass(frozen=True, slots=True)
class Plan:
    """How the rows of a file are taken over."""

    what: Import
    actor: Actor
    options: Options
    location: Location | None
    treatments: Mapping[str, Treatment]
    practitioners: Mapping[str, Practitioner]
    asks: bool

    @property
    def has_times(self) -> bool:
        return bool({Field.STARTS.value, Field.DAY.value} & set(self.what.mapping))

    def offering(self, named: str) -> Offering:
        found = self.treatments.get(fold(named)) or self.treatments.get("")
        if found is None:
            raise RowRefused("UNKNOWN_TREATMENT")
        return offering_of(found.pk, Clinic.objects.the_only())

    def practitioner(self, named: str) -> int | None:
        found = self.practitioners.get(fold(named)) or self.practitioners.get("")
        if found is None and named:
            raise RowRefused("UNKNOWN_PRACTITIONER")
        return found.pk if found else None


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a row: its state, why, and whom and what it is about."""

    state: str
    problem: str = ""
    client: Client | None = None
    booking: Booking | None = None


def take_over(row: ImportRow, plan: Plan, *, now: datetime) -> Result:
    """Take a row over, in the caller's transaction; what was taken over before is known by its number.

    Raises RowRefused, and whatever refuses a booking.
    """
    said = read_row(row.values, plan.options)
    if said.is_off:
        return Result(State.LEFT_OUT, "CANCELLED")
    if plan.has_times and said.starts_at is None:
        raise RowRefused("NO_START")
    if said.starts_at is not None and said.starts_at < now:
        return Result(State.LEFT_OUT, "PAST")
    client, is_new = _client(said, plan, now=now)
    if not plan.has_times:
        return Result(State.MADE if is_new else State.KNOWN, client=client)
    number = said.booking_id or f"{_person(said)} {said.starts_at} {fold(said.treatment)}"
    digest = _digest(plan, "booking", number)
    known = ImportedKey.objects.filter(digest=digest).select_related("booking").first()
    if known is not None:
        return Result(State.KNOWN, client=client, booking=known.booking)
    booking = _book(said, client, plan, digest, now=now)
    ImportedKey.objects.create(digest=digest, booking=booking)
    return Result(State.MADE, client=client, booking=booking)


def _client(said: Row, plan: Plan, *, now: datetime) -> tuple[Client, bool]:
    """Return the client a row is about, and whether they are new."""
    digest = _digest(plan, "client", said.client_id) if said.client_id else ""
    known = ImportedKey.objects.filter(digest=digest).select_related("client").first()
    if known is not None and known.client is not None:
        return known.client.survivor, False
    if not said.name:
        raise RowRefused("UNKNOWN_CLIENT")
    client, is_new = _by_contact(said, plan, now=now)
    if is_new:
        client.status = Client.Status.ACTIVE
        client.save(update_fields=["status"])
        audit.record(
            now=now, actor=plan.actor, verb="client.imported", about=f"client:{client.uid}"
        )
    if digest:
        ImportedKey.objects.create(digest=digest, client=client)
    return client, is_new


def _by_contact(said: Row, plan: Plan, *, now: datetime) -> tuple[Client, bool]:
    contact = Contact(name=said.name, email=said.email, phone=said.phone)
    if not (said.email or said.phone):
        named = Client.objects.filter(name_key=name_key(said.name))
        named = named.exclude(status__in=Client.GONE)
        # A table of appointments may give names alone; a number of its own tells two apart.
        if plan.has_times and not said.client_id:
            found = list(named[:2])
            if len(found) > 1:
                raise RowRefused("SEVERAL_CLIENTS")
        else:
            found = [] if said.client_id else list(named.filter(email="", phone="")[:1])
        if found:
            return found[0], False
    resolved = resolve(contact, now=now, source=SOURCE, asked=False)
    return resolved.client, not resolved.known


def _book(said: Row, client: Client, plan: Plan, digest: str, *, now: datetime) -> Booking:
    if plan.location is None or said.starts_at is None:
        raise RowRefused("NO_LOCATION")
    offering = plan.offering(said.treatment)
    if said.ends_at is not None:
        minutes = int((said.ends_at - said.starts_at).total_seconds() // 60)
        offering = replace(offering, minutes=minutes)
    made = book_by_staff(
        now=now,
        actor=plan.actor,
        key=f"import {digest}",
        offering=offering,
        location=plan.location,
        practitioner=plan.practitioner(said.practitioner),
        starts_at=said.starts_at,
        client=client,
        tell_client=False,
        override=f"Taken over from {plan.what.filename}",
    ).booking
    if not plan.asks:
        Message.objects.filter(
            about=messages.about(made),
            kind=followups.QUESTIONS,
            status=Message.Status.PLANNED,
        ).update(status=Message.Status.TOLD, reason=str(messages.TOLD))
    return made


def plan_of(what: Import) -> Plan:
    """Return how the rows of a file are taken over, as was chosen for it."""
    said = what.options
    treatments = {fold(each.name): each for each in Treatment.objects.filter(is_active=True)}
    people = {fold(each.name): each for each in Practitioner.objects.filter(is_active=True)}
    location = (
        Location.objects.filter(uid=said["location"]).first() if said.get("location") else None
    )
    return Plan(
        what=what,
        actor=audit.staff(what.by),
        options=Options(
            zone=location.zone if location else ZoneInfo("UTC"),
            country=str(said.get("country", "")),
            day_first=bool(said.get("day_first")),
        ),
        location=location,
        treatments=_with_default(treatments, said.get("treatment")),
        practitioners=_with_default(people, said.get("practitioner")),
        asks=bool(said.get("ask")),
    )


def _with_default(named: Mapping[str, Named], uid: object) -> Mapping[str, Named]:
    """Return what a name means; "" is what stands for names that are not ours."""
    chosen = next((one for one in named.values() if str(one.uid) == uid), None)
    return {**named, "": chosen} if chosen else named


def _digest(plan: Plan, kind: str, number: str) -> str:
    return hashlib.sha256(f"{plan.what.system}\n{kind}\n{number}".encode()).hexdigest()


def _person(said: Row) -> str:
    return said.client_id or Contact(name=said.name, email=said.email, phone=said.phone).key
