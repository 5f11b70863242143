"""Guessing is slowed down by address, and by address and name; never by the name alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client, override_settings

from clinic.logins import throttle
from clinic.models import AuditEntry, RateCount
from tests.factories.clinic import PASSWORD, user

pytestmark = pytest.mark.django_db

HERE, THERE = "192.0.2.7", "198.51.100.9"


WRONG = "not this one"


def log_in(email: str, password: str = WRONG, address: str = HERE) -> Any:
    return Client(REMOTE_ADDR=address).post("/login/", {"username": email, "password": password})


def guess_until_stopped(email: str, address: str = HERE) -> int:
    for number in range(1, 200):
        if log_in(email, address=address).status_code == 429:
            return number
    raise AssertionError("nobody was stopped")


def test_who_guesses_a_password_is_stopped_and_told_when_to_come_again() -> None:
    email = user().email
    assert guess_until_stopped(email) == throttle.TRIES_BY_NAME.most + 1
    answer = log_in(email, PASSWORD)
    assert answer.status_code == 429, "the right password is not tried either"
    assert 0 < int(answer["Retry-After"]) <= throttle.TRIES_BY_NAME.seconds
    assert b"Too many tries" in answer.content


def test_a_stranger_locks_no_member_of_staff_out() -> None:
    email = user().email
    guess_until_stopped(email, address=THERE)
    assert log_in(email, PASSWORD, address=HERE).status_code == 302


def test_somebody_at_the_same_address_locks_no_colleague_out() -> None:
    guess_until_stopped(user().email)
    assert log_in(user().email, PASSWORD).status_code == 302


def test_an_address_that_tries_many_names_is_stopped() -> None:
    stopped = [
        number
        for number in range(throttle.TRIES_BY_ADDRESS.most + 1)
        if log_in(f"nobody-{number}@example.org").status_code == 429
    ]
    assert stopped == [throttle.TRIES_BY_ADDRESS.most]


def test_an_unknown_name_is_stopped_exactly_like_a_known_one() -> None:
    known, unknown = user().email, "nobody@example.org"
    assert guess_until_stopped(known) == guess_until_stopped(unknown, address=THERE)
    pages = {
        log_in(known, address=HERE).content.replace(b"x", b""),
        log_in(unknown, address=THERE).content.replace(b"x", b""),
    }
    assert len(pages) == 1


def test_who_gets_it_right_in_the_end_starts_afresh() -> None:
    email = user().email
    for _ in range(3):
        for _ in range(throttle.TRIES_BY_NAME.most - 1):
            assert log_in(email).status_code == 200
        assert log_in(email, PASSWORD).status_code == 302


def test_the_wait_ends() -> None:
    email = user().email
    guess_until_stopped(email)
    RateCount.objects.update(ends_at=RateCount.objects.first().ends_at - timedelta(hours=2))
    assert log_in(email, PASSWORD).status_code == 302


@override_settings(RATE_LIMITS=False)
def test_a_load_test_can_lift_the_limits() -> None:
    email = user().email
    for _ in range(throttle.TRIES_BY_NAME.most + 5):
        assert log_in(email).status_code == 200


def test_nobody_can_have_a_mailbox_filled() -> None:
    email = user().email
    answers = [
        Client(REMOTE_ADDR=HERE).post("/login/mail/", {"email": email}).status_code
        for _ in range(throttle.MAILS_BY_NAME.most + 2)
    ]
    assert answers == [302] * throttle.MAILS_BY_NAME.most + [429] * 2


def test_an_ipv6_network_is_one_address() -> None:
    email = user().email
    stopped = [
        log_in(email, address=f"2001:db8:1:2::{number:x}").status_code
        for number in range(1, throttle.TRIES_BY_NAME.most + 2)
    ]
    assert stopped[-1] == 429
    assert log_in(email, PASSWORD, address="2001:db8:1:3::1").status_code == 302


def test_the_counters_hold_neither_name_nor_address() -> None:
    log_in("mei@example.org")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM clinic_ratecount")
        text = str(cursor.fetchall())
    assert "mei" not in text
    assert HERE not in text


def test_the_log_book_knows_who_was_tried_and_names_no_stranger() -> None:
    mei = user(email="mei@example.org")
    log_in("mei@example.org")
    log_in("stranger@example.org")
    log_in("mei@example.org", PASSWORD)
    entries = list(
        AuditEntry.objects.filter(verb__startswith="login.")
        .order_by("pk")
        .values_list("verb", "about", "after")
    )
    assert entries == [
        ("login.failed", f"user:{mei.pk}", {"how": "password", "network": "192.0.2.…"}),
        ("login.failed", "user:unknown", {"how": "password", "network": "192.0.2.…"}),
        ("login.done", f"user:{mei.pk}", {"how": ["password"], "network": "192.0.2.…"}),
    ]
