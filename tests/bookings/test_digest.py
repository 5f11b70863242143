"""The owners hear in the morning what waits: once, only where something does, in numbers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from email import message_from_bytes
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from bookings.actions.digesting import DIGEST, plan_digest
from bookings.models import Schedule
from bookings.queries.digest import digest
from bookings.queries.practice import clinic_zone
from clients import outbox
from clients.models import Message
from clients.queries import reach
from clinic.models import AuditEntry, User
from tests.factories import bookings, clinic
from tests.factories.clients import contact_failure, message

pytestmark = pytest.mark.django_db


@pytest.fixture
def morning() -> Callable[..., datetime]:
    clinic.location()

    def at(hour: int, minute: int = 5, day: int = 2) -> datetime:
        return datetime(2026, 12, day, hour, minute, tzinfo=zone())

    return at


def zone() -> ZoneInfo:
    return clinic_zone()


def failed(at: datetime) -> Message:
    who = bookings.client(name="Zinnia Quist")
    return message(client=who, staff_email="", due_at=at - timedelta(hours=9), status="FAILED")


def test_each_owner_gets_one_a_morning_however_often_the_clock_asks(
    morning: Callable[..., datetime],
) -> None:
    failed(morning(7))
    owners = [clinic.user(role="OWNER") for _two in range(2)]
    clinic.user(role="FRONT_DESK"), clinic.user(role="OWNER", is_active=False)
    assert plan_digest(now=morning(6)) == 0
    assert plan_digest(now=morning(7)) == 2
    assert plan_digest(now=morning(8)) == 0
    assert plan_digest(now=morning(7, day=3)) == 2
    rows = Message.objects.filter(kind=DIGEST)
    assert {row.staff_email for row in rows} == {owner.email for owner in owners}


def test_on_a_morning_on_which_nothing_waits_nobody_is_written_to(
    morning: Callable[..., datetime],
) -> None:
    clinic.user(role="OWNER")
    assert plan_digest(now=morning(7)) == 0


@pytest.mark.parametrize("day", [date(2026, 3, 8), date(2026, 11, 1)])
def test_on_both_days_of_the_clock_change_it_comes_in_the_morning(
    morning: Callable[..., datetime], day: date
) -> None:
    clinic.user(role="OWNER")
    failed(datetime.combine(day, time(7), tzinfo=zone()))
    planned = [
        plan_digest(now=datetime.combine(day, time(hour, 5), tzinfo=zone())) for hour in range(24)
    ]
    assert planned[7] == 1
    assert sum(planned) == 1


def test_it_says_numbers_and_names_nobody(morning: Callable[..., datetime]) -> None:
    clinic.user(role="OWNER")
    for _two in range(2):
        failed(morning(7))
    gone = bookings.client(name="Zinnia Far")
    contact_failure(client=gone, at=morning(7) - timedelta(days=60), unreachable=True)
    plan_digest(now=morning(7))
    outbox.send_due(clock=lambda: morning(7))
    assert Message.objects.get(kind=DIGEST).status == "SENT"
    [letter] = [each for each in mail.outbox if b"waits" in each.message().as_bytes()]
    [part] = [
        each
        for each in message_from_bytes(letter.message().as_bytes()).walk()
        if each.get_content_type() == "text/plain"
    ]
    text = part.get_payload(decode=True).decode()  # type: ignore[union-attr]
    assert "Messages that did not go: 2" in text
    assert "be reached: 1" in text
    assert "wait for an answer" not in text
    assert "Zinnia" not in text


def test_however_many_nothing_reaches_each_is_counted_once(
    morning: Callable[..., datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reach, "MOST", 1)
    for _two in range(2):
        gone = bookings.client(name="Zinnia Far")
        for to in ("one@example.org", "other@example.org"):
            contact_failure(client=gone, to=to, at=morning(7) - timedelta(days=60))
    assert len(reach.unreachable()) == 1
    assert digest(now=morning(7)).unreached == 2


def test_what_was_seen_to_meanwhile_is_not_spoken_of(morning: Callable[..., datetime]) -> None:
    clinic.user(role="OWNER")
    one = failed(morning(7))
    plan_digest(now=morning(7))
    Message.objects.filter(pk=one.pk).update(status="TOLD")
    outbox.send_due(clock=lambda: morning(7))
    assert Message.objects.get(kind=DIGEST).status == "WITHDRAWN"


def test_the_owner_switches_it_off_and_what_was_planned_does_not_go(
    morning: Callable[..., datetime],
) -> None:
    owner = clinic.user(role="OWNER")
    failed(morning(7))
    plan_digest(now=morning(7))
    change(owner, is_on="")
    outbox.send_due(clock=lambda: morning(7))
    gone = Message.objects.get(kind=DIGEST)
    assert (gone.status, gone.reason) == ("WITHDRAWN", "Such messages are switched off.")
    assert plan_digest(now=morning(7, day=3)) == 0
    entry = AuditEntry.objects.get(verb="schedule.changed")
    assert (entry.about, entry.actor) == ("schedule:DIGEST", owner)


def test_the_owner_chooses_the_hour_of_it(morning: Callable[..., datetime]) -> None:
    owner = clinic.user(role="OWNER")
    failed(morning(7))
    page = change(owner, at="09:30")
    assert "Each day at 9:30 am, where something waits" in page
    assert plan_digest(now=morning(9, 25)) == 0
    assert plan_digest(now=morning(9, 30)) == 1
    assert plan_digest(now=morning(13, 30, day=3)) == 0, "no morning's mail in the afternoon"


def change(owner: User, **typed: str) -> str:
    """Send the page of it as the owner does; return the list it leads to."""
    browser = Client()
    browser.force_login(owner)
    path = reverse("settings-message", args=[Schedule.objects.get(kind=DIGEST).uid])
    assert set(browser.get(path).context["form"].fields) == {"is_on", "at"}
    sent = {"is_on": "on", "at": "07:00", **typed}
    return browser.post(path, sent, follow=True).content.decode()
