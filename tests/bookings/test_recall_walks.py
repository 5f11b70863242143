"""Random lives, looked at by the planner and by a clerk who shares no code with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from bookings import client_notices, recalls, schedules
from bookings.actions import recalling
from bookings.followups import Standing
from bookings.models import Booking, StaffTask
from clients.models import Message
from clients.outbox import Notice, Postponed, Withdrawn
from clients.quiet import Quiet
from tests.bookings.recall_oracle import ADVERTISED, LONG, RULES, SESSIONS, ZONE, Clerk, Life
from tests.factories import bookings, clinic, plans, stock
from tests.factories.clients import consent
from treatments.models import AdverseEvent, Plan

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
DEFAULTS = schedules.defaults()
NIGHT = Quiet(ZONE, 21 * 60, 8 * 60)
# The days of this year on which Toronto's clocks change lie in a life that begins here.
BEGINS = datetime(2099, 2, 2, 15, 0, tzinfo=UTC)
ACTIONS = st.sampled_from(
    ["book", "come", "cancel", "pause", "resume", "stop", "complete", "no", "yes", "hurts", "well"]
)
# What happens, after how many hours, and after how many of them somebody looks: an outage is long.
LOOKS = st.lists(st.integers(1, 400), max_size=30)
STEPS = st.lists(st.tuples(ACTIONS, st.integers(1, 400), LOOKS), max_size=14)
FEW = st.lists(
    st.tuples(ACTIONS, st.integers(1, 400), st.lists(st.integers(1, 400), max_size=2)), max_size=6
)
Steps = list[tuple[str, int, list[int]]]
# Whoever came once and is seen no more is looked at until nothing is left to be said.
END: Steps = [("yes", 24 * 200, [24 * day + 17 for day in (2, 4, 8, 11, 15, 22, 52, 80, 95, 181)])]
# After the plan was closed somebody comes once more: that visit is none of the series.
ONCE_MORE: Steps = [
    ("book", 132, [218, 356]),
    ("book", 20, [266]),
    ("complete", 293, [218, 1]),
    ("book", 1, []),
    ("come", 1, []),
]
# A life in the database takes a second: what fails is short enough to be read as it was found.
AS_FOUND = (Phase.explicit, Phase.reuse, Phase.generate)


def moments(steps: Steps) -> Iterator[tuple[datetime, str]]:
    """Yield in order when somebody looks ("") and when something happens."""
    at = BEGINS
    for action, wait, looks in steps:
        for hours in sorted(set(looks)):
            if hours < wait:
                yield at + hours * HOUR, ""
        at += wait * HOUR
        yield at, action


def act(life: Life, action: str, at: datetime) -> bool:
    """Do something in a life, if it can be done; return whether it was."""
    if action == "book" and len(life.coming) < 2:
        life.coming.append(at + (6 + 3 * len(life.coming)) * DAY)
    elif action == "come":
        life.done.append((at - LONG).replace(second=0))
        life.coming = []
    elif action == "cancel" and life.coming:
        life.coming = []
    elif action == "pause" and life.plan == "ACTIVE":
        life.plan = "PAUSED"
    elif action == "resume" and life.plan == "PAUSED":
        life.plan = "ACTIVE"
    elif action in ("stop", "complete") and life.plan in ("ACTIVE", "PAUSED"):
        life.plan = "STOPPED" if action == "stop" else "COMPLETED"
        life.of_plan = [*life.done]
    elif action in ("no", "yes"):
        life.said = action == "yes"
    elif action in ("hurts", "well"):
        life.hurts = action == "hurts"
    else:
        return False
    return True


@dataclass
class InDatabase:
    """The same life as rows, with the planner and the sender at work on them."""

    plan: Plan
    first: Booking

    def show(self, life: Life, action: str, at: datetime) -> None:
        """Write into the rows what happened."""
        client, first = self.plan.client, self.first
        same: dict[str, Any] = {
            "client": client,
            "treatment": first.treatment,
            "practitioner": first.practitioner,
            "room": first.room,
        }
        rows = Booking.objects.filter(client=client)
        if action == "book":
            bookings.booking(starts_at=life.coming[-1], **same)
        elif action in ("come", "cancel"):
            rows.filter(status="BOOKED").update(status="CANCELLED")
        if action == "come":
            bookings.booking(starts_at=life.done[-1], status="DONE", **same)
        if action in ("no", "yes"):
            consent(client=client, channel="EMAIL", purpose="MARKETING", granted=life.said, at=at)
        if action in ("hurts", "well"):
            events = AdverseEvent.objects.filter(client=client, resolved_at=None)
            if life.hurts and not events.exists():
                stock.event(client=client, practitioner=first.practitioner, at=at, what="headache")
            elif not life.hurts:
                events.update(resolved_at=at)
        closed = at if life.plan in ("STOPPED", "COMPLETED") else None
        if action in ("pause", "resume", "stop", "complete"):
            Plan.objects.filter(pk=self.plan.pk).update(state=life.plan, closed_at=closed)

    def look(self, at: datetime) -> None:
        """Plan, plan again, and send what is due."""
        recalling.plan_clients([self.plan.client_id], now=at)
        before = rows_of()
        recalling.plan_clients([self.plan.client_id], now=at)
        assert rows_of() == before, "planning twice changes nothing"
        due = list(Message.objects.filter(status="PLANNED", due_at__lte=at))
        for row in due:
            if row.expires_at <= at:
                row.status = "EXPIRED"
            row.save()
        said = client_notices.describe([row for row in due if row.status == "PLANNED"], at)
        for row in due:
            match said.get(row.pk):
                case Notice():
                    row.status, row.sent_at = "SENT", at
                case Postponed(until=until):
                    row.due_at = until
                case Withdrawn():
                    raise AssertionError("planning had withdrawn it")
            row.save()


def rows_of() -> list[tuple[Any, ...]]:
    return [
        *Message.objects.order_by("pk").values_list(),
        *StaffTask.objects.order_by("pk").values_list(),
    ]


def in_series() -> InDatabase:
    clinic.clinic()
    first = bookings.booking(starts_at=BEGINS - 30 * DAY, status="CANCELLED")
    plan = plans.plan(
        now=BEGINS,
        client=first.client,
        treatment=first.treatment,
        practitioner=first.practitioner,
        counts_from=BEGINS - DAY,
        of=plans.template(sessions=SESSIONS, reviews_at=[]),
        agreed=True,
    )
    Plan.objects.filter(pk=plan.pk).update(state="ACTIVE")
    return InDatabase(plan, first)


@dataclass
class InMemory:
    """The same life as facts, with the rows of the outbox as the database would hold them."""

    rows: dict[str, Standing] = field(default_factory=dict)
    until: dict[str, datetime] = field(default_factory=dict)
    gone: set[tuple[str, datetime]] = field(default_factory=set)

    def look(self, life: Life, at: datetime) -> None:
        now = facts_of(life, at)
        self._apply(now, at)
        assert not self._apply(now, at), "planning twice changes nothing"
        fitting = {each.key for each in recalls.wanted(now, DEFAULTS)}
        for key, row in list(self.rows.items()):
            if row.status != "PLANNED" or row.due_at is None or row.due_at > at:
                continue
            is_task = recalls.is_task(row.kind, DEFAULTS)
            assert key in fitting, "planning had withdrawn it"
            if not is_task and at >= self.until[key]:
                self.rows[key] = replace(row, status="EXPIRED")
            elif not is_task and NIGHT.morning(at) > at:
                self.rows[key] = replace(row, due_at=NIGHT.morning(at))
            else:
                self.rows[key] = replace(row, status="SENT")
                self.gone.add((row.kind, at))

    def _apply(self, now: recalls.Facts, at: datetime) -> bool:
        change = recalls.difference(now, list(self.rows.values()), now=at, schedules=DEFAULTS)
        for known in change.withdraw:
            self.rows[known.key] = replace(known, status="WITHDRAWN")
        for wanted in [*change.add, *(each for _was, each in change.renew)]:
            assert at <= wanted.due_at
            self.rows[wanted.key] = Standing(
                0, wanted.key, wanted.kind, "PLANNED", due_at=wanted.due_at
            )
            self.until[wanted.key] = wanted.expires_at
        return bool(change.withdraw or change.add or change.renew)


def facts_of(life: Life, at: datetime) -> recalls.Facts:
    series = recalls.Series(
        "plan",
        is_running=life.is_running,
        is_paused=life.plan == "PAUSED",
        is_over=life.has_had_all,
        is_booked=life.is_booked(at),
        last=life.had[-1] if life.had else None,
        latest=life.done[-1].astimezone(ZONE).date() + 10 * DAY if life.done else None,
    )
    return recalls.Facts(
        "client:x",
        NIGHT,
        last_visit=life.done[-1] + LONG if life.done else None,
        is_booked=life.is_booked(at),
        plans=(series,) if life.plan != "STOPPED" else (),
        event_open=life.hurts,
        by_way=recalls.MESSAGES - (ADVERTISED if life.said is False else set()),
    )


@settings(max_examples=300, deadline=None)
@given(steps=STEPS)
@example(steps=ONCE_MORE)
def test_whatever_happens_in_a_life_the_planner_and_a_clerk_come_to_the_same(steps: Steps) -> None:
    life, clerk, planner = Life(), Clerk(), InMemory()
    for at, action in moments([("come", 1, []), *steps, *END]):
        if action:
            act(life, action, at)
        else:
            planner.look(life, at)
            clerk.look(life, at)
    assert planner.gone == {(kind, when) for kind, _due, when in clerk.gone}


@pytest.mark.django_db
@settings(max_examples=4, deadline=None, phases=AS_FOUND)
@given(steps=FEW)
@example(steps=ONCE_MORE)
def test_a_life_of_bookings_plans_consents_and_reports_ends_with_the_messages_of_the_clerk(
    steps: Steps,
) -> None:
    with transaction.atomic():
        rows, life, clerk = in_series(), Life(), Clerk()
        for at, action in moments([("come", 1, []), *steps, *END]):
            if not action:
                rows.look(at)
                clerk.look(life, at)
            elif act(life, action, at):
                rows.show(life, action, at)
        sent = Message.objects.filter(status="SENT", kind__in=recalls.MESSAGES)
        assert set(sent.values_list("kind", "sent_at")) == {
            (kind, when) for kind, _due, when in clerk.gone if not RULES[kind].is_task
        }
        transaction.set_rollback(True)
