"""Text messages through any HTTP gateway, described by a few lines of JSON (SMS_GATEWAY).

    {"url": "https://sms.example.org/send",            where to ask
     "method": "POST",                                 POST, unless said otherwise
     "headers": {"Authorization": "Bearer …"},
     "json": {"to": "{to}", "text": "{text}", "key": "{reference}"},   or "form", or "query"
     "accepted": [200, 201, 202],                      statuses that mean yes: 2xx, unless said
     "says": "OK",                                     and what then stands somewhere in the answer
     "permanent": [400, 422],                          statuses with which trying again is no use
     "dead": ["unknown subscriber"],                   words that mean: not this number
     "id": "data.id"}                                  where in a JSON answer the gateway's id is

In url and values `{to}` is the number, `{text}` the message, `{reference}` the idempotency key and
`{sender}` the sender's name.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import quote

import requests
from django.conf import settings

from clients.channels import http
from clients.channels.base import Channel, Letter, NotSent, Receipt

PROVIDER = "gateway"
_TEXTS = ("url", "method", "says", "id")
_TABLES = ("headers", "json", "form", "query")
_STATUSES = ("accepted", "permanent")
_KNOWN = {*_TEXTS, *_TABLES, *_STATUSES, "dead"}


class Misdescribed(ValueError):
    """SMS_GATEWAY can't be read; the message says why."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """A gateway as it is described; see the module."""

    url: str
    method: str = "POST"
    headers: Mapping[str, Any] | None = None
    json: Mapping[str, Any] | None = None
    form: Mapping[str, Any] | None = None
    query: Mapping[str, Any] | None = None
    accepted: frozenset[int] = frozenset(range(200, 300))
    permanent: frozenset[int] = frozenset()
    says: str = ""
    dead: tuple[str, ...] = ()
    id: str = ""


def read(text: str) -> Gateway:
    """Return the gateway that a JSON text describes. Raises Misdescribed."""
    try:
        said = json.loads(text)
    except ValueError:
        raise Misdescribed("It is no JSON.") from None
    if not isinstance(said, dict) or not said.keys() <= _KNOWN:
        raise Misdescribed(f"It knows these names: {', '.join(sorted(_KNOWN))}.")
    if not str(said.get("url", "")).startswith(("https://", "http://")):
        raise Misdescribed("`url` is no address.")
    for name in _TABLES:
        if not isinstance(said.get(name, {}), dict):
            raise Misdescribed(f"`{name}` is no table of names and values.")
    for name in (*_STATUSES, "dead"):
        if not isinstance(said.get(name, []), list):
            raise Misdescribed(f"`{name}` is no list.")
    for name in _STATUSES:
        if not all(isinstance(code, int) for code in said.get(name, [])):
            raise Misdescribed(f"`{name}` holds statuses, such as 200.")
    for name in _TEXTS:
        if not isinstance(said.get(name, ""), str):
            raise Misdescribed(f"`{name}` is no text.")
    lists = {name: frozenset(said[name]) for name in _STATUSES if name in said}
    dead = tuple(str(word).lower() for word in said.get("dead", []))
    return Gateway(**{**said, **lists, "dead": dead})


class GatewaySms(Channel):
    """Sends the short form of a letter as SMS_GATEWAY describes."""

    name: ClassVar[str] = "SMS"

    def __init__(self) -> None:
        self._gateway = read(settings.SMS_GATEWAY)
        self._session = requests.Session()

    def send(self, letter: Letter) -> Receipt:
        gateway = self._gateway
        words = {
            "to": letter.to,
            "text": letter.short,
            "reference": letter.reference,
            "sender": letter.sender_name,
        }
        answer = http.ask(
            self._session,
            gateway.method.upper(),
            _filled(gateway.url, {name: quote(word, safe="") for name, word in words.items()}),
            headers={
                "Idempotency-Key": letter.reference,
                **{name: _header(_filled(v, words)) for name, v in (gateway.headers or {}).items()},
            },
            json=_filled(gateway.json, words),
            data=_filled(gateway.form, words),
            params=_filled(gateway.query, words),
        )
        self._judge(answer)
        return Receipt(PROVIDER, _found(answer, gateway.id)[:200] or letter.reference)

    def _judge(self, answer: http.Answer) -> None:
        gateway = self._gateway
        if any(word in answer.text.lower() for word in gateway.dead):
            raise NotSent("The number was refused.", address=True)
        if answer.status in gateway.permanent:
            raise NotSent(f"The provider answered {answer.status}.", permanent=True)
        if answer.status not in gateway.accepted:
            raise answer.refusal()
        if gateway.says not in answer.text:
            raise NotSent("The provider's answer is not the one we know.")

    def close(self) -> None:
        self._session.close()


def _filled(template: Any, words: Mapping[str, str]) -> Any:
    """Return a template with the words put in, wherever they stand, each one once: what a word
    holds is never taken for a place of another one."""
    if isinstance(template, dict):
        return {name: _filled(value, words) for name, value in template.items()}
    if isinstance(template, list):
        return [_filled(value, words) for value in template]
    if not isinstance(template, str):
        return template
    first, *rest = template.split("{")
    found = [first]
    for piece in rest:
        name, closed, after = piece.partition("}")
        found.append(words[name] + after if closed and name in words else "{" + piece)
    return "".join(found)


def _header(value: Any) -> str:
    return " ".join(str(value).split())


def _found(answer: http.Answer, path: str) -> str:
    """Return what stands at a path such as `data.0.id` of a JSON answer; "" where nothing does."""
    if not path:
        return ""
    try:
        at: Any = json.loads(answer.text)
        for step in path.split("."):
            at = at[int(step)] if isinstance(at, list) else at[step]
    except (ValueError, KeyError, IndexError, TypeError):
        return ""
    return str(at) if isinstance(at, str | int) else ""
