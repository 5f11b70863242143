"""A practitioner runs sessions on a tablet: in a real browser, with and without a network."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.sessions.models import Session as DjangoSession
from hypothesis import given, settings
from playwright.sync_api import Page, expect

from bookings import actions
from bookings.models import Booking
from bookings.views.session_data import action_row, millis
from clients.models import ClientKey
from clinic.audit import CLIENT, staff
from clinic.models import User
from tests.bookings.world import answers
from tests.factories import bookings, clinic
from tests.factories.house import House, house
from tests.harness.browser import Visits
from tests.harness.databases import Database
from tests.harness.programs import Site, eventually
from tests.journeys.test_logins import log_in
from tests.treatments.test_session_log import walks
from treatments.actions import chart
from treatments.models import NeedleBox, SessionAction, SessionRecord, SessionVersion, Tool
from treatments.queries.sessions import state_of
from treatments.session_actions import Action, Kind, read
from treatments.session_log import fold

TABLET = (1180, 820)
POINTS = (("EX-HN3", "M"), ("GB14", "L"), ("GB14", "R"), ("LI20", "L"), ("LI20", "R"))


@pytest.fixture
def home(fresh_db: Database) -> House:
    made = house(people=2, rooms=2)
    mei = clinic.user(role="PRACTITIONER", name="Mei Tanaka")
    mei.password = PBKDF2PasswordHasher().encode(clinic.PASSWORD, "salt-of-the-tests-own", 1)
    mei.save()
    made.people[0].user, made.people[0].title = mei, "ND"
    made.people[0].save()
    NeedleBox.objects.create(
        location=made.location, brand="Seirin", diameter_mm="0.16", length_mm="15", lot="A12",
        expires_on="2099-01-01", pieces=100, received_on="2026-01-01",
    )  # fmt: skip
    Tool.objects.create(location=made.location, name="Roller 1")
    return made


def visit(home: House, **fields: Any) -> Booking:
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    made = bookings.booking(
        **{
            "starts_at": now,
            "status": "ARRIVED",
            "practitioner": home.people[0],
            "room": home.rooms[0],
            "treatment": home.session,
            **fields,
        }
    )
    ClientKey.objects.of(made.client, now=now)
    return made


def mei(home: House) -> User:
    user = home.people[0].user
    assert user
    return user


def enter(page: Page, home: House, booking: Booking) -> None:
    page.goto(f"/practice/visit/{booking.uid}/")
    log_in(page, str(mei(home).email), f"/practice/visit/{booking.uid}/")
    page.get_by_role("button", name="Begin the session").click()
    expect(page.get_by_role("button", name="Begin: Lymphatic massage")).to_be_visible()
    expect(page.locator("[data-session]")).to_have_attribute("data-live", "yes")


def saved(page: Page) -> None:
    expect(page.locator("[data-saved]")).to_contain_text("Saved")


def tap(page: Page, code: str, side: str) -> None:
    page.locator(f"[data-fc-view=FRONT] [data-key='{code}:{side}']").click()


def counts(page: Page, put_in: int, out: int) -> None:
    for name, value in (("in", put_in), ("out", out), ("still", put_in - out)):
        expect(page.locator(f"[data-count-{name}]")).to_have_text(str(value))


def before(home: House, booking: Booking) -> None:
    """Give the client a signed session with the same needles, a week ago."""
    then = booking.starts_at - timedelta(days=7)
    earlier = visit(home, starts_at=then, client=booking.client)
    session = actions.begin_session(now=then, author=mei(home), booking=earlier)
    made = [
        Action(
            uuid.uuid4(), Kind.PLACE, then,
            read(Kind.PLACE, {"needle": str(uuid.uuid4()), "code": code, "side": side,
                              "region": "brow", "depth_mm": 3, "angle": "OBLIQUE"}),
        )
        for code, side in POINTS
    ]  # fmt: skip
    made.append(Action(uuid.uuid4(), Kind.REMOVE_ALL, then + timedelta(minutes=30), {}))
    chart(now=then + timedelta(minutes=31), author=mei(home), session=session, actions=made)
    actions.sign(now=then + timedelta(minutes=50), author=mei(home), booking=earlier, document={})


class Taps:
    """Counts what a finger does."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def __call__(self, name: str | re.Pattern[str], role: Any = "button") -> None:
        self.count += 1
        self.page.get_by_role(role, name=name).first.click()


def test_a_repeat_visit_is_run_and_signed_in_at_most_25_taps(
    home: House, site: Site, visits: Visits
) -> None:
    booking = visit(home)
    before(home, booking)
    page = visits.open(site, *TABLET)
    enter(page, home, booking)
    began, tap_on = datetime.now(UTC), Taps(page)
    tap_on("Begin: Lymphatic massage")
    tap_on("Oil is off")
    tap_on("Next: Needling")
    tap_on("Same as last time (5)")
    counts(page, 5, 0)
    expect(page.get_by_role("button", name="Next: Jade roller")).to_have_attribute(
        "aria-disabled", "true"
    )
    tap_on("Remove all now")
    counts(page, 5, 5)
    tap_on("Next: Jade roller")
    tap_on("Relaxed")
    saved(page)
    visits.look(page, "the session")
    tap_on("Finish session")
    expect(page.get_by_label("What was done, and what comes next")).to_have_value(
        re.compile("GB14 both")
    )
    visits.look(page, "the end of the session")
    tap_on("Sign, and book")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Session of"))
    visits.look(page, "the signed record")
    assert tap_on.count <= 25
    assert datetime.now(UTC) - began < timedelta(minutes=2)
    session = SessionRecord.objects.latest("started_at")
    assert session.is_signed
    needles = SessionVersion.objects.latest("at").document["needles"]
    assert [needle["depth_mm"] for needle in needles] == [3] * 5
    assert {needle["lot"] for needle in needles} == {"A12"}


def test_ten_minutes_without_a_network_lose_nothing(
    home: House, site: Site, visits: Visits
) -> None:
    visits.expected.append("ERR_INTERNET_DISCONNECTED")
    booking = visit(home)
    page = visits.open(site, *TABLET)
    enter(page, home, booking)
    page.get_by_role("button", name="Begin: Lymphatic massage").click()
    page.get_by_role("button", name="Next: Needling").click()
    saved(page)
    page.context.set_offline(True)
    for code, side in POINTS:
        tap(page, code, side)
    counts(page, 5, 0)
    expect(page.locator("[data-saved]")).to_contain_text("No connection")
    assert SessionAction.objects.filter(kind="PLACE").count() == 0
    page.context.set_offline(False)
    page.reload()
    counts(page, 5, 0)
    saved(page)
    tap(page, *POINTS[0])
    counts(page, 5, 1)
    saved(page)
    eventually(
        lambda: state_of(SessionRecord.objects.get()).count.still_in == 4, what="the count kept"
    )
    assert SessionAction.objects.filter(kind="PLACE").count() == 5


def test_two_tablets_on_one_session_agree_and_the_clock_goes_on_on_the_other(
    home: House, site: Site, visits: Visits
) -> None:
    booking = visit(home)
    one = visits.open(site, *TABLET)
    enter(one, home, booking)
    one.get_by_role("button", name="Begin: Lymphatic massage").click()
    saved(one)
    other = visits.open(site, 390, 844)
    log_in(other, str(mei(home).email), f"/practice/visit/{booking.uid}/")
    other.get_by_role("link", name="Go on with the session").click()
    expect(other.locator("[data-phase-name]")).to_have_text("Lymphatic massage")
    expect(other.locator("[data-time]")).to_have_text(re.compile(r"12:\d\d"))
    other.get_by_role("button", name="Next: Needling").click()
    saved(other)
    expect(one.locator("[data-phase-name]")).to_have_text("Needling", timeout=15_000)
    tap(one, *POINTS[0])
    saved(one)
    expect(other.locator("[data-count-still]")).to_have_text("1", timeout=15_000)
    massage = one.locator("[data-work=MASSAGE]")
    massage.locator("summary").click()
    massage.get_by_label("Left out").select_option("Side of the neck")
    massage.get_by_label("Why").fill("Asked not to")
    massage.get_by_role("button", name="Leave it out").click()
    saved(one)
    theirs = other.locator("[data-work=MASSAGE]")
    theirs.locator("summary").click()
    expect(theirs).to_contain_text("Side of the neck: Asked not to", timeout=15_000)
    theirs.get_by_role("button", name="Side of the neck").click()
    saved(other)
    expect(massage).not_to_contain_text("Asked not to", timeout=15_000)


def test_a_tablet_left_alone_shows_nothing_but_the_count_and_the_way_to_take_all_out(
    home: House, site: Site, visits: Visits
) -> None:
    booking = visit(home)
    page = visits.open(site, *TABLET)
    enter(page, home, booking)
    page.keyboard.press("n")
    tap(page, *POINTS[0])
    saved(page)
    DjangoSession.objects.all().delete()  # as when nobody touched it for too long
    lock = page.get_by_role("region", name="Locked")
    expect(lock).to_be_visible(timeout=15_000)
    expect(lock).to_contain_text("1 in, 0 out, 1 still in")
    visits.look(page, "locked")
    lock.get_by_role("button", name="Remove all now").click()
    expect(lock).to_contain_text("1 in, 1 out, 0 still in")
    lock.get_by_role("link", name="Log in, or come back").click()
    page.get_by_label("E-mail").fill(str(mei(home).email))
    page.get_by_label("Password").fill(clinic.PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()
    counts(page, 1, 1)
    saved(page)
    eventually(
        lambda: state_of(SessionRecord.objects.get()).count.still_in == 0, what="what was tapped"
    )


def test_somebody_faints_and_every_needle_is_out_with_one_tap(
    home: House, site: Site, visits: Visits
) -> None:
    booking = visit(home)
    page = visits.open(site, *TABLET)
    enter(page, home, booking)
    page.keyboard.press("n")
    page.keyboard.press("n")
    for code, side in POINTS[:3]:
        tap(page, code, side)
    page.get_by_role("button", name="Remove all now").click()
    counts(page, 3, 3)
    page.get_by_text("Something happened").click()
    page.get_by_label("What", exact=True).select_option(label="Faint, or nearly")
    expect(page.get_by_label("How bad")).to_have_value("MODERATE")
    page.get_by_label("What was done").fill("Legs up, water, colour came back.")
    page.get_by_role("button", name="Keep this event").click()
    page.get_by_role("button", name="Stop early").click()
    expect(page.locator("[data-phase-name]")).to_have_text("Ended")
    saved(page)
    page.get_by_role("button", name="Finish session").click()
    page.get_by_role("button", name="Sign, and book").click()
    expect(page.get_by_role("region", name="What happened")).to_contain_text("Legs up")


def test_a_point_that_is_off_asks_for_a_reason_before_it_counts(
    home: House, site: Site, visits: Visits
) -> None:
    booking = visit(home)
    now = datetime.now(UTC)
    said = answers(bq_review={"items": {"carotid": None}})
    actions.answer_questions(now=now, actor=CLIENT, booking=booking, answers=said, source="LINK")
    actions.review(
        now=now, actor=staff(mei(home)), booking=booking, decision="ACCEPT", reason="No neck.",
        despite_absolute=True,
    )  # fmt: skip
    page = visits.open(site, *TABLET)
    enter(page, home, booking)
    # The columns scroll, never the page into emptiness.
    assert page.evaluate("document.documentElement.scrollHeight") == TABLET[1]
    page.keyboard.press("n")
    tap(page, "GV25", "M")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Why all the same")).to_be_visible()
    expect(dialog).to_contain_text("Off today:")
    dialog.get_by_role("button", name="Keep").click()
    counts(page, 0, 0)
    dialog.get_by_label("Why all the same").fill("Agreed with the client.")
    dialog.get_by_label("Depth, mm").fill("9")
    expect(dialog).to_contain_text("Deeper than the")
    dialog.get_by_role("button", name="Keep").click()
    counts(page, 1, 0)
    page.get_by_role("button", name="Undo").click()
    counts(page, 0, 0)

    massage = page.locator("[data-work=MASSAGE]")
    massage.get_by_text("Lymphatic massage").click()
    why = massage.get_by_label("Why all the same, where it is to be left out")
    expect(why).to_be_hidden()
    massage.locator("label.chip", has_text="Side of the neck").click()
    massage.get_by_role("button", name="Keep").click()
    expect(why).to_be_focused()
    why.fill("Asked for by her doctor.")
    massage.get_by_role("button", name="Keep").click()
    saved(page)
    made = SessionAction.objects.select_related("client__key").get(kind=Kind.MASSAGE)
    assert made.payload["reason"] == "Asked for by her doctor."


FOLD = """async ({href, walks}) => {
  const { fold } = await import(href);
  return walks.map((walk) => {
    const state = fold(walk);
    return [state.count.in, state.count.out, state.phase, state.startedAt, state.endedAt,
      state.stretches.map((one) => [one.phase, one.start, one.end]), state.notes.map((note) => note.text),
      state.events.length, Object.keys(state.ratings).length, state.needles.map((n) => [n.needle, n.is_in, n.removedAt])];
  });
}"""


def summary(actions_: list[Action]) -> list[Any]:
    state = fold(actions_)

    def at(moment: datetime | None) -> int | None:
        return None if moment is None else millis(moment)

    return [
        state.count.put_in, state.count.out, state.phase, at(state.started_at), at(state.ended_at),
        [[one.phase, at(one.start), at(one.end)] for one in state.stretches],
        [text for _at, text in state.notes], len(state.events), len(state.ratings),
        [[n.uid, n.is_in, at(n.removed_at)] for n in state.needles],
    ]  # fmt: skip


def test_the_tablet_and_the_server_read_the_same_session_from_the_same_actions(
    site: Site, visits: Visits
) -> None:
    made: list[list[Action]] = []

    @settings(max_examples=150, database=None)
    @given(walks())
    def collect(walk: list[Action]) -> None:
        made.append(walk)

    collect()
    page = visits.open(site, *TABLET)
    page.goto("/")
    rows = [[action_row(action) for action in walk] for walk in made]
    told = page.evaluate(FOLD, {"href": "/static/js/session_log.js", "walks": rows})
    for walk, said in zip(made, told, strict=True):
        assert said == summary(walk)
