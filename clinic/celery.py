"""The Celery application and the whole beat schedule.

Celery carries ids, never the truth: what is due stands in Postgres, the ticks below look for it.
A tick expires before the next one, so that ticks don't pile up while no worker runs.
"""

import os
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import beat_init, celeryd_init, setup_logging, task_postrun, task_prerun
from kombu import Queue

from clinic.middleware import request_id

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")

app = Celery("jade")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_our_logging(**_: Any) -> None:
    """Leave logging as Django's settings have it; Celery would add handlers of its own."""


@celeryd_init.connect
@beat_init.connect
def refuse_unsafe_start(**_: Any) -> None:
    """End a worker or a beat whose settings are not fit for production, and say why."""
    from clinic import checks  # noqa: PLC0415 - needs the settings

    try:
        checks.refuse_unsafe()
    except checks.Unsafe as unsafe:
        raise SystemExit(str(unsafe)) from None


@task_prerun.connect
def begin_task(task_id: str, **_: Any) -> None:
    """Let a task's id stand where a request's does: in its log lines and its audit rows."""
    request_id.set(task_id)


@task_postrun.connect
def end_task(**_: Any) -> None:
    request_id.set("-")


# What answers somebody has a worker of its own (Procfile); every other worker lends a hand.
app.conf.task_queues = (Queue("celery"), Queue("urgent"))
app.conf.task_routes = {
    "clients.tasks.send_messages": {"queue": "urgent"},
    "clients.tasks.send_urgent_messages": {"queue": "urgent"},
}
app.conf.beat_schedule = {
    "tick": {
        "task": "clinic.tasks.tick",
        "schedule": 15.0,
        "options": {"expires": 14},
    },
    "seal-logs": {
        "task": "clinic.tasks.seal_logs",
        "schedule": 15.0,
        "options": {"expires": 14},
    },
    "back-up": {
        "task": "clients.tasks.back_up",
        "schedule": crontab(minute=10),
        "options": {"expires": 3000},
    },
    "send-due-messages": {
        "task": "clients.tasks.send_due_messages",
        "schedule": 15.0,
        "options": {"expires": 14},
    },
    "send-urgent-messages": {
        "task": "clients.tasks.send_urgent_messages",
        "schedule": 15.0,
        "options": {"expires": 14},
    },
    "expire-holds": {
        "task": "bookings.tasks.expire_holds",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "decline-unanswered": {
        "task": "bookings.tasks.decline_unanswered",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "plan-anew": {
        "task": "bookings.tasks.plan_anew",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "plan-clients": {
        "task": "bookings.tasks.plan_clients",
        "schedule": crontab(minute="*/10"),
        "options": {"expires": 590},
    },
    "forget-request-keys": {
        "task": "bookings.tasks.forget_request_keys",
        "schedule": crontab(minute=20, hour=3),
        "options": {"expires": 3600},
    },
    "work-on-imports": {
        "task": "bookings.tasks.work_on_imports",
        "schedule": 5.0,
        "options": {"expires": 4},
    },
    "look-after-records": {
        "task": "bookings.tasks.look_after_records",
        "schedule": crontab(minute=40),
        "options": {"expires": 3000},
    },
    "plan-digest": {
        "task": "bookings.tasks.plan_digest",
        "schedule": crontab(minute="*/5"),
        "options": {"expires": 240},
    },
    "forget-changes": {
        "task": "bookings.tasks.forget_changes",
        "schedule": crontab(minute=25, hour=3),
        "options": {"expires": 3600},
    },
    "forget-logins": {
        "task": "clinic.tasks.forget_logins",
        "schedule": crontab(minute=30, hour=3),
        "options": {"expires": 3600},
    },
    "forget-rate-counts": {
        "task": "clinic.tasks.forget_rate_counts",
        "schedule": crontab(minute=50),
        "options": {"expires": 3000},
    },
}
