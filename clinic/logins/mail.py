"""The mails of logins. They leave in a thread of their own.

A request that waited for the mail server would tell by its time who has a login. And a mail that
somebody sits waiting for must not depend on the queue; when it is lost, they ask for another.
"""

from __future__ import annotations

import logging
import smtplib
from concurrent.futures import ThreadPoolExecutor
from email.utils import formataddr
from threading import BoundedSemaphore

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from clinic.models import Clinic

logger = logging.getLogger(__name__)

# More than so many waiting at once is no clinic's staff.
MOST_WAITING = 100
_waiting = BoundedSemaphore(MOST_WAITING)
_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="login-mail")


def letter(template: str, to: str, context: dict[str, object]) -> EmailMessage:
    """Return a mail in plain text; `template` is the folder's path of its subject and message."""
    clinic = " ".join(Clinic.objects.the_only().name.split())
    context = {"clinic_name": clinic, **context}
    subject = " ".join(render_to_string(f"{template}_subject.txt", context).split())
    return EmailMessage(
        subject,
        render_to_string(f"{template}_message.txt", context).strip() + "\n",
        formataddr((clinic, settings.DEFAULT_FROM_EMAIL)),
        [to],
        headers={"Auto-Submitted": "auto-generated"},
    )


def post(message: EmailMessage) -> None:
    """Send a mail soon; returns at once."""
    if not _waiting.acquire(blocking=False):
        logger.error("A login mail was dropped: %d are waiting for the mail server.", MOST_WAITING)
        return
    _threads.submit(_send, message)


def _send(message: EmailMessage) -> None:
    try:
        message.send()
    except (smtplib.SMTPException, OSError) as problem:
        # The words of a mail server may hold the address.
        logger.error("A login mail could not be sent: %s", type(problem).__name__)
    finally:
        _waiting.release()
