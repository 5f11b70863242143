"""What a booking calls for being said: planned by difference, in memory."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings import followups, schedules
from bookings.followups import Difference, Facts, Standing, Wanted
from clients.quiet import Quiet

TORONTO = ZoneInfo("America/Toronto")
ZONES = ["America/Toronto", "Europe/London", "Australia/Lord_Howe", "Asia/Kolkata"]
DEFAULTS = schedules.defaults()
difference = partial(followups.difference, schedules=DEFAULTS)
for_new = partial(followups.for_new, schedules=DEFAULTS)
NIGHT = Quiet(TORONTO, 21 * 60, 8 * 60)
NOW = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
# Every minute of two years, in zones whose clocks change and in one whose don't.
INSTANTS = st.integers(0, 2 * 365 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


def booked(
    start: datetime, *, status: str = "BOOKED", quiet: Quiet = NIGHT, place: int = 1
) -> Facts:
    by = start - 12 * HOUR if status == "REQUESTED" else None
    return Facts("booking:x", status, start, start + timedelta(minutes=50), place, quiet, by)


def local(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), TORONTO).astimezone(UTC)


def planned(facts: Facts, now: datetime = NOW) -> dict[str, Wanted]:
    return {wanted.kind: wanted for wanted in for_new(facts, now=now)}


# Hours


def test_a_booking_made_well_ahead_gets_its_messages_at_their_hours() -> None:
    start = local(date(2026, 11, 12), 14)
    found = planned(booked(start))
    assert {kind: wanted.due_at for kind, wanted in found.items()} == {
        "CONFIRMATION": NOW,
        "PREPARATION": start - 48 * HOUR,
        "REMINDER": start - 24 * HOUR,
        "AFTERCARE": start + timedelta(minutes=50) + HOUR,
        "CHECK_IN": start + timedelta(minutes=50) + 24 * HOUR,
    }


def test_preparation_goes_into_the_confirmation_under_48_hours_ahead() -> None:
    now = local(date(2026, 11, 10), 12)
    assert "PREPARATION" in planned(booked(now + 48 * HOUR), now)
    assert "PREPARATION" not in planned(booked(now + 48 * HOUR - timedelta(minutes=1)), now)


def test_no_reminder_for_what_was_booked_under_26_hours_ahead() -> None:
    now = local(date(2026, 11, 10), 12)
    assert "REMINDER" in planned(booked(now + 26 * HOUR), now)
    assert "REMINDER" not in planned(booked(now + 26 * HOUR - timedelta(minutes=1)), now)


def test_an_early_sessions_reminder_comes_the_evening_before_the_quiet() -> None:
    start = local(date(2026, 11, 12), 7, 30)
    assert planned(booked(start))["REMINDER"].due_at == local(date(2026, 11, 10), 20, 30)


def test_a_reminder_whose_evening_is_past_comes_in_the_morning() -> None:
    start = local(date(2026, 11, 12), 7, 30)
    late = local(date(2026, 11, 10), 22)
    assert planned(booked(start), late)["REMINDER"].due_at == local(date(2026, 11, 11), 8)


def test_aftercare_of_an_evening_session_waits_until_morning() -> None:
    start = local(date(2026, 11, 12), 19, 30)
    assert planned(booked(start))["AFTERCARE"].due_at == local(date(2026, 11, 13), 8)


def test_a_booking_made_at_night_is_confirmed_at_once() -> None:
    night = local(date(2026, 11, 5), 2)
    assert planned(booked(night + 100 * HOUR), night)["CONFIRMATION"].due_at == night


def test_a_request_declined_at_night_is_told_in_the_morning_but_in_good_time() -> None:
    night = local(date(2026, 11, 5), 2)
    told = [Standing(1, "booking:x:REQUEST_RECEIVED:0", "REQUEST_RECEIVED", "SENT", "REQUESTED")]
    for start, due in (
        (night + 30 * HOUR, local(date(2026, 11, 5), 8)),
        (night + 9 * HOUR, night + 5 * HOUR),
        (night + 3 * HOUR, night),
    ):
        change = difference(booked(start, status="DECLINED"), told, now=night)
        assert [wanted.due_at for wanted in change.add] == [due]


def test_a_request_is_acknowledged_and_shown_to_the_practitioner_twice() -> None:
    start = local(date(2026, 11, 12), 14)
    found = for_new(booked(start, status="REQUESTED"), now=NOW)
    by = start - 12 * HOUR
    assert [(wanted.kind, wanted.due_at) for wanted in found] == [
        ("REQUEST_RECEIVED", NOW),
        ("REVIEW_WAITING", NOW),
        ("REVIEW_WAITING", by - 4 * HOUR),
    ]


@given(
    zone=st.sampled_from(ZONES),
    at=INSTANTS,
    from_=st.integers(0, 1440),
    until=st.integers(0, 1440),
)
def test_quiet_is_left_towards_the_side_asked_for(
    zone: str, at: datetime, from_: int, until: int
) -> None:
    quiet = Quiet(ZoneInfo(zone), from_, until)
    morning, evening = quiet.morning(at), quiet.evening(at)
    assert evening <= at <= morning
    assert not quiet.holds(morning)
    assert not quiet.holds(evening) or (until - from_) % 1440 >= 1440 - 30
    assert (morning == at) == (not quiet.holds(at)) == (evening == at)


@pytest.mark.parametrize(
    ("zone", "night"),
    [
        ("America/Toronto", date(2026, 3, 8)),
        ("America/Toronto", date(2026, 11, 1)),
        ("Europe/London", date(2026, 3, 29)),
        ("Europe/London", date(2026, 10, 25)),
        ("Australia/Lord_Howe", date(2026, 4, 5)),
        ("Australia/Lord_Howe", date(2026, 10, 4)),
    ],
)
def test_the_morning_after_clocks_changed_begins_at_eight_on_the_wall(
    zone: str, night: date
) -> None:
    quiet = Quiet(ZoneInfo(zone), 21 * 60, 8 * 60)
    eve = datetime.combine(night - timedelta(days=1), time(22), quiet.zone).astimezone(UTC)
    instants = [eve + timedelta(minutes=15 * step) for step in range(40)]
    mornings = {quiet.morning(at) for at in instants if quiet.holds(at)}
    assert {each.astimezone(quiet.zone).strftime("%d %H:%M") for each in mornings} == {
        f"{night.day:02} 08:00"
    }
    assert quiet.evening(eve) == datetime.combine(
        night - timedelta(days=1), time(20, 30), quiet.zone
    ).astimezone(UTC)


@given(
    zone=st.sampled_from(ZONES),
    now=INSTANTS,
    ahead=st.integers(0, 60 * 24 * 60),
    status=st.sampled_from(["BOOKED", "CONFIRMED", "REQUESTED"]),
)
def test_nothing_is_planned_for_the_past_the_night_or_after_its_use(
    zone: str, now: datetime, ahead: int, status: str
) -> None:
    quiet = Quiet(ZoneInfo(zone), 21 * 60, 8 * 60)
    facts = booked(now + timedelta(minutes=ahead), status=status, quiet=quiet)
    wanted = for_new(facts, now=now)
    assert len({each.key for each in wanted}) == len(wanted)
    for each in wanted:
        assert now <= each.due_at < each.expires_at
        if each.kind in followups.FOLLOWUPS:
            assert not quiet.holds(each.due_at)
        if each.kind in {"REMINDER", "PREPARATION"}:
            assert each.due_at < facts.starts_at
        assert followups.fits(each.kind, each.carries, facts)


# Walks


@dataclass
class Outbox:
    """The rows of one booking, as the database would hold them."""

    rows: list[Standing] = field(default_factory=list)
    due: dict[int, datetime] = field(default_factory=dict)
    told: list[tuple[str, str]] = field(default_factory=list)

    def apply(self, change: Difference) -> None:
        for known in change.withdraw:
            self._set(replace(known, status="WITHDRAWN"))
        for known, until in change.until:
            self._set(replace(known, expires_at=until))
        for known, wanted in change.renew:
            self._plan(replace(known, status="PLANNED", carries=wanted.carries), wanted)
        for wanted in change.add:
            row = Standing(len(self.rows) + 1, wanted.key, wanted.kind, "PLANNED", wanted.carries)
            assert not any(each.key == row.key and each.status != "WITHDRAWN" for each in self.rows)
            self.rows.append(row)
            self._plan(row, wanted)

    def send(self, facts: Facts, now: datetime, *, ending: str) -> None:
        """What is due leaves as the booking stands now, or fails."""
        for row in list(self.rows):
            if row.status == "PLANNED" and self.due[row.id] <= now:
                assert followups.fits(row.kind, row.carries, facts), "planning had withdrawn it"
                says = followups.tells(facts) if row.kind in followups.TIDINGS else row.carries
                self._set(replace(row, status=ending, carries=says))
                if ending == "SENT":
                    self.told.append((row.kind, says))

    def planned(self) -> set[tuple[str, str, datetime]]:
        return {
            (row.kind, row.carries, self.due[row.id])
            for row in self.rows
            if row.status == "PLANNED"
        }

    def expire(self, now: datetime) -> None:
        """What is due and of no use any more is marked so."""
        for row in list(self.rows):
            if row.status == "PLANNED" and row.expires_at and row.expires_at <= now:
                self._set(replace(row, status="EXPIRED"))

    def _plan(self, row: Standing, wanted: Wanted) -> None:
        self._set(replace(row, due_at=wanted.due_at, expires_at=wanted.expires_at))
        self.due[row.id] = wanted.due_at

    def _set(self, row: Standing) -> None:
        self.rows[row.id - 1] = row


STARTS = [NOW + hours * HOUR for hours in (20, 25, 40, 100, 101, 500)]
CHANGES = st.sampled_from([*STARTS, "CANCELLED", "elsewhere"])
GAPS = st.integers(0, 300).map(lambda minutes: timedelta(minutes=minutes))


def changed(facts: Facts, change: datetime | str) -> Facts:
    if change == "CANCELLED":
        # Cancelled, and by a second slip of the finger brought back.
        return replace(facts, status="BOOKED" if facts.status == "CANCELLED" else "CANCELLED")
    if change == "elsewhere":
        return replace(facts, place=3 - facts.place)
    assert isinstance(change, datetime)
    return replace(booked(change, place=facts.place), status=facts.status)


@given(steps=st.lists(st.tuples(CHANGES, GAPS), max_size=12))
def test_any_walk_before_anything_left_ends_with_the_messages_of_its_end(
    steps: list[tuple[datetime | str, timedelta]],
) -> None:
    now, facts, outbox = NOW, booked(STARTS[3]), Outbox()
    outbox.apply(difference(facts, outbox.rows, now=now))
    since = confirmed = now
    for change, gap in steps:
        now += gap
        before, facts = facts, changed(facts, change)
        if replace(before, place=0) != replace(facts, place=0):
            since = now
        if before != facts:
            confirmed = now
        outbox.apply(difference(facts, outbox.rows, now=now))
    expected = {
        (each.kind, each.carries, confirmed if each.kind == "CONFIRMATION" else each.due_at)
        for each in for_new(facts, now=since)
        # A walk may outlast the session, and nobody is told then that it is booked.
        if each.kind not in followups.TIDINGS or now < each.expires_at
    }
    assert outbox.planned() == expected
    if facts.status == "CANCELLED":
        assert not expected, "who was told nothing need not be told that it is off"


@given(
    steps=st.lists(
        st.tuples(CHANGES, GAPS, st.sampled_from([None, "SENT", "SENT", "FAILED"])), max_size=14
    )
)
def test_whoever_was_told_something_ends_up_told_how_it_stands_or_the_desk_sees_why_not(
    steps: list[tuple[datetime | str, timedelta, str | None]],
) -> None:
    now, facts, outbox = NOW, booked(STARTS[3]), Outbox()
    outbox.apply(difference(facts, outbox.rows, now=now))
    for change, gap, ending in [*steps, ("elsewhere", HOUR, "SENT")]:
        now += gap
        facts = changed(facts, change)
        outbox.apply(difference(facts, outbox.rows, now=now))
        again = difference(facts, outbox.rows, now=now)
        assert (again.add, again.renew, again.withdraw) == ([], [], []), "planning twice is once"
        if ending and facts.starts_at > now:
            outbox.send(facts, now, ending=ending)
    tidings = [says for kind, says in outbox.told if kind in followups.TIDINGS]
    assert all(before != after for before, after in pairwise(tidings)), "nothing is told twice"
    moments = [told for told in outbox.told if told[0] in followups.FOLLOWUPS]
    assert len(moments) == len(set(moments)), "one a kind and moment, ever"
    tried = [
        row
        for row in outbox.rows
        if row.kind in followups.TIDINGS and row.status in {"SENT", "FAILED"}
    ]
    newest = max(tried, key=lambda row: int(row.key.split(":")[-1]), default=None)
    if facts.starts_at > now and (tidings or facts.status != "CANCELLED"):
        assert newest
        assert followups.tells(facts) in {*tidings[-1:], newest.carries}


@given(
    steps=st.lists(
        st.tuples(CHANGES, GAPS, st.sampled_from(["PLANNED", "PLANNED", "SENDING", "FAILED"])),
        max_size=12,
    )
)
def test_what_did_not_leave_is_of_use_until_the_moment_of_the_booking_as_it_stands(
    steps: list[tuple[datetime | str, timedelta, str]],
) -> None:
    now, outbox = NOW, Outbox()
    facts = replace(booked(STARTS[3]), asks=True, asked_at=NOW)
    outbox.apply(difference(facts, outbox.rows, now=now))
    for change, gap, stands in [*steps, ("elsewhere", HOUR, "PLANNED")]:
        now += gap
        outbox.expire(now)
        facts = replace(changed(facts, change), asks=True, asked_at=NOW)
        outbox.apply(difference(facts, outbox.rows, now=now))
        again = difference(facts, outbox.rows, now=now)
        assert (again.add, again.renew, again.withdraw, again.until) == ([], [], [], [])
        uses = {
            each.key: each.expires_at
            for each in for_new(facts, now=now)
            if each.kind not in followups.TIDINGS
        }
        for row in outbox.rows:
            if row.key in uses and row.status in {"PLANNED", "SENDING", "FAILED"}:
                assert row.expires_at == uses[row.key], row.kind
        asking = {row.kind: row for row in outbox.rows if row.kind in followups.TO_ANSWER}
        if facts.status == "BOOKED" and facts.starts_at > now + 12 * HOUR:
            assert {row.status for row in asking.values()} <= {"PLANNED", "SENDING", "FAILED"}
            assert len(asking) == 2
        # Mail is away; a worker takes one now and then, or gives up.
        for row in outbox.rows:
            if row.status in {"PLANNED", "SENDING"} and outbox.due[row.id] <= now:
                outbox.rows[row.id - 1] = replace(row, status=stands)


def test_questions_that_came_too_late_are_asked_once_the_booking_is_moved() -> None:
    outbox = Outbox()
    here, there = (replace(booked(STARTS[number]), asks=True) for number in (3, 5))
    outbox.apply(difference(here, (), now=NOW))
    late = here.starts_at + HOUR
    outbox.expire(late)
    outbox.apply(difference(here, outbox.rows, now=late))
    assert "QUESTIONS" not in {kind for kind, _carries, _due in outbox.planned()}
    outbox.apply(difference(there, outbox.rows, now=late))
    assert ("QUESTIONS", "", late) in outbox.planned()


def test_questions_are_taken_back_where_the_visit_now_begins_before_they_may_be_asked() -> None:
    night = local(date(2026, 11, 5), 23)
    outbox, here = Outbox(), replace(booked(night + 40 * HOUR), asks=True)
    outbox.apply(difference(here, (), now=night))
    sooner = replace(booked(night + 8 * HOUR), asks=True)
    outbox.apply(difference(sooner, outbox.rows, now=night + HOUR))
    assert "QUESTIONS" not in {kind for kind, _carries, _due in outbox.planned()}


def test_a_link_that_was_asked_for_is_of_use_as_long_as_the_moved_visit_is_ahead() -> None:
    link = Standing(
        1, "booking:x:LINK:1", "LINK", "PLANNED", "", NOW,
        expires_at=NOW + 3 * HOUR, created_at=NOW,
    )  # fmt: skip
    for hours, until in ((1, NOW + HOUR + timedelta(minutes=50)), (90, NOW + 48 * HOUR)):
        change = difference(booked(NOW + hours * HOUR), [link], now=NOW)
        assert (change.until, change.withdraw) == ([(link, until)], [])


def test_a_reminder_tried_until_its_visit_began_is_shown_as_late_and_not_taken_back() -> None:
    outbox, here = Outbox(), booked(STARTS[3])
    outbox.apply(difference(here, (), now=NOW))
    rows = [
        replace(row, due_at=here.starts_at + timedelta(minutes=5)) for row in outbox.rows
    ]  # put off after another try in vain
    now = here.starts_at - timedelta(minutes=20)
    change = difference(replace(here, status="CONFIRMED"), rows, now=now)
    assert "REMINDER" not in {each.kind for each in change.withdraw}


def test_a_move_before_the_confirmation_left_is_no_move_to_the_client() -> None:
    outbox = Outbox()
    outbox.apply(difference(booked(STARTS[3]), (), now=NOW))
    outbox.apply(difference(booked(STARTS[4]), outbox.rows, now=NOW))
    outbox.send(booked(STARTS[4]), NOW, ending="SENT")
    assert outbox.told == [("CONFIRMATION", followups.tells(booked(STARTS[4])))]


def test_a_move_there_and_back_before_anybody_heard_says_nothing() -> None:
    outbox, here, there = Outbox(), booked(STARTS[3]), booked(STARTS[4])
    outbox.apply(difference(here, (), now=NOW))
    outbox.send(here, NOW, ending="SENT")
    before = outbox.planned()
    outbox.apply(difference(there, outbox.rows, now=NOW))
    assert "MOVED" in {kind for kind, _carries, _due in outbox.planned()}
    outbox.apply(difference(here, outbox.rows, now=NOW))
    assert outbox.planned() == before


def test_a_reminder_sent_for_a_start_blocks_a_second_for_that_start() -> None:
    outbox, here, there = Outbox(), booked(STARTS[3]), booked(STARTS[5])
    outbox.apply(difference(here, (), now=NOW))
    later = here.starts_at - 23 * HOUR
    outbox.send(here, later, ending="SENT")
    outbox.apply(difference(there, outbox.rows, now=later))
    outbox.apply(difference(here, outbox.rows, now=later - 10 * HOUR))
    assert [kind for kind, _told in outbox.told].count("REMINDER") == 1
    assert "REMINDER" not in {kind for kind, _carries, _due in outbox.planned()}


def test_a_client_who_arrived_is_sent_no_reminder_but_aftercare() -> None:
    outbox, here = Outbox(), booked(STARTS[3])
    outbox.apply(difference(here, (), now=NOW))
    outbox.apply(difference(replace(here, status="ARRIVED"), outbox.rows, now=here.starts_at))
    assert {kind for kind, _carries, _due in outbox.planned()} == {"AFTERCARE", "CHECK_IN"}


def test_who_did_not_come_hears_nothing_more() -> None:
    outbox, here = Outbox(), booked(STARTS[3])
    outbox.apply(difference(here, (), now=NOW))
    outbox.apply(difference(replace(here, status="NO_SHOW"), outbox.rows, now=here.ends_at))
    assert outbox.planned() == set()


def test_a_request_that_is_accepted_is_confirmed_and_followed_up() -> None:
    outbox, asked = Outbox(), booked(STARTS[3], status="REQUESTED")
    outbox.apply(difference(asked, (), now=NOW))
    outbox.send(asked, NOW, ending="SENT")
    outbox.apply(difference(booked(STARTS[3]), outbox.rows, now=NOW + HOUR))
    assert {kind for kind, _carries, _due in outbox.planned()} == {
        "CONFIRMATION",
        "PREPARATION",
        "REMINDER",
        "AFTERCARE",
        "CHECK_IN",
    }


def test_a_client_is_asked_again_once_each_time_the_practitioner_asks() -> None:
    outbox, here = Outbox(), booked(STARTS[4])
    outbox.apply(difference(here, (), now=NOW))
    grace = timedelta(minutes=3)
    for at in (NOW, NOW + HOUR):
        asked = replace(here, asked_at=at)
        for now in (at, at + timedelta(minutes=1)):
            outbox.apply(difference(asked, outbox.rows, now=now, grace=grace))
        outbox.send(asked, at + grace, ending="SENT")
        outbox.apply(difference(asked, outbox.rows, now=at + 2 * grace, grace=grace))
    assert [kind for kind, _told in outbox.told].count("ASKED_AGAIN") == 2
    assert "ASKED_AGAIN" not in {kind for kind, _carries, _due in outbox.planned()}


def test_a_question_waits_for_the_morning_and_is_withdrawn_once_it_is_answered_or_over() -> None:
    night = local(date(2026, 11, 5), 23)
    here = replace(booked(night + 40 * HOUR), asked_at=night)
    wanted = planned(here, night)["ASKED_AGAIN"]
    assert wanted.due_at == local(date(2026, 11, 6), 8)
    assert followups.fits("ASKED_AGAIN", wanted.carries, here)
    for over in (
        replace(here, asked_at=None),
        replace(here, asked_at=night + HOUR),
        replace(here, status="CANCELLED"),
        replace(here, status="ARRIVED"),
    ):
        assert not followups.fits("ASKED_AGAIN", wanted.carries, over)
    soon = replace(booked(night + 2 * HOUR), asked_at=night)
    assert "ASKED_AGAIN" not in planned(soon, night), "nobody is asked after the session began"


def test_a_request_taken_back_by_the_client_is_acknowledged_once_they_heard_of_it() -> None:
    outbox, asked = Outbox(), booked(STARTS[3], status="REQUESTED")
    outbox.apply(difference(asked, (), now=NOW))
    outbox.send(asked, NOW, ending="SENT")
    outbox.apply(difference(replace(asked, status="CANCELLED"), outbox.rows, now=NOW + HOUR))
    assert {kind for kind, _carries, _due in outbox.planned()} == {"CANCELLED"}
