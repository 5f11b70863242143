"""Until when records are kept, which have reached that day, and what keeps one beyond it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, Max, OuterRef, Subquery

from bookings import lifecycle
from bookings.models import Booking
from bookings.queries.privacy import family
from clients.intake_days import DayWrong, last_of
from clients.keeping import Kept, kept_until
from clients.models import Client, DataRequest, Erasure, IntakeSubmission, LegalHold
from clients.sealing import Unreadable
from clinic.models import Clinic, Role, User

MOST_LISTED = 100
# Of records that are old enough by their visits, so many are looked at for a birthday.
MOST_LOOKED_AT = 1000
BIRTHDAY_QUESTION = "dob"


@dataclass(frozen=True, slots=True)
class Ended:
    """A record whose time is over, and whether something keeps it or somebody erases it already.
    `opened`: answers were read for the birthday."""

    client: Client
    kept: Kept
    opened: bool
    held: bool
    waiting: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands with keeping a client's record. `opened`: answers were read for the birthday.

    `coming`: they have bookings to come. `asked`: they asked for erasure.
    """

    client: Client
    kept: Kept
    opened: bool
    coming: bool
    asked: DataRequest | None
    hold: LegalHold | None
    waiting: Erasure | None

    def is_over(self, today: date) -> bool:
        """Return whether the law lets the record go by itself."""
        return today > self.kept.until


def owners() -> int:
    """Return how many people could carry out an erasure (one query)."""
    return User.objects.filter(role=Role.OWNER, is_active=True).count()


def client_by_uid(uid: UUID) -> Client | None:
    """Return a client whose record stands, with its key (one query)."""
    rows = Client.objects.exclude(status__in=Client.GONE).select_related("key")
    return rows.filter(uid=uid).first()


def standing(client: Client, *, now: datetime, zone: ZoneInfo) -> Standing:
    """Return how it stands with one record and those merged into it."""
    records = family(client)
    visits = Booking.objects.filter(client__in=records).exclude(status__in=lifecycle.DEAD)
    told = _newest_told([client]).get(client.pk)
    waiting = Erasure.objects.filter(client=client, state=Erasure.State.WAITING)
    asked = DataRequest.objects.filter(
        client__in=records, kind=DataRequest.Kind.ERASURE, state=DataRequest.State.OPEN
    )
    return Standing(
        client=client,
        kept=_kept(
            client, visits.aggregate(last=Max("starts_at"))["last"], told, years=_years(), zone=zone
        ),
        opened=told is not None,
        coming=visits.filter(ends_at__gt=now).exclude(status=lifecycle.DONE).exists(),
        asked=asked.first(),
        hold=hold_of(records),
        waiting=waiting.select_related("proposed_by", "client__key").first(),
    )


def hold_of(records: Iterable[Client]) -> LegalHold | None:
    """Return the legal hold that stands on one of some records (one query)."""
    held = LegalHold.objects.filter(client__in=list(records), ended_at=None)
    return held.select_related("by", "client__key").order_by("pk").first()


def ended(*, now: datetime, zone: ZoneInfo) -> tuple[list[Ended], bool]:
    """Return the records whose time is over, the oldest first, and whether there are more than are
    listed (five queries). Reads sealed birthdays; whoever shows it notes that."""
    today, years = now.astimezone(zone).date(), _years()
    # Two days more than so many years can have: the exact day is told below.
    before = now - timedelta(days=365 * years - 2)
    visit = Booking.objects.filter(client=OuterRef("pk")).exclude(status__in=lifecycle.DEAD)
    rows = (
        Client.objects.exclude(status__in=Client.GONE)
        .filter(created_at__lt=before)
        .exclude(Exists(visit.filter(starts_at__gte=before)))
        .annotate(last=Subquery(visit.order_by("-starts_at").values("starts_at")[:1]))
        .order_by("created_at", "pk")
    )
    clients = list(rows[: MOST_LOOKED_AT + 1])
    told = _newest_told(clients[:MOST_LOOKED_AT])
    held = set(LegalHold.objects.filter(ended_at=None).values_list("client", flat=True))
    waits = Erasure.objects.filter(state=Erasure.State.WAITING)
    waiting = set(waits.values_list("client", flat=True))
    found = [
        Ended(client, kept, client.pk in told, client.pk in held, client.pk in waiting)
        for client in clients[:MOST_LOOKED_AT]
        if today
        > (kept := _kept(client, client.last, told.get(client.pk), years=years, zone=zone)).until
    ]
    return found[:MOST_LISTED], len(clients) > MOST_LOOKED_AT or len(found) > MOST_LISTED


def held() -> list[LegalHold]:
    """Return the legal holds that stand, the oldest first (one query)."""
    rows = LegalHold.objects.filter(ended_at=None).select_related("client", "by")
    return list(rows.order_by("at", "pk")[:MOST_LISTED])


def waiting() -> list[Erasure]:
    """Return the erasures that were proposed and wait, the oldest first (one query)."""
    rows = Erasure.objects.filter(state=Erasure.State.WAITING)
    return list(rows.select_related("client", "proposed_by").order_by("proposed_at", "pk"))


def erased() -> list[Erasure]:
    """Return the erasures that were carried out, the newest first (one query)."""
    rows = Erasure.objects.filter(state=Erasure.State.ERASED)
    rows = rows.select_related("client", "proposed_by", "ended_by")
    return list(rows.order_by("-ended_at", "-pk")[:MOST_LISTED])


def _years() -> int:
    return Clinic.objects.the_only().keep_years


def _newest_told(clients: Iterable[Client]) -> dict[int, IntakeSubmission]:
    rows = IntakeSubmission.objects.filter(client__in=list(clients)).select_related("client__key")
    newest = rows.order_by("client", "-submitted_at", "-pk").distinct("client")
    return {row.client_id: row for row in newest}


def _kept(
    client: Client,
    last: datetime | None,
    told: IntakeSubmission | None,
    *,
    years: int,
    zone: ZoneInfo,
) -> Kept:
    return kept_until(
        made=client.created_at.astimezone(zone).date(),
        last_visit=last.astimezone(zone).date() if last else None,
        born=_born(told) if told else None,
        years=years,
    )


def _born(told: IntakeSubmission) -> date | None:
    """Return the birthday somebody told, at its latest; None where it can't be read."""
    try:
        said = told.answers.get(BIRTHDAY_QUESTION)
        return last_of(said) if isinstance(said, str) else None
    except (Unreadable, DayWrong):
        return None
