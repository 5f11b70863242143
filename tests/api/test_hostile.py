"""Hostile text in every place a program can put text: a 4xx in the one shape, and nothing half-saved.

A case is one text in one place; all places together make more than five thousand.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from bookings.models import Booking
from tests.api.hostile import BODIES, TEXTS, VALUES
from tests.api.outside import ANSWERS, Program, error_of, wish
from tests.bookings.world import row_counts
from tests.factories.house import House, house

pytestmark = pytest.mark.django_db

GOOD = {200, 201}
BAD = {
    404: {"not_found"},
    409: {"slot_taken", "refused", "too_soon", "window_closed", "cancelled"},
    413: {"too_large"},
    415: {"unsupported_media_type"},
    422: {"invalid", "idempotency_mismatch"},
}


@dataclass
class Place:
    """Where a text can stand: `send` puts it there and returns the answer."""

    name: str
    send: Callable[[Setting, Any], Any]
    cases: list[Any]

    def __repr__(self) -> str:
        return self.name


@dataclass
class Setting:
    home: House
    http: Client
    token: str

    def get(self, path: str) -> Any:
        return self.http.get(f"/api/v1/{path}")

    def post(self, path: str, body: Any, *, key: str | None = None) -> Any:
        text = body if isinstance(body, bytes) else json.dumps(body)
        headers = {"Idempotency-Key": key or uuid.uuid4().hex}
        return self.http.post(
            f"/api/v1/{path}", text, content_type="application/json", headers=headers
        )

    def body(self) -> dict[str, Any]:
        return wish(self.home.at(ahead=5).strftime("%Y-%m-%dT%H:%M:%SZ"))


def in_url(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


def _query(name: str) -> Callable[[Setting, Any], Any]:
    def send(here: Setting, text: Any) -> Any:
        query = {
            "treatment": "facial",
            "location": "queen",
            "practitioner": "any",
            "from": here.home.day().isoformat(),
            "to": here.home.day().isoformat(),
        }
        said = "&".join(
            f"{key}={in_url(text if key == name else own)}" for key, own in query.items()
        )
        return here.get(f"availability?{said}")

    return send


def _field(*path: str) -> Callable[[Setting, Any], Any]:
    def send(here: Setting, value: Any) -> Any:
        body = here.body()
        inner = body
        for part in path[:-1]:
            inner = inner[part]
        inner[path[-1]] = value
        return here.post("bookings", body)

    return send


def _extra(here: Setting, value: Any) -> Any:
    return here.post("bookings", here.body() | {str(value): 1})


def _question(here: Setting, value: Any) -> Any:
    return here.post("bookings", here.body() | {"answers": ANSWERS | {str(value): "yes"}})


def _item(here: Setting, value: Any) -> Any:
    picked = {"bq_procedures": {"items": {str(value): value}}}
    return here.post("bookings", here.body() | {"answers": ANSWERS | picked})


def _key(here: Setting, text: Any) -> Any:
    key = text.encode("utf-8", "surrogatepass").decode("latin-1")
    headers = {"Idempotency-Key": key}
    return here.http.post(
        "/api/v1/bookings",
        json.dumps(here.body()),
        content_type="application/json",
        headers=headers,
    )


def _raw(path: str) -> Callable[[Setting, Any], Any]:
    def send(here: Setting, body: Any) -> Any:
        return here.post(path.replace("TOKEN", here.token), body)

    return send


def _token(tail: str) -> Callable[[Setting, Any], Any]:
    def send(here: Setting, text: Any) -> Any:
        path = f"bookings/{in_url(text)}{tail}"
        if not tail:
            return here.get(path)
        return here.post(path, {"starts_at": "2027-03-08T15:00:00Z"} if "move" in tail else {})

    return send


def _changed(tail: str, **body: Any) -> Callable[[str], Callable[[Setting, Any], Any]]:
    def of(name: str) -> Callable[[Setting, Any], Any]:
        def send(here: Setting, value: Any) -> Any:
            return here.post(f"bookings/{here.token}/{tail}", {**body, name: value})

        return send

    return of


def places() -> Iterator[Place]:
    everything = [*TEXTS, *VALUES]
    for name in ("treatment", "location", "practitioner", "from", "to"):
        yield Place(f"availability {name}", _query(name), TEXTS)
    yield Place(
        "screening treatment",
        lambda here, text: here.get(f"screening?treatment={in_url(text)}"),
        TEXTS,
    )
    for path in (
        *(("treatment",), ("location",), ("practitioner",), ("starts_at",), ("client",)),
        *(("client", "name"), ("client", "email"), ("client", "phone"), ("client", "consents")),
        *(("answers",), ("answers", "bq_age"), ("answers", "bq_procedures")),
    ):
        yield Place(f"booking {'.'.join(path)}", _field(*path), everything)
    yield Place("booking unknown field", _extra, TEXTS)
    yield Place("booking unknown question", _question, TEXTS)
    yield Place("booking unknown item", _item, TEXTS)
    yield Place("booking key", _key, TEXTS)
    move = _changed("move")
    yield Place("move starts_at", move("starts_at"), everything)
    yield Place(
        "move practitioner",
        _changed("move", starts_at="2027-03-08T15:00:00Z")("practitioner"),
        everything,
    )
    yield Place("cancel reason of nobody's", _token("/cancel"), TEXTS)
    for tail in ("", "/move"):
        yield Place(f"token{tail}", _token(tail), TEXTS)
    for path in ("bookings", "bookings/TOKEN/move"):
        yield Place(f"body {path}", _raw(path), BODIES)


PLACES = list(places())


@pytest.fixture
def here(settings: Any) -> Setting:
    settings.RATE_LIMITS = False
    home = house()
    program = Program()
    told = program.book(wish(home.at().strftime("%Y-%m-%dT%H:%M:%SZ"))).json()
    return Setting(home, program.http, told["token"])


def test_there_are_more_than_five_thousand_cases() -> None:
    assert sum(len(place.cases) for place in PLACES) > 5_000
    assert len(set(TEXTS)) == len(TEXTS)


@pytest.mark.parametrize("place", PLACES, ids=repr)
def test_hostile_text_meets_a_sentence_and_leaves_nothing_behind(
    here: Setting, place: Place
) -> None:
    before = row_counts()
    made = 0
    for case in place.cases:
        answer = place.send(here, case)
        if answer.status_code in GOOD:
            answer.json()
            if answer.status_code == 201:
                made += 1
                token = answer.json()["token"]
                assert here.post(f"bookings/{token}/cancel", {}).status_code == 200
            continue
        assert answer.status_code in BAD, f"{case!r}: {answer.status_code}"
        error = error_of(answer, answer.status_code, answer.json()["error"]["code"])
        assert error["code"] in BAD[answer.status_code], f"{case!r}: {error}"
        assert "Traceback" not in answer.content.decode()
    after = row_counts()
    grown = {
        table: after[table] - count for table, count in before.items() if after[table] != count
    }
    assert grown.get("bookings_booking", 0) == made
    assert grown.get("bookings_requestkey", 0) == made
    assert grown.get("clients_screening", 0) == made
    if not made:
        assert grown == {}


def test_a_name_that_is_accepted_comes_out_as_it_went_in_but_for_what_hides(here: Setting) -> None:
    for name in ("محمد", "👩‍⚕️ Zoë", "O'Brien; DROP TABLE", "<b>Bo</b>", "{{ 7*7 }} a"):
        body = here.body()
        body["client"]["name"] = name
        answer = here.post("bookings", body)
        assert answer.status_code == 201, answer.content
        row = Booking.objects.latest("pk")
        assert row.contact_name == name
        here.post(f"bookings/{answer.json()['token']}/cancel", {})
    body["client"]["name"] = "Ann\u202eeve\u0000"
    assert here.post("bookings", body).status_code == 422
    body["client"]["name"] = "Ann\u202eeve"
    assert here.post("bookings", body).status_code == 201
    assert Booking.objects.latest("pk").contact_name == "Anneve"
