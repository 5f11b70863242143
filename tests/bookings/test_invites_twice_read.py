"""Invites read back by two parsers that share no code: icalendar in Python, ical.js in Node."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from bookings import ical
from bookings.models import Booking
from clients.models import Message
from tests.bookings.test_messages import HOUR, NOW, START, change, planned_booking, send
from tests.factories import bookings, clinic
from tests.harness import ical_js
from tests.harness.smtp import Sink

MINUTE = timedelta(minutes=1)


def invites(sink: Sink) -> list[bytes]:
    """The invites of all mails, in the order they were sent, as they were attached."""
    found = []
    for mail in sink.messages:
        for part in mail.walk():
            if part.get_content_type() == "application/ics":
                body = part.get_payload(decode=True)
                assert isinstance(body, bytes)
                found.append(body)
    return found


def by_icalendar(body: bytes) -> dict[str, Any]:
    calendar = Calendar.from_ical(body)
    (event,) = calendar.walk("VEVENT")
    attendees = event.get("ATTENDEE", [])

    def instant(name: str) -> str:
        at = event[name].dt
        assert at.tzinfo is not None
        assert "TZID" not in event[name].params
        return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000Z"

    return {
        "method": str(calendar["METHOD"]),
        "zones": len(calendar.walk("VTIMEZONE")),
        "events": [
            {
                "uid": str(event["UID"]),
                "sequence": int(event["SEQUENCE"]),
                "summary": str(event["SUMMARY"]),
                "location": str(event["LOCATION"]),
                "starts": instant("DTSTART"),
                "ends": instant("DTEND"),
                "stamp": instant("DTSTAMP"),
                "zone": "UTC",
                "status": str(event["STATUS"]),
                "url": str(event["URL"]),
                "organizer": str(event["ORGANIZER"]) if "ORGANIZER" in event else None,
                "attendees": [
                    {
                        "address": str(each),
                        "rsvp": each.params["RSVP"],
                        "partstat": each.params["PARTSTAT"],
                    }
                    for each in (attendees if isinstance(attendees, list) else [attendees])
                ],
            }
        ],
    }


def twice(bodies: list[bytes]) -> list[dict[str, Any]]:
    """What both parsers read, which is the same."""
    one, other = [by_icalendar(body) for body in bodies], ical_js.read(bodies)
    assert one == other
    return one


@pytest.mark.django_db
def test_both_parsers_read_an_appointment_made_moved_and_cancelled_as_one_entry(
    sink: Sink,
) -> None:
    clinic.clinic(name="Jade")
    booking = planned_booking()
    send()
    change(booking, starts_at=START + 26 * HOUR)
    send(NOW + HOUR)
    change(booking, status="CANCELLED")
    send(NOW + 2 * HOUR)
    read = twice(invites(sink))
    events = [each["events"][0] for each in read]
    assert [each["method"] for each in read] == ["REQUEST", "REQUEST", "CANCEL"]
    assert {each["uid"] for each in events} == {f"{booking.uid}@localhost"}
    assert [each["sequence"] for each in events] == [0, 1, 2]
    assert [each["starts"][:16] for each in events] == [
        "2026-11-24T15:00",
        "2026-11-25T17:00",
        "2026-11-25T17:00",
    ]
    assert [each["status"] for each in events] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    for each in read:
        assert each["zones"] == 0, "instants are UTC"
        (event,) = each["events"]
        assert event["zone"] == "UTC"
        assert event["summary"] == "Appointment, Jade"
        assert event["attendees"] == [
            {
                "address": f"mailto:{booking.client.email}",
                "rsvp": "FALSE",
                "partstat": "ACCEPTED",
            }
        ]


class Program:
    """A calendar program: of one UID the highest SEQUENCE holds, whatever order mail comes in."""

    def __init__(self) -> None:
        self.known: dict[str, tuple[int, str | None]] = {}

    def takes(self, message: dict[str, Any]) -> None:
        (event,) = message["events"]
        sequence, _start = self.known.get(event["uid"], (-1, None))
        if event["sequence"] >= sequence:
            shown = None if message["method"] == "CANCEL" else event["starts"]
            self.known[event["uid"]] = (event["sequence"], shown)

    @property
    def shown(self) -> list[str]:
        return [start for _sequence, start in self.known.values() if start is not None]


STEPS = st.lists(
    st.one_of(
        st.integers(30, 900).map(lambda hours: START + hours * HOUR),
        st.sampled_from(["CANCELLED", "BOOKED"]),
    ),
    max_size=6,
)


@pytest.mark.django_db
@settings(
    max_examples=8,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS, late=st.randoms(use_true_random=False))
def test_whatever_happens_and_however_late_mail_comes_the_calendar_ends_as_the_booking(
    sink: Sink, steps: list[datetime | str], late: Any
) -> None:
    sink.messages.clear()
    with transaction.atomic():
        booking = planned_booking()
        send()
        for minute, step in enumerate(steps, start=1):
            change(booking, **{"status" if isinstance(step, str) else "starts_at": step})
            send(NOW + minute * MINUTE)
        read = twice(invites(sink))
        transaction.set_rollback(True)
    numbers = [each["events"][0]["sequence"] for each in read]
    assert numbers == sorted(set(numbers)), "each says more than the one before"
    late.shuffle(read)
    program = Program()
    for message in read:
        program.takes(message)
    expected = (
        [f"{booking.starts_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000Z"]
        if booking.status == "BOOKED"
        else []
    )
    assert program.shown == expected


AWKWARD = st.text(
    alphabet=st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60
)


@pytest.mark.django_db
@settings(max_examples=4)
@given(names=st.lists(st.tuples(AWKWARD, AWKWARD), min_size=6, max_size=6))
def test_no_name_or_address_breaks_out_of_its_line(names: list[tuple[str, str]]) -> None:
    booking: Booking = bookings.booking(starts_at=START, contact_name="Ana Doe")
    location = booking.room.location
    bodies = []
    for name, address in names:
        location.address = f"{address},;\\\r\nMETHOD:CANCEL"
        bodies.append(
            ical.invite(
                booking,
                method="REQUEST",
                to="a@example.org",
                clinic_name=f"{name}\r\nATTENDEE:mailto:x@example.org",
                now=NOW,
            ).body
        )
        bodies.append(ical.calendar_file(booking, NOW))
    for read in twice(bodies):
        (event,) = read["events"]
        assert read["method"] in {"REQUEST", "PUBLISH"}
        assert {each["address"] for each in event["attendees"]} <= {"mailto:a@example.org"}
    assert Message.objects.count() == 0
