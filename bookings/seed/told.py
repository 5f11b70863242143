"""What clients of the demo clinic have told in their health forms, and what followed from it.

A few hundred clients at most, those who come next or were here lately: of a larger clinic the
others have none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from bookings import lifecycle
from bookings.messages import about
from bookings.models import Booking
from bookings.seed import stories
from bookings.seed.people import uuid
from bookings.seed.stories import STORIES, Story
from clients import intake_links, screening
from clients.intake_definition import Definition, FormKind
from clients.intake_form import Filling
from clients.intake_screening import screening_answers
from clients.intake_typed import typed_of
from clients.models import (
    Client,
    ClientKey,
    ClientNote,
    IntakeDefinition,
    IntakeRequest,
    IntakeSubmission,
    Screening,
    Source,
)
from clients.models import RuleSet as PublishedRules
from clients.phases import Phase
from clients.queries import form_of, rule_set
from clients.rules import RuleSet
from clinic import audit
from clinic.models import User

MOST = 120
LATELY = timedelta(days=40)
# Of five clients one has not filled in the form yet.
SHARE = 5
MOST_FORMS = 6
BEFORE = timedelta(hours=30)


@dataclass
class Teller:
    """A client with their visits, the oldest first, and the forms they have sent."""

    client: Client
    story: Story
    visits: list[Booking]
    random: Random
    sent: list[IntakeSubmission]

    def moments(self, now: datetime) -> list[datetime]:
        """Return when they sent their forms: before each visit, for the next one only if it is near."""
        found = [
            visit.starts_at - BEFORE
            for visit in self.visits
            if visit.status == lifecycle.DONE or visit.starts_at - BEFORE < now
        ]
        if not found and self.visits:
            found = [max(self.visits[0].created_at, self.client.created_at)]
        kept = sorted({at for at in found if self.client.created_at <= at + BEFORE and at <= now})
        return kept[-MOST_FORMS:]


def tell(*, now: datetime) -> int:
    """Let clients have filled in their forms; return how many forms. Coming bookings must be
    screened."""
    everybody = _tellers(now)
    tellers = [
        one
        for number, one in enumerate(everybody)
        if number % SHARE != SHARE - 1 and one.moments(now)
    ]
    _keys([one.client for one in tellers], now)
    # Published a moment ago, while the demo is seen at whatever moment.
    form = form_of(IntakeDefinition.objects.latest("version").version)
    rules = rule_set(PublishedRules.objects.latest("version").version)
    for number in range(MOST_FORMS):
        made = [
            row for one in tellers for row in _form(one, number, form=form, rules=rules, now=now)
        ]
        IntakeSubmission.objects.bulk_create(made)
    _judge(tellers, form, rules, now=now)
    _write_notes(tellers, now=now)
    _look(tellers, now=now)
    _ask(everybody, now=now)
    return sum(len(one.sent) for one in tellers)


def _tellers(now: datetime) -> list[Teller]:
    near = (
        Booking.objects.filter(
            client__isnull=False,
            starts_at__gt=now - LATELY,
            status__in=(*lifecycle.COMING, lifecycle.ARRIVED, lifecycle.IN_SESSION, lifecycle.DONE),
        )
        .exclude(client__name="")
        .order_by("starts_at", "uid")
    )
    ahead = near.filter(starts_at__gt=now - timedelta(days=1)).values_list("client", flat=True)
    lately = near.order_by("-starts_at", "uid").values_list("client", flat=True)
    who = list(dict.fromkeys([*ahead[: MOST * 2], *lately[: MOST * 2]]))[:MOST]
    people = Client.objects.select_related("key").in_bulk(who)
    visits: dict[int, list[Booking]] = defaultdict(list)
    rows = Booking.objects.filter(client__in=who).exclude(
        status__in=(lifecycle.HELD, lifecycle.EXPIRED, lifecycle.CANCELLED, lifecycle.DECLINED)
    )
    for visit in rows.select_related("practitioner__user", "room__location").order_by("starts_at"):
        visits[visit.client_id or 0].append(visit)
    return [
        Teller(
            people[pk],
            STORIES[number % len(STORIES)],
            visits[pk],
            Random(f"told {people[pk].uid}"),
            [],
        )
        for number, pk in enumerate(who)
    ]


def _keys(people: Sequence[Client], now: datetime) -> None:
    missing = [one for one in people if not hasattr(one, "key")]
    made = [ClientKey.made_for(one, now=one.created_at) for one in missing]
    ClientKey.objects.bulk_create(made)
    for one, key in zip(missing, made, strict=True):
        one.key = key


def _form(
    one: Teller, number: int, *, form: Definition, rules: RuleSet, now: datetime
) -> Iterator[IntakeSubmission]:
    moments = one.moments(now)
    if number >= len(moments):
        return
    at, kind = moments[number], stories.kind_of(number)
    zone = one.visits[0].room.location.zone
    on = at.astimezone(zone).date()
    before = one.sent[-1] if one.sent else None
    known = before.answers if before else {}
    if before is None:
        said = stories.first(
            one.story, form, name=one.client.name, email=one.client.email,
            phone=one.client.phone, on=on, random=one.random,
        )  # fmt: skip
    else:
        # What a story tells happened before the last form, and is told once.
        last = number == len(moments) - 1
        said = stories.later(one.story, form, known, on=on, told=last, random=one.random)
    filling = _filling(said, kind, form=form, rules=rules, on=on, known=known)
    doctor = one.visits[0].practitioner.user
    in_room = kind is FormKind.WHAT_CHANGED and doctor is not None and one.random.random() < 0.12
    row = IntakeSubmission(
        uid=uuid(one.random),
        client=one.client,
        kind=kind.value,
        definition_id=form.version,
        rule_set_id=rules.version,
        source=IntakeSubmission.Source.IN_ROOM if in_room else IntakeSubmission.Source.ONLINE,
        entered_by=doctor if in_room else None,
        told_on=on,
        submitted_at=at,
        previous=before,
        content={
            "answers": filling.record,
            "asked": sorted(question.code for question in filling.asked),
        },
    )
    one.sent.append(row)
    yield row


def _filling(
    said: stories.Said,
    kind: FormKind,
    *,
    form: Definition,
    rules: RuleSet,
    on: date,
    known: dict[str, object],
) -> Filling:
    """Return the form as a client would have filled it in, read as any other is."""
    questions = {
        question.code: question for section in form.screens(kind) for question in section.questions
    }
    typed = {code: typed_of(questions[code], said[code]) for code in said if code in questions}
    return Filling(form, rules, kind, typed, on, known)


def _judge(tellers: Sequence[Teller], form: Definition, rules: RuleSet, *, now: datetime) -> None:
    """Judge the coming bookings by what was told for them, as sending a form does."""
    kept: list[Screening] = []
    judged: list[Booking] = []
    for one in tellers:
        newest = one.sent[-1]
        given = screening_answers(
            form, rules, newest.answers, asked=newest.answers.keys(), answered_on=newest.told_on
        )
        for visit in one.visits:
            if visit.status not in (lifecycle.BOOKED, lifecycle.CONFIRMED) or visit.ends_at <= now:
                continue
            on = visit.starts_at.astimezone(visit.room.location.zone).date()
            result = screening.evaluate(
                rules, given, on=on, answered_on=newest.told_on, phases=tuple(Phase)
            )
            visit.outcome = result.outcome
            visit.screening = Screening(
                uid=uuid(one.random),
                client=one.client,
                rule_set_id=rules.version,
                source=Source.LINK,
                assessed_for=on,
                answered_on=newest.told_on,
                outcome=result.outcome,
                not_before=result.not_before,
                answers=given.document(),
                results=result.document(),
                created_at=max(newest.submitted_at, visit.created_at),
            )
            kept.append(visit.screening)
            judged.append(visit)
    Screening.objects.bulk_create(kept)
    Booking.objects.bulk_update(judged, ["outcome", "screening"])


def _write_notes(tellers: Sequence[Teller], *, now: datetime) -> None:
    ClientNote.objects.bulk_create(
        ClientNote(
            uid=uuid(one.random),
            client=one.client,
            author=visit.practitioner.user,
            at=min(visit.ends_at, now),
            text=one.story.note,
        )
        for one in tellers
        for visit in [each for each in one.visits if each.status == lifecycle.DONE][-1:]
        if one.story.note and visit.practitioner.user is not None
    )


def _look(tellers: Sequence[Teller], *, now: datetime) -> None:
    """Let the practitioner have looked at the record before the last sessions."""
    looked: list[tuple[datetime, Client, User]] = [
        (visit.starts_at - timedelta(minutes=6), one.client, visit.practitioner.user)
        for one in tellers
        for visit in [each for each in one.visits if each.status == lifecycle.DONE][-2:]
        if visit.practitioner.user is not None
    ]
    for at, client, doctor in sorted(looked, key=lambda each: (each[0], each[1].pk)):
        whose = f"client:{client.uid}"
        audit.viewed(now=at, actor=audit.staff(doctor), what="RECORD", about=whose, whose=whose)


def _ask(tellers: Sequence[Teller], *, now: datetime) -> None:
    """Ask for the form of the next visit where none was sent for it."""
    rows = []
    for one in tellers:
        coming = [v for v in one.visits if v.status in lifecycle.COMING and v.starts_at > now]
        if not coming or (one.sent and coming[0].starts_at - BEFORE < now):
            continue
        uid = uuid(one.random)
        rows.append(
            IntakeRequest(
                uid=uid,
                client=one.client,
                kind=FormKind.WHAT_CHANGED if one.sent else FormKind.FULL,
                about=about(coming[0]),
                token_digest=intake_links.digest(intake_links.token(uid, own=True)),
                page_digest=intake_links.digest(intake_links.token(uid, own=False)),
                valid_until=coming[0].starts_at + timedelta(hours=24),
                created_at=coming[0].created_at,
            )
        )
    IntakeRequest.objects.bulk_create(rows)
