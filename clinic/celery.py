"""The Celery application and the whole beat schedule.

Celery carries ids, never the truth: what is due stands in Postgres, the ticks below look for it.
A tick expires before the next one, so that ticks don't pile up while no worker runs.
"""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")

app = Celery("jade")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

app.conf.beat_schedule = {
    "send-due-messages": {
        "task": "clients.tasks.send_due_messages",
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
    "forget-request-keys": {
        "task": "bookings.tasks.forget_request_keys",
        "schedule": crontab(minute=20, hour=3),
        "options": {"expires": 3600},
    },
    "forget-rate-counts": {
        "task": "clinic.tasks.forget_rate_counts",
        "schedule": crontab(minute=50),
        "options": {"expires": 3000},
    },
}
