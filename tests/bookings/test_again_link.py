"""The link of a message about the next visit: one tap to the times for the same with the same."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from bookings import links
from bookings.models import Booking
from tests.factories import bookings
from tests.factories.house import House, house

pytestmark = pytest.mark.django_db


@pytest.fixture
def home() -> House:
    return house()


def was_here(home: House, **fields: Any) -> Booking:
    made = bookings.booking(
        **{
            "starts_at": home.at(10, ahead=-10),
            "status": "DONE",
            "practitioner": home.people[0],
            "room": home.rooms[0],
            "treatment": home.session,
            **fields,
        }
    )
    made.token_digest = links.digest(links.token(made.uid, version=1))
    made.save()
    return made


def path_of(visit: Booking) -> str:
    return re.sub(r"^https?://[^/]+", "", links.again_url(visit))


def test_one_tap_leads_to_the_times_with_whoever_was_seen_and_a_second_holds_one(
    home: House,
) -> None:
    browser, visit = Client(), was_here(home)
    answer = browser.get(path_of(visit), follow=True)
    assert answer.redirect_chain == [
        (f"/book/queen/facial/?practitioner={home.people[0].slug}", 302)
    ]
    page = answer.content.decode()
    at = re.search(r'name="at" value="([^"]+)"', page)
    attempt = re.search(r'name="attempt" value="([^"]+)"', page)
    assert at is not None
    assert attempt is not None
    asked = {"location": "queen", "treatment": "facial", "practitioner": home.people[0].slug}
    held = browser.post("/book/hold/", {**asked, "at": at[1], "attempt": attempt[1]})
    assert held.status_code == 303
    assert "Check and confirm" in browser.get(held["Location"]).content.decode()


def test_after_a_first_visit_it_leads_to_what_comes_after_one(home: House) -> None:
    visit = was_here(home, treatment=home.first_visit)
    assert Client().get(path_of(visit))["Location"].startswith("/book/queen/facial/")


def test_what_is_offered_no_more_leads_to_what_is(home: House) -> None:
    visit = was_here(home)
    home.location.is_active = False
    home.location.save()
    assert Client().get(path_of(visit))["Location"] == "/?location=queen"
    assert Client().get("/?location=queen").status_code == 200


def test_who_left_the_clinic_is_said_to_be_gone_and_everyones_times_are_shown(home: House) -> None:
    visit = was_here(home)
    home.people[0].is_active = False
    home.people[0].save()
    page = Client().get(path_of(visit), follow=True).content.decode()
    assert "These are everyone&#x27;s times." in page


def test_the_link_names_no_treatment_and_nobody_and_looking_at_it_books_nothing(
    home: House,
) -> None:
    visit = was_here(home)
    assert not re.search("facial|queen|" + home.people[0].slug, path_of(visit))
    before = list(Booking.objects.values())
    answer = Client().get(path_of(visit))
    assert list(Booking.objects.values()) == before
    assert "no-store" in answer["Cache-Control"]
    assert answer["Referrer-Policy"] == "no-referrer"


def test_a_link_that_was_replaced_leads_nowhere(home: House) -> None:
    visit = was_here(home)
    path = path_of(visit)
    Booking.objects.update(token_digest=links.digest(links.token(visit.uid, version=2)))
    assert Client().get(path).status_code == 404
