"""What the clock does, twice: the second time there is nothing left to do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bookings import tasks
from bookings.models import RequestKey
from clinic.celery import app
from tests.bookings.front_desk import desk
from tests.factories import bookings


def test_every_tick_of_beat_leads_to_a_task() -> None:
    app.loader.import_default_modules()
    for name, entry in app.conf.beat_schedule.items():
        assert entry["task"] in app.tasks, name
        assert entry["options"]["expires"] > 0, "ticks must not pile up while no worker runs"


@pytest.mark.django_db
def test_a_lapsed_hold_expires_once() -> None:
    now = datetime.now(UTC)
    lapsed = bookings.hold(expires_at=now - timedelta(seconds=1))
    running = bookings.hold(expires_at=now + timedelta(minutes=9))
    assert (tasks.expire_holds(), tasks.expire_holds()) == (1, 0)
    lapsed.refresh_from_db()
    running.refresh_from_db()
    assert (lapsed.status, running.status) == ("EXPIRED", "HELD")


@pytest.mark.django_db
def test_an_unanswered_request_is_declined_once() -> None:
    now = datetime.now(UTC)
    start = now + timedelta(days=2)
    late = bookings.booking(
        starts_at=start, status="REQUESTED", respond_by=now - timedelta(minutes=1)
    )
    assert (tasks.decline_unanswered(), tasks.decline_unanswered()) == (1, 0)
    late.refresh_from_db()
    assert late.status == "DECLINED"


@pytest.mark.django_db
def test_an_old_request_key_is_forgotten_once() -> None:
    now = datetime.now(UTC)
    booking = bookings.booking()
    for days in (6, 8):
        RequestKey.objects.create(
            digest=str(days) * 64,
            body="b" * 64,
            booking=booking,
            created_at=now - timedelta(days=days),
        )
    assert (tasks.forget_request_keys(), tasks.forget_request_keys()) == (1, 0)
    assert RequestKey.objects.get().digest[0] == "6"


@pytest.mark.django_db
def test_a_task_asked_by_a_newer_caller_still_runs() -> None:
    assert tasks.expire_holds(something_new=1) == 0


@pytest.mark.django_db
def test_how_to_take_back_an_old_change_is_forgotten_once() -> None:
    now = datetime.now(UTC)
    front = desk()
    for days in (0, 2):
        booking = bookings.booking(starts_at=now + timedelta(days=5))
        front.do("confirm", booking, now=now - timedelta(days=days))
    assert (tasks.forget_changes(), tasks.forget_changes()) == (1, 0)
