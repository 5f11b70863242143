"""A login link or a code is used once, however many use it at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.db import connections
from django.test import Client
from django.utils import timezone

from clinic.logins import links
from clinic.models import AuditEntry, OpenSession
from tests.factories.clinic import PASSWORD, user
from tests.harness.databases import Database

CROWD = 8


def all_at_once(use: Callable[[], int]) -> list[int]:
    """Return what the answers to a crowd's requests were, in order of their status."""
    together = threading.Barrier(CROWD)

    def one() -> int:
        try:
            together.wait(20)
            return use()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(CROWD) as crowd:
        return sorted(future.result() for future in [crowd.submit(one) for _ in range(CROWD)])


def test_of_many_who_use_a_link_at_once_one_gets_a_session(fresh_db: Database) -> None:
    mei = user()
    for number in range(1, 4):
        link = f"/login/link/{links.make(user=mei, now=timezone.now())}/"
        answers = all_at_once(lambda link=link: Client().post(link).status_code)
        assert answers == [302] + [410] * (CROWD - 1)
        assert OpenSession.objects.count() == number
        assert AuditEntry.objects.filter(verb="login.done").count() == number


def test_of_many_who_type_one_recovery_code_at_once_one_gets_a_session(
    fresh_db: Database,
) -> None:
    mei = user()
    TOTP.activate(mei, "JBSWY3DPEHPK3PXP")
    code = RecoveryCodes.activate(mei).get_unused_codes()[0]
    browsers = [Client() for _ in range(CROWD)]
    for browser in browsers:
        browser.post("/login/", {"username": mei.email, "password": PASSWORD})
    waiting = iter(browsers)
    answers = all_at_once(lambda: next(waiting).post("/login/second/", {"code": code}).status_code)
    assert answers == [200] * (CROWD - 1) + [302]
    assert OpenSession.objects.count() == 1
