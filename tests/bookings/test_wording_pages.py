"""The owner writes what messages say, looks at it, sends themselves a test, goes back."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from clients import outbox
from clients.models import MessageWording
from tests.bookings.test_messages import planned_booking
from tests.factories import bookings, clinic
from tests.factories.house import house
from tests.harness.smtp import Sink

pytestmark = pytest.mark.django_db
LIST = "/settings/wording/"
PAGE = "/settings/wording/confirmation/en-ca/"
PREVIEW = f"{PAGE}preview/"
MINE = {
    "subject": "Booked: {date}",
    "body": "Dear {first_name},\r\n\r\nBooked.\r\n\r\nSee it: {link}\r\n--\r\nBye",
    "short": "Booked {short_date}: {link}",
    "after": "",
    "full": "on",
}


@pytest.fixture
def owner() -> Client:
    house()
    browser = Client()
    browser.force_login(clinic.user(role="OWNER", email="ruth@example.org"))
    return browser


def text(answer: Any) -> str:
    return str(answer.content.decode())


def save(owner: Client, **more: str) -> Any:
    return owner.post(PAGE, {**MINE, "step": "save", **more})


def test_a_client_is_told_in_the_owners_words_from_then_on(owner: Client, sink: Sink) -> None:
    assert save(owner).status_code == 303
    planned_booking()
    assert outbox.send_due(clock=lambda: datetime(2026, 11, 16, 15, tzinfo=UTC)) == 1
    assert sink.subjects() == ["Booked: Tuesday 24 November 2026"]
    (mail,) = sink.messages
    (plain,) = (part for part in mail.walk() if part.get_content_type() == "text/plain")
    assert plain.get_content().split()[:5] == ["Dear", "Ana,", "Booked.", "See", "it:"]
    assert "Your words, since" in text(owner.get(LIST))


def test_words_of_an_evening_are_of_that_day_on_the_clinics_clock(owner: Client) -> None:
    MessageWording.objects.create(
        kind="CONFIRMATION", language="en-ca", number=1, subject="x", body="{link}", short="{link}",
        made_by=clinic.user(role="OWNER"), made_at=datetime(2026, 12, 3, 2, 30, tzinfo=UTC),
    )  # fmt: skip
    assert "2 Dec 2026" in text(owner.get(LIST))
    assert "2 Dec 2026" in text(owner.get(PAGE))


def test_an_earlier_version_is_opened_and_saved_again_and_what_it_came_with_comes_back(
    owner: Client,
) -> None:
    before = text(owner.get(PAGE))
    assert "the words it comes with" in before
    assert "Back to the words it came with" not in before
    save(owner)
    save(owner, subject="Second", after="1")
    old = text(owner.get(f"{PAGE}?version=1"))
    assert 'value="Booked: {date}"' in old
    assert 'name="after" value="2"' in old, "it is made after the newest"
    save(owner, after="2")
    owner.post(PAGE, {"step": "built_in", "after": "3"})
    shown = text(owner.get(PAGE))
    assert "the words it comes with" in shown
    assert 'value="Your appointment on {date}, {time}"' in shown
    numbers = MessageWording.objects.values_list("number", "subject").order_by("number")
    assert list(numbers) == [(1, "Booked: {date}"), (2, "Second"), (3, "Booked: {date}"), (4, "")]


def test_somebody_elses_version_is_not_written_over_unseen(owner: Client) -> None:
    save(owner)
    answer = save(owner, subject="Mine, from before")
    assert answer.status_code == 409
    assert "Somebody else has published a version meanwhile" in text(answer)
    assert 'value="Mine, from before"' in text(answer), "what was typed is kept"
    assert MessageWording.objects.get().subject == "Booked: {date}"


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        ("subject", "Your {treatment}", "“{treatment}” can't be put in here"),
        ("subject", "", "Please write something here."),
        ("body", "{% load x %} {link}", "“{% load x %}” can't be read"),
        ("body", "{{ client.answers }} {link}", "“{{ client.answers }}” can't be read"),
        ("body", "{first_name.__class__} {link}", "can't be read"),
        ("body", "Hello", "Please keep {link}"),
        ("body", "x" * 4001, "at most 4000 characters"),
        ("short", "See [{link}", "There is a “[” without its other half."),
        ("short", "See it", "Please keep {link}"),
        ("subject", "a\u202eb", "character in this that can't be seen"),
        ("subject", "%(x)s {practitioner}", "“{practitioner}” can't be put in here"),
    ],
)
def test_what_a_message_can_not_say_is_refused_with_a_sentence_at_the_field(
    owner: Client, field: str, typed: str, says: str
) -> None:
    answer = save(owner, **{field: typed})
    assert answer.status_code == 422
    assert escape(says) in text(answer)
    assert f'id="id_{field}_error"' in text(answer)
    assert escape(typed) in text(answer)
    assert not MessageWording.objects.exists()
    shown = owner.post(PREVIEW, {**MINE, field: typed})
    assert shown.status_code == 422
    assert escape(says) in text(shown)


def test_the_frame_shows_what_is_typed_with_a_real_booking_and_no_link_of_theirs(
    owner: Client,
) -> None:
    soon = timezone.now() + timedelta(days=3)
    booking = bookings.booking(starts_at=soon, contact_name="Zoë Roy")
    sent = {**MINE, "example": str(booking.uid), "short": "ç" * 60 + " {link}"}
    shown = owner.post(PREVIEW, sent)
    page = text(shown)
    assert shown.status_code == 200
    assert "Dear Zoë," in page
    assert "Roy" not in page
    assert "2 text messages, each paid for" in page
    assert "“ç”" in page
    assert set(re.findall(r"/manage/([^/]+)/", page)) == {"0" * 43}
    assert shown["X-Frame-Options"] == "SAMEORIGIN"
    policy = shown["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "script-src 'none'" in policy
    assert not MessageWording.objects.exists(), "a look saves nothing"
    count = owner.post(PREVIEW, {**sent, "part": "count"})
    assert "2 text messages, each paid for" in text(count)
    assert "<html" not in text(count)
    bare = text(owner.post(PREVIEW, {**MINE, "full": "", "body": "Hi[ {first_name}], {link}"}))
    assert "Hi, " in bare


def test_a_clinic_without_bookings_sees_its_messages_all_the_same(owner: Client) -> None:
    assert "Hello Ana," in text(owner.get(PREVIEW))
    assert "Bonjour Ana," in text(owner.get(PREVIEW.replace("en-ca", "fr-ca")))
    assert "What can be put in" in text(owner.get(PAGE))


def test_words_that_give_away_a_treatment_or_a_person_are_pointed_out(owner: Client) -> None:
    clinic.practitioner(slug="visit", name="Looking forward")
    assert "These words name" not in text(owner.get(PAGE)), "what it came with is no news"
    save(
        owner,
        body="Your FACIAL\nrejuvenation is booked.\nSee it: {link}",
        short="Sofia Reyes, {link}",
    )
    shown = text(owner.get(PAGE))
    assert "These words name “Facial rejuvenation”, “Sofia Reyes”." in shown
    save(owner, after="1")
    assert "These words name" not in text(owner.get(PAGE))


@pytest.mark.parametrize("kind", sorted(set().union(*outbox.registered().values())))
def test_every_kind_has_its_page_and_its_look(owner: Client, kind: str) -> None:
    page = f"/settings/wording/{kind.lower()}/fr-ca/"
    assert page in text(owner.get(LIST))
    assert owner.get(page).status_code == 200
    assert owner.get(f"{page}preview/").status_code == 200


def test_the_owners_mail_is_looked_at_with_all_that_may_wait(owner: Client) -> None:
    path = "/settings/wording/digest/en-ca/"
    look = owner.get(f"{path}preview/").content.decode()
    for words in ("Messages that did not go: 2", "Things to do: 4", "Visits today: 12"):
        assert words in look


def test_a_test_goes_to_oneself_and_saves_nothing(owner: Client, sink: Sink) -> None:
    answer = owner.post(PAGE, {**MINE, "step": "test"})
    assert answer.status_code == 200
    assert "The test has left for ruth@example.org" in text(answer)
    assert sink.subjects()[0].startswith("Test: Booked: ")
    assert sink.messages[0]["To"] == "ruth@example.org"
    assert not MessageWording.objects.exists()
    sink.answer = "451 later"
    refused = owner.post(PAGE, {**MINE, "step": "test"})
    assert refused.status_code == 422
    assert "The message did not leave." in text(refused)


@pytest.mark.parametrize(
    "path", ["nothing/en-ca/", "confirmation/de/", "CONFIRMATION/en-ca/", "base/en-ca/"]
)
def test_there_is_no_page_of_what_there_is_not(owner: Client, path: str) -> None:
    assert owner.get(f"{LIST}{path}").status_code == 404
    assert owner.get(f"{LIST}{path}preview/").status_code == 404
