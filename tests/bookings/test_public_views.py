"""The client's pages without a browser: bad input, tokens, headers, and how often they ask."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from bookings import links
from bookings.forms.choosing import Choice
from bookings.models import Booking
from bookings.views.attempts import held_from, read_attempt, write_attempt
from clients.models import Client as Person
from clients.models import Screening
from clinic.limits import address_of
from tests.factories import clinic as clinics
from tests.factories import treatments
from tests.factories.house import CONTACT, NOTHING_APPLIES, House, house

pytestmark = pytest.mark.django_db


@pytest.fixture
def home() -> House:
    return house()


def text_of(response: HttpResponse) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def hold_form(home: House, **fields: Any) -> dict[str, Any]:
    return {
        "location": "queen",
        "treatment": "facial",
        "practitioner": "any",
        "at": str(Choice(home.at())),
        "attempt": write_attempt(uuid4()),
        **fields,
    }


def held(client: Client, home: House, **fields: Any) -> str:
    """Hold a time and return the address of the last page."""
    response = client.post("/book/hold/", hold_form(home, **fields))
    assert response.status_code == 303, text_of(response)
    return response["Location"]


def details(client: Client, url: str, **fields: Any) -> dict[str, Any]:
    at = re.search(r'name="at" value="([^"]+)"', client.get(url).content.decode())
    assert at is not None
    return {**CONTACT, **NOTHING_APPLIES, "at": at[1], **fields}


def test_a_client_books_in_three_requests(client: Client, home: House) -> None:
    url = held(client, home)
    response = client.post(url, details(client, url, by_email="on"))

    assert response.status_code == 303
    booking = Booking.objects.exclude(status="EXPIRED").get()
    assert (booking.status, booking.starts_at) == ("BOOKED", home.at())
    assert (booking.contact_name, booking.contact_phone) == ("Priya Raman", "+14165550142")
    page = text_of(client.get(response["Location"]))
    assert "You are booked, Priya" in page
    assert "10:00 to 10:50 am" in page


def test_the_only_place_and_the_only_session_are_not_asked_for(client: Client) -> None:
    home = house(people=1)
    home.first_visit.delete()

    page = text_of(client.get("/"))

    assert '<input type="hidden" name="location" value="queen">' in page
    assert '<input type="hidden" name="treatment" value="facial">' in page
    assert "<legend>Where</legend>" not in page
    assert "<legend>Session</legend>" not in page
    assert "<legend>Practitioner</legend>" not in page


def test_a_link_with_a_location_skips_that_step(client: Client) -> None:
    house(locations=3)

    assert "<legend>Where</legend>" in text_of(client.get("/"))
    page = text_of(client.get("/?location=other-1"))
    assert '<input type="hidden" name="location" value="other-1">' in page
    assert "<legend>Where</legend>" not in page
    assert "<legend>Where</legend>" in text_of(client.get("/?location=nowhere"))


def test_who_is_here_for_the_first_time_is_offered_the_first_visit(
    client: Client, home: House
) -> None:
    page = text_of(client.get("/"))
    assert "First time here" in page
    assert "30 consultation, 13 lymphatic massage, 28 needling, 9 jade roller" in page

    clinics.clinic(offers_first_visits=False)
    assert "First time here" not in text_of(client.get("/"))


def test_the_next_free_time_comes_first(client: Client, home: House) -> None:
    page = text_of(client.get("/"))
    link = re.search(r'href="(/book/queen/facial/\?day=[^"]+)"', page)

    assert link is not None
    assert "Next: " in page
    chosen = client.get(link[1].replace("&amp;", "&")).content.decode()
    assert len(re.findall(r'name="at"[^>]* checked', chosen)) == 1


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"location": "nowhere"}, "We don't know that place."),
        ({"treatment": "unknown"}, "We don't offer that session."),
        ({"practitioner": "nobody"}, "We don't know that practitioner."),
        ({"at": ""}, "Please choose a time."),
        ({"at": "tomorrow"}, "We can't read that time."),
        ({"at": "2027-02-30T15:00Z"}, "We can't read that time."),
        ({"at": "2027-03-14T02:30"}, "We can't read that time."),
        ({"at": "9" * 500}, "We can't read that time."),
        ({"at": "2020-01-07T15:00Z"}, "That time has already passed."),
        ({"at": "2999-01-07T15:00Z"}, "further ahead than can be booked yet"),
    ],
)
def test_a_wrong_choice_gets_a_sentence_and_holds_nothing(
    client: Client, home: House, typed: dict[str, str], sentence: str
) -> None:
    response = client.post("/book/hold/", hold_form(home, **typed))

    assert response.status_code == 422
    assert sentence in response.content.decode().replace("&#x27;", "'")
    assert not Booking.objects.exists()


def test_starts_that_nobody_offers_get_a_sentence(client: Client, home: House) -> None:
    clinics.closure(first_day=home.day(5), reason="Staff training")
    tries = {
        "Sessions don't start at that minute.": home.at(10, 7),
        "We are not open then.": home.at(22),
        "too soon to book online": home.at(0, ahead=0) + timedelta(days=1),
    }
    clinics.clinic(notice_minutes=48 * 60)
    for sentence, at in {**tries, "Staff training": home.at(ahead=5)}.items():
        response = client.post("/book/hold/", hold_form(home, at=str(Choice(at))))
        assert response.status_code == 422
        assert sentence in response.content.decode().replace("&#x27;", "'"), sentence
    assert not Booking.objects.exists()


def test_a_time_somebody_else_took_shows_the_others_of_that_day(client: Client) -> None:
    home = house(people=1)
    home.taken(home.at())

    response = client.post("/book/hold/", hold_form(home))

    assert response.status_code == 409
    page = text_of(response)
    assert "Somebody was a moment faster" in page
    assert str(Choice(home.at(11), "any")) in page


def test_one_address_holds_three_times_at_most(client: Client, home: House) -> None:
    for hour in (9, 11, 13):
        held(client, home, at=str(Choice(home.at(hour))))

    response = client.post("/book/hold/", hold_form(home, at=str(Choice(home.at(15)))))
    elsewhere = client.post(
        "/book/hold/", hold_form(home, at=str(Choice(home.at(15)))), REMOTE_ADDR="203.0.113.9"
    )

    assert response.status_code == 422
    assert "Three times are already being held" in text_of(response)
    assert elsewhere.status_code == 303


def test_choosing_another_time_lets_the_first_go(client: Client, home: House) -> None:
    attempt = write_attempt(uuid4())
    held(client, home, attempt=attempt)
    held(client, home, attempt=attempt, at=str(Choice(home.at(14))))

    assert [row.starts_at for row in Booking.objects.filter(status="HELD")] == [home.at(14)]


def test_pages_of_times_say_why_a_day_has_none(client: Client) -> None:
    home = house(people=1, rooms=1)
    clinics.closure(first_day=home.day(4), reason="Staff training")
    for hour in range(9, 17):
        home.taken(home.at(hour))

    full = text_of(client.get(f"/book/queen/facial/?day={home.day()}"))
    closed = text_of(client.get(f"/book/queen/facial/?day={home.day(4)}"))

    assert "is full" in full
    assert "Closest free times" in full
    assert "We are closed on" in closed
    assert "Staff training" in closed


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("day=2027-02-30", "There is no such date."),
        ("day=2020-01-01", "That day has passed."),
        ("day=2999-01-01", "You can book until"),
        ("practitioner=away-1", "doesn't offer this here"),
        ("practitioner=%00%ff", "doesn't offer this here"),
        ("at=%F0%9F%8C%BF&attempt=..&day=", "Choose a time"),
    ],
)
def test_odd_addresses_of_the_times_are_answered_with_times(
    client: Client, query: str, sentence: str
) -> None:
    house(locations=2)

    response = client.get(f"/book/queen/facial/?{query}")

    assert response.status_code == 200
    assert sentence in response.content.decode().replace("&#x27;", "'")
    assert 'name="at"' in response.content.decode()


def test_an_unknown_treatment_in_an_address_is_said_at_the_field(
    client: Client, home: House
) -> None:
    response = client.get("/book/queen/nothing/")

    assert response.status_code == 404
    assert 'id="treatment-error"' in text_of(response)


def test_a_form_with_faults_keeps_every_word_and_saves_nothing(client: Client, home: House) -> None:
    url = held(client, home)
    form = details(client, url, phone="12", name="Ana 🌿 O'Neil")
    del form["q-bq_now"]
    form["q-bq_procedures"] = "botulinum"
    form["q-bq_procedures-botulinum-date"] = "2026-02-30"

    response = client.post(url, form)

    page = response.content.decode()
    assert response.status_code == 422
    assert 'value="12"' in page
    assert "Ana 🌿 O&#x27;Neil" in page
    assert 'value="2026-02-30"' in page
    assert 'aria-describedby="id_phone_error id_phone_helptext"' in page or (
        'id="id_phone_error"' in page and "id_phone_error" in page.split('name="phone"')[1][:400]
    )
    assert "This is no phone number we can call." in page
    assert "Please answer this question." in page
    assert "Please give a date that is in the calendar" in page
    assert not Person.objects.exists()
    assert not Screening.objects.exists()
    assert not Booking.objects.exclude(status="HELD").exists()


@pytest.mark.parametrize("token", ["x", "A" * 43, "..%2F..", "%00", "🌿", "A" * 3000])
@pytest.mark.parametrize("page", ["", "calendar.ics", "move/", "cancel/"])
def test_a_wrong_token_is_a_404_that_says_nothing(
    client: Client, home: House, token: str, page: str
) -> None:
    booking = home.taken(home.at())

    for response in (client.get(f"/manage/{token}/{page}"), client.post(f"/manage/{token}/{page}")):
        assert response.status_code in {404, 405}
        assert booking.contact_name not in text_of(response) or not booking.contact_name
        assert "Facial" not in text_of(response)


def test_a_tampered_attempt_is_a_404_and_a_forgotten_one_starts_anew(
    client: Client, home: House
) -> None:
    url = held(client, home)
    tampered = f"{url[:-2]}{'B' if url[-2] == 'A' else 'A'}/"

    assert client.get(tampered).status_code == 404
    assert client.post(tampered, {}).status_code == 404
    unknown = client.get(f"/book/a/{write_attempt(uuid4())}/")
    assert (unknown.status_code, unknown["Location"]) == (302, "/")


def test_a_copied_address_of_the_times_never_leads_to_somebody_elses_booking(
    client: Client, home: House
) -> None:
    url = held(client, home)
    token = url.split("/")[3]
    client.post(url, details(client, url))

    page = client.get(f"/book/queen/facial/?attempt={token}").content.decode()

    carried = re.search(r'name="attempt" value="([^"]+)"', page)
    assert carried is not None
    assert read_attempt(carried[1]) != read_attempt(token)


def test_private_pages_stay_out_of_caches_and_of_other_sites_logs(
    client: Client, home: House
) -> None:
    url = held(client, home)
    attempt = client.get(url)
    booked = client.get(client.post(url, details(client, url, by_email="on"))["Location"])

    for response in (attempt, booked):
        assert "no-store" in response["Cache-Control"]
        assert "noindex" in response["X-Robots-Tag"]
    assert booked["Referrer-Policy"] == "no-referrer"
    assert attempt["Referrer-Policy"] == "same-origin"


def test_the_whole_way_sets_no_cookie(client: Client, home: House) -> None:
    client.get("/")
    client.get("/book/queen/facial/")
    url = held(client, home)
    client.get(client.post(url, details(client, url))["Location"])

    assert not client.cookies


def test_a_get_changes_nothing(client: Client, home: House) -> None:
    url = held(client, home)
    manage = client.post(url, details(client, url))["Location"].split("?")[0]
    before = list(Booking.objects.order_by("pk").values())

    for page in ("/", "/book/queen/facial/", url, manage, f"{manage}move/", f"{manage}cancel/"):
        client.get(page)
        client.head(page)

    assert list(Booking.objects.order_by("pk").values()) == before


def test_a_form_from_another_site_is_refused(client: Client, home: House) -> None:
    response = client.post("/book/hold/", hold_form(home), headers={"Sec-Fetch-Site": "cross-site"})

    assert response.status_code == 403
    assert not Booking.objects.exists()


def test_a_huge_body_is_refused_and_books_nothing(client: Client, home: House) -> None:
    url = held(client, home)

    response = client.post(url, details(client, url, name="x" * 400_000))

    assert response.status_code in {400, 413}
    assert not Person.objects.exists()


def test_the_hold_can_be_kept_longer_without_losing_a_word(client: Client, home: House) -> None:
    url = held(client, home)
    Booking.objects.update(hold_expires_at=home.at() - timedelta(days=30))
    form = details(client, url, name="Priya R", phone="12")

    kept = client.post(f"{url}extend/", form)
    told = client.post(f"{url}extend/", form, headers={"Accept": "application/json"})

    assert kept.status_code == 200
    assert 'value="Priya R"' in kept.content.decode()
    assert "is-invalid" not in kept.content.decode()
    assert 590 <= told.json()["seconds"] <= 600
    assert Booking.objects.filter(status="HELD").count() == 1


def test_times_beyond_the_days_that_are_shown_are_found_where_nothing_is_free_before(
    client: Client, home: House
) -> None:
    first, away = home.day(20), home.at(0, ahead=20)
    for who in home.people:
        clinics.time_off(practitioner=who, starts_at=away - timedelta(days=25), ends_at=away)
    page = client.get("/book/queen/facial/").context["page"]
    assert page.day >= first
    assert page.parts
    assert page.day in [one.on for one in page.days if not one.is_off]
    assert f"day={page.day}" in page.next_href

    asked = client.get("/book/queen/facial/", {"day": home.day(3).isoformat()}).context["page"]
    assert not asked.parts
    assert [one.day for one in asked.closest], "what is free later is offered"
    assert asked.next_href == page.next_href


def test_the_page_of_times_asks_the_database_as_often_for_three_as_for_one(client: Client) -> None:
    def asked(url: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(url).status_code == 200
        return len(queries)

    home = house(people=1, rooms=1)
    client.get("/book/queen/facial/")
    one = asked("/book/queen/facial/")
    first = asked("/")
    for number in (1, 2):
        who = clinics.practitioner(slug=f"more-{number}", name=f"More {number}")
        clinics.hours(practitioner=who, location=home.location)
        for treatment in (home.session, home.first_visit):
            treatments.offer(treatment=treatment, practitioner=who)
        clinics.room(location=home.location)
        treatments.treatment(slug=f"also-{number}", offered_by=[who])
        home.taken(home.at(10 + number))

    assert asked("/book/queen/facial/") == one
    assert asked("/") == first


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "203.0.113.9", "10.0.0.1"),
        (1, "1.2.3.4, 203.0.113.9", "203.0.113.9"),
        (2, "1.2.3.4, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "203.0.113.9", "203.0.113.9"),
        (1, "", "10.0.0.1"),
    ],
)
def test_nobody_can_claim_another_address(
    settings: Any, proxies: int, forwarded: str, address: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get(
        "/", REMOTE_ADDR="10.0.0.1", **({"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {})
    )

    assert address_of(request) == address


def test_one_ipv6_network_counts_as_one_address() -> None:
    digests = {
        held_from(RequestFactory().get("/", REMOTE_ADDR=address))
        for address in ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9")
    }
    other = held_from(RequestFactory().get("/", REMOTE_ADDR="2001:db8:1:3::1"))

    assert len(digests) == 1
    assert other not in digests
    assert held_from(RequestFactory().get("/", REMOTE_ADDR="unix:")) not in digests


def test_a_move_opens_on_the_day_that_is_booked_and_is_said_to_be_done(home: House) -> None:
    booking = home.taken(home.at(10, ahead=12))
    booking.token_digest = links.digest(links.token(booking.uid, version=1))
    booking.save()
    manage = f"/manage/{links.token(booking.uid, version=1)}/"
    page = Client().get(f"{manage}move/")
    assert page.context["page"].day == home.day(12)
    at = str(Choice(home.at(14, ahead=12), home.people[0].slug))
    moved = Client().post(f"{manage}move/", {"at": at})
    assert moved.status_code == 303
    assert "Your booking is moved to" in text_of(Client().get(moved["Location"]))


def test_a_move_before_the_earliest_safe_date_is_refused_with_that_date(
    client: Client, home: House
) -> None:
    url = held(client, home, at=str(Choice(home.at(ahead=20))))
    form = details(client, url)
    form["q-bq_procedures"] = "botulinum"
    form["q-bq_procedures-botulinum-date"] = home.day(-1).isoformat()
    path = client.post(url, form)["Location"].split("?")[0]
    booking = Booking.objects.exclude(status="EXPIRED").get()

    response = client.post(f"{path}move/", {"at": str(Choice(home.at(), "mei"))})

    assert response.status_code == 422
    assert "By your safety answers, your earliest date is" in text_of(response)
    assert "otox" not in text_of(response)
    booking.refresh_from_db()
    assert booking.starts_at == home.at(ahead=20)


def test_a_large_house_asks_for_the_place_first(client: Client) -> None:
    house(locations=14)

    page = text_of(client.get("/"))
    assert "Next: " not in page
    assert "<legend>Practitioner</legend>" not in page
    with CaptureQueriesContext(connection) as queries:
        client.get("/?location=queen")
    assert len(queries) < 12
    there = text_of(client.get("/?location=queen"))
    assert "Next: " in there
    assert "Mei Tanaka" in there
    assert "Away 1" not in there


@pytest.mark.parametrize(
    ("status", "shown"),
    [("DONE", True), ("BOOKED", True), ("NO_SHOW", False), ("CANCELLED", False)],
)
def test_the_aftercare_message_leads_to_a_page_that_has_the_aftercare(
    client: Client, home: House, status: str, shown: bool
) -> None:
    """The message itself is only a link, since it must say nothing of what was done."""
    booking = home.taken(home.at(ahead=-1))
    token = links.token(booking.uid, version=booking.token_version)
    Booking.objects.filter(pk=booking.pk).update(status=status, token_digest=links.digest(token))

    page = client.get(f"/manage/{token}/").content.decode()

    assert ("Looking after your face" in page) is shown
    assert ("Get emergency care at once" in page) is shown
