"""The pages people wait for, beside an empty view behind the same middleware, over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from benchmarks import house
from benchmarks.http import Caller, serving
from benchmarks.measure import Line, at_most, line, medians_ms
from benchmarks.stage import TINY, Stage

SECTION = "pages"
PEOPLE, ROOMS, DAYS = 5, 6, 61
BOOKINGS, COLUMNS = 150, 17  # nine sessions a column, the last of them fewer
TIMES = "/book/measured/measured/"
EMPTY = "/healthz"
MOST_QUERIES = 6
OF_TIMES, OF_DESK = at_most(10, "x"), at_most(25, "x")


def run(stage: Stage) -> list[Line]:
    """Time the page on which a client chooses a time, and the desk's day of 150 bookings."""
    from django.db import connection
    from django.utils import timezone

    from bookings import seed

    stage.say("Filling a desk's day and starting a web server")
    name = stage.database(SECTION)
    now, what = timezone.now(), house.treatment("measured")
    place = house.location("measured", what, people=PEOPLE, rooms=ROOMS)
    today = now.astimezone(place.zone).date()
    house.fill(place, what, first=today, days=DAYS, now=now)
    desk = house.location("desk", what, people=COLUMNS, rooms=COLUMNS)
    bookings = 4 if stage.scale is TINY else BOOKINGS
    house.fill(desk, what, first=today, days=1, now=now, density=1, most=bookings)
    cookie = _login()
    queries = _queries(today)
    seed.vacuum()
    connection.close()
    with serving(stage.url(name)) as port:
        stage.say("Opening pages")
        lines = _measure(stage, port, today, cookie, bookings)
    what_day = f"the desk's day of {bookings} bookings: statements beside the login's"
    return [*lines, line(SECTION, what_day, [queries], "", at_most(MOST_QUERIES))]


def _measure(stage: Stage, port: int, today: date, cookie: str, bookings: int) -> list[Line]:
    client, staff, day = Caller(port), Caller(port, cookie), f"/desk/?location=desk&day={today}"
    shown = _page(staff, day).count(b'class="ev ev-')
    assert shown == bookings, f"The desk's day shows {shown} bookings."
    assert _page(client, TIMES).count(b'name="at"') > 0, "The page of times shows none."
    asked = [(client, EMPTY), (client, TIMES), (staff, EMPTY), (staff, day)]
    calls: list[Callable[[], object]] = [
        lambda who=who, path=path: _page(who, path)  # type: ignore[misc]
        for who, path in asked
    ]
    rounds = [medians_ms(calls, stage.scale.calls) for _ in range(stage.scale.rounds)]
    empty, times, empty_for_staff, desk = ([each[n] for each in rounds] for n in range(4))
    of_times = [a / b for a, b in zip(times, empty, strict=True)]
    of_desk = [a / b for a, b in zip(desk, empty_for_staff, strict=True)]
    return [
        line(SECTION, "an empty view", empty, "ms"),
        line(SECTION, f"times of {PEOPLE} practitioners", times, "ms"),
        line(SECTION, f"times of {PEOPLE} practitioners / empty view", of_times, "x", OF_TIMES),
        line(SECTION, "an empty view for somebody logged in", empty_for_staff, "ms"),
        line(SECTION, f"the desk's day of {bookings} bookings", desk, "ms"),
        line(SECTION, f"the desk's day of {bookings} bookings / empty view", of_desk, "x", OF_DESK),
    ]


def _page(who: Caller, path: str) -> bytes:
    status, body = who.get(path)
    assert status == 200, (path, status)
    return body


def _login() -> str:
    """Return the cookie of somebody at the front desk."""
    from django.conf import settings
    from django.test import Client

    from clinic.models import Role, User

    browser = Client()
    browser.force_login(User.objects.create_user("desk@example.org", role=Role.FRONT_DESK))
    return f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}"


def _queries(today: date) -> int:
    """Return how many statements the desk's day takes beside those that know who is there."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from clinic.models import User

    browser = Client(SERVER_NAME="localhost")
    browser.force_login(User.objects.get(email="desk@example.org"))
    browser.get("/desk/")
    with CaptureQueriesContext(connection) as found:
        answer = browser.get("/desk/", {"location": "desk", "day": str(today)})
    assert answer.status_code == 200
    made = [each["sql"] for each in found]
    return len([sql for sql in made if "django_session" not in sql and "clinic_user" not in sql])


__all__ = ["SECTION", "run"]
