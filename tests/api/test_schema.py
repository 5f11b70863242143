"""The API against its own OpenAPI document, with requests made up from it; and the document's page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import schemathesis
from django.conf import settings
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi import checks as conformance

from bookings.api.document import PREFIX, document
from clinic.wsgi import application
from tests.api.outside import ANSWERS, Program, wish
from tests.bookings.world import row_counts
from tests.conftest import DEEP
from tests.factories.house import House, house
from tests.harness.databases import Database

OPERATIONS = sorted(
    (method.upper(), path) for path, methods in document()["paths"].items() for method in methods
)
CALLS = {
    ("GET", "/locations"),
    ("GET", "/practitioners"),
    ("GET", "/treatments"),
    ("GET", "/availability"),
    ("GET", "/screening"),
    ("POST", "/bookings"),
    ("GET", "/bookings/{token}"),
    ("POST", "/bookings/{token}/move"),
    ("POST", "/bookings/{token}/cancel"),
}
# Calls without parameters, or with one that may be any text: nothing about them can be unfit.
BARE = {f"{PREFIX}/{name}" for name in ("locations", "practitioners", "treatments")}
BARE.add(f"{PREFIX}/bookings/{{token}}")
CHECKS = [
    schemathesis.checks.not_a_server_error,
    conformance.status_code_conformance,
    conformance.content_type_conformance,
    conformance.response_headers_conformance,
    conformance.response_schema_conformance,
]
EXAMPLES = 300 if DEEP else 25


def test_the_document_lists_every_call_and_no_other() -> None:
    assert set(OPERATIONS) == {(method, f"{PREFIX}{path}") for method, path in CALLS}
    for methods in document()["paths"].values():
        for operation in methods.values():
            assert operation["summary"]
            assert set(operation["responses"]) & {"200", "201"}
    assert [one["url"] for one in document()["servers"]] == [settings.SITE_URL]
    book = document()["paths"][f"{PREFIX}/bookings"]["post"]
    header = next(each for each in book["parameters"] if each["name"] == "Idempotency-Key")
    assert (header["in"], header["required"]) == ("header", True)
    names = {
        each["name"] for each in document()["paths"][f"{PREFIX}/availability"]["get"]["parameters"]
    }
    assert names == {"treatment", "location", "practitioner", "from", "to"}


@pytest.mark.parametrize(
    "mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["fit", "unfit"]
)
def test_whatever_a_program_makes_up_is_answered_as_documented(
    fresh_db: Database, settings: Any, mode: GenerationMode
) -> None:
    settings.RATE_LIMITS = False
    home = house()
    start = home.at().strftime("%Y-%m-%dT%H:%M:%SZ")
    token = Program().book(wish(start)).json()["token"]
    before = row_counts()["bookings_booking"]
    schema = schemathesis.openapi.from_wsgi(f"{PREFIX}/openapi.json", application)
    statuses: Counter[int] = Counter()
    for method, path in OPERATIONS:
        if mode is GenerationMode.NEGATIVE and path in BARE:
            continue
        _try(schema[path][method], mode, statuses, partial(_make_real, home, token, start))
    assert row_counts()["bookings_booking"] == before + statuses[201]
    assert statuses.keys() >= ({200, 404, 422} if mode is GenerationMode.POSITIVE else {422})


def _try(
    operation: Any, mode: GenerationMode, statuses: Counter[int], make_real: Callable[..., None]
) -> None:
    """Make requests of one call, and hold each answer against the document."""

    @hypothesis_settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode), real=st.integers(0, 3))
    def run(case: Any, real: int) -> None:
        make_real(case, real)
        response = case.call()
        case.validate_response(response, checks=CHECKS)
        statuses[response.status_code] += 1

    run()


def _make_real(home: House, token: str, start: str, case: Any, real: int) -> None:
    """Put what exists in the place of some of what was made up, so that more than names is tried."""
    if real & 1 and case.path_parameters and "token" in case.path_parameters:
        case.path_parameters["token"] = token
    if real & 2:
        query = getattr(case, "query", None) or {}
        for name, value in (
            ("treatment", "facial"),
            ("location", "queen"),
            ("practitioner", "any"),
        ):
            if name in query:
                query[name] = value
        if isinstance(case.body, dict):
            known = {
                "treatment": "facial",
                "location": "queen",
                "practitioner": "any",
                "starts_at": start,
                "answers": ANSWERS,
            }
            case.body |= {name: value for name, value in known.items() if name in case.body}


@pytest.mark.django_db
def test_the_page_lists_every_call_without_anything_from_elsewhere() -> None:
    answer = Client().get(f"{PREFIX}/docs")
    text = answer.content.decode()
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/html")
    for method, path in CALLS:
        assert f"{method} {PREFIX}{path}" in text
    targets = re.findall(r'(?:src|href)="([^"]+)"', text)
    assert all(target.startswith(("/", "#")) for target in targets)
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", text)
    for anchor in [target[1:] for target in targets if target.startswith("#")]:
        assert f'id="{anchor}"' in text, anchor


@pytest.mark.django_db
def test_the_document_is_json_that_every_website_may_read() -> None:
    answer = Client().get(f"{PREFIX}/openapi.json")
    assert answer["Content-Type"] == "application/json"
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer.json()["openapi"].startswith("3.")
