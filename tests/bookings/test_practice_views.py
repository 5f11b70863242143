"""The practitioner's own pages and the client's link: who reads answers, and who decides."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from bookings import links
from bookings.models import Booking, Review
from bookings.views.seen_answers import seen
from clients.actions.opening import withhold
from clinic.audit import CLIENT
from clinic.models import AccessEntry, User
from tests.bookings.world import answers as said_answers
from tests.factories import bookings, clinic
from tests.factories.house import NOTHING_APPLIES, House, house

pytestmark = pytest.mark.django_db

REVIEWED = {**NOTHING_APPLIES, "q-bq_review": "epilepsy"}


@pytest.fixture
def home() -> House:
    return house()


@pytest.fixture
def mei(home: House) -> Client:
    """Mei Tanaka, logged in."""
    return logged_in(practitioner_login(home, 0))


def practitioner_login(home: House, number: int) -> User:
    login = clinic.user(role="PRACTITIONER", name=home.people[number].name)
    home.people[number].user = login
    home.people[number].save()
    return login


def logged_in(user: User) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


def text_of(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def asked(home: House, **fields: Any) -> Booking:
    """Return a coming booking with Mei whose questions nobody has answered."""
    booking = bookings.booking(
        starts_at=home.at(10),
        practitioner=home.people[0],
        room=home.rooms[0],
        treatment=home.session,
        outcome="NOT_ASKED",
        client=bookings.client(name="Priya Raman"),
        contact_name="Priya Raman",
        **fields,
    )
    booking.token_digest = links.digest(links.token(booking.uid, version=1))
    booking.save()
    return booking


def link(booking: Booking) -> str:
    return f"/answers/{links.token(booking.uid, version=1)}/"


def visit(booking: Booking, rest: str = "") -> str:
    return f"/practice/visit/{booking.uid}/{rest}"


def test_a_client_answers_by_link_once_and_opening_it_changes_nothing(home: House) -> None:
    booking, browser = asked(home), Client()
    for _ in range(3):
        assert "Is it safe for you?" in text_of(browser.get(link(booking)))
    booking.refresh_from_db()
    assert booking.screening is None
    assert "Thank you, we have your answers" in text_of(
        browser.post(link(booking), NOTHING_APPLIES)
    )
    booking.refresh_from_db()
    assert booking.outcome == "FINE"
    assert booking.screening.source == "LINK"
    again = browser.post(link(booking), REVIEWED)
    assert "We have your answers already" in text_of(again)
    booking.refresh_from_db()
    assert booking.outcome == "FINE"


def test_missing_answers_are_named_and_those_given_kept(home: House) -> None:
    booking = asked(home)
    answer = Client().post(link(booking), {"q-bq_age": "yes"})
    assert answer.status_code == 422
    assert "still need an answer" in text_of(answer)
    assert re.search(r'name="q-bq_age" value="yes" checked', answer.content.decode())
    booking.refresh_from_db()
    assert booking.screening is None


def test_answers_that_speak_against_the_day_ask_the_client_to_call(home: House) -> None:
    booking = asked(home)
    said = text_of(Client().post(link(booking), {**NOTHING_APPLIES, "q-bq_pregnant": "yes"}))
    assert "talk before your session" in said
    booking.refresh_from_db()
    assert booking.status == "BOOKED"


def test_a_link_that_is_none_says_nothing(home: House) -> None:
    assert Client().get("/answers/no-such-link/").status_code == 404
    page = Client().get(link(asked(home)))
    assert page["Referrer-Policy"] == "same-origin"
    assert "no-store" in page["Cache-Control"]
    assert not page.cookies


def test_a_practitioner_reads_the_answers_and_that_is_noted(home: House, mei: Client) -> None:
    booking = asked(home)
    Client().post(link(booking), REVIEWED)
    said = text_of(mei.get(visit(booking)))
    assert "Safety: review" in said
    assert "epilep" in said.lower()
    entry = AccessEntry.objects.get()
    assert (entry.what, entry.about) == ("SCREENING_ANSWERS", f"booking:{booking.uid}")
    assert "Priya Raman" in text_of(mei.get(f"/practice/?day={home.day()}"))


def test_nobody_else_reads_them(home: House, mei: Client) -> None:
    booking = asked(home)
    Client().post(link(booking), REVIEWED)
    sofia = logged_in(practitioner_login(home, 1))
    desk = logged_in(clinic.user(role="FRONT_DESK"))
    owner = logged_in(clinic.user(role="OWNER"))
    for browser in (sofia, desk, owner):
        for page in (visit(booking), visit(booking, "answers/")):
            assert browser.get(page).status_code == 404
        decided = browser.post(visit(booking, "review/"), {"decision": "ACCEPT", "reason": "x"})
        assert decided.status_code == 404
    assert desk.get("/practice/").status_code == 404
    assert not AccessEntry.objects.exists()
    for page in (f"/desk/booking/{booking.uid}/", f"/desk/?day={home.day()}&location=queen"):
        assert "epilep" not in text_of(desk.get(page)).lower()


def test_whoever_may_read_a_record_reads_what_it_leads_to_and_changes_nothing_of_a_colleague(
    home: House, mei: Client
) -> None:
    booking = asked(home)
    sofia = logged_in(practitioner_login(home, 1))
    bookings.booking(
        starts_at=home.at(14),
        practitioner=home.people[1],
        room=home.rooms[1],
        treatment=home.session,
        client=booking.client,
        status="DONE",
    )
    page = sofia.get(f"/practice/clients/{booking.client.uid}/").content.decode()
    links_on_it = set(re.findall(r'href="(/practice/visit/[^"#?]+)"', page))
    assert visit(booking) in links_on_it
    for address in sorted(links_on_it | {visit(booking, "consents/")}):
        assert sofia.get(address).status_code == 200, address
    for address in (visit(booking), visit(booking, "consents/")):
        body = sofia.get(address).content.decode().split("<main")[1]
        assert "<form" not in body
        assert "/consents/?" not in body
    assert "This visit is with Mei Tanaka" in text_of(sofia.get(visit(booking)))
    assert sofia.post(visit(booking, "session/")).status_code == 404
    assert sofia.get(visit(booking, "answers/")).status_code == 404


def test_who_works_here_finds_a_way_back_from_where_nothing_is(home: House, mei: Client) -> None:
    desk = logged_in(clinic.user(role="FRONT_DESK"))
    theirs = asked(home)
    for browser, gone in ((mei, "/desk/booking/x/"), (desk, visit(theirs)), (desk, "/nothing/")):
        answer = browser.get(gone)
        assert answer.status_code == 404
        assert 'href="/desk/"' in answer.content.decode()
        assert "Book a session" not in text_of(answer)
        assert "Priya" not in text_of(answer)
    assert desk.get("/nothing/").content == desk.get(visit(theirs)).content
    assert "Book a session" in text_of(Client().get("/nothing/"))
    assert "Book a session" in text_of(logged_in(clinic.user(role="CLIENT")).get("/nothing/"))


def test_an_owner_who_treats_nobody_is_told_so(home: House) -> None:
    said = text_of(logged_in(clinic.user(role="OWNER")).get("/practice/"))
    assert "No visits of your own" in said


def test_answers_asked_in_the_room_are_kept_with_their_source(home: House, mei: Client) -> None:
    booking = asked(home, status="ARRIVED")
    assert "Ask in the room" in text_of(mei.get(visit(booking)))
    answer = mei.post(visit(booking, "answers/"), NOTHING_APPLIES)
    assert answer.status_code == 303
    booking.refresh_from_db()
    assert (booking.screening.source, booking.outcome) == ("ROOM", "FINE")
    assert mei.post(visit(booking, "session/")).status_code == 303
    booking.refresh_from_db()
    assert booking.status == "IN_SESSION"


@pytest.mark.parametrize(
    ("decision", "status"), [("ACCEPT", "BOOKED"), ("ASK", "REQUESTED"), ("DECLINE", "DECLINED")]
)
def test_a_request_is_decided_with_a_reason(
    home: House, mei: Client, decision: str, status: str
) -> None:
    booking = asked(home, status="REQUESTED")
    Client().post(link(booking), REVIEWED)
    assert "Priya Raman" in text_of(mei.get("/practice/"))
    answer = mei.post(
        visit(booking, "review/"),
        {"decision": decision, "reason": "Seizure free for years.", "not_before": ""},
    )
    assert answer.status_code == 303
    booking.refresh_from_db()
    assert booking.status == status
    assert Review.objects.get().reason == "Seizure free for years."
    assert mei.get(answer["Location"]).status_code == 200


def test_a_client_who_was_asked_finds_the_questions_open_again_and_then_closed(
    home: House, mei: Client
) -> None:
    booking = asked(home, status="REQUESTED")
    Client().post(link(booking), REVIEWED)
    assert "We have your answers already" in text_of(Client().get(link(booking)))
    done = mei.post(visit(booking, "review/"), {"decision": "ASK", "reason": "Since when?"})
    assert "The client is asked" in text_of(mei.get(done["Location"]))
    assert "You asked the client" in text_of(mei.get("/practice/"))
    page = text_of(Client().get(link(booking)))
    assert "Is it safe for you?" in page
    assert "Since when?" not in page
    Client().post(link(booking), NOTHING_APPLIES)
    assert "We have your answers already" in text_of(Client().get(link(booking)))


def test_declining_offers_the_earliest_safe_day(home: House, mei: Client) -> None:
    booking = asked(home, status="REQUESTED")
    said = said_answers(bq_procedures={"items": {"botulinum": home.day(0).isoformat()}})
    typed = {**NOTHING_APPLIES, "q-bq_procedures": "botulinum"}
    typed["q-bq_procedures-botulinum-date"] = said["bq_procedures"]["items"]["botulinum"]
    Client().post(link(booking), typed)
    page = mei.get(visit(booking)).content.decode()
    booking.refresh_from_db()
    assert booking.outcome == "NOT_BEFORE"
    assert f'name="not_before" value="{booking.screening.not_before}"' in page


def test_accepting_against_the_answers_takes_a_written_reason(home: House, mei: Client) -> None:
    booking = asked(home)
    Client().post(link(booking), {**NOTHING_APPLIES, "q-bq_pregnant": "yes"})
    answer = mei.post(visit(booking, "review/"), {"decision": "ACCEPT", "reason": " "})
    assert answer.status_code == 409
    assert "Please write down why this is safe." in text_of(answer)
    assert not Review.objects.exists()


def test_a_rule_without_ifs_takes_a_second_word(home: House, mei: Client) -> None:
    booking = asked(home)
    Client().post(link(booking), {**NOTHING_APPLIES, "q-bq_pregnant": "yes"})
    page = text_of(mei.get(visit(booking)))
    assert "I know, and it shall take place all the same" in page
    typed = {"decision": "ACCEPT", "reason": "Her midwife agrees; no points of the belly."}
    told = mei.post(visit(booking, "review/"), typed)
    assert told.status_code == 409
    assert "without any ifs" in text_of(told)
    assert not Review.objects.exists()
    done = mei.post(visit(booking, "review/"), {**typed, "despite_absolute": "on"})
    assert done.status_code == 303


def test_the_queue_says_part_by_part_what_may_be_done_and_that_is_noted(
    home: House, mei: Client
) -> None:
    booking = asked(home)
    Client().post(link(booking), REVIEWED)
    said = text_of(mei.get("/practice/"))
    assert "Lymphatic massage: fine · Needling: review · Jade roller: fine" in said
    entry = AccessEntry.objects.get(what="SCREENING_OUTCOMES")
    assert entry.about == f"booking:{booking.uid}"
    desk = logged_in(clinic.user(role="FRONT_DESK"))
    for page in (f"/desk/booking/{booking.uid}/", f"/desk/?day={home.day()}&location=queen"):
        assert "Needling: review" not in text_of(desk.get(page))


def test_the_queue_says_nothing_of_a_client_who_keeps_the_record_from_whoever_looks(
    home: House, mei: Client
) -> None:
    booking = asked(home)
    Client().post(link(booking), REVIEWED)
    assert "Needling: review" in text_of(mei.get("/practice/")), "the canary"
    noted = AccessEntry.objects.count()
    user = home.people[0].user
    assert user is not None
    assert booking.client is not None
    withhold(now=timezone.now(), actor=CLIENT, client=booking.client, user=user)
    assert "Needling: review" not in text_of(mei.get("/practice/"))
    assert AccessEntry.objects.count() == noted


def test_those_with_a_deadline_come_first_and_the_others_are_not_counted_as_waiting(
    home: House, mei: Client
) -> None:
    for ahead, name in ((3, "Booked Early"), (4, "Asked Later"), (5, "Asked Last")):
        booking = bookings.booking(
            starts_at=home.at(10, ahead=ahead),
            practitioner=home.people[0],
            room=home.rooms[0],
            treatment=home.session,
            outcome="NOT_ASKED",
            client=bookings.client(name=name),
        )
        booking.token_digest = links.digest(links.token(booking.uid, version=1))
        booking.save()
        Client().post(link(booking), REVIEWED)
        asks = {"status": "REQUESTED", "respond_by": home.at(9)} if "Asked" in name else {}
        Booking.objects.filter(pk=booking.pk).update(**asks)
    page = text_of(mei.get("/practice/"))
    assert "2 bookings wait for you" in page
    order = ["Asked Later", "Asked Last", "To read before the visit", "Booked Early"]
    places = [page.index(words) for words in order]
    assert places == sorted(places)


@pytest.mark.parametrize(
    "wrong", [{"decision": "MAYBE"}, {}, {"decision": "ASK", "not_before": "soon"}]
)
def test_a_decision_that_is_none_changes_nothing(
    home: House, mei: Client, wrong: dict[str, str]
) -> None:
    booking = asked(home, status="REQUESTED")
    Client().post(link(booking), REVIEWED)
    assert mei.post(visit(booking, "review/"), wrong).status_code == 422
    assert not Review.objects.exists()


def test_answers_that_change_nothing_are_folded_and_the_date_of_birth_stands_once(
    mei: Client, home: House
) -> None:
    booking = asked(home)
    mei.post(visit(booking, "answers/"), REVIEWED)
    page = mei.get(visit(booking))
    kept = page.context["page"].answers
    assert [one.answer for one in kept.matter] == ["Yes, these:"]
    folded = page.content.decode().split('<details class="qa-rest">')[1].split("</details>")[0]
    assert "7 answers that change nothing" in folded
    assert all(one.question in html.unescape(folded) for one in kept.rest)
    # As an intake keeps it: the date of birth, read by every rule on age.
    screening = Booking.objects.select_related("screening__client__key").get().screening
    assert screening
    born = dict.fromkeys(("minor", "over_60_neck"), "1985-09-09")
    rules = {code: [code] for code in born}
    screening.answers = {"given": born, "rules": rules}
    (said,) = seen(screening).said
    assert (said.question, said.answer) == ("What is your date of birth?", "9 Sep 1985")
