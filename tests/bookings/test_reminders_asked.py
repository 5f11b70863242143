"""Whoever left the boxes of the form empty reads that no reminder comes, and may still ask for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client as Browser

from bookings import actions, links, messages, notices
from bookings.models import Booking
from clients.models import Channel, ContactConsent, Conversation, Message, Purpose
from clients.outbox import Notice, Suppressed
from clients.stop_links import stop_url
from clinic.audit import CLIENT
from tests.factories import bookings as made
from tests.factories.clients import consent
from tests.factories.house import House, house

pytestmark = pytest.mark.django_db

NOTHING_COMES = "No reminder comes for this session"


@pytest.fixture
def home() -> House:
    return house()


def visit(home: House, *, ahead: int = 5, **said: bool) -> Booking:
    """A booking of somebody who ticked or left empty the boxes of the form."""
    booking = home.taken(home.at(10, ahead=ahead))
    booking.token_digest = links.digest(links.token(booking.uid, version=1))
    booking.client = made.client()
    booking.contact_email, booking.contact_phone = "ana@example.org", "+14165550123"
    booking.save()
    messages.plan_new(booking, now=datetime.now(UTC))
    for channel, granted in said.items():
        consent(client=booking.client, channel=channel, granted=granted)
    return booking


def path_of(booking: Booking) -> str:
    return f"/manage/{links.token(booking.uid, version=1)}/"


def page(booking: Booking) -> str:
    return Browser().get(path_of(booking)).content.decode()


def reminder(booking: Booking) -> object:
    row = Message.objects.get(kind="REMINDER", about=f"booking:{booking.uid}")
    return notices.describe([row], row.due_at)[row.pk]


def test_who_left_the_boxes_empty_is_told_and_gets_the_reminder_by_one_button(home: House) -> None:
    booking = visit(home, EMAIL=False, SMS=False)
    assert isinstance(reminder(booking), Suppressed)
    assert NOTHING_COMES in page(booking)
    asked, twice = (Browser().post(f"{path_of(booking)}remind/", follow=True) for _ in range(2))
    assert "A reminder comes before your session" in asked.content.decode()
    for answer in (asked, twice):
        assert NOTHING_COMES not in answer.content.decode()
    newest = ContactConsent.objects.filter(client=booking.client).latest("pk")
    assert (newest.channel, newest.purpose, newest.granted) == ("EMAIL", "CARE", True)
    assert (newest.wording, newest.source) == ("care-1", "MANAGE")
    assert ContactConsent.objects.filter(client=booking.client).count() == 3
    due = reminder(booking)
    assert isinstance(due, Notice)
    assert [way.channel for way in due.ways] == ["EMAIL"]


@pytest.mark.parametrize("said", [{"EMAIL": True, "SMS": False}, {"EMAIL": False, "SMS": True}, {}])
def test_who_is_reminded_by_any_way_reads_nothing_of_it(home: House, said: dict[str, bool]) -> None:
    booking = visit(home, **said)
    assert NOTHING_COMES not in page(booking)
    assert not actions.ask_for_reminders(now=datetime.now(UTC), actor=CLIENT, booking=booking)


def test_the_page_of_a_booking_undoes_no_stop(home: House) -> None:
    booking = visit(home, EMAIL=False, SMS=False)
    Browser().post(urlsplit(stop_url(booking.client, Channel.EMAIL, Purpose.CARE)).path)
    consent(
        client=booking.client, channel="EMAIL", granted=False,
        at=datetime.now(UTC), source="PAGES", wording="pages-1",
    )  # fmt: skip
    said = ContactConsent.objects.count()
    assert NOTHING_COMES not in page(booking)
    answer = Browser().post(f"{path_of(booking)}remind/")
    assert (answer.status_code, answer["Location"]) == (303, path_of(booking))
    assert ContactConsent.objects.count() == said


def test_a_number_that_said_stop_is_asked_for_nothing(home: House) -> None:
    booking = visit(home, SMS=False)
    booking.contact_email, booking.client.email = "", ""
    booking.client.save()
    booking.save()
    assert "Text me reminders" in page(booking)
    talk = Conversation.begun(booking.contact_phone, now=datetime.now(UTC))
    talk.stopped_at = datetime.now(UTC)
    talk.save()
    assert NOTHING_COMES not in page(booking)


def test_nobody_is_promised_a_reminder_whose_moment_is_over(home: House) -> None:
    booking = visit(home, EMAIL=False, SMS=False)
    soon = datetime.now(UTC) + timedelta(hours=23)
    until = dict.fromkeys(
        ("ends_at", "practitioner_until", "room_until"), soon + timedelta(hours=1)
    )
    Booking.objects.filter(pk=booking.pk).update(starts_at=soon, **until)
    assert NOTHING_COMES not in page(booking)
