"""Every address, every method, everybody: the answers are those of the table, and no others."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from bookings.models import Booking
from tests.access_matrix import ACTORS, cells
from tests.access_walk import ITEM, REASON, Walk, outcome, routes
from tests.bookings.world import raw_table, row_counts

pytestmark = pytest.mark.django_db

CELLS = cells()
ROUTES = list(dict.fromkeys(route for route, _method, _who in CELLS))
# Who looks is written down: that they are there, what of somebody's health they read, how often
# they ask.
LOOKING_WRITES = {
    "clinic_accessentry",
    "clinic_opensession",
    "clinic_ratecount",
    "django_session",
}
# Recovery codes remember when they were first seen.
LOOKING_MARKS = {"mfa_authenticator"}
# Where the questions are asked, every answer there is can be read.
ASKED = {
    "/answers/<str:token>/",
    "/api/v1/screening",
    "/book/a/<str:attempt>/",
    "/book/a/<str:attempt>/extend/",
}


@pytest.fixture
def walk(settings: Any, tmp_path: Path) -> Walk:
    settings.MAILBOX, settings.MAILBOX_DIR = True, tmp_path / "mailbox"
    return Walk()


def everything() -> dict[str, str]:
    """Return how many rows each table has and, as a rule, what they say; not what looking may
    write."""
    counts = {name: n for name, n in row_counts().items() if name not in LOOKING_WRITES}
    return {
        name: f"{n} rows" if name in LOOKING_MARKS else raw_table(name)
        for name, n in counts.items()
    }


def wrong(found: dict[str, str], who: str, method: str) -> list[str]:
    """Return where an answer is not the table's, in words."""
    return [
        f"{method} {route} as {who}: {answer}, the table says {CELLS[route, method, who]}"
        for route, answer in found.items()
        if answer != CELLS[route, method, who]
    ]


def test_every_address_has_a_row_for_each_method_and_every_row_an_address() -> None:
    there = {*routes(), "/static/*"}
    assert sorted(there - set(ROUTES)) == []
    assert sorted(set(ROUTES) - there) == []
    assert len(CELLS) == len(there) * 2 * len(ACTORS)


@pytest.mark.parametrize("who", ACTORS)
def test_looking_finds_what_the_table_says_and_changes_nothing(walk: Walk, who: str) -> None:
    before = everything()
    found = {route: outcome(walk.look(who, route)[0]) for route in ROUTES}
    assert wrong(found, who, "GET") == []
    after = everything()
    assert [table for table in before if before[table] != after[table]] == []


@pytest.mark.parametrize("who", ACTORS)
def test_sending_does_what_the_table_says(walk: Walk, who: str) -> None:
    found = {route: outcome(walk.send(who, route)[0]) for route in ROUTES}
    assert wrong(found, who, "POST") == []


def test_a_door_that_opens_to_a_post_is_tried_with_something_to_do(walk: Walk) -> None:
    before = Booking.objects.count()
    for route in ("/book/hold/", "/desk/book/", "/api/v1/bookings"):
        assert walk.send("desk", route)[0].status_code in {201, 303}
    assert Booking.objects.count() == before, "what a walk sends is taken back"


def test_without_the_demos_mailbox_it_is_there_for_nobody(walk: Walk, settings: Any) -> None:
    kept = [walk.address(route) for route in ROUTES if route.startswith("/mailbox/")]
    assert len(kept) == 4
    settings.MAILBOX = False
    for who in ACTORS:
        browser = Client()
        browser.cookies = walk.browsers[who].cookies
        assert {browser.get(address).status_code for address in kept} == {404}


def secrets(walk: Walk) -> list[str]:
    """Return what is between the client and their practitioner and stands on no page for all: the
    practitioner's reason, and a date the client named, as it is kept and in words."""
    date = walk.botox
    return [REASON.partition(":")[0], date.isoformat(), f"{date.day} {date:%B}"]


def told(text: str, hidden: Iterable[str]) -> list[str]:
    low = text.lower()
    return [each for each in hidden if each.lower() in low]


@pytest.mark.parametrize("headers", [{}, {"X-Fragment": "panel"}])
def test_the_desk_reads_no_answer_no_rule_and_no_reason_anywhere(
    walk: Walk, headers: dict[str, str]
) -> None:
    hidden, rules = secrets(walk), list(walk.reviewed.screening.results["rules"])
    assert rules
    leaks = []
    for route in ROUTES:
        also = [] if route in ASKED else [ITEM, *rules]
        for knock in (walk.look, walk.send):
            answer, text = knock("desk", route, booking=walk.reviewed, headers=headers)
            whole = text + str(answer.headers)
            leaks += [(route, each) for each in told(whole, [*hidden, *also])]
    assert leaks == []


def test_the_practitioner_reads_all_of_it(walk: Walk) -> None:
    _answer, text = walk.look("practitioner", "/practice/visit/<uuid:uid>/")
    plain = " ".join(re.sub(r"<[^>]+>", " ", text).split())
    reason, date, in_words = secrets(walk)
    assert told(plain, [ITEM])
    assert told(plain, [reason])
    assert told(plain, [date, in_words])
