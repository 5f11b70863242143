"""What the clock does to bookings. Each task may run twice or late."""

from __future__ import annotations

from typing import Any

from celery import shared_task
from django.utils import timezone

from bookings import actions
from bookings.actions import digesting, doubting, importing, merging, recalling, schedules


@shared_task(name="bookings.tasks.expire_holds", ignore_result=True)
def expire_holds(**_from_newer_callers: Any) -> int:
    """Expire the holds whose ten minutes are over; return how many."""
    return actions.expire_holds(now=timezone.now())


@shared_task(name="bookings.tasks.decline_unanswered", ignore_result=True)
def decline_unanswered(**_from_newer_callers: Any) -> int:
    """Decline the requests that nobody answered in time; return how many."""
    return actions.decline_unanswered(now=timezone.now())


@shared_task(name="bookings.tasks.forget_request_keys", ignore_result=True)
def forget_request_keys(**_from_newer_callers: Any) -> int:
    """Forget the request keys older than seven days; return how many."""
    return actions.forget_request_keys(now=timezone.now())


@shared_task(name="bookings.tasks.forget_changes", ignore_result=True)
def forget_changes(**_from_newer_callers: Any) -> int:
    """Forget how to take back what staff did more than a day ago; return how many."""
    return actions.forget_changes(now=timezone.now())


@shared_task(name="bookings.tasks.look_after_records", ignore_result=True)
def look_after_records(**_from_newer_callers: Any) -> int:
    """Propose which records may be of one person, bring late rows of merged ones along, forget how
    merges that stand for good were made; return how many duplicates were proposed."""
    now = timezone.now()
    merging.bring_along()
    merging.forget_how(now=now)
    importing.forget_files(now=now)
    return doubting.propose_duplicates(now=now)


@shared_task(name="bookings.tasks.work_on_imports", ignore_result=True)
def work_on_imports(**_from_newer_callers: Any) -> int:
    """Try or take over rows of files for a while; return how many."""
    return importing.work(clock=timezone.now)


@shared_task(name="bookings.tasks.plan_anew", ignore_result=True)
def plan_anew(**_from_newer_callers: Any) -> int:
    """Plan what is coming by the schedules that the owner changed; return how many bookings and
    clients were looked at."""
    return schedules.plan_anew(now=timezone.now())


@shared_task(name="bookings.tasks.plan_clients", ignore_result=True)
def plan_clients(**_from_newer_callers: Any) -> int:
    """Plan what is said and done between visits; return how many clients were looked at."""
    return recalling.plan_all(now=timezone.now())


@shared_task(name="bookings.tasks.plan_digest", ignore_result=True)
def plan_digest(**_from_newer_callers: Any) -> int:
    """Plan the owners' morning mail where something waits; return for how many."""
    return digesting.plan_digest(now=timezone.now())
