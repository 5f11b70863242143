"""Calendar invites, read back as a calendar program would."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage
from typing import Any
from uuid import uuid4

import pytest
from icalendar import Calendar, Event

from bookings import ical, links
from bookings.models import Booking
from clients import outbox
from clients.models import Message
from tests.bookings.test_messages import HOUR, NOW, START, change, planned_booking, send
from tests.factories import bookings, clinic
from tests.harness.smtp import Sink


def parts(mail: EmailMessage, kind: str) -> list[EmailMessage]:
    return [part for part in mail.walk() if part.get_content_type() == kind]


def event(mail: EmailMessage, method: str) -> Event:
    """The invite of a mail: in its body for programs that look there, attached for the others."""
    (inline,) = parts(mail, "text/calendar")
    (attached,) = parts(mail, "application/ics")
    assert inline.get_param("method") == method
    assert attached.get_filename() == "invite.ics"
    body = attached.get_payload(decode=True)
    assert isinstance(body, bytes)
    shown = inline.get_payload(decode=True)
    assert isinstance(shown, bytes)
    assert shown.splitlines() == body.splitlines()
    calendar = Calendar.from_ical(body)
    assert calendar["METHOD"] == method
    (found,) = calendar.walk("VEVENT")
    return found


@pytest.mark.django_db
def test_an_appointment_is_made_moved_and_cancelled_in_the_clients_calendar(sink: Sink) -> None:
    clinic.clinic(name="Jade, on Queen")
    booking = planned_booking()
    send()
    change(booking, starts_at=START + 26 * HOUR)
    send(NOW + HOUR)
    change(booking, status="CANCELLED")
    send(NOW + 2 * HOUR)
    made, moved, cancelled = (
        event(mail, method)
        for mail, method in zip(sink.messages, ("REQUEST", "REQUEST", "CANCEL"), strict=True)
    )
    assert made["UID"] == moved["UID"] == cancelled["UID"] == f"{booking.uid}@localhost"
    assert [each["SEQUENCE"] for each in (made, moved, cancelled)] == [0, 1, 2]
    assert made["DTSTART"].dt == START
    assert made["DTEND"].dt == START + timedelta(minutes=50)
    assert made["DTSTAMP"].dt == NOW
    assert moved["DTSTART"].dt == START + 26 * HOUR
    assert [each["STATUS"] for each in (made, moved, cancelled)] == [
        "CONFIRMED",
        "CONFIRMED",
        "CANCELLED",
    ]
    for each in (made, moved, cancelled):
        assert each["SUMMARY"] == "Appointment, Jade, on Queen"
        attendee = each["ATTENDEE"]
        assert str(attendee) == f"mailto:{booking.client.email}"
        assert (attendee.params["RSVP"], attendee.params["PARTSTAT"]) == ("FALSE", "ACCEPTED")
        assert str(each["ORGANIZER"]).startswith("mailto:")
        assert str(each["URL"]) == links.manage_url(booking)


@pytest.mark.django_db
def test_an_invite_names_no_treatment_and_nobody_else() -> None:
    booking = planned_booking()
    body = ical.invite(
        booking, method="REQUEST", to="a@example.org", clinic_name="Jade", now=NOW
    ).body.decode()
    for word in (booking.treatment_name, booking.practitioner.name, "Doe", "Ana"):
        assert word not in body
    assert "TZID" not in body
    assert "DTSTART:20261124T150000Z" in body


@pytest.mark.django_db
def test_what_was_never_confirmed_is_not_taken_out_of_a_calendar(sink: Sink) -> None:
    booking = planned_booking(status="REQUESTED")
    send()
    change(booking, status="CANCELLED")
    send()
    assert len(sink.messages) == 2
    for mail in sink.messages:
        assert not parts(mail, "text/calendar")


@pytest.mark.django_db
def test_a_resent_confirmation_carries_the_number_of_now(sink: Sink) -> None:
    booking = planned_booking()
    sink.answer = "451 later"
    send()
    change(booking, starts_at=START + 3 * HOUR)
    sink.answer = "250 OK"
    send(NOW + HOUR)
    (mail,) = sink.messages
    assert event(mail, "REQUEST")["SEQUENCE"] == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("status", "word"),
    [("BOOKED", "CONFIRMED"), ("REQUESTED", "TENTATIVE"), ("CANCELLED", "CANCELLED")],
)
def test_the_file_to_download_shows_the_booking_as_it_is(status: str, word: str) -> None:
    clinic.clinic(name="Jade")
    booking = bookings.booking(starts_at=START, status=status)
    calendar = Calendar.from_ical(ical.calendar_file(booking, NOW))
    (found,) = calendar.walk("VEVENT")
    assert (calendar["METHOD"], found["STATUS"]) == ("PUBLISH", word)
    assert "ATTENDEE" not in found


@pytest.mark.django_db
def test_the_same_message_tried_twice_keeps_its_id(sink: Sink) -> None:
    planned_booking()
    claimed = outbox.claim_due(now=NOW, limit=1)
    with outbox.Post(lambda: NOW) as post:
        outbox.deliver(claimed, post=post)
    Message.objects.filter(pk=claimed[0].pk).update(status="PLANNED")
    send()
    first, second = sink.messages
    assert first["Message-ID"] == second["Message-ID"] == f"<{claimed[0].uid}@localhost>"


@pytest.mark.django_db
def test_a_clinic_with_an_awkward_name_still_writes_one_calendar_object(sink: Sink) -> None:
    clinic.clinic(name='Jade; "N" \r\nATTENDEE:mailto:x@example.org, Ж')
    booking: Booking = planned_booking()
    send()
    found = event(sink.messages[0], "REQUEST")
    assert not isinstance(found["ATTENDEE"], list)
    assert str(found["ATTENDEE"]) == f"mailto:{booking.client.email}"


def test_a_link_changes_with_its_version_and_its_key(settings: Any) -> None:
    uid = uuid4()
    first = links.token(uid, version=1)
    assert first == links.token(uid, version=1)
    assert len(first) == 43
    assert first != links.token(uid, version=2)
    settings.LINK_KEY = "another"
    assert first != links.token(uid, version=1)
