"""A clinic lives a quarter while providers go away, workers die and the planner sleeps. In the end
each message that should exist was sent once and none that should not, each is explained, and the
desk has cleared every failure from its pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client as Browser
from django.utils import timezone

from bookings import notices
from bookings.followups import STAFF
from bookings.queries.diagnosis import diagnosis
from bookings.recalls import REPORTED
from bookings.schedules import defaults
from bookings.unplanned import MISSING
from clients import caps, outbox
from clients.channels import CHANNELS
from clients.models import Conversation, Message
from clients.queries.reach import unreachable
from clients.queries.trouble import trouble
from tests.bookings.quarter import Quarter
from tests.bookings.quarter_clerk import TIDINGS, Clerk, Said, Thing
from tests.bookings.quarter_diary import LIVE, Person, World, channels
from tests.bookings.recall_oracle import DAY, RULES, morning
from tests.conftest import DEEP

pytestmark = pytest.mark.django_db

Live = Callable[..., Quarter]
SEEDS = (1, 4, 5, 7, 9) if DEEP else (1,)
LEAST_DEATHS = 15
TASKS = {kind for kind, one in defaults().items() if one.audience == "TASK"} | {REPORTED}
WHAT_PEOPLE_DO = (
    "book", "move", "cancel", "yes", "says", "bruise", "heals", "pause", "complete", "stop", "writes",
)  # fmt: skip


@pytest.fixture
def live(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Live:
    """Return what lives a quarter, by its own clock and through ways of its own."""

    def lived(seed: int, *, days: int = 91) -> Quarter:
        settings.EMAIL_PROVIDER, settings.SMS_PROVIDER = "here", "here"
        outside = World()
        for name, channel in channels(outside).items():
            monkeypatch.setitem(CHANNELS[name], "here", channel)
        quarter = Quarter(seed, outside, days=days)
        monkeypatch.setattr(timezone, "now", lambda: quarter.now)
        desk = Desk(quarter)
        quarter.each_week = desk.work
        quarter.live()
        # What was sent again in the last week has its answer too.
        quarter.send()
        desk.work()
        return quarter

    return lived


class Desk:
    """Clears what the pages show, by their buttons."""

    def __init__(self, quarter: Quarter) -> None:
        self.quarter = quarter
        self.again: set[int] = set()

    def work(self) -> None:
        self.clear()
        self.ask_why()

    def clear(self) -> None:
        quarter = self.quarter
        browser = Browser()
        browser.force_login(quarter.desk)
        for failure in unreachable():
            assert browser.post(f"/desk/inbox/unreached/{failure.uid}/").status_code == 303
            [who] = [one for one in quarter.people if one.row == failure.client]
            who.cleared.append(quarter.now)
        for each in Conversation.objects.exclude(waiting_since=None):
            assert browser.post(f"/desk/inbox/{each.uid}/done/").status_code == 303
        found = trouble(now=quarter.now)
        for message in [*found.failed, *found.late, *found.kept]:
            url = f"/desk/messages/{message.uid}/{self._what(message)}/"
            assert browser.post(url).status_code == 303
        assert browser.get("/desk/messages/").status_code == 200
        left = trouble(now=quarter.now)
        assert [*left.failed, *left.late, *left.kept] == []

    def _what(self, message: Message) -> str:
        """Try it once more by a button, then tell them; what came too late is put aside."""
        if message.status != "FAILED":
            return "aside"
        if message.expires_at <= self.quarter.now or message.pk in self.again:
            return "told"
        self.again.add(message.pk)
        return "again"

    def ask_why(self) -> None:
        """Ask of those whose coming visit was moved why they did or did not get something."""
        for who in self.quarter.people:
            if any(v.status in LIVE and len(v.stands) > 1 for v in who.visits):
                explained(self.quarter, who)


def said(quarter: Quarter) -> list[Said]:
    rows = {str(row.uid): row for row in Message.objects.all()}
    found: dict[str, Said] = {}
    for each in quarter.outside.arrived:
        row = rows[each.reference]
        if row.client_id is None or row.about.startswith("text:"):
            continue
        one = Said(each.look, row.client_id, thing(row), each.channel)
        found.setdefault(each.reference, one)
    return list(found.values())


def said_before(quarter: Quarter) -> list[Said]:
    """Return what the demo had said of the visits in the diary when it was moved into."""
    abouts = [f"booking:{visit.uid}" for who in quarter.people for visit in who.visits]
    rows = Message.objects.filter(sent_at__lte=quarter.began, about__in=abouts)
    return [
        Said(row.sent_at, row.client_id, thing(row), row.channel)
        for row in rows.exclude(kind__in=STAFF | {"REQUEST_RECEIVED"}).order_by("sent_at", "pk")
        if row.sent_at and row.client_id
    ]


def thing(row: Message) -> Thing:
    """Return what a row says, by its name alone."""
    kind = row.kind
    if kind in RULES:
        _kind, epoch, *more = row.dedupe_key.removeprefix(f"{row.about}:").split(":")
        nth = int(more[1]) if kind == "MAINTENANCE" and len(more) > 1 else 0
        since = datetime.fromtimestamp(int(epoch), UTC)
        return Thing(kind, "", morning(since + timedelta(days=RULES[kind].days + 30 * nth)))
    of = row.about.partition(":")[2]
    if kind in TIDINGS:
        _status, *times = row.carries.split()
        news = datetime.fromtimestamp(int(times[0]), UTC) if times else "CANCELLED"
        return Thing(kind, of, news)
    if row.carries and not row.carries.isdigit():  # tidings of another sort, which nobody waits for
        return Thing(kind, of, row.carries)
    moment = datetime.fromtimestamp(int(row.carries), UTC) if row.carries else None
    return Thing(kind, of, moment)


def check(quarter: Quarter) -> None:
    """Everything that should have been said was, once, and nothing else."""
    arrived = Counter(each.reference for each in quarter.outside.arrived)
    deaths = Counter(quarter.outside.uncertain)
    assert arrived == {name: 1 + deaths[name] for name in arrived}, "twice only after a death"
    clerk = Clerk(quarter.people, said(quarter), said_before(quarter))
    assert clerk.go_through(quarter.looks) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_a_quarter_ends_with_every_message_sent_once_explained_and_every_failure_cleared(
    seed: int, live: Live
) -> None:
    quarter = live(seed)
    check(quarter)
    assert_said_to_nobody_who_said_stop(quarter)
    for who in quarter.people:
        explained(quarter, who)
    assert trouble(now=quarter.now).is_none
    assert (unreachable(), list(Conversation.objects.exclude(waiting_since=None))) == ([], [])
    ended = Message.objects.filter(status__in=["FAILED", "EXPIRED", "SUPPRESSED"])
    assert not ended.filter(cleared_at=None).exists(), "none went off the page unseen"
    rare = WHAT_PEOPLE_DO if seed == SEEDS[0] else ()
    for what in (*rare, "visits", "looks without a channel", "planned anew"):
        assert quarter.happened.get(what), f"{what} is part of a quarter"
    assert quarter.outside.deaths > LEAST_DEATHS
    assert len(set(quarter.outside.uncertain)) > 0


def assert_said_to_nobody_who_said_stop(quarter: Quarter) -> None:
    kinds = dict(Message.objects.values_list("uid", "kind"))
    for who in quarter.people:
        after = [
            kinds[UUID(each.reference)]
            for each in quarter.outside.arrived
            if who.stops and each.to == who.row.phone and each.look > who.stops[0]
        ]
        assert set(after) <= {"STOPPED"}
        assert Message.objects.filter(client=who.row, kind="STOPPED").count() == bool(who.stops)


def explained(quarter: Quarter, who: Person) -> None:
    """What is there of a client, and what is not, has a reason that holds."""
    found = diagnosis(who.row, now=quarter.now, since=quarter.now - 200 * DAY).findings
    assert not [each for each in found if each.why == MISSING]
    assert not [each for each in found if not each.why and each.kind not in TASKS]
    rows = Message.objects.filter(client=who.row).values_list("about", "kind", "status")
    assert set(rows) <= {(each.about, each.kind, each.state) for each in found}


GUARDS: dict[str, list[tuple[Any, str, Any]]] = {
    "what a dead worker held is put back": [(outbox, "requeue_stale", lambda **_: 0)],
    "only so much is sent": [(caps, "held_back", lambda *_, **__: {})],
    "what no longer fits is taken back": [
        (outbox, "withdraw", lambda *_, **__: 0),
        (notices, "_out_of_date", lambda *_: None),
    ],
}


@pytest.mark.parametrize("guard", GUARDS)
def test_without_a_guard_the_same_quarter_is_found_wrong(
    guard: str, live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    for there, name, instead in GUARDS[guard]:
        monkeypatch.setattr(there, name, instead)
    quarter = live(1, days=12)
    with pytest.raises(AssertionError):
        check(quarter)
