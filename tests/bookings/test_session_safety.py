"""What the safety answers forbid in a running session: said by name, and never done without a why."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.bookings.test_practice_views import asked, text_of
from tests.bookings.test_session_views import FINISHED, action, at, needle, send
from tests.factories import bookings, clinic
from tests.factories.house import NOTHING_APPLIES, House, house
from treatments.models import SessionAction, SessionRecord

pytestmark = pytest.mark.django_db

NECK = {"collarbone_hollow", "neck_side", "under_jaw"}


@pytest.fixture
def home(db: None) -> House:
    made = house()
    made.people[0].user = clinic.user(role="PRACTITIONER", name="Mei Tanaka")
    made.people[0].save()
    return made


@pytest.fixture
def mei(home: House) -> Client:
    browser = Client()
    assert home.people[0].user
    browser.force_login(home.people[0].user)
    return browser


def begun(home: House, mei: Client, *said: str) -> SessionRecord:
    """Return a running session of somebody to whom so many things apply, accepted."""
    booking = asked(home, status="ARRIVED")
    told = {**NOTHING_APPLIES, "q-bq_review": list(said)}
    mei.post(f"/practice/visit/{booking.uid}/answers/", told)
    seen = {"decision": "ACCEPT", "reason": "Carefully.", "despite_absolute": "on"}
    assert mei.post(f"/practice/visit/{booking.uid}/review/", seen).status_code == 303
    assert mei.post(f"/practice/visit/{booking.uid}/session/").status_code == 303
    return SessionRecord.objects.get()


def massage_of(answer: Any) -> Any:
    return next(one for one in answer.context["page"].work if one.kind == "MASSAGE")


def test_areas_to_be_left_out_are_told_apart_from_those_the_practitioner_decides_on(
    home: House, mei: Client
) -> None:
    massage = massage_of(mei.get(at(begun(home, mei, "carotid", "cancer"))))
    assert {area.code for area in massage.areas if area.is_off} == NECK
    assert {area.avoid for area in massage.areas if area.is_off} == {"leave out"}
    assert not any(area.avoid for area in massage.areas if area.code not in NECK)
    assert set(massage.changes) == {
        "Leave out, if active or untreated (Cancer)",
        "You decide (Cancer)",
        "Leave out: neck, nape (Carotid artery)",
    }


def test_of_two_words_for_the_same_area_the_stricter_stands(home: House, mei: Client) -> None:
    session = begun(home, mei, "carotid", "heart_disease")
    lines = [line for line in massage_of(mei.get(at(session))).changes if "neck" in line]
    (line,) = lines
    assert line.startswith("Leave out: neck, nape (Carotid artery), stricter than")
    assert "“you decide” (Heart disease)" in line


def test_what_the_practitioner_decides_on_takes_no_reason(home: House, mei: Client) -> None:
    session = begun(home, mei, "heart_disease")
    massage = massage_of(mei.get(at(session)))
    assert {area.avoid for area in massage.areas if area.code in NECK} == {
        "leave out, if arrhythmia"
    }
    assert not massage.asks_why
    kept = mei.post(at(session, "act/"), {"kind": "MASSAGE", "areas": ["neck_side"]})
    assert kept.status_code == 303


def test_an_area_to_be_left_out_takes_a_reason_however_it_is_sent_and_the_record_keeps_it(
    home: House, mei: Client
) -> None:
    session = begun(home, mei, "carotid")
    typed = {"kind": "MASSAGE", "areas": ["neck_side", "jaw"], "note": "Very light."}
    refused = mei.post(at(session, "act/"), typed)
    assert refused.status_code == 422
    assert "Off today: Side of the neck." in text_of(refused)
    again = massage_of(refused)
    assert {area.code for area in again.areas if area.chosen} == {"neck_side", "jaw"}
    assert (again.note, again.is_open) == ("Very light.", True)
    assert not SessionAction.objects.exists()
    assert mei.post(at(session, "act/"), {"kind": "MASSAGE", "areas": ["jaw"]}).status_code == 303

    # A tablet that was without a network, or a second one, asked nobody.
    send(mei, session, action("MASSAGE", areas=["neck_side", "jaw"]))
    unsaid = mei.post(at(session, "finish/"), FINISHED)
    assert unsaid.status_code == 409
    assert "Side of the neck (Lymphatic massage): off" in text_of(unsaid)
    why = "Asked for by her doctor."
    send(mei, session, action("MASSAGE", areas=["neck_side", "jaw"], reason=why))
    composed = "Lymphatic massage though off today: Side of the neck (Asked for by her doctor.)."
    assert composed in text_of(mei.get(at(session, "finish/")))
    assert mei.post(at(session, "finish/"), FINISHED).status_code == 303
    record = text_of(mei.get(at(session, "record/")))
    assert f"Though off that day Side of the neck. Why: {why}" in record


def test_the_head_of_a_session_says_what_is_the_matter_and_not_that_something_is(
    home: House, mei: Client
) -> None:
    flags = mei.get(at(begun(home, mei, "carotid", "epilepsy"))).context["page"].flags
    words = [str(flag.word) for flag in flags]
    assert {"Carotid artery", "Epilepsy"} < set(words)
    assert "Yes" not in words


def test_a_session_that_may_not_begin_says_what_comes_first_and_where(
    home: House, mei: Client
) -> None:
    booking = asked(home, status="ARRIVED")
    visit = f"/practice/visit/{booking.uid}/"
    page = mei.get(visit).content.decode()
    assert "Ask the safety questions first" in page
    assert "Begin the session" not in page
    mei.post(f"{visit}answers/", {**NOTHING_APPLIES, "q-bq_review": ["carotid"]})
    page = mei.get(visit).content.decode()
    assert 'href="#decide"' in page
    assert "Accept the answers first" in page
    assert "Begin the session" not in page
    refused = mei.post(f"{visit}session/")
    assert refused.status_code == 409
    assert "Please look at the safety answers and accept them first." in text_of(refused)
    seen = {"decision": "ACCEPT", "reason": "Carefully.", "despite_absolute": "on"}
    mei.post(f"{visit}review/", seen)
    assert "Begin the session" in text_of(mei.get(visit))


def test_what_is_off_today_is_left_out_of_the_same_as_last_time_and_the_page_says_so(
    home: House, mei: Client
) -> None:
    first = asked(home, status="ARRIVED")
    mei.post(f"/practice/visit/{first.uid}/answers/", NOTHING_APPLIES)
    mei.post(f"/practice/visit/{first.uid}/session/")
    session = SessionRecord.objects.get()
    spots = [("ST9", "L", "neck"), ("ST9", "R", "neck"), ("ST4", "L", "mouth")]
    made = [
        needle(code=code, side=side, region=where, reason="Agreed.") for code, side, where in spots
    ]
    send(mei, session, *made, action("REMOVE_ALL"))
    assert mei.post(at(session, "finish/"), FINISHED).status_code == 303
    again = bookings.booking(
        starts_at=home.at(15), practitioner=home.people[0], room=home.rooms[0],
        treatment=home.session, client=first.client, outcome="NOT_ASKED", status="ARRIVED",
    )  # fmt: skip
    mei.post(f"/practice/visit/{again.uid}/answers/", {**NOTHING_APPLIES, "q-bq_review": "carotid"})
    seen = {"decision": "ACCEPT", "reason": "Carefully.", "despite_absolute": "on"}
    mei.post(f"/practice/visit/{again.uid}/review/", seen)
    page = text_of(mei.get(mei.post(f"/practice/visit/{again.uid}/session/")["Location"]))
    assert "Same as last time (1)" in page
    assert "2 of last time are left out, off today: ST9 both" in page
