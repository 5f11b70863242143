"""An outside program that knows `docs/api.md` and nothing else of Jade."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

ANSWERS: dict[str, Any] = {
    "bq_age": "yes",
    "bq_pregnant": "no",
    "bq_health": "no",
    "bq_procedures": "none",
    "bq_skin_treatments": "none",
    "bq_isotretinoin": "no",
    "bq_now": "none",
    "bq_review": "none",
}


@dataclass
class Program:
    """Calls the API; `headers` go with every call."""

    http: Client = field(default_factory=lambda: Client(raise_request_exception=True))
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **query: Any) -> Any:
        return self.http.get(f"/api/v1/{path}", query, headers=self.headers)

    def post(self, path: str, body: Any, *, key: str | None = None, **headers: str) -> Any:
        sent = {**self.headers, **headers}
        if key is not None:
            sent["Idempotency-Key"] = key
        text = body if isinstance(body, bytes | str) else json.dumps(body)
        return self.http.post(
            f"/api/v1/{path}", text, content_type="application/json", headers=sent
        )

    def book(self, body: Any, *, key: str | None = None) -> Any:
        """Book; with a key of its own unless one is given."""
        return self.post("bookings", body, key=key or uuid.uuid4().hex)


def wish(starts_at: str, **changed: Any) -> dict[str, Any]:
    """Return the body of a booking in the test's clinic (`tests.factories.house`)."""
    body: dict[str, Any] = {
        "treatment": "facial",
        "location": "queen",
        "practitioner": "any",
        "starts_at": starts_at,
        "client": {
            "name": "Priya Raman",
            "email": "priya@example.com",
            "phone": "416 555 0142",
        },
        "answers": dict(ANSWERS),
    }
    return {**body, **changed}


def client(**changed: Any) -> dict[str, Any]:
    return {**wish("")["client"], **changed}


def error_of(answer: Any, status: int, code: str) -> dict[str, Any]:
    """Return the error of an answer, after checking that it has the one shape."""
    assert answer.status_code == status, answer.content[:600]
    assert answer["Content-Type"] == "application/json"
    told = answer.json()
    assert set(told) == {"error"}
    error: dict[str, Any] = told["error"]
    assert set(error) <= {"code", "message", "fields", "openings", "not_before"}
    assert error["code"] == code, error
    assert isinstance(error["message"], str)
    assert error["message"]
    for name, sentences in error.get("fields", {}).items():
        assert isinstance(name, str)
        assert sentences
        assert all(isinstance(each, str) and each for each in sentences)
    return error
