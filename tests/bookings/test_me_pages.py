"""The clients' own pages: what they show, to whom, and the next booking in two taps."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bookings import links, me_urls
from bookings.models import Booking
from bookings.queries.next_visit import next_visit, usual_time
from clients.consent_links import token_of
from clients.models import Client, Screening
from clinic.models import Clinic
from tests.bookings.my_pages import login_of, person, signed_in, text_of
from tests.bookings.world import answers as said_answers
from tests.factories import bookings, consents
from tests.factories.house import NOTHING_APPLIES, House, house
from tests.factories.intake import told

pytestmark = pytest.mark.django_db
TORONTO = ZoneInfo("America/Toronto")
HOSTILE = '<script>alert("x")</script> \u202eevil" onload=x'


@pytest.fixture
def home() -> House:
    return house()


def visit(home: House, client: Client, starts_at: datetime, **fields: Any) -> Booking:
    uid = uuid.uuid4()
    return bookings.booking(
        **{
            "uid": uid,
            "token_digest": links.digest(links.token(uid, version=1)),
            "client": client,
            "starts_at": starts_at,
            "practitioner": home.people[0],
            "room": home.rooms[0],
            "treatment": home.session,
            "contact_name": client.name,
            "contact_email": client.email,
            **fields,
        }
    )


def mine() -> list[str]:
    """Return every address of one client, as its pattern reads."""
    return [
        str(pattern.pattern)
        for pattern in me_urls.urlpatterns
        if str(pattern.pattern).startswith("<uuid:client>")
    ]


def test_every_address_of_somebody_else_is_not_there(home: House) -> None:
    priya, ana = person(), person("Ana", email="ana@example.org")
    visit(home, ana, home.at(10))
    browser = signed_in(login_of(priya))
    assert len(mine()) >= 5
    for route in mine():
        for uid in (ana.uid, uuid.uuid4()):
            address = re.sub(r"<uuid:client>", str(uid), f"/me/{route}")
            address = re.sub(r"<uuid:\w+>", str(uuid.uuid4()), address)
            address = re.sub(r"<str:\w+>", "anything", address)
            for method in (browser.get, browser.post):
                assert method(address).status_code == 404, address


def test_the_first_page_shows_what_comes_and_what_is_to_do_and_no_more(home: House) -> None:
    priya = person(HOSTILE)
    coming = visit(home, priya, home.at(10), outcome="NOT_ASKED")
    visit(home, priya, home.at(14, ahead=9), outcome="FINE")
    visit(home, person("Ana", email="a@example.org"), home.at(11))
    answer = signed_in(login_of(priya)).get(f"/me/{priya.uid}/")
    page = answer.content.decode()
    token = links.token(coming.uid, version=1)
    for address in ("move/", "calendar.ics", ""):
        assert f'"/manage/{token}/{address}"' in page
    assert f'"/answers/{token}/"' in page
    assert page.count('"/answers/') == 1
    assert "In 3 days" in page
    assert "2:00 pm" in page
    assert "11:00 am with" not in text_of(answer).split("Book again")[0]
    assert "<script>alert" not in page
    assert answer["Cache-Control"] == "no-store, private"


def test_what_is_to_be_signed_before_a_visit_is_one_tap_away_until_it_is_signed(
    home: House,
) -> None:
    priya = person()
    browser = signed_in(login_of(priya))
    address, link = f"/me/{priya.uid}/", f'"/consent/{token_of(priya)}/"'
    assert link not in browser.get(address).content.decode(), "nothing is booked"
    visit(home, priya, home.at(10))
    assert link in browser.get(address).content.decode()
    consents.signed(priya, at=datetime.now(UTC))
    assert link not in browser.get(address).content.decode()


def test_visits_tell_what_became_of_them(home: House) -> None:
    priya = person()
    visit(home, priya, home.at(10, ahead=-20), status="DONE")
    visit(home, priya, home.at(10, ahead=-10), status="NO_SHOW")
    visit(home, priya, home.at(10, ahead=5), status="CANCELLED")
    visit(home, priya, home.at(10, ahead=6), status="REQUESTED")
    answer = signed_in(login_of(priya)).get(f"/me/{priya.uid}/visits/")
    assert [one.status for one in answer.context["coming"]] == ["Awaiting review"]
    assert [one.status for one in answer.context["past"]] == ["Cancelled", "Missed", ""]


def test_a_home_page_costs_the_same_however_long_the_history(
    home: House, django_assert_max_num_queries: Any
) -> None:
    priya = person()
    for number in range(30):
        visit(home, priya, home.at(10, ahead=-number - 1), status="DONE")
    for number in range(5):
        visit(home, priya, home.at(10, ahead=number + 2))
    browser = signed_in(login_of(priya))
    with django_assert_max_num_queries(20):
        assert browser.get(f"/me/{priya.uid}/").status_code == 200


# The next booking


def answered(home: House, client: Client, on: date, **said: object) -> None:
    """Let a client have been here and have answered the questions on a day."""
    from bookings.actions.safety import judge_booked, keep
    from bookings.queries.catalogue import offering_of
    from clients.answers import parse_answers
    from clients.models import ClientKey
    from clients.queries import current_rule_set

    now = datetime.now(UTC)
    rules, offering = current_rule_set(now), offering_of(home.session.pk, Clinic.objects.the_only())
    ClientKey.objects.of(client, now=now)
    given = parse_answers(
        rules.questions_for(offering.phase_kinds), said_answers(**said), answered_on=on
    )
    judged = judge_booked(
        given, rules=rules, client=client, offering=offering, on=on, answered_on=on
    )
    keep(judged, client=client, known=True, source="ONLINE", on=on, answered_on=on, now=now)


def test_somebody_who_was_here_books_their_usual_time_in_two_taps(home: House) -> None:
    priya = person()
    visit(home, priya, home.at(10, ahead=-7), status="DONE")
    answered(home, priya, home.day(-7))
    browser = signed_in(login_of(priya))
    once = browser.get(f"/me/{priya.uid}/").context["page"].picks
    assert once[0].words == "As last time"
    assert not any("usual" in one.words for one in once), "one visit is no habit"
    for weeks in (2, 3):
        visit(home, priya, home.at(10, ahead=-7 * weeks), status="DONE")
    page = browser.get(f"/me/{priya.uid}/").context["page"]
    first = page.picks[0]
    assert (first.words, first.who) == ("Your usual time", "Mei Tanaka")
    held = browser.post(f"/me/{priya.uid}/book/", {"at": first.value})
    assert held.status_code == 303
    confirm = browser.get(held["Location"])
    assert "Has anything changed?" in text_of(confirm)
    booked = browser.post(held["Location"], {"changed": "no"})
    assert re.fullmatch(r"/manage/[\w-]{43}/\?new=1", booked["Location"])
    made = Booking.objects.get(status="BOOKED")
    assert (made.client, made.starts_at.astimezone(TORONTO).hour) == (priya, 10)
    assert made.contact_email == priya.email
    assert Screening.objects.filter(client=priya).count() == 2
    assert Client.objects.count() == 1, "nobody new was made"
    again = browser.post(held["Location"], {"changed": "no"})
    assert again["Location"] == booked["Location"].partition("?")[0]
    assert Booking.objects.filter(status="BOOKED").count() == 1


def test_a_client_is_greeted_as_they_like_to_be_called(home: House) -> None:
    priya = person()
    told(client=priya, at=home.at(9, ahead=-9), answers={"preferred_name": "Pri  <b>"})
    told(client=priya, at=home.at(9, ahead=-2), kind="WHAT_CHANGED", answers={})
    page = signed_in(login_of(priya)).get(f"/me/{priya.uid}/")
    assert "Pri &lt;b&gt;</h1>" in page.content.decode()


def test_what_changed_is_asked_and_judged(home: House) -> None:
    priya = person()
    visit(home, priya, home.at(10, ahead=-7), status="DONE")
    answered(home, priya, home.day(-7))
    browser = signed_in(login_of(priya))
    pick = browser.get(f"/me/{priya.uid}/").context["page"].picks[0]
    held = browser.post(f"/me/{priya.uid}/book/", {"at": pick.value})["Location"]
    assert "Is it safe for you?" in text_of(browser.get(f"{held}?changed=yes"))
    missing = browser.post(held, {"changed": "yes"})
    assert (missing.status_code, Booking.objects.filter(status="BOOKED").count()) == (422, 0)
    refused = browser.post(held, {"changed": "yes", **NOTHING_APPLIES, "q-bq_pregnant": "yes"})
    assert refused.status_code == 409
    assert Screening.objects.count() == 1, "nothing of refused answers is kept"


def test_somebody_whose_answers_are_old_or_missing_is_asked_them_all(home: House) -> None:
    priya, ana = person(), person("Ana", email="ana@example.org", phone="+14165550177")
    for one in (priya, ana):
        visit(home, one, home.at(10 if one == priya else 12, ahead=-7), status="DONE")
    answered(home, ana, home.day(-200))
    for one in (priya, ana):
        browser = signed_in(login_of(one, email=one.email))
        pick = browser.get(f"/me/{one.uid}/").context["page"].picks[0]
        held = browser.post(f"/me/{one.uid}/book/", {"at": pick.value})["Location"]
        assert "Is it safe for you?" in text_of(browser.get(held))
        assert browser.post(held, {"changed": "no"}).status_code == 422


def test_not_sure_when_stays_the_day_it_was_said(home: House) -> None:
    """Somebody who had Botox "not sure when" three weeks ago is not delayed again by "nothing
    changed": the fortnight counts from the day they said so."""
    priya = person()
    visit(home, priya, home.at(10, ahead=-21), status="DONE")
    answered(home, priya, home.day(-21), bq_procedures={"items": {"botulinum": "unsure"}})
    browser = signed_in(login_of(priya))
    pick = browser.get(f"/me/{priya.uid}/").context["page"].picks[0]
    held = browser.post(f"/me/{priya.uid}/book/", {"at": pick.value})["Location"]
    answer = browser.post(held, {"changed": "no"})
    assert answer.status_code == 303, text_of(answer)


def test_a_parent_books_for_their_child(home: House) -> None:
    priya = person()
    maya = person("Maya Raman", email="", phone="")
    visit(home, maya, home.at(10, ahead=-7), status="DONE")
    answered(home, maya, home.day(-7))
    browser = signed_in(login_of(priya, maya))
    pick = browser.get(f"/me/{maya.uid}/").context["page"].picks[0]
    held = browser.post(f"/me/{maya.uid}/book/", {"at": pick.value})["Location"]
    browser.post(held, {"changed": "no"})
    made = Booking.objects.get(status="BOOKED")
    assert (made.client, made.booked_by, made.contact_email) == (
        maya, "Priya Raman", "priya@example.org",
    )  # fmt: skip


def test_a_time_that_is_gone_is_said_with_the_day_it_was_on(home: House) -> None:
    priya = person()
    visit(home, priya, home.at(10, ahead=-7), status="DONE")
    answered(home, priya, home.day(-7))
    browser = signed_in(login_of(priya))
    pick = browser.get(f"/me/{priya.uid}/").context["page"].picks[0]
    held = browser.post(f"/me/{priya.uid}/book/", {"at": pick.value})["Location"]
    hold = Booking.objects.get(status="HELD")
    hold.status = "EXPIRED"
    hold.save()
    for number in (0, 1):
        home.taken(hold.starts_at, who=number, room=number)
    answer = browser.post(held, {"changed": "no"})
    assert answer.status_code == 409
    assert "Choose another time" in text_of(answer)


@pytest.mark.parametrize(
    ("last", "now", "wanted"),
    [
        # Across the clock change in March the wall clock stays.
        ((2027, 3, 9, 10), (2027, 3, 10, 9), (2027, 3, 16, 10)),
        # Too soon by the notice: a week later.
        ((2027, 3, 2, 10), (2027, 3, 8, 23), (2027, 3, 16, 10)),
        # Long ago: the next such weekday.
        ((2026, 6, 2, 10), (2027, 3, 3, 12), (2027, 3, 9, 10)),
        # Booked ahead already: a week after that.
        ((2027, 3, 30, 10), (2027, 3, 3, 12), (2027, 4, 6, 10)),
    ],
)
def test_the_usual_time_is_the_same_weekday_and_wall_clock(
    home: House, last: Any, now: Any, wanted: Any
) -> None:
    from bookings.queries.catalogue import offering_of

    at = [datetime(*parts, tzinfo=TORONTO).astimezone(UTC) for parts in (last, now, wanted)]
    booking = visit(home, person(), at[0])
    offering = offering_of(home.session.pk, Clinic.objects.the_only())
    assert usual_time(booking, now=at[1], offering=offering) == at[2]


def test_nothing_is_suggested_to_somebody_new_or_where_nothing_is_offered(home: House) -> None:
    priya, now = person(), datetime.now(UTC)
    assert next_visit(priya, now=now) is None
    page = signed_in(login_of(priya)).get(f"/me/{priya.uid}/")
    assert "Book a session" in text_of(page)
    assert signed_in(login_of(email="b@example.org")).get("/me/")["Location"] == "/me/find/"
    visit(home, priya, home.at(10, ahead=-7), status="DONE", treatment=home.first_visit)
    following = next_visit(priya, now=now)
    assert following is not None
    assert following.offering.slug == "facial", "after a first visit comes the usual session"
    type(home.session).objects.update(bookable_online=False)
    assert next_visit(priya, now=now) is None
