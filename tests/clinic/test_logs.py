"""What the logs say of a request, a task and an error, and what they never say."""

from __future__ import annotations

import io
import json
import logging
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from celery.app import trace
from django.db import IntegrityError, connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from bookings import links
from clinic import logs, urls
from clinic.celery import app
from clinic.middleware import RequestIdFilter, request_id
from tests.factories import bookings, clinic

MAIL = "ines.marchetti@example.org"
PHONE = "+1 416 555 0182"
HEALTH = "takes warfarin since March"
SECRETS = (MAIL, "416 555 0182", HEALTH, "warfarin", "4711-secret", "Marchetti", "evil.example")


class Captured:
    """Everything the program would write, by one of the formatters."""

    def __init__(self, formatter: logging.Formatter) -> None:
        self.stream = io.StringIO()
        self.handler = logging.StreamHandler(self.stream)
        self.handler.setFormatter(formatter)
        self.handler.addFilter(RequestIdFilter())
        self.handler.addFilter(logs.SaidOnce())

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]


def capture(formatter: logging.Formatter) -> Iterator[Captured]:
    captured = Captured(formatter)
    root = logging.getLogger()
    level = root.level
    root.addHandler(captured.handler)
    root.setLevel(logging.DEBUG)
    yield captured
    root.removeHandler(captured.handler)
    root.setLevel(level)


@pytest.fixture
def production() -> Iterator[Captured]:
    yield from capture(logs.JsonLines())


@pytest.fixture
def development() -> Iterator[Captured]:
    yield from capture(logs.Readable())


def broken(request: HttpRequest, **_: Any) -> HttpResponse:
    try:
        raise ValueError(f"{MAIL} {PHONE} {HEALTH}")
    except ValueError as cause:
        raise RuntimeError(f"could not greet {HEALTH} of {MAIL}: 4711-secret") from cause


def breaks_a_constraint(request: HttpRequest) -> HttpResponse:
    clinic.user(email=MAIL)
    clinic.user(email=MAIL)
    raise AssertionError


class Site:
    handler400, handler500 = urls.handler400, urls.handler500
    urlpatterns = [
        *urls.urlpatterns,
        path("broken/<str:token>/", broken, name="broken"),
        path("twice/", breaks_a_constraint, name="twice"),
    ]


def visit_everything() -> list[str]:
    """Ask for every kind of address with secrets in every place; return the tokens used."""
    uid = uuid.uuid4()
    token = links.token(uid, version=1)
    bookings.booking(uid=uid, token_digest=links.digest(token))
    visitor = Client(raise_request_exception=False)
    strange = links.token(uuid.uuid4(), version=1)
    for each in (token, strange):
        for address in (
            f"/manage/{each}/",
            f"/manage/{each}/calendar.ics",
            f"/manage/{each}/nothing/",
            f"/attempts/{each}/",
            f"/answers/{each}/",
            f"/login/link/{each}/",
            f"/broken/{each}/",
            f"/?email={MAIL}&note={HEALTH}",
            f"/{each}/{MAIL}/",
            f"/static/{each}.css",
        ):
            for method in ("get", "post", "delete"):
                getattr(visitor, method)(address, {"note": HEALTH, "phone": PHONE})
    visitor.get("/login/", headers={"host": "evil.example\r\nX: 4711-secret"})
    visitor.post("/login/", {"login": MAIL, "password": "4711-secret"})
    Client(enforce_csrf_checks=True).post("/login/", {"login": MAIL})
    visitor.generic("GET\nFAKE 4711-secret", f"/manage/{token}/")
    return [token, strange]


@pytest.mark.django_db
@override_settings(ROOT_URLCONF=Site)
def test_no_line_of_production_holds_a_token_or_anything_of_a_person(
    production: Captured,
) -> None:
    tokens = visit_everything()
    assert len(production.lines) > 60
    for secret in (*SECRETS, *tokens):
        assert secret not in production.text, secret


@pytest.mark.django_db
@override_settings(ROOT_URLCONF=Site)
def test_no_line_of_development_holds_a_token_or_an_address(development: Captured) -> None:
    tokens = visit_everything()
    for secret in (MAIL, "416 555 0182", "evil.example", *tokens):
        assert secret not in development.text, secret


@pytest.mark.django_db
def test_each_request_has_one_line_with_its_route_and_its_id(production: Captured) -> None:
    answer = Client().get("/manage/none/")
    [line] = [line for line in production.lines if line["logger"] == "clinic.requests"]
    assert answer.status_code == line["status"] == 404
    assert line["route"] not in {"-", ""}
    assert "/" not in line["route"]
    assert (line["method"], line["request"]) == ("GET", answer["X-Request-ID"])
    assert line["ms"] >= 0
    assert [each["logger"] for each in production.lines if each["level"] != "DEBUG"] == [
        "clinic.requests"
    ], "the same request is told twice"


@pytest.mark.django_db
@override_settings(ROOT_URLCONF=Site)
def test_the_unexpected_is_told_once_with_its_place_and_request(production: Captured) -> None:
    answer = Client(raise_request_exception=False).get("/broken/x/")
    assert answer.status_code == 500
    [line] = [line for line in production.lines if "error" in line]
    assert line["request"] == answer["X-Request-ID"]
    assert line["level"] == "ERROR"
    assert line["error"] == ["RuntimeError", "ValueError"]
    assert line["where"][-1].startswith("tests/clinic/test_logs.py:")
    assert line["where"][-1].endswith(" broken")
    assert "broken" in line["message"]


@pytest.mark.django_db
@override_settings(ROOT_URLCONF=Site)
def test_a_broken_constraint_is_named_without_the_value_that_broke_it(
    production: Captured,
) -> None:
    Client(raise_request_exception=False).get("/twice/")
    [line] = [line for line in production.lines if "error" in line]
    assert line["error"][0] == f"{IntegrityError.__module__}.IntegrityError"
    assert "UniqueViolation (clinic_user_email_key)" in line["error"][1]
    assert MAIL not in production.text


def test_a_line_can_not_be_forged(production: Captured, development: Captured) -> None:
    hostile = "a\nERROR forged\r\x1b[2J\u2028{}"
    logging.getLogger("clinic.tests").warning("heard %s", hostile)
    assert len(production.lines) == 1
    assert len(development.text.splitlines()) == 1
    assert "\x1b" not in development.text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("postgres://jade:hunter2@db/jade", "postgres://…@db/jade"),
        ("redis://:hunter2@127.0.0.1:1/0", "redis://…@127.0.0.1:1/0"),
        (f"to {MAIL}.", "to <mail>."),
        (f"call {PHONE}", "call <phone>"),
        ("clients.tasks.send_due_messages", "clients.tasks.send_due_messages"),
        ("Task 6fa459ea-ee8a-3ca4-894e-db77e160355e", "Task 6fa459ea-ee8a-3ca4-894e-db77e160355e"),
        ("2026-11-23 12:00:00", "2026-11-23 12:00:00"),
        ("/manage/kX83jd_93kdlsLKJ83-aaaQ/", "/manage/<token>/"),
    ],
)
def test_the_last_net_takes_out_secrets_and_nothing_else(text: str, left: str) -> None:
    assert logs.scrub(text) == left


def test_a_task_is_told_by_name_and_id_without_what_it_was_given(
    production: Captured,
) -> None:
    seen: list[str] = []

    @app.task(name="tests.greet")
    def greet(who: str, fail: bool) -> str:
        seen.append(request_id.get())
        logging.getLogger("clinic.tests").info("greeting")
        if fail:
            raise ValueError(f"can't greet {who}: {HEALTH}")
        return who

    try:
        for fail in (False, True):
            task_id = str(uuid.uuid4())
            traced = trace.build_tracer(greet.name, greet, app=app)
            traced(task_id, (MAIL, fail), {}, request={"id": task_id})
            told = [line for line in production.lines if line["request"] == task_id]
            assert {line["message"] for line in told} >= {"greeting"}
            assert seen[-1] == task_id
        [failed] = [line for line in production.lines if "error" in line]
        assert failed["error"] == ["ValueError"]
        assert "tests.greet" in failed["message"]
    finally:
        app.tasks.pop("tests.greet")
    assert request_id.get() == "-"
    for secret in SECRETS:
        assert secret not in production.text


@pytest.mark.django_db
def test_no_statement_is_logged_at_the_usual_level() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    assert not logging.getLogger("django.db.backends").isEnabledFor(logging.DEBUG)
