"""Plans on pages: made in a few taps, followed, and told to the desk as numbers and days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from bookings.forms.choosing import Choice
from bookings.models import Booking
from bookings.queries.own_data import own_data
from clients.models import Client
from clinic.models import AccessEntry
from tests.bookings.my_pages import login_of, person, signed_in
from tests.bookings.test_desk_panels import desk, form, home, text_of
from tests.bookings.test_practice_views import logged_in, practitioner_login
from tests.factories import bookings, consents, plans
from tests.factories.house import NOTHING_APPLIES, House
from tests.factories.intake import told
from treatments.actions.planning import Aims
from treatments.models import Plan, PlanTemplate

pytestmark = pytest.mark.django_db
__all__ = ["desk", "home"]

DAY = timedelta(days=1)
SECRET = "Zinnia wants her old jaw back"


@pytest.fixture
def mei(home: House) -> Browser:
    return logged_in(practitioner_login(home, 0))


def had(home: House, client: Client, *ago: int, status: str = "DONE") -> None:
    """Let a client have visits with Mei so many days ago, at ten."""
    for days in ago:
        bookings.booking(
            starts_at=home.at(10, ahead=-days),
            practitioner=home.people[0],
            room=home.rooms[0],
            treatment=home.session,
            client=client,
            status=status,
        )


def planned(home: House, *ago: int, client: Client | None = None, **fields: Any) -> Plan:
    """Return an agreed plan of a client who had visits so many days ago."""
    who = client or person()
    made = plans.plan(
        now=timezone.now(),
        counts_from=home.at(9, ahead=-60),
        client=who,
        practitioner=home.people[0],
        treatment=home.session,
        aims=Aims(concerns=["jowls"], body=["sleep"], goals=SECRET, words="Sleep well."),
        agreed=True,
        **fields,
    )
    had(home, who, *ago)
    return made


def words(home: House, ahead: int) -> str:
    return f"{home.day(ahead):%a} {home.day(ahead).day} {home.day(ahead):%b}"


def practice(plan: Plan, rest: str = "") -> str:
    return f"/practice/clients/{plan.client.uid}/plan/{plan.uid}/{rest}"


# In the practice


def test_a_plan_is_made_in_three_taps_with_what_the_client_told_us(
    mei: Browser, home: House
) -> None:
    client = person()
    had(home, client, 2)
    told(client=client, at=timezone.now(), answers={"top3": ["jowls", "neck_lines"]})
    record = f"/practice/clients/{client.uid}/"
    assert f'href="{record}plan/"' in mei.get(record).content.decode()
    page = mei.get(f"{record}plan/", follow=True)
    filled = page.context["form"].initial
    assert (filled["first"], filled["second"]) == ("jowls", "neck_lines")
    assert page.context["chosen"] == "standard"
    sent = {"template": "standard", "treatment": "facial", **filled}
    answer = mei.post(f"{record}plan/new/", {k: v for k, v in sent.items() if v})
    assert answer.status_code == 303
    plan = Plan.objects.get()
    assert plan.aims["concerns"] == ["jowls", "neck_lines"]
    assert (plan.sessions, plan.practitioner, plan.state) == (10, home.people[0], "PROPOSED")
    assert text_of(mei.get(answer["Location"])).count("Proposed") >= 1
    again = mei.post(f"{record}plan/new/", {k: v for k, v in sent.items() if v})
    assert again.status_code == 422
    assert "There is a running plan" in text_of(again)
    assert Plan.objects.count() == 1


def test_an_event_without_its_day_is_said_at_the_field(mei: Browser, home: House) -> None:
    client = person()
    had(home, client, 2)
    sent = {"template": "event", "treatment": "facial", "counts_from": home.day(0).isoformat()}
    page = mei.post(f"/practice/clients/{client.uid}/plan/new/", sent)
    assert page.status_code == 422
    assert page.context["form"].errors["event_on"] == ["Please say on which day the event is."]
    sent["event_on"] = home.day(60).isoformat()
    assert mei.post(f"/practice/clients/{client.uid}/plan/new/", sent).status_code == 303


def test_a_plan_goes_its_way_by_buttons_and_says_who_did_what(mei: Browser, home: House) -> None:
    client = person()
    had(home, client, 2)
    plan = plans.plan(
        now=timezone.now() - DAY, client=client, treatment=home.session, aims=Aims(goals=SECRET)
    )
    page = mei.get(practice(plan))
    assert "is not signed yet" in text_of(page)
    assert SECRET in text_of(page)
    assert AccessEntry.objects.filter(what="PLAN", whose=f"client:{client.uid}").exists()
    refused = mei.post(practice(plan, "agree/"))
    assert refused.status_code == 409
    assert "agreed to by signature" in text_of(refused)
    consents.signed(client, at=timezone.now())
    for step, state in (
        ("agree", "AGREED"),
        ("activate", "ACTIVE"),
        ("pause", "PAUSED"),
        ("resume", "ACTIVE"),
    ):
        assert mei.post(practice(plan, f"{step}/")).status_code == 303
        assert Plan.objects.get().state == state
    assert mei.post(practice(plan, "activate/")).status_code == 409
    assert mei.post(practice(plan, "complete/")).status_code == 409
    assert mei.post(practice(plan, "stop/"), {"reason": " "}).status_code == 409
    assert mei.post(practice(plan, "dream/")).status_code == 404
    assert mei.post(practice(plan, "stop/"), {"reason": "Moves to Lisbon"}).status_code == 303
    assert "Moves to Lisbon" in text_of(mei.get(practice(plan)))


def test_ten_of_ten_go_on_as_maintenance_by_one_tap(mei: Browser, home: House) -> None:
    plan = planned(home, *range(3, 53, 5))
    page = text_of(mei.get(practice(plan)))
    assert "All 10 sessions are done" in page
    assert mei.post(practice(plan, "maintenance/"), {"template": "standard"}).status_code == 404
    answer = mei.post(practice(plan, "maintenance/"), {"template": "maintenance"})
    made = Plan.objects.get(follows=plan)
    assert answer["Location"] == f"{practice(made)}?did=maintenance"
    assert made.state == "ACTIVE"
    assert mei.get(practice(made)).status_code == 200


def test_what_it_is_for_is_changed_and_what_the_clinic_offers_too(
    mei: Browser, home: House
) -> None:
    plan = planned(home, 3)
    answer = mei.post(practice(plan, "aims/"), {"first": "frown_lines", "body": ["stress"]})
    assert answer.status_code == 303
    assert Plan.objects.get().aims["concerns"] == ["frown_lines"]
    assert mei.post(practice(plan, "aims/"), {"first": "wings"}).status_code == 422
    assert "Rejuvenation series" in text_of(mei.get("/practice/plans/"))
    sent = {
        "name": "Add",
        "sessions": "6",
        "per_week": "1",
        "min_gap_days": "4",
        "reviews_at": "3, 6",
        "retention_minutes": "15",
        "is_active": "on",
    }
    assert mei.post("/practice/plans/add/", sent).status_code == 303
    made = PlanTemplate.objects.get(name="Add")
    assert (made.reviews_at, made.slug) == ([3, 6], "add")
    edit = f"/practice/plans/{made.uid}/"
    assert mei.get(edit).context["form"].initial["reviews_at"] == "3, 6"
    wrong = {**sent, "reviews_at": "3, 7", "every_days": "30"}
    assert mei.post(edit, wrong).status_code == 422
    both = mei.post(edit, {**sent, "every_days": "30"})
    assert "one of the two" in text_of(both)


def test_a_plan_is_found_by_its_own_client_alone(mei: Browser, home: House) -> None:
    plan, other = planned(home, 3), bookings.client()
    had(home, other, 20)
    for rest in ("", "aims/"):
        assert mei.get(f"/practice/clients/{other.uid}/plan/{plan.uid}/{rest}").status_code == 404
    assert mei.post(f"/practice/clients/{other.uid}/plan/{plan.uid}/pause/").status_code == 404
    colleague = logged_in(practitioner_login(home, 1))
    assert colleague.get(practice(plan)).status_code == 404


# At the desk


def test_the_desk_reads_which_session_and_when_and_nothing_of_what_it_is_for(
    desk: Browser, home: House
) -> None:
    plan = planned(home, 24, 17, 10, 3)
    panel = text_of(desk.get(f"/desk/book/?location=queen&client={plan.client.uid}"))
    assert "Session 5 of 10" in panel
    assert f"due {words(home, 4)}, not before {words(home, 0)}" in panel
    had(home, plan.client, -4, status="BOOKED")
    coming = Booking.objects.get(status="BOOKED")
    opened = desk.get(f"/desk/booking/{coming.uid}/").content.decode()
    assert "Session 5 of 10" in opened
    assert "4 of 10 sessions done, 1 booked" in opened
    for secret in (SECRET, "Jowls", "Sleep well", "Series"):
        assert secret not in opened
        assert secret not in panel


def test_a_time_outside_the_plan_is_warned_of_once_and_then_booked(
    desk: Browser, home: House
) -> None:
    plan = planned(home, 24, 17, 1)
    who = str(home.people[0].pk)
    sent = form(home, client=str(plan.client.uid), at=str(Choice(home.at(14, ahead=1), who)))
    warned = desk.post("/desk/book/?location=queen", sent)
    assert warned.status_code == 422
    assert "too close to another session" in text_of(warned)
    assert not Booking.objects.filter(status="BOOKED").exists()
    meant = warned.context["gap_ok"]
    other = {**sent, "gap_ok": meant, "at": str(Choice(home.at(15, ahead=1), who))}
    assert desk.post("/desk/book/?location=queen", other).status_code == 422, "another time"
    for _twice in range(2):
        answer = desk.post("/desk/book/?location=queen", {**sent, "gap_ok": meant})
        assert answer.status_code == 303
    # The same form sent again is the same booking, not one too close to itself.
    again = desk.post("/desk/book/?location=queen", sent)
    assert again.status_code == 303
    assert Booking.objects.filter(status="BOOKED").count() == 1


def test_moving_out_of_the_gaps_is_warned_of_and_the_booking_is_not_its_own_neighbour(
    desk: Browser, home: House
) -> None:
    plan = planned(home, 3)
    had(home, plan.client, -4, status="BOOKED")
    booking, who = Booking.objects.get(status="BOOKED"), str(home.people[0].pk)

    def move(ahead: int, **also: str) -> Any:
        at = {"at": str(Choice(home.at(11, ahead=ahead), who)), "practitioner": who, **also}
        return desk.post(f"/desk/booking/{booking.uid}/move/", at)

    assert move(5).status_code == 303
    warned = move(9)
    assert warned.status_code == 422
    assert "later than the plan has it" in text_of(warned)
    assert move(9, gap_ok=warned.context["gap_ok"]).status_code == 303
    assert Booking.objects.get(pk=booking.pk).starts_at == home.at(11, ahead=9)


def test_somebody_new_and_somebody_without_a_plan_are_booked_as_ever(
    desk: Browser, home: House
) -> None:
    assert desk.post("/desk/book/?location=queen", form(home)).status_code == 303
    client = person()
    had(home, client, 1)
    who = str(home.people[1].pk)
    sent = form(home, client=str(client.uid), at=str(Choice(home.at(11, ahead=2), who)))
    assert desk.post("/desk/book/?location=queen", sent).status_code == 303


def test_the_desk_is_offered_times_when_the_next_session_is_due(desk: Browser, home: House) -> None:
    plan = planned(home, 1)
    page = desk.get(f"/desk/book/?location=queen&client={plan.client.uid}")
    days = {time.value[:10] for time in page.context["times"]}
    wanted = home.at(10, ahead=6).astimezone(UTC)
    assert days <= {f"{wanted + n * DAY:%Y-%m-%d}" for n in (-1, 0, 1, 2)}


# A client's own pages


def test_a_client_sees_how_far_they_are_and_what_was_written_for_them(home: House) -> None:
    plan = planned(home, 10, 3)
    me = signed_in(login_of(plan.client))
    page = text_of(me.get(f"/me/{plan.client.uid}/"))
    assert "2 of 10 done" in page
    assert "Sleep well." in page
    assert SECRET not in page
    assert f"due {words(home, 4)}" in page
    assert "Session 3 of 10" in text_of(me.get(f"/me/{plan.client.uid}/book/"))


def test_a_client_is_told_of_the_gap_before_they_confirm_and_books_all_the_same(
    home: House,
) -> None:
    plan = planned(home, 10)
    had(home, plan.client, -2, status="BOOKED")
    me = signed_in(login_of(plan.client))
    at = str(Choice(home.at(14, ahead=3), home.people[0].slug))
    held = me.post(f"/me/{plan.client.uid}/book/", {"at": at})
    page = text_of(me.get(held["Location"]))
    assert "too close to another session" in page
    assert "You can book it all the same" in page
    booked = me.post(held["Location"], {"changed": "yes", **NOTHING_APPLIES})
    assert booked.status_code == 303
    assert Booking.objects.filter(starts_at=home.at(14, ahead=3)).exists()


def test_maintenance_is_offered_a_month_on_and_not_next_week(home: House) -> None:
    upkeep = plans.maintenance()
    plan = planned(home, 2, of=upkeep)
    me = signed_in(login_of(plan.client))
    picks = me.get(f"/me/{plan.client.uid}/").context["page"].picks
    assert picks
    for pick in picks:
        start = datetime.strptime(pick.value[:10], "%Y-%m-%d").date()  # noqa: DTZ007
        assert start >= home.day(19)


def test_the_public_way_knows_of_no_plan(home: House) -> None:
    planned(home, 1)
    page = Browser().get("/book/?location=queen&treatment=facial", follow=True)
    assert "Session 2" not in text_of(page)


def test_a_client_takes_their_plans_along_without_what_was_noted_for_the_practitioner(
    home: House,
) -> None:
    plan = planned(home, 3)
    (kept,) = own_data(plan.client, now=timezone.now())["plans"]
    assert (kept["name"], kept["state"], kept["concerns"]) == (plan.name, "AGREED", ["Jowls"])
    assert (kept["whole_body"], kept["words"]) == (["Sleep"], "Sleep well.")
