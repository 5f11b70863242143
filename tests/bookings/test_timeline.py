"""A client's messages on one page: what comes and why, what does not and why not, and its words."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bookings import messages
from bookings.actions import recalling
from bookings.models import StaffTask
from bookings.views.marks import moment
from clients.models import Message
from tests.factories import bookings, clinic, plans, stock
from tests.factories.clients import consent

pytestmark = pytest.mark.django_db

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def browser(role: str = "OWNER") -> Client:
    found = Client()
    found.force_login(clinic.user(role=role))
    return found


def in_series(**fields: Any) -> Any:
    """Return a client who was here two days ago, with nothing booked in a series of ten."""
    now = datetime.now(UTC)
    visit = bookings.booking(**{"starts_at": now - 2 * DAY - HOUR, "status": "DONE", **fields})
    plan = plans.plan(
        now=now,
        client=visit.client,
        treatment=visit.treatment,
        practitioner=visit.practitioner,
        counts_from=now - 3 * DAY,
        agreed=True,
    )
    return visit.client, plan, visit


def page(who: Client, client: Any) -> Any:
    return who.get(f"/desk/clients/{client.uid}/messages/")


def kinds(lines: Any) -> list[str]:
    return [line.what for line in lines]


def test_what_comes_stands_there_before_it_is_in_the_outbox_and_after() -> None:
    client, _plan, _visit = in_series()
    for _before_and_after in range(2):
        shown = page(browser("FRONT_DESK"), client).context
        assert kinds(shown["coming"]) == [
            "The next visit",
            "Ring about the next visit",
            "Ring: the next visit is overdue",
            "Not seen for a while",
            "Not seen for a while, the last one",
        ]
        assert shown["coming"][0].why == "3 days after the last visit"
        recalling.plan_all(now=datetime.now(UTC))
    assert Message.objects.filter(kind="REBOOK").count() == 1


def test_what_is_stopped_says_by_what_and_what_was_withdrawn_says_why() -> None:
    client, plan, _visit = in_series()
    recalling.plan_all(now=datetime.now(UTC))
    bookings.booking(client=client, treatment=plan.treatment, starts_at=datetime.now(UTC) + 5 * DAY)
    recalling.plan_all(now=datetime.now(UTC))
    shown = page(browser("FRONT_DESK"), client).context
    assert [(line.what, line.note) for line in shown["stopped"]] == [
        ("Not seen for a while", "Something is booked."),
        ("Not seen for a while, the last one", "Something is booked."),
    ]
    assert [(line.what, line.note) for line in shown["past"]] == [
        ("The next visit", "Something is booked.")
    ]


def test_a_no_to_marketing_is_told_as_what_keeps_a_message_back() -> None:
    client, _plan, _visit = in_series()
    consent(client=client, channel="EMAIL", purpose="MARKETING", granted=False)
    shown = page(browser("FRONT_DESK"), client).context
    assert shown["stopped"][0].note == "The client has not agreed, or said no."


def test_what_a_client_ended_does_not_stand_there_as_if_it_came() -> None:
    now = datetime.now(UTC)
    made = bookings.booking(starts_at=now + 5 * DAY, status="BOOKED", contact_phone="+14165550188")
    consent(client=made.client, channel="SMS", granted=True)
    messages.plan_new(made, now=now)
    desk = browser("FRONT_DESK")
    before = {line.what: line.note for line in page(desk, made.client).context["coming"]}
    assert (before["Reminder"], before["How are you?"]) == ("e-mail", "text message")
    consent(client=made.client, channel="SMS", granted=False)
    after = {line.what: line.note for line in page(desk, made.client).context["coming"]}
    assert (after["Reminder"], after["How are you?"]) == ("e-mail", "e-mail")
    consent(client=made.client, channel="EMAIL", granted=False)
    shown = page(desk, made.client).context
    assert "Reminder" not in kinds(shown["coming"])
    stopped = {line.what: line.note for line in shown["stopped"]}
    assert stopped["Reminder"] == "The client doesn't want such e-mail."
    assert "Confirmation" in kinds(shown["coming"])


def test_every_line_says_which_of_several_visits_it_is_about() -> None:
    now = datetime.now(UTC)
    client = bookings.client()
    said = set()
    for ahead in (5, 9):
        made = bookings.booking(client=client, starts_at=now + ahead * DAY, status="BOOKED")
        messages.plan_new(made, now=now)
        said.add(f"Visit on {moment(made.starts_at, made.room.location.zone)}")
    desk = browser("FRONT_DESK")
    assert len(said) == 2
    coming = page(desk, client).context["coming"]
    for kind in ("Confirmation", "Reminder"):
        assert {line.visit for line in coming if line.what == kind} == said
    assert all(words in page(desk, client).content.decode() for words in said)
    consent(client=client, channel="EMAIL", granted=False)
    Message.objects.filter(kind="CONFIRMATION").update(status="SENT", sent_at=now)
    shown = page(desk, client).context
    assert {line.visit for line in shown["stopped"] if line.what == "Reminder"} == said
    assert {line.visit for line in shown["past"]} == said


@pytest.mark.parametrize(("role", "seen"), [("FRONT_DESK", False), ("PRACTITIONER", True)])
def test_the_front_desk_learns_nothing_of_what_was_reported(role: str, seen: bool) -> None:
    client, _plan, visit = in_series()
    stock.event(client=client, practitioner=visit.practitioner, at=datetime.now(UTC))
    recalling.plan_all(now=datetime.now(UTC))
    assert StaffTask.objects.filter(kind="ASK_AFTER").exists()
    answer = page(browser(role), client)
    assert ("Ask how it is" in answer.content.decode()) is seen
    for word in ("bruise", "reported", "reaction"):
        assert word not in answer.content.decode().lower().replace("something was reported", "")
    if not seen:
        assert "reported" not in answer.content.decode().lower()


def test_the_owner_reads_the_words_of_what_is_to_come_and_gets_no_link_of_theirs() -> None:
    client, plan, _visit = in_series()
    booking = bookings.booking(
        client=client,
        treatment=plan.treatment,
        starts_at=datetime.now(UTC) + 5 * DAY,
        contact_name="Ana Doe",
    )
    messages.plan_new(booking, now=datetime.now(UTC))
    owner = browser()
    for line in page(owner, client).context["coming"]:
        if not line.href:
            continue
        said = owner.get(line.href)
        assert said.context["said"] is not None, line.what
        text = said.content.decode()
        assert "/manage/…/" in text or "/check-in/…/" in text or "/book" in text
        assert not re.search(r"/manage/[\w-]{43}/", text)


def test_a_message_of_somebody_else_or_none_has_no_words_to_show() -> None:
    client, _plan, _visit = in_series()
    other, _other_plan, _other_visit = in_series()
    key = page(browser(), other).context["coming"][0].href.partition("key=")[2]
    for text in (key, quote("client:x:REBOOK:1"), "", "%00", "x" * 500):
        answer = browser().get(f"/desk/clients/{client.uid}/messages/words/?key={text}")
        assert answer.status_code == 200
        assert answer.context["said"] is None


def test_a_long_history_takes_no_more_queries_than_a_short_one() -> None:
    client, _plan, visit = in_series()
    owner, counts = browser(), []
    for number in (1, 12):
        for at in range(number):
            made = bookings.booking(
                client=client,
                starts_at=datetime.now(UTC) - (100 + number * 20 + at) * DAY,
                status="DONE",
            )
            messages.plan_new(made, now=made.starts_at - 5 * DAY)
        with CaptureQueriesContext(connection) as queries:
            page(owner, client)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert visit.client == client
