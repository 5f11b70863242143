"""What a client types: kept, judged with a sentence, and never a crash."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from bookings.forms.choosing import Choice, read_choice, read_day
from bookings.forms.contact import ContactForm
from bookings.forms.questions import SafetyForm
from bookings.views import wording
from clients.answers import parse_answers
from clients.rules import AnswerType, Item, Question

TORONTO = ZoneInfo("America/Toronto")
TYPED = {"name": "Priya Raman", "email": "priya@example.com", "phone": "416 555 0142"}


def contact_form(**typed: str) -> ContactForm:
    return ContactForm({**TYPED, **typed}, country="CA", example="(506) 234-5678")


def test_a_whole_contact_is_cleaned_and_carries_the_consents() -> None:
    form = contact_form(name="  Priya \t Raman ", email="Priya@Example.com", by_sms="on")

    assert form.is_valid(), form.errors
    contact = form.contact
    assert (contact.name, contact.email, contact.phone) == (
        "Priya Raman",
        "priya@example.com",
        "+14165550142",
    )
    assert (contact.by_email, contact.by_sms, contact.booked_by) == (False, True, "")


def test_whoever_books_for_somebody_else_stands_beside_the_one_who_comes() -> None:
    form = contact_form(for_other="on", other_name="Anil Raman")

    assert form.is_valid(), form.errors
    assert (form.contact.name, form.contact.booked_by) == ("Anil Raman", "Priya Raman")


def test_a_name_left_in_the_hidden_field_is_not_whom_the_session_is_for() -> None:
    form = contact_form(other_name="Anil Raman")

    assert form.is_valid(), form.errors
    assert form.contact.name == "Priya Raman"


def test_booking_for_somebody_without_a_name_is_asked_again() -> None:
    assert list(contact_form(for_other="on").errors) == ["other_name"]


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", ""),
        ("name", "   "),
        ("name", "\u202e\u202d"),
        ("name", "..."),
        ("name", "x" * 121),
        ("email", "priya"),
        ("email", "priya@"),
        ("email", "p" * 250 + "@example.com"),
        ("phone", ""),
        ("phone", "12"),
        ("phone", "call me"),
        ("phone", "+999999999999999999999999"),
        ("phone", "1" * 60),
        ("name", "a\x00b"),
    ],
)
def test_what_cannot_be_used_is_said_at_its_field_and_kept(field: str, typed: str) -> None:
    form = contact_form(**{field: typed})

    assert list(form.errors) == [field]
    assert form[field].value() == typed


@pytest.mark.parametrize(
    "name", ["李小龍", "محمد", "Zoë O'Brien-Łuczak", "Ana 🌿", "Nguyễn Thị Ánh", "प्रिया"]
)
def test_every_script_is_a_name(name: str) -> None:
    form = contact_form(name=name)

    assert form.is_valid(), form.errors
    assert form.contact.name == name


@given(st.text(max_size=300), st.text(max_size=300), st.text(max_size=80), st.text(max_size=200))
def test_no_text_breaks_the_contact_form(name: str, email: str, phone: str, other: str) -> None:
    form = contact_form(name=name, email=email, phone=phone, for_other="on", other_name=other)

    if form.is_valid():
        contact = form.contact
        assert contact.name
        assert len(contact.phone) <= 16
        assert "\n" not in contact.name + contact.email + contact.booked_by


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading_of_a_time_or_a_day(text: str) -> None:
    choice = read_choice(text)
    assert choice is None or choice.starts_at.tzinfo is not None
    day = read_day(text)
    assert day is None or isinstance(day, date)


@given(
    st.integers(946_684_800, 4_102_444_800).map(lambda second: datetime.fromtimestamp(second, UTC)),
    st.from_regex(r"\A[a-z][a-z0-9-]{0,40}\Z"),
)
def test_a_time_written_into_a_form_is_read_back(at: datetime, slug: str) -> None:
    choice = Choice(at.replace(second=0, microsecond=0), slug)

    assert read_choice(str(choice)) == choice
    assert "+" not in str(choice)


@pytest.mark.parametrize("text", ["2026-03-08T02:30", "2026-11-01T01:15", "2026-02-30T10:00Z", "~"])
def test_a_time_that_may_exist_twice_or_not_at_all_is_not_read(text: str) -> None:
    assert read_choice(text) is None


QUESTIONS = [
    Question("age", AnswerType.YES_NO, "18 or older?", ("minor",), trigger_answer=None),
    Question(
        "dose", AnswerType.YES_NO_UNSURE, "Taking it?", ("isotretinoin",), date_label="When last?"
    ),
    Question(
        "had",
        AnswerType.PICK_ANY,
        "Had any?",
        ("filler", "thinner"),
        items=(Item("filler", "Filler", "When?"), Item("thinner", "A blood thinner", None)),
    ),
]


def safety(**typed: str | list[str]) -> SafetyForm:
    body = urlencode({name.replace("_", "-"): said for name, said in typed.items()}, doseq=True)
    return SafetyForm(QUESTIONS, QueryDict(body), words={})


def test_nothing_is_answered_before_the_client_answers() -> None:
    form = SafetyForm(QUESTIONS, None, words={})

    assert form.answers == {}
    assert not any(option.chosen for ask in form.asks for option in ask.options)


def test_taps_and_dates_become_the_answers_that_screening_reads() -> None:
    form = safety(
        q_age="yes",
        q_dose="yes",
        q_dose_date="2026-11-01",
        q_had=["filler", "thinner"],
        q_had_filler_unsure="1",
    )

    assert form.answers == {
        "age": "yes",
        "dose": {"value": "yes", "date": "2026-11-01"},
        "had": {"items": {"filler": "unsure", "thinner": None}},
    }
    parse_answers(QUESTIONS, form.answers, answered_on=date(2026, 11, 23))


def test_a_date_counts_more_than_a_forgotten_tick_of_not_sure() -> None:
    form = safety(q_dose="yes", q_dose_date="2026-11-01", q_dose_unsure="1")

    assert form.answers["dose"] == {"value": "yes", "date": "2026-11-01"}


def test_dates_of_answers_no_longer_given_are_left_out() -> None:
    form = safety(q_dose="no", q_dose_date="2026-11-01", q_had="none", q_had_filler_date="x")

    assert form.answers == {"dose": "no", "had": "none"}


@pytest.mark.parametrize("ticks", [["none", "filler"], ["unsure", "filler"], ["none", "unsure"]])
def test_ticks_that_contradict_each_other_are_asked_about(ticks: list[str]) -> None:
    form = safety(q_had=ticks)

    assert list(form.contradictions()) == ["had"]
    assert {option.value for option in form.asks[2].options if option.chosen} == set(ticks)


@given(st.dictionaries(st.sampled_from(["q-age", "q-dose", "q-dose-date", "q-had"]), st.text()))
def test_no_text_breaks_the_questions(typed: dict[str, str]) -> None:
    SafetyForm(QUESTIONS, QueryDict(urlencode(typed)), words={}).contradictions()


def test_the_hour_that_comes_twice_is_told_apart() -> None:
    first = datetime(2026, 11, 1, 5, 15, tzinfo=UTC)

    assert wording.clock(first, TORONTO) == "1:15 am EDT"
    assert wording.clock(first + timedelta(hours=1), TORONTO) == "1:15 am EST"
    assert wording.clock(first + timedelta(hours=2), TORONTO) == "2:15 am"
    assert (
        wording.span(first, first + timedelta(minutes=50), TORONTO) == "1:15 am EDT to 1:05 am EST"
    )


def test_a_span_says_am_or_pm_once_where_once_is_enough() -> None:
    at = datetime(2026, 11, 24, 15, 30, tzinfo=UTC)

    assert wording.span(at, at + timedelta(minutes=50), TORONTO) == "10:30 to 11:20 am"
    assert wording.span(at, at + timedelta(minutes=100), TORONTO) == "10:30 am to 12:10 pm"


def test_zones_without_letters_are_named_by_their_offset() -> None:
    at = datetime(2026, 7, 1, tzinfo=UTC)

    assert wording.zone_words(ZoneInfo("Australia/Lord_Howe"), at) == "Lord Howe time (UTC+10:30)"
    assert wording.zone_words(TORONTO, at) == "Toronto time (EDT)"


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [("95", "CAD", "$95"), ("95.50", "GBP", "£95.50"), ("80.00", "CHF", "80 CHF")],
)
def test_prices_read_as_people_write_them(amount: str, currency: str, words: str) -> None:
    assert wording.money(Decimal(amount), currency) == words
