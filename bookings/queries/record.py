"""A client's whole record, for whoever treats them. The desk's pages read nothing from here."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Count, F, OuterRef, Subquery
from django.db.models.functions import Coalesce

from bookings import lifecycle
from bookings.models import Booking
from clients import screening
from clients.answers import Answers, AnswersInvalid
from clients.consent_rules import Kind, Standing
from clients.differences import Told
from clients.intake_definition import Definition
from clients.intake_screening import screening_answers
from clients.joining import join
from clients.models import Client, ClientNote, Document, IntakeSubmission, Photo, Screening
from clients.phases import Phase
from clients.queries import consents, media
from clients.queries.intake import form_as
from clients.queries.rules import rule_set_as
from clients.rules import RuleSet
from clients.screening import Result
from clinic.models import Clinic, Role, User

MOST_VISITS, MOST_SCREENINGS, MOST_HAPPENED, MOST_NOTES = 60, 50, 60, 40

_HAPPENED = """
(SELECT 'MESSAGE', coalesce(sent_at, due_at), kind, status, channel
   FROM clients_message WHERE client_id = %(client)s AND status NOT IN ('WITHDRAWN', 'PLANNED')
  ORDER BY coalesce(sent_at, due_at) DESC LIMIT %(most)s)
UNION ALL
(SELECT 'EVENT', noticed_at, grade,
        CASE WHEN resolved_at IS NULL THEN 'OPEN' ELSE 'RESOLVED' END, uid::text
   FROM treatments_adverseevent WHERE client_id = %(client)s AND withdrawn_at IS NULL
  ORDER BY noticed_at DESC LIMIT %(most)s)
UNION ALL
(SELECT 'LOOK', at, what, actor_label, about
   FROM clinic_accessentry WHERE whose = %(whose)s ORDER BY at DESC LIMIT %(most)s)
"""


@dataclass(frozen=True)
class Sent:
    """A form as it was sent, with what it is read with."""

    row: IntakeSubmission
    form: Definition
    rules: RuleSet

    @property
    def told(self) -> Told:
        return Told(self.form, self.rules, self.row.answers)


@dataclass(frozen=True)
class Kept:
    """Answers to safety questions, with the rules they were given to."""

    row: Screening
    rules: RuleSet

    @property
    def answers(self) -> Answers:
        try:
            return Answers.from_document(
                self.row.answers, rule_set=self.rules, answered_on=self.row.answered_on
            )
        except AnswersInvalid:  # answers to part of a question's rules, from an older link
            return Answers()


@dataclass(frozen=True)
class Happened:
    """A message to the client, an adverse event (`by` is its uid), or a look at the record. `what`
    and `how` are codes, or who looked."""

    kind: str
    at: datetime
    what: str
    how: str
    by: str


@dataclass(frozen=True)
class Record:
    """All that is known of a client; forms the oldest first, the rest the newest first."""

    client: Client
    sent: Sequence[Sent]
    visits: Sequence[Booking]
    kept: Sequence[Kept]
    happened: Sequence[Happened]
    notes: Sequence[ClientNote]
    consents: Mapping[Kind, Standing]
    photos: Sequence[Photo]

    @property
    def newest(self) -> Sent | None:
        return self.sent[-1] if self.sent else None

    @property
    def zone(self) -> ZoneInfo | None:
        """The zone of where the client comes, or came last."""
        return self.visits[0].room.location.zone if self.visits else None

    def coming(self, now: datetime) -> Booking | None:
        """Return the client's next visit, or the one that is going on."""
        coming = [
            visit for visit in self.visits if visit.status in lifecycle.LIVE and visit.ends_at > now
        ]
        return min(coming, key=lambda visit: visit.starts_at, default=None)

    def last(self, now: datetime) -> Booking | None:
        """Return the last visit that took place."""
        done = [v for v in self.visits if v.status == lifecycle.DONE and v.ends_at <= now]
        return max(done, key=lambda visit: visit.starts_at, default=None)

    def before_last_visit(self, now: datetime) -> Sent | None:
        """Return what was known when the client was last here; without a visit, or where nothing
        came since, what was known before the newest form."""
        if not self.sent:
            return None
        last = self.last(now)
        known = [one for one in self.sent[:-1] if last and one.row.submitted_at <= last.ends_at]
        return known[-1] if known else (self.sent[-2] if len(self.sent) > 1 else None)

    def is_told_since(self, now: datetime) -> bool:
        """Whether a form came after the last visit; without a visit, whether any came."""
        last = self.last(now)
        if self.newest is None:
            return False
        return last is None or self.newest.row.submitted_at > last.ends_at

    def standing(self, on: date) -> Result | None:
        """Return what the answers mean for every phase on a local date; None where nobody asked.

        The newest count whole; what was said earlier joins, but for what was not sure then.
        """
        return result_on(self.kept, self.newest, on)


def result_on(kept: Sequence[Kept], newest: Sent | None, on: date) -> Result | None:
    """Return what answers, the newest first, and the newest form mean for every phase on a local
    date; None without any."""
    given = [(one.rules, one.answers, one.row.answered_on) for one in kept]
    if newest and not (kept and kept[0].row.created_at >= newest.row.submitted_at):
        # Told when nothing was booked that it would have been judged for.
        given.insert(0, (newest.rules, _as_screening(newest), newest.row.told_on))
    results = [
        screening.evaluate(
            rules,
            answers if number == 0 else answers.without_unsure(),
            on=on,
            answered_on=answered_on,
            phases=tuple(Phase),
        )
        for number, (rules, answers, answered_on) in enumerate(given)
    ]
    return join(*results) if results else None


def _as_screening(one: Sent) -> Answers:
    row = one.row
    return screening_answers(
        one.form, one.rules, row.answers, asked=row.answers.keys(), answered_on=row.told_on
    )


def client_by_uid(uid: UUID) -> Client | None:
    """Return a client with the key that opens what they told us, and the number of their
    `documents_kept` (one query)."""
    papers = Document.objects.filter(client=OuterRef("pk"), ending="").order_by()
    counted = papers.values("client").annotate(number=Count("pk")).values("number")
    rows = Client.objects.select_related("key").annotate(
        documents_kept=Coalesce(Subquery(counted), 0)
    )
    return rows.exclude(status=Client.Status.ERASED).filter(uid=uid).first()


_READABLE = """
SELECT c.id FROM clients_client c
 WHERE c.id = ANY(%(clients)s)
   AND (%(opened)s AND EXISTS (
            SELECT 1 FROM clients_recordopening
             WHERE client_id = c.id AND user_id = %(user)s
               AND at <= %(now)s AND until > %(now)s)
    OR NOT EXISTS (
            SELECT 1 FROM clients_withholding
             WHERE client_id = c.id AND user_id = %(user)s AND ended_at IS NULL)
   AND EXISTS (
            SELECT 1 FROM bookings_booking b
              JOIN clinic_practitioner p ON p.id = b.practitioner_id
             WHERE b.client_id = c.id AND p.user_id = %(user)s AND p.is_active
               AND b.status NOT IN ('HELD', 'EXPIRED')
               AND b.starts_at >= %(now)s - make_interval(months => COALESCE(
                   (SELECT treating_months FROM clinic_clinic WHERE id = 1), %(months)s))))
"""


def may_read(user: User, client: Client, *, now: datetime) -> bool:
    """Return whether a login may read a client's record: whoever treats them, or did within the
    clinic's `treating_months`, and from whom the client does not withhold it; or who has opened it
    with a reason that has not run out (one query)."""
    return client.pk in readable(user, [client.pk], now=now)


def treats(user: User, client: Client, *, now: datetime) -> bool:
    """Return whether a login may read a client's record without having opened it with a reason
    (one query)."""
    return client.pk in _readable(user, [client.pk], now=now, opened=False)


def readable(user: User, clients: Collection[int], *, now: datetime) -> set[int]:
    """Return of which clients, by their keys, a login may read the record, as `may_read` says (one
    query, however many they are)."""
    return _readable(user, clients, now=now, opened=True)


def _readable(user: User, clients: Collection[int], *, now: datetime, opened: bool) -> set[int]:
    if user.role not in {Role.PRACTITIONER, Role.OWNER} or not clients:
        return set()
    said = {
        "clients": list(clients),
        "opened": opened,
        "user": user.pk,
        "now": now,
        "months": Clinic._meta.get_field("treating_months").default,
    }
    with connection.cursor() as cursor:
        cursor.execute(_READABLE, said)
        return {row[0] for row in cursor.fetchall()}


def record_of(client: Client, *, now: datetime) -> Record:
    """Return a client's record (seven queries, however long it is). Reading it is noted by whoever
    shows it."""
    visits = (
        Booking.objects.filter(client=client)
        .exclude(status__in=(lifecycle.HELD, lifecycle.EXPIRED))
        .select_related("practitioner", "room__location", "session")
        .order_by("-starts_at")[:MOST_VISITS]
    )
    notes = ClientNote.objects.filter(client=client).select_related("author").order_by("-at", "-pk")
    return Record(
        client=client,
        sent=sent_by(client),
        visits=list(visits),
        kept=kept_of(client),
        happened=_happened(client),
        notes=[_of(client, note) for note in notes[:MOST_NOTES]],
        consents=consents.standings([client.pk], now)[client.pk],
        photos=media.photos_of(client),
    )


def sent_by(client: Client) -> list[Sent]:
    """Return every form a client sent, the oldest first (one query)."""
    rows = (
        IntakeSubmission.objects.filter(client=client)
        .annotate(form_digest=F("definition__digest"), rules_digest=F("rule_set__digest"))
        .select_related("entered_by")
        .order_by("submitted_at", "pk")
    )
    return [
        Sent(
            _of(client, row),
            form_as(row.definition_id, row.form_digest),
            rule_set_as(row.rule_set_id, row.rules_digest),
        )
        for row in rows
    ]


def kept_of(client: Client) -> list[Kept]:
    """Return the answers to safety questions of a client, the newest first (one query)."""
    rows = (
        Screening.objects.filter(client=client)
        .annotate(rules_digest=F("rule_set__digest"))
        .order_by("-created_at", "-pk")[:MOST_SCREENINGS]
    )
    return [Kept(_of(client, row), rule_set_as(row.rule_set_id, row.rules_digest)) for row in rows]


def _happened(client: Client) -> list[Happened]:
    with connection.cursor() as cursor:
        cursor.execute(
            _HAPPENED,
            {"client": client.pk, "whose": f"client:{client.uid}", "most": MOST_HAPPENED},
        )
        found = [Happened(*row) for row in cursor.fetchall()]
    return sorted(found, key=lambda one: one.at, reverse=True)


def _of(client: Client, row: Any) -> Any:
    """Return a row of the client's that opens with the key at hand."""
    row.client = client
    return row
