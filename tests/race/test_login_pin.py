"""However many guess a PIN at the same moment, no more than five guesses are looked at."""

from __future__ import annotations

from collections import Counter

import pytest
from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from clinic.logins import pins
from clinic.logins.pins import Tried
from clinic.models import PinPass
from tests.factories.clinic import user
from tests.harness.databases import Database
from tests.race.crowd import at_once

GUESSERS = 12
TRIES = 10


def guess_at_once() -> Counter[Tried]:
    """Let a crowd guess in the browser of somebody who is away; return what they were told."""
    mei, now, answer = user(), timezone.now(), HttpResponse()
    pins.set_pin(now=now, user=mei, pin="274918")
    pins.leave_pass(RequestFactory().get("/"), answer, mei, now=now)

    def guess() -> Tried:
        request = RequestFactory().post("/login/pin/")
        request.COOKIES[settings.PIN_COOKIE_NAME] = answer.cookies[settings.PIN_COOKIE_NAME].value
        return pins.check(request, mei, "000000", now=now)[0]

    crowd = at_once([guess] * GUESSERS)
    crowd.only_lose_by()
    assert PinPass.objects.get(user=mei).tries <= pins.MOST_TRIES
    return Counter(crowd.results)


def test_of_many_guesses_at_once_five_are_looked_at(fresh_db: Database) -> None:
    told = guess_at_once()
    assert told == {Tried.WRONG: pins.MOST_TRIES - 1, Tried.OVER: GUESSERS - pins.MOST_TRIES + 1}


def test_canary_without_the_lock_more_guesses_are_looked_at(
    fresh_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_how: self)
    for _ in range(TRIES):
        if guess_at_once()[Tried.WRONG] >= pins.MOST_TRIES:
            return
    pytest.fail("no guess ever slipped through: the race is none")
