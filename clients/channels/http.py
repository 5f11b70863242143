"""Talking to a provider over HTTP, and what its answers mean for a message."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

import requests

from clients.channels.base import NotSent

# Seconds to connect, and between two pieces of an answer.
TIMEOUT = (3.05, 8)
PATIENCE = 20.0
MOST_ANSWER = 64 * 1024
_OURS = (401, 402, 403, 404, 405, 407)


@dataclass(frozen=True, slots=True)
class Answer:
    """A provider's whole answer."""

    status: int
    text: str
    retry_after: str | None = None

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    def document(self) -> dict[str, Any]:
        """Return the JSON object it holds; empty where it holds none."""
        try:
            said = json.loads(self.text)
        except ValueError:
            return {}
        return said if isinstance(said, dict) else {}

    def refusal(self) -> NotSent:
        """Return what it means for a message that it is no success."""
        return refused(self.status, retry_after=self.retry_after)


def ask(session: requests.Session, method: str, url: str, **what: Any) -> Answer:
    """Return a provider's answer. Raises NotSent where there is none, or no end of it."""
    deadline = time.monotonic() + PATIENCE
    try:
        with session.request(
            method, url, timeout=TIMEOUT, allow_redirects=False, stream=True, **what
        ) as answer:
            body = b""
            for piece in answer.iter_content(8192):
                body += piece
                if len(body) > MOST_ANSWER or time.monotonic() > deadline:
                    raise NotSent("The provider's answer has no end.", everything=True)
    except requests.RequestException as problem:
        raise away(problem) from None
    return Answer(
        answer.status_code, body.decode("utf-8", "replace"), answer.headers.get("Retry-After")
    )


def away(problem: requests.RequestException) -> NotSent:
    """Return what it means that a provider could not be asked, in words that hold no address."""
    if isinstance(problem, requests.Timeout):
        return NotSent("The provider did not answer in time.", everything=True)
    if isinstance(problem, requests.exceptions.ChunkedEncodingError):
        return NotSent("The provider's answer broke off.", everything=True)
    return NotSent("The provider can't be reached.", everything=True)


def refused(status: int, *, retry_after: str | None = None) -> NotSent:
    """Return what a status means that is no success: 4xx is the message's own fault, but for those
    that are ours to mend (a wrong key, an account that is empty) and keep everything waiting."""
    reason = f"The provider answered {status}."
    if status == 429:
        return NotSent(
            "The provider asks us to slow down.", everything=True, wait=_wait(retry_after)
        )
    if status >= 500 or status in _OURS or status < 400:
        return NotSent(reason, everything=True, wait=_wait(retry_after))
    if status in (408, 409, 425):
        return NotSent(reason)
    return NotSent(reason, permanent=True)


def _wait(text: str | None) -> float | None:
    """Return the seconds of a Retry-After; None for a date or anything else."""
    return float(text) if text and text.isdecimal() and len(text) < 6 else None
