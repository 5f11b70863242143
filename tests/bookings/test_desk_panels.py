"""The desk's panels without a browser: booking, moving, cancelling, the day's steps, taking back."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.test import Client

from bookings.forms.choosing import Choice
from bookings.models import Booking
from clients.models import Client as Person
from clients.models import Message
from clinic.models import AuditEntry
from tests.factories import bookings, clinic
from tests.factories.house import House, house
from tools import positions_css

pytestmark = pytest.mark.django_db

PANEL = {"X-Fragment": "panel"}


@pytest.fixture
def home() -> House:
    return house()


@pytest.fixture
def desk() -> Client:
    browser = Client()
    browser.force_login(clinic.user(role="FRONT_DESK", name="Noor Haddad"))
    return browser


def text_of(answer: Any) -> str:
    plain = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return " ".join(plain.split())


def visit(home: House, *, hour: int = 10, ahead: int = 3, **fields: Any) -> Booking:
    return bookings.booking(
        starts_at=home.at(hour, ahead=ahead),
        practitioner=home.people[0],
        room=home.rooms[0],
        treatment=home.session,
        **fields,
    )


def path(booking: Booking, rest: str = "") -> str:
    return f"/desk/booking/{booking.uid}/{rest}"


def form(home: House, **fields: Any) -> dict[str, Any]:
    """Return a booking form as the panel sends it: somebody new, with Mei, at ten."""
    return {
        "key": str(uuid4()),
        "client": "new",
        "name": "Ana Silva",
        "email": "ana@example.org",
        "phone": "",
        "treatment": "facial",
        "practitioner": str(home.people[0].pk),
        "at": str(Choice(home.at(10), str(home.people[0].pk))),
        "tell": "on",
        **fields,
    }


def book(desk: Client, home: House, **fields: Any) -> Any:
    return desk.post("/desk/book/?location=queen", form(home, **fields))


def only() -> Booking:
    return Booking.objects.get()


def test_the_desk_books_for_a_new_client_in_one_form(desk: Client, home: House) -> None:
    answer = book(desk, home)
    made = only()
    assert answer.status_code == 303
    assert answer["Location"] == f"{path(made)}?did=booked"
    assert (made.client.name, made.status, made.outcome) == ("Ana Silva", "BOOKED", "NOT_ASKED")
    assert made.starts_at == home.at(10)
    assert made.practitioner == home.people[0]
    said = text_of(desk.get(answer["Location"]))
    assert "Ana Silva is booked for" in said


def test_a_client_without_phone_and_e_mail_can_be_booked(desk: Client, home: House) -> None:
    assert book(desk, home, email="", phone="").status_code == 303
    assert (only().client.email, only().client.phone) == ("", "")
    assert "please tell the client" in text_of(desk.get(path(only(), "cancel/")))


def test_a_client_we_have_is_booked_without_a_second_record(desk: Client, home: House) -> None:
    priya = bookings.client(name="Priya Raman")
    assert book(desk, home, client=str(priya.uid), name="").status_code == 303
    assert only().client == priya
    assert Person.objects.count() == 1


def test_a_form_sent_twice_books_once(desk: Client, home: House) -> None:
    sent = form(home)
    first, second = (desk.post("/desk/book/?location=queen", sent) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert Booking.objects.count() == 1


def test_a_walk_in_at_an_odd_minute_takes_one_reason(desk: Client, home: House) -> None:
    typed = {"at": "other", "day": str(home.day()), "time": "10:07"}
    asked = book(desk, home, **typed)
    assert asked.status_code == 422
    said = text_of(asked)
    assert "It can be done once you say why." in said
    assert "It is not one of the usual start times." in said
    assert 'value="Ana Silva"' in asked.content.decode()
    assert not Booking.objects.exists()
    assert book(desk, home, **typed, override="Walked in").status_code == 303
    assert only().starts_at == home.at(10, 7)
    assert "Walked in" in str(AuditEntry.objects.order_by("-pk").first().after)


def test_a_time_that_is_taken_is_refused_with_the_nearest_ones_and_all_that_was_typed(
    desk: Client, home: House
) -> None:
    visit(home)
    answer = book(desk, home, name="Ana Silva")
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "The nearest free times are below." in page
    assert 'value="Ana Silva"' in page
    for value in re.findall(r'name="at" value="(2\d{3}-[^"]+)"', page):
        assert datetime.fromisoformat(value.partition("~")[0]) != home.at(10)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": "  "}, "Please type the client's name."),
        ({"client": ""}, "Find the client, or type the name of a new one."),
        ({"client": "nobody"}, "Please choose one of the clients found."),
        ({"client": str(uuid4())}, "Please find the client again."),
        ({"email": "ana"}, "This does not look like an e-mail address."),
        ({"phone": "12"}, "This is no phone number we can call."),
        ({"at": "other", "day": "", "time": "10:00"}, "Please choose a time"),
        ({"at": "other", "day": "2026-02-30", "time": "10:00"}, "That is no day of the calendar."),
        ({"at": "other", "day": "2027-03-01", "time": "25:00"}, "That is no time of day."),
        ({"at": "tomorrow"}, "Please choose one of the times shown."),
    ],
)
def test_what_is_wrong_is_said_at_the_form_and_nothing_is_booked(
    desk: Client, home: House, wrong: dict[str, str], sentence: str
) -> None:
    answer = book(desk, home, **wrong)
    assert answer.status_code == 422
    assert sentence in text_of(answer).replace("&#x27;", "'")
    assert not Booking.objects.exists()


def test_a_time_the_clock_skips_and_one_that_comes_twice_are_told_apart(
    desk: Client, home: House
) -> None:
    skipped = book(desk, home, at="other", day="2027-03-14", time="02:30")
    assert "The clock skips that time on this day." in text_of(skipped)
    twice = book(desk, home, at="other", day="2027-11-07", time="01:30")
    assert "That time comes twice on this day." in text_of(twice)
    assert "01:30 EDT" in text_of(twice)
    assert "01:30 EST" in text_of(twice)


def test_looking_for_a_client_books_nothing_and_keeps_what_was_typed(
    desk: Client, home: House
) -> None:
    bookings.client(name="Priya Raman", search_text="priya raman")
    answer = book(desk, home, look="1", q="pri", client="", treatment="first")
    assert answer.status_code == 200
    assert "Priya Raman" in text_of(answer)
    assert not Booking.objects.exists()
    assert re.search(r'<option value="first" selected>', answer.content.decode())


@pytest.mark.parametrize(
    ("before", "name", "after", "words"),
    [
        ("BOOKED", "confirm", "CONFIRMED", "is confirmed."),
        ("CONFIRMED", "arrived", "ARRIVED", "has arrived."),
        ("ARRIVED", "start", "IN_SESSION", "has begun."),
        ("IN_SESSION", "done", "DONE", "is done."),
    ],
)
def test_each_step_of_a_visit_can_be_done_and_taken_back(
    desk: Client, home: House, before: str, name: str, after: str, words: str
) -> None:
    booking = visit(home, status=before)
    answer = desk.post(path(booking, f"{name}/"), {"sure": "1"})
    assert answer.status_code == 303
    booking.refresh_from_db()
    assert booking.status == after
    page = desk.get(answer["Location"])
    assert words in text_of(page)
    change = re.search(r'name="change" value="([^"]+)"', page.content.decode())
    assert change is not None
    undone = desk.post(path(booking, "undo/"), {"change": change[1]})
    assert undone.status_code == 303
    booking.refresh_from_db()
    assert booking.status == before
    assert "Taken back." in text_of(desk.get(undone["Location"]))


def test_a_session_nobody_was_asked_for_does_not_start_and_the_desk_reads_why(
    desk: Client, home: House
) -> None:
    booking = visit(home, status="ARRIVED", outcome="NOT_ASKED")
    answer = desk.post(path(booking, "start/"), {"sure": "1"})
    assert answer.status_code == 409
    assert "The safety questions come first" in text_of(answer)


def test_somebody_is_no_no_show_before_their_time(desk: Client, home: House) -> None:
    booking = visit(home)
    assert "No-show" not in text_of(desk.get(path(booking), headers=PANEL))
    answer = desk.post(path(booking, "no-show/"))
    assert answer.status_code == 409
    assert "has not begun yet" in text_of(answer)


def test_a_booking_is_moved_to_a_time_shown(desk: Client, home: House) -> None:
    booking = visit(home)
    page = desk.get(path(booking, f"move/?on={home.day(4)}"), headers=PANEL).content.decode()
    value = re.search(r'name="at" value="(2\d{3}-[^"]+)"', page)
    assert value is not None
    answer = desk.post(path(booking, "move/"), {"at": value[1], "tell": "on"})
    assert answer.status_code == 303
    booking.refresh_from_db()
    assert booking.starts_at.date() == home.at(9, ahead=4).date()
    assert "is moved to" in text_of(desk.get(answer["Location"]))


def sends(page: str) -> dict[str, str]:
    """Return what a browser would send of a panel's times: the last one set of `at`, and the rest."""
    body = page.split('id="move"')[1]
    found = dict(re.findall(r'name="(day|time)" value="([^"]*)"', body))
    for value in re.findall(r'name="at" value="([^"]+)" checked', body):
        found["at"] = value
    who = re.search(r'<option value="(\d+)" selected', body)
    return found | {"practitioner": who[1] if who else ""}


@pytest.mark.parametrize("typed", [False, True])
def test_the_time_a_reason_is_asked_for_is_the_one_it_is_moved_to(
    desk: Client, home: House, typed: bool
) -> None:
    booking = visit(home, ahead=0, hour=10)
    Booking.objects.filter(pk=booking.pk).update(window_minutes=60 * 24 * 30)
    there = home.at(14, ahead=5)
    other = home.people[1].pk
    chosen = {"at": str(Choice(there, str(other)))}
    if typed:
        chosen = {"at": "other", "day": str(home.day(5)), "time": "14:00", "practitioner": other}
    asked = desk.post(path(booking, "move/"), {**chosen, "tell": "on"})
    assert asked.status_code == 422
    assert "one tap says why" in text_of(asked)
    again = {**sends(asked.content.decode()), "tell": "on", "override": "Phoned"}
    assert desk.post(path(booking, "move/"), again).status_code == 303
    booking.refresh_from_db()
    assert (booking.starts_at, booking.practitioner_id) == (there, other)


def test_a_move_to_where_it_stands_is_no_move_and_nobody_is_told(desk: Client, home: House) -> None:
    booking = visit(home)
    here = str(Choice(booking.starts_at, str(booking.practitioner_id)))
    for sent in ({"at": here}, sends(desk.get(path(booking, "move/")).content.decode())):
        answer = desk.post(path(booking, "move/"), {**sent, "tell": "on"})
        assert answer.status_code == 422
        assert "It stands there already" in text_of(answer)
    assert not Message.objects.filter(kind="MOVED").exists()


def test_a_move_onto_somebody_else_is_refused_and_changes_nothing(
    desk: Client, home: House
) -> None:
    booking = visit(home)
    home.taken(home.at(14))
    answer = desk.post(
        path(booking, "move/"), {"at": str(Choice(home.at(14), str(home.people[0].pk)))}
    )
    assert answer.status_code == 409
    assert "The nearest free times are below." in text_of(answer)
    before = booking.starts_at
    booking.refresh_from_db()
    assert booking.starts_at == before


def test_cancelling_asks_first_and_whether_the_client_hears_of_it(
    desk: Client, home: House
) -> None:
    booking = visit(home)
    asked = desk.get(path(booking, "cancel/"))
    assert "Tell the client by e-mail" in text_of(asked) or "please tell the client" in text_of(
        asked
    )
    booking.refresh_from_db()
    assert booking.status == "BOOKED"
    answer = desk.post(path(booking, "cancel/"), {})
    booking.refresh_from_db()
    assert booking.status == "CANCELLED"
    assert not Message.objects.filter(kind="CANCELLED", status="PLANNED").exists()
    page = desk.get(answer["Location"])
    assert "is cancelled." in text_of(page)
    assert f'action="{path(booking, "undo/")}"' in page.content.decode()


def test_a_late_cancellation_takes_a_reason(desk: Client, home: House) -> None:
    booking = visit(home, ahead=0, hour=23)
    Booking.objects.filter(pk=booking.pk).update(
        starts_at=datetime.now(UTC) + timedelta(hours=2),
        ends_at=datetime.now(UTC) + timedelta(hours=3),
        practitioner_until=datetime.now(UTC) + timedelta(hours=3),
        room_until=datetime.now(UTC) + timedelta(hours=3),
    )
    answer = desk.post(path(booking, "cancel/"), {})
    assert answer.status_code == 422
    assert "one tap says why" in text_of(answer)
    assert desk.post(path(booking, "cancel/"), {"override": "Ill"}).status_code == 303


def test_the_panel_alone_is_the_same_as_the_one_beside_the_day(desk: Client, home: House) -> None:
    booking = visit(home)
    alone = desk.get(path(booking), headers=PANEL)
    assert "<html" not in alone.content.decode()
    assert "X-Fragment" in alone["Vary"]
    whole = re.sub(r"\s+", " ", desk.get(path(booking)).content.decode())
    for line in ("Facial rejuvenation", "Safety: fine", "Cancel booking"):
        assert line in text_of(alone)
        assert line in whole


def test_the_desk_reads_an_outcome_and_never_an_answer(desk: Client, home: House) -> None:
    booking = visit(home, outcome="REVIEW", status="REQUESTED")
    pages = [path(booking), path(booking, "move/"), path(booking, "cancel/"), "/desk/waiting/"]
    for page in pages:
        said = text_of(desk.get(page, headers=PANEL))
        assert "Answers" not in said
        assert "blood" not in said
    assert "Safety: review" in text_of(desk.get(path(booking)))


def test_a_few_letters_find_a_client_with_their_next_visit(desk: Client, home: House) -> None:
    home_of = bookings.client(name="Priya Raman", search_text="priya raman")
    booking = visit(home, client=home_of)
    answer = desk.get("/desk/find/", {"q": "ram"}, headers=PANEL)
    page = answer.content.decode()
    assert "Priya Raman" in page
    assert path(booking) in page
    link = re.search(r'href="(/desk/book/[^"]+)"', page)
    assert link is not None
    asked = parse_qs(urlsplit(link[1].replace("&amp;", "&")).query)
    assert asked["client"] == [str(home_of.uid)]
    assert "Nobody fits" in text_of(desk.get("/desk/find/", {"q": "zzz"}))


def test_what_waits_for_answers_is_listed(desk: Client, home: House) -> None:
    book(desk, home)
    said = text_of(desk.get("/desk/waiting/?location=queen"))
    assert "Ana Silva" in said
    assert "Waiting for answers 1" in said


@pytest.mark.parametrize("role", ["CLIENT", None])
def test_nobody_but_staff_gets_in(home: House, role: str | None) -> None:
    browser = Client()
    if role:
        browser.force_login(clinic.user(role=role))
    booking = visit(home)
    for page in (
        "/desk/find/", "/desk/waiting/", "/desk/book/", path(booking), path(booking, "move/"),
        path(booking, "cancel/"),
    ):  # fmt: skip
        assert browser.get(page).status_code == (404 if role else 302), page
    for name in ("confirm", "arrived", "start", "done", "no-show", "undo", "move", "cancel"):
        assert browser.post(path(booking, f"{name}/")).status_code == (404 if role else 302), name
    booking.refresh_from_db()
    assert booking.status == "BOOKED"


@pytest.mark.parametrize("name", ["confirm", "arrived", "start", "done", "no-show", "undo"])
def test_looking_at_a_step_changes_nothing(desk: Client, home: House, name: str) -> None:
    assert desk.get(path(visit(home), f"{name}/")).status_code == 405


def test_a_step_or_booking_that_does_not_exist_is_not_found(desk: Client, home: House) -> None:
    assert desk.post(path(visit(home), "burn/")).status_code == 404
    assert desk.get(f"/desk/booking/{uuid4()}/").status_code == 404
    held = bookings.hold(expires_at=datetime.now(UTC), room=home.rooms[0])
    assert desk.get(path(held)).status_code == 404


def test_the_sheet_of_positions_is_what_its_tool_writes() -> None:
    assert positions_css.TARGET.read_text() == positions_css.stylesheet()


def names(answer: Any) -> set[str]:
    """Return the buttons and links of an answer's panel by their words."""
    panel = answer.content.decode().split('id="panel"')[-1]
    found = re.findall(r"<(?:a|button)\b[^>]*>(.*?)</(?:a|button)>", panel, re.DOTALL)
    return {" ".join(re.sub(r"<[^>]+>", " ", one).split()) for one in found}


def test_a_time_that_is_long_booked_says_whose_it_is_and_from_when_it_is_free(
    desk: Client, home: House
) -> None:
    priya = bookings.client(name="Priya Raman")
    taken = visit(home, client=priya)
    Booking.objects.filter(pk=taken.pk).update(
        practitioner_until=home.at(11), changed_at=datetime.now(UTC) - timedelta(days=1)
    )
    for time in ("10:00", "10:30", "10:55"):
        typed = {"at": "other", "day": str(home.day()), "time": time, "override": "Phoned"}
        opened = re.search(
            r'name="opened" value="([^"]+)"', desk.get("/desk/book/").content.decode()
        )
        assert opened is not None
        answer = book(desk, home, **typed, opened=opened[1])
        assert answer.status_code == 409
        assert "Mei has Priya Raman until 10:50 and is free from 11:00." in text_of(answer)
        assert "moment faster" not in text_of(answer)
    before = {"at": "other", "day": str(home.day()), "time": "09:05", "override": "Phoned"}
    said = text_of(book(desk, home, **before))
    assert "Mei has Priya Raman from 10:00, and the minutes after a session run into it" in said


def test_a_time_that_somebody_took_meanwhile_is_said_to_be_just_taken(
    desk: Client, home: House
) -> None:
    opened = (datetime.now(UTC) - timedelta(minutes=1)).isoformat()
    taken = visit(home)
    Booking.objects.filter(pk=taken.pk).update(changed_at=datetime.now(UTC))
    assert "moment faster" in text_of(book(desk, home, opened=opened))
    for odd in ("", "x", "2026-01-01"):
        assert "Mei has" in text_of(book(desk, home, opened=odd))


def test_rooms_that_are_all_taken_are_named(desk: Client, home: House) -> None:
    for number in (0, 1):
        other = clinic.practitioner(slug=f"o{number}", name=f"Other {number}")
        bookings.booking(
            starts_at=home.at(10),
            practitioner=other,
            room=home.rooms[number],
            treatment=home.session,
            client=bookings.client(name="Priya Raman"),
        )
    said = text_of(book(desk, home))
    assert "No room is free then." in said
    assert f"{home.rooms[0].name} has Priya Raman until" in said


def test_a_move_onto_a_long_booked_time_says_whose_it_is(desk: Client, home: House) -> None:
    booking = visit(home)
    taken = visit(home, hour=14, client=bookings.client(name="Ana Silva"))
    Booking.objects.filter(pk=taken.pk).update(changed_at=home.at(0, ahead=-1))
    at = str(Choice(home.at(14), str(home.people[0].pk)))
    answer = desk.post(path(booking, "move/"), {"at": at})
    assert "Mei has Ana Silva until 14:50" in text_of(answer)


def test_what_happens_every_day_at_a_desk_takes_one_tap(desk: Client, home: House) -> None:
    treatment = home.session
    treatment.notice_minutes = 60 * 24 * 20
    treatment.save()
    asked = book(desk, home)
    assert asked.status_code == 422
    said = asked.content.decode()
    assert "Shortly before: one tap says why." in text_of(asked)
    assert "goes past a rule" not in text_of(asked)
    assert 'name="because" value="Walk-in"' in said
    assert book(desk, home, because="Walk-in", override="").status_code == 303
    assert AuditEntry.objects.filter(verb="booking.booked").get().after["reason"] == "Walk-in"


def test_whoever_is_here_and_unasked_cannot_be_started_and_the_panel_says_who_asks(
    desk: Client, home: House
) -> None:
    login = clinic.user(role="PRACTITIONER", name="Mei Tanaka")
    home.people[0].user = login
    home.people[0].save()
    booking = visit(home, ahead=0, status="ARRIVED", outcome="NOT_ASKED", contact_email="")
    page = desk.get(path(booking))
    assert "Start the session" not in names(page)
    assert "Mei can ask in the room" in text_of(page)
    assert "Ask in the room" not in names(page)
    mei = Client()
    mei.force_login(login)
    assert (
        f'href="/practice/visit/{booking.uid}/answers/"' in mei.get(path(booking)).content.decode()
    )
    Booking.objects.filter(pk=booking.pk).update(outcome="FINE")
    assert "Start the session" in names(desk.get(path(booking)))


def test_a_form_that_can_reach_nobody_is_not_offered(desk: Client) -> None:
    without = bookings.client(name="Wilma", email="")
    reached = bookings.client(name="Ana", email="ana@example.org")
    for client, offered in ((without, False), (reached, True)):
        page = text_of(desk.get(f"/desk/clients/{client.uid}/"))
        assert ("Send the health form" in page) is offered
        assert ("asks in the room" in page) is not offered


@pytest.mark.parametrize("name", ["arrived", "start"])
def test_a_visit_of_another_day_is_not_begun_by_a_slip(
    desk: Client, home: House, name: str
) -> None:
    booking = visit(home, status="BOOKED" if name == "arrived" else "ARRIVED")
    asked = desk.post(path(booking, f"{name}/"))
    assert asked.status_code == 422
    assert "Is it meant?" in text_of(asked)
    before = booking.status
    booking.refresh_from_db()
    assert booking.status == before
    assert desk.post(path(booking, f"{name}/"), {"sure": "1"}).status_code == 303


def test_somebody_new_is_offered_a_first_visit(desk: Client, home: House) -> None:
    page = desk.get("/desk/book/?client=new").content.decode()
    assert '<option value="first" selected>' in page
    assert '<option value="facial" selected>' in desk.get("/desk/book/").content.decode()


def test_of_several_who_fit_nobody_is_chosen_for_the_desk(desk: Client, home: House) -> None:
    bookings.client(name="Priya Raman", phone="+14165550142")
    sent = form(home, client="", look="1", q="Priya")
    one = desk.post("/desk/book/", sent).content.decode()
    assert re.search(r'name="client" value="[0-9a-f-]{36}" checked', one)
    bookings.client(name="Priya Ramani")
    two = desk.post("/desk/book/", sent).content.decode()
    assert not re.search(r'name="client" value="[^"]+" checked', two)
