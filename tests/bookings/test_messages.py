"""Planned in the database, described at the moment of sending."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from bookings import followups, messages, notices
from bookings.actions.relinking import link_message
from bookings.models import Booking
from clients import outbox, wording
from clients.models import Message
from clients.outbox import Notice, Postponed, Suppressed, Withdrawn
from tests.factories import bookings, clinic
from tests.factories.clients import consent
from tests.harness.smtp import Sink

NOW = datetime(2026, 11, 16, 15, 0, tzinfo=UTC)
START = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def planned_booking(**fields: Any) -> Booking:
    booking = bookings.booking(**{"starts_at": START, "contact_name": "Ana Doe", **fields})
    messages.plan_new(booking, now=NOW)
    return booking


def change(booking: Booking, *, now: datetime = NOW, **fields: Any) -> None:
    """What an action does: write the booking, then plan."""
    start = fields.get("starts_at")
    if start:
        fields |= {"ends_at": start + timedelta(minutes=50)}
        fields |= {"practitioner_until": start + HOUR, "room_until": start + HOUR}
    for name, value in fields.items():
        setattr(booking, name, value)
    booking.sequence += 1
    booking.save()
    messages.plan([booking.pk], now=now)


def rows(status: str = "PLANNED") -> dict[str, datetime]:
    return dict(Message.objects.filter(status=status).values_list("kind", "due_at"))


def described(kind: str, *, now: datetime = NOW) -> Any:
    one = Message.objects.filter(kind=kind).exclude(status="WITHDRAWN").latest("pk")
    return notices.describe([one], now)[one.pk]


def send(now: datetime = NOW) -> int:
    return outbox.send_due(clock=lambda: now)


# Planning


@pytest.mark.django_db
def test_a_new_booking_is_planned_in_one_read_and_one_statement() -> None:
    booking = bookings.booking(starts_at=START)
    house = clinic.clinic()
    with CaptureQueriesContext(connection) as queries:
        messages.plan_new(booking, now=NOW, location=booking.room.location, clinic=house)
    assert [query["sql"].split()[0] for query in queries] == ["EXECUTE", "INSERT"]
    assert set(rows()) == {"CONFIRMATION", "PREPARATION", "REMINDER", "AFTERCARE", "CHECK_IN"}


@pytest.mark.django_db
def test_planning_three_bookings_takes_no_more_statements_than_one() -> None:
    counts = []
    for number in (1, 3):
        made = [planned_booking() for _ in range(number)]
        Message.objects.filter(kind="CONFIRMATION").update(status="SENT", sent_at=NOW)
        for booking in made:
            start = START + timedelta(days=3)
            Booking.objects.filter(pk=booking.pk).update(
                starts_at=start,
                ends_at=start + HOUR,
                practitioner_until=start + HOUR,
                room_until=start + HOUR,
            )
        with CaptureQueriesContext(connection) as queries:
            messages.plan([booking.pk for booking in made], now=NOW)
        counts.append(len(queries))
    assert counts == [6, 6]


CHANGES = st.lists(
    st.one_of(
        st.integers(30, 900).map(lambda hours: START + hours * HOUR),
        st.sampled_from(["CANCELLED", "BOOKED", "CONFIRMED"]),
    ),
    max_size=7,
)


@pytest.mark.django_db
@settings(max_examples=25)
@given(changes=CHANGES)
def test_any_walk_leaves_the_rows_of_a_fresh_booking_in_its_end_state(
    changes: list[datetime | str],
) -> None:
    with transaction.atomic():
        booking = planned_booking()
        for each in changes:
            change(booking, **{"status" if isinstance(each, str) else "starts_at": each})
        Message.objects.exclude(about=messages.about(booking)).delete()
        walked = set(
            Message.objects.filter(status="PLANNED").values_list("kind", "due_at", "carries")
        )
        Message.objects.all().delete()
        messages.plan_new(booking, now=NOW)
        fresh = set(Message.objects.values_list("kind", "due_at", "carries"))
        transaction.set_rollback(True)
    assert walked == fresh


@pytest.mark.django_db
def test_a_withdrawn_reminder_comes_back_when_the_booking_does() -> None:
    booking = planned_booking()
    before = rows()
    change(booking, starts_at=START + timedelta(days=2))
    change(booking, starts_at=START)
    assert rows() == before
    assert Message.objects.filter(kind="REMINDER", status="PLANNED").count() == 1


@pytest.mark.django_db
def test_cancelled_before_anything_left_sends_nothing_at_all(sink: Sink) -> None:
    booking = planned_booking()
    change(booking, status="CANCELLED")
    assert rows() == {}
    assert send(START + timedelta(days=9)) == 0


@pytest.mark.django_db
def test_moved_before_the_confirmation_left_is_confirmed_at_the_new_time(sink: Sink) -> None:
    booking = planned_booking()
    change(booking, starts_at=START + 3 * HOUR)
    send()
    assert sink.subjects() == ["Your appointment on Tuesday 24 November 2026, 1:00 pm"]


@pytest.mark.django_db
def test_moved_while_the_confirmation_is_on_its_way_tells_the_new_time_once(sink: Sink) -> None:
    booking = planned_booking()
    batch = outbox.claim_due(now=NOW, limit=10)
    change(booking, starts_at=START + 3 * HOUR)
    assert "MOVED" in rows()
    with outbox.Post(lambda: NOW) as post:
        outbox.deliver(batch, post=post)
    send()
    assert sink.subjects() == ["Your appointment on Tuesday 24 November 2026, 1:00 pm"]
    assert Message.objects.get(kind="MOVED").status == "WITHDRAWN"


@pytest.mark.django_db
def test_cancelled_while_the_confirmation_is_on_its_way_says_nothing(sink: Sink) -> None:
    booking = planned_booking()
    batch = outbox.claim_due(now=NOW, limit=10)
    change(booking, status="CANCELLED")
    with outbox.Post(lambda: NOW) as post:
        outbox.deliver(batch, post=post)
    send()
    assert sink.subjects() == []
    assert set(Message.objects.values_list("status", flat=True)) == {"WITHDRAWN"}


@pytest.mark.django_db
def test_a_client_without_any_address_stands_in_the_desks_list() -> None:
    planned_booking(client=bookings.client(email="", phone=""))
    assert set(rows("SUPPRESSED")) == {
        "CONFIRMATION",
        "PREPARATION",
        "REMINDER",
        "AFTERCARE",
        "CHECK_IN",
    }


@pytest.mark.django_db
def test_a_request_is_put_before_its_practitioner_and_goes_no_further_once_declined(
    sink: Sink, django_user_model: Any
) -> None:
    doctor = clinic.practitioner(
        user=django_user_model.objects.create_user("dr@example.org", name="Dr", role="PRACTITIONER")
    )
    booking = planned_booking(status="REQUESTED", practitioner=doctor)
    send()
    assert sorted(sink.recipients) == sorted(["dr@example.org", booking.client.email])
    change(booking, status="DECLINED", respond_by=None)
    send()
    assert sink.subjects()[-1] == "About your request for Tuesday 24 November 2026"
    assert rows() == {}


# Described


@pytest.mark.django_db
def test_a_message_greets_names_the_place_and_links_and_no_more() -> None:
    booking = planned_booking()
    notice = described("CONFIRMATION")
    assert isinstance(notice, Notice)
    assert [way.to for way in notice.ways] == [booking.client.email]
    assert notice.context.keys() <= wording.ALLOWED
    assert notice.context["first_name"] == "Ana"
    assert notice.context["date"] == "Tuesday 24 November 2026"
    assert (notice.context["time"], notice.context["zone"]) == ("10:00 am", "Toronto time, EST")


@pytest.mark.django_db
def test_a_mail_wears_the_clinics_colour_and_else_the_one_it_came_with() -> None:
    planned_booking()
    for accent, button in (("", "#1f6b53"), ("#7a3e6d", "#7a3e6d")):
        clinic.clinic(accent=accent)
        html = wording.words(
            "CONFIRMATION", described("CONFIRMATION").context, language="en-ca"
        ).html
        assert f"background-color: {button};" in html
        assert f"color: {button}" in html
        assert ": ;" not in html


@pytest.mark.django_db
@pytest.mark.parametrize("kind", sorted(followups.KINDS))
def test_no_message_names_the_treatment_the_practitioner_or_the_surname(kind: str) -> None:
    booking = planned_booking(status="REQUESTED")
    booking.practitioner.name = "Nora Practitioner"
    booking.practitioner.save()
    Message.objects.filter(kind="REQUEST_RECEIVED").update(kind=kind, carries="")
    one = Message.objects.get(dedupe_key__contains="REQUEST_RECEIVED")
    known = notices._read([one], NOW)
    stands = known.bookings[one.about]
    context = notices._context(one, stands, known, [], NOW)
    said = wording.words(kind, context, language="en-ca")
    french = wording.words(kind, context, language="fr-ca")
    whole = " ".join(
        form for each in (said, french) for form in (each.subject, each.text, each.html, each.short)
    ).lower()
    for word in (
        "acupuncture",
        "facial",
        "needle",
        "session",
        "nora",
        "doe",
        "massage",
        "$",
        "145.00",
        "aiguille",
        "séance",
        "soin",
        "visage",
        "traitement",
    ):
        assert not re.search(rf"(?<![\w-]){re.escape(word)}", whole), word
    assert all(form.strip() for form in (said.subject, said.text, said.html, said.short))
    assert "\n" not in said.subject


@pytest.mark.django_db
def test_describing_three_takes_no_more_queries_than_one() -> None:
    counts = []
    for number in (1, 3):
        for _ in range(number):
            planned_booking()
        due = list(Message.objects.filter(kind="CONFIRMATION"))[-number:]
        with CaptureQueriesContext(connection) as queries:
            assert len(notices.describe(due, NOW)) == number
        counts.append(len(queries))
    assert counts == [7, 7]


def ends() -> dict[str, datetime]:
    return dict(Message.objects.values_list("kind", "expires_at"))


@pytest.mark.django_db
@pytest.mark.parametrize("status", ["PLANNED", "SENDING", "FAILED"])
@pytest.mark.parametrize("days", [-5, 5])
def test_what_waits_for_the_mail_to_come_back_ends_with_the_visit_as_it_was_moved(
    status: str, days: int
) -> None:
    booking = planned_booking(source="DESK", outcome="NOT_ASKED")
    outbox.queue([link_message(booking, now=NOW, moment="1")], now=NOW)
    asked = {"QUESTIONS", "LINK"}
    late = NOW + HOUR
    claimed = late if status == "SENDING" else None
    Message.objects.filter(kind__in=asked).update(status=status, claimed_at=claimed, tries=3)
    moved = START + timedelta(days=days)
    before = dict(Message.objects.filter(kind__in=asked).values_list("kind", "due_at"))
    change(booking, now=late, starts_at=moved)
    end = min(moved + timedelta(minutes=50), NOW + followups.LINK_LASTS)
    assert {kind: ends()[kind] for kind in asked} == {"QUESTIONS": moved, "LINK": end}
    kept = Message.objects.filter(kind__in=asked)
    assert dict(kept.values_list("kind", "due_at")) == before
    assert set(kept.values_list("status", "claimed_at", "tries")) == {(status, claimed, 3)}
    with CaptureQueriesContext(connection) as queries:
        messages.plan([booking.pk], now=late)
    assert not [q["sql"] for q in queries if q["sql"].startswith(("INSERT", "UPDATE"))]


@pytest.mark.django_db
def test_questions_put_aside_as_too_late_are_shown_again_if_they_fail_after_a_move() -> None:
    booking = planned_booking(source="DESK", outcome="NOT_ASKED")
    late = START + HOUR
    Message.objects.filter(kind="QUESTIONS").update(
        status="EXPIRED", cleared_at=late, cleared_by=clinic.user()
    )
    change(booking, now=late, starts_at=START + timedelta(days=5))
    questions = Message.objects.get(kind="QUESTIONS")
    assert (questions.status, questions.cleared_at, questions.cleared_by) == ("PLANNED", None, None)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"status": "CANCELLED"}, "CONFIRMATION"),
        ({"status": "CANCELLED"}, "REMINDER"),
        ({"status": "NO_SHOW"}, "AFTERCARE"),
        ({"status": "ARRIVED"}, "REMINDER"),
        ({"starts_at": START - HOUR}, "REMINDER"),
        ({"starts_at": START - HOUR}, "PREPARATION"),
    ],
)
def test_what_changed_without_a_plan_is_caught_at_the_moment_of_sending(
    fields: dict[str, Any], kind: str
) -> None:
    booking = planned_booking()
    Booking.objects.filter(pk=booking.pk).update(**fields)
    found = described(kind, now=START - 24 * HOUR)
    assert isinstance(found, Withdrawn)


@pytest.mark.django_db
def test_a_reminder_that_was_held_up_is_not_sent_at_night() -> None:
    planned_booking()
    night = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
    assert described("REMINDER", now=night) == Postponed(datetime(2026, 11, 24, 13, 0, tzinfo=UTC))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("email", "phone", "yes", "no", "confirmation", "reminder"),
    [
        ("a@example.org", "+14165550123", "", "", "EMAIL", "EMAIL"),
        ("a@example.org", "+14165550123", "SMS", "EMAIL", "EMAIL", "SMS"),
        ("a@example.org", "+14165550123", "", "EMAIL", "EMAIL", None),
        ("a@example.org", "", "SMS", "EMAIL", "EMAIL", None),
        ("", "+14165550123", "SMS", "", "SMS", "SMS"),
        ("", "+14165550123", "", "", None, None),
        ("", "+14165550123", "EMAIL", "SMS", None, None),
    ],
)
def test_a_message_goes_where_the_client_wants_it(
    email: str, phone: str, yes: str, no: str, confirmation: str | None, reminder: str | None
) -> None:
    client = bookings.client(email=email, phone=phone)
    for channel, granted in ((yes, True), (no, False)):
        if channel:
            consent(client=client, channel=channel, granted=granted)
    planned_booking(client=client)
    for kind, expected in (("CONFIRMATION", confirmation), ("REMINDER", reminder)):
        found = described(kind, now=START - 24 * HOUR)
        assert isinstance(found, Notice if expected else Suppressed)
        ways = getattr(found, "ways", [])
        assert (ways[0].channel if ways else None) == expected


@pytest.mark.django_db
def test_the_newest_word_about_messages_holds() -> None:
    client = bookings.client()
    consent(client=client, channel="EMAIL", granted=False)
    consent(client=client, channel="EMAIL", granted=True, at=NOW)
    planned_booking(client=client)
    assert isinstance(described("REMINDER", now=START - 24 * HOUR), Notice)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "greeting"),
    [
        ("Ana Doe", "Ana"),
        ("Öykü", "Öykü"),
        ("http://evil.example/x Doe", ""),
        ("evil.example now", ""),
        ("www evil", ""),
        ("x" * 31, ""),
        ("J.P. Doe", "J.P."),
    ],
)
def test_a_typed_name_never_puts_a_link_into_somebody_elses_mail(name: str, greeting: str) -> None:
    planned_booking(contact_name=name)
    assert described("CONFIRMATION").context["first_name"] == greeting


@pytest.mark.django_db
def test_the_doubled_hour_says_which_of_the_two_it_is() -> None:
    first = datetime(2026, 11, 1, 5, 15, tzinfo=UTC)
    said = []
    for start in (first, first + HOUR):
        booking = bookings.booking(starts_at=start)
        messages.plan_new(booking, now=first - timedelta(days=5))
        found = described("CONFIRMATION", now=first - timedelta(days=5))
        said.append((found.context["time"], found.context["zone"]))
    assert said == [("1:15 am", "Toronto time, EDT"), ("1:15 am", "Toronto time, EST")]


@pytest.mark.django_db
def test_under_48_hours_ahead_the_confirmation_says_how_to_prepare() -> None:
    for ahead, expected in ((30, True), (100, False)):
        booking = bookings.booking(starts_at=NOW + ahead * HOUR)
        messages.plan_new(booking, now=NOW)
        assert described("CONFIRMATION").context["prepare"] is expected


# Complete


def test_every_kind_is_registered_and_has_words_in_every_language(settings: Any) -> None:
    for kinds in outbox.registered().values():
        for kind in kinds:
            for language, _name in settings.LANGUAGES:
                wording.built_in(kind, language)
    assert outbox.registered()["booking"] == followups.KINDS
