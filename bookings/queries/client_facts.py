"""What planning needs to know of clients: read for a batch in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q

from bookings import lifecycle
from bookings.models import Booking, Schedule
from bookings.queries import plans
from bookings.queries.practice import clinic_zone
from bookings.recalls import MESSAGES, Facts, Reported, Series
from bookings.schedules import Schedules
from bookings.ways import Said, ways
from clients.intake_definition import FormKind
from clients.models import Client, ContactConsent, Erasure, IntakeSubmission, LegalHold
from clients.quiet import Quiet
from clinic.models import Clinic, Location
from treatments import plan_states
from treatments.models import AdverseEvent, Plan
from treatments.session_facts import EventKind

# What fades by itself, and is asked after while it does.
ASKED_AFTER = frozenset({EventKind.BRUISE, EventKind.HAEMATOMA, EventKind.PERIORBITAL_HAEMATOMA})


@dataclass(frozen=True, slots=True)
class Known:
    """A client with what planning needs, and what describing a message needs besides. `visit` is
    the last that happened, `standings` are their plans against the calendar."""

    client: Client
    facts: Facts
    said: Said
    visit: Booking | None
    standings: Sequence[plans.Standing]
    events: Sequence[AdverseEvent]

    @property
    def location(self) -> Location | None:
        """Where they were last."""
        return self.visit.room.location if self.visit else None

    def practitioner_of(self, key: str) -> int | None:
        """Return who treats what a key names at its end: a plan or an event."""
        name = key.rpartition(":")[2]
        whose = {series_name(one.plan): one.plan.practitioner_id for one in self.standings}
        whose |= {str(event.uid): event.practitioner_id for event in self.events}
        return whose.get(name)

    @property
    def addresses(self) -> Mapping[str, str]:
        return {"EMAIL": self.client.email, "SMS": self.client.phone}


@dataclass(frozen=True, slots=True)
class World:
    """What holds for all of a batch."""

    clinic: Clinic
    schedules: Schedules
    zone: ZoneInfo


def about(client: Client) -> str:
    """Return what messages of a client are about."""
    return f"client:{client.uid}"


def series_name(plan: Plan) -> str:
    """Return what a plan is called in the keys of what it calls for."""
    return str(plan.uid)[:8]


def world() -> World:
    """Return what holds for all clients (three queries)."""
    return World(Clinic.objects.the_only(), Schedule.objects.by_kind(), clinic_zone())


def known(clients: Iterable[Client], *, world: World, now: datetime) -> dict[int, Known]:
    """Return what is known of some clients by primary key (seven queries, however many)."""
    rows = {one.pk: one for one in clients}
    visits = _last_visits(rows)
    coming = _coming(rows, now)
    standings = _standings(rows, now, world.zone)
    forms = _forms(rows)
    events = _events(rows)
    held = _held(rows)
    said = _said(rows)
    found = {}
    for pk, client in rows.items():
        visit = visits.get(pk)
        location = visit.room.location if visit else None
        last = visit.ends_at if visit else None
        addresses = {"EMAIL": client.email, "SMS": client.phone}
        facts = Facts(
            about=about(client),
            quiet=Quiet(
                location.zone if location else world.zone,
                world.clinic.quiet_from_minute,
                world.clinic.quiet_until_minute,
            ),
            last_visit=last,
            is_booked=bool(coming.get(pk)),
            plans=tuple(_series(one, coming.get(pk, ())) for one in standings[pk]),
            form_on=forms.get(pk),
            reported=tuple(
                Reported(str(event.uid), event.noticed_at)
                for event in events[pk]
                if event.details.get("what") in ASKED_AFTER
            ),
            event_open=any(event.follow_up_due is not None for event in events[pk]),
            is_gone=client.status in Client.GONE,
            is_held=pk in held,
            by_way=frozenset(
                kind
                for kind in MESSAGES
                if ways(world.schedules[kind], addresses, said[pk], last_visit=last, at=now)
            ),
        )
        found[pk] = Known(client, facts, said[pk], visit, standings[pk], events[pk])
    return found


def _last_visits(clients: Collection[int]) -> dict[int, Booking]:
    rows = (
        Booking.objects.filter(client__in=clients, status=lifecycle.DONE)
        .select_related("room__location")
        .order_by("client", "-starts_at")
        .distinct("client")
    )
    return {row.client_id: row for row in rows if row.client_id}


def _coming(clients: Collection[int], now: datetime) -> dict[int, list[datetime]]:
    found: dict[int, list[datetime]] = defaultdict(list)
    rows = Booking.objects.filter(
        client__in=clients, status__in=(*lifecycle.BEFORE_SESSION, lifecycle.IN_SESSION)
    ).filter(Q(ends_at__gt=now) | Q(status__in=(lifecycle.ARRIVED, lifecycle.IN_SESSION)))
    for client, starts_at in rows.order_by("starts_at").values_list("client", "starts_at"):
        if client is not None:
            found[client].append(starts_at)
    return found


def _standings(
    clients: Collection[int], now: datetime, zone: ZoneInfo
) -> Mapping[int, Sequence[plans.Standing]]:
    found: dict[int, list[plans.Standing]] = defaultdict(list)
    followed = Exists(Plan.objects.filter(follows=OuterRef("pk")))
    rows = Plan.objects.filter(client__in=clients).exclude(state=plan_states.STOPPED)
    rows = rows.annotate(is_followed=followed).order_by("-proposed_at", "-pk")
    for one in plans.standings(rows, now=now, zone=zone):
        found[one.plan.client_id].append(one)
    return found


def _series(one: plans.Standing, coming: Sequence[datetime]) -> Series:
    where, plan = one.position, one.plan
    next_visit = where.coming[0] if where.coming else None
    # Visits count for what was only proposed too; that nobody agreed to it makes it no series.
    was_agreed = plan.state != plan_states.PROPOSED
    is_over = plan.state == plan_states.COMPLETED or (was_agreed and where.is_complete)
    return Series(
        uid=series_name(plan),
        is_running=one.is_running,
        is_paused=one.state == plan_states.PAUSED,
        is_over=is_over and plan.sessions is not None,
        is_followed=bool(getattr(plan, "is_followed", False)),
        is_booked=bool(where.coming or coming),
        last=where.last,
        latest=where.window.latest if where.window else None,
        review_at=next_visit if where.review_next else None,
    )


def _forms(clients: Collection[int]) -> dict[int, date]:
    rows = (
        IntakeSubmission.objects.filter(client__in=clients, kind=FormKind.FULL.value)
        .order_by("client", "-told_on", "-pk")
        .distinct("client")
        .values_list("client", "told_on")
    )
    return dict(rows)


def _events(clients: Collection[int]) -> Mapping[int, Sequence[AdverseEvent]]:
    found: dict[int, list[AdverseEvent]] = defaultdict(list)
    rows = AdverseEvent.objects.filter(
        client__in=clients, resolved_at=None, withdrawn_at=None
    ).exclude(client__status=Client.Status.ERASED)
    for row in rows.select_related("client__key").order_by("noticed_at", "pk"):
        found[row.client_id].append(row)
    return found


def _held(clients: Collection[int]) -> set[int]:
    holds = LegalHold.objects.filter(client__in=clients, ended_at=None)
    ending = Erasure.objects.filter(client__in=clients, state=Erasure.State.WAITING)
    both = holds.values_list("client", flat=True).union(ending.values_list("client", flat=True))
    return set(both)


def _said(clients: Collection[int]) -> Mapping[int, Said]:
    found: dict[int, dict[tuple[str, str], bool]] = defaultdict(dict)
    rows = (
        ContactConsent.objects.filter(client__in=clients)
        .order_by("client", "channel", "purpose", "-at", "-pk")
        .distinct("client", "channel", "purpose")
    )
    for row in rows:
        found[row.client_id][row.channel, row.purpose] = row.granted
    return found
