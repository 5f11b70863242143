"""Bookings judged again without changing anything: what other rules would have made of them.

Reads sealed answers; whoever shows a named client's outcome notes it in the access log.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import QuerySet

from bookings import lifecycle
from bookings.models import Booking
from clients import screening
from clients.answers import Answers, AnswersInvalid
from clients.models import Screening
from clients.phases import Phase
from clients.queries import rule_set
from clients.rules import Outcome, RuleSet
from clients.screening import Result
from clients.sealing import Unreadable

LAST_YEAR = timedelta(days=365)
MOST_PAST = 3000
MOST_COMING = 1000
Change = tuple[Outcome, Outcome]


@dataclass(frozen=True, slots=True)
class Replayed:
    """A booking with what its own answers mean before and after a change of the rules, both for
    its date."""

    booking: Booking
    before: Result
    after: Result

    @property
    def change(self) -> Change:
        return self.before.outcome, self.after.outcome

    @property
    def differs(self) -> bool:
        """Whether an outcome, a day or what changes in a phase is another."""
        return self.before.not_before != self.after.not_before or any(
            self.before.phases[phase] != self.after.phases[phase] for phase in self.before.phases
        )


@dataclass(slots=True)
class Replay:
    """What was looked at, and what would be otherwise. `changed`: past bookings, the newest first;
    `coming`: those still to come, the soonest first. `by_rule`: rule to change to how many."""

    looked_at: int = 0
    of: int = 0
    unreadable: int = 0
    outcomes: Counter[Change] = field(default_factory=Counter)
    by_rule: dict[str, Counter[Change]] = field(default_factory=dict)
    changed: list[Replayed] = field(default_factory=list)
    coming: list[Replayed] = field(default_factory=list)


def replay(before: RuleSet, after: RuleSet, *, now: datetime) -> Replay:
    """Return what `after` would have made of the bookings of the last year, and would make of those
    to come, where it differs from `before` (four queries, whatever there is). At most `MOST_PAST`
    and `MOST_COMING` are looked at, the nearest to now."""
    found = Replay()
    judge = _Judge()
    past = _judged().filter(starts_at__gte=now - LAST_YEAR, starts_at__lt=now)
    coming = _judged().filter(starts_at__gte=now)
    found.of = past.count() + coming.count()
    rows = [*coming.order_by("starts_at", "pk")[:MOST_COMING]]
    rows += past.order_by("-starts_at", "-pk")[:MOST_PAST]
    for booking in rows:
        found.looked_at += 1
        one = judge.replayed(booking, before, after)
        if one is None:
            found.unreadable += 1
            continue
        _count(found, one)
        if one.differs:
            (found.coming if booking.starts_at >= now else found.changed).append(one)
    return found


def judged_otherwise(rules: RuleSet, *, now: datetime) -> list[Replayed]:
    """Return the coming bookings that the rules in force would judge otherwise than those they were
    judged by, the soonest first (two queries, and one for each older version that is in use)."""
    judge = _Judge()
    rows = (
        _judged()
        .filter(starts_at__gte=now, status__in=lifecycle.BEFORE_SESSION)
        .exclude(screening__rule_set=rules.version)
        .order_by("starts_at", "pk")[:MOST_COMING]
    )
    found = (judge.replayed(booking, None, rules) for booking in rows)
    return [one for one in found if one is not None and one.differs]


def _judged() -> QuerySet[Booking]:
    return (
        Booking.objects.filter(screening__isnull=False)
        .exclude(status__in=(lifecycle.HELD, lifecycle.EXPIRED))
        .select_related("client", "practitioner", "room__location", "treatment")
        .select_related("screening__client__key")
        .prefetch_related("treatment__phases")
    )


class _Judge:
    """Judges many bookings. Most clients say that nothing applies, and that need not be judged
    anew for every one of them."""

    def __init__(self) -> None:
        self.versions: dict[int, RuleSet] = {}
        self.quiet: dict[object, tuple[Result, Result]] = {}

    def replayed(self, booking: Booking, before: RuleSet | None, after: RuleSet) -> Replayed | None:
        kept = booking.screening
        assert kept is not None  # noqa: S101  _judged has no other
        own = self._version(kept.rule_set_id)
        try:
            answers = Answers.from_document(
                kept.answers, rule_set=own, answered_on=kept.answered_on
            )
        except (AnswersInvalid, Unreadable):
            return None
        phases = frozenset(Phase(phase.kind) for phase in booking.treatment.phases.all())
        pair = self._pair(kept, answers, phases, before or own, after)
        return Replayed(booking, *pair)

    def _pair(
        self,
        kept: Screening,
        answers: Answers,
        phases: frozenset[Phase],
        before: RuleSet,
        after: RuleSet,
    ) -> tuple[Result, Result]:
        first, second = answers.carried_to(before), answers.carried_to(after)
        if not (screening.is_quiet(before, first) and screening.is_quiet(after, second)):
            return _evaluate(kept, first, phases, before), _evaluate(kept, second, phases, after)
        asked = tuple((code, given.rules) for code, given in answers.given.items())
        key = (asked, phases, before.version, after.version)
        if key not in self.quiet:
            self.quiet[key] = (
                _evaluate(kept, first, phases, before),
                _evaluate(kept, second, phases, after),
            )
        return self.quiet[key]

    def _version(self, version: int) -> RuleSet:
        if version not in self.versions:
            self.versions[version] = rule_set(version)
        return self.versions[version]


def _evaluate(kept: Screening, answers: Answers, phases: Iterable[Phase], rules: RuleSet) -> Result:
    return screening.evaluate(
        rules,
        answers,
        on=kept.assessed_for,
        answered_on=kept.answered_on,
        phases=frozenset(phases),
    )


def _count(found: Replay, one: Replayed) -> None:
    if one.before.outcome != one.after.outcome:
        found.outcomes[one.change] += 1
    if one.before.rules == one.after.rules:
        return
    for code in {*one.before.rules, *one.after.rules}:
        was = one.before.rules.get(code, Outcome.FINE)
        became = one.after.rules.get(code, Outcome.FINE)
        if was != became and Outcome.NOT_ASKED not in (was, became):
            found.by_rule.setdefault(code, Counter())[was, became] += 1
