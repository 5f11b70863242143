"""What a program is told when something can't be done. One shape, and no word of what went wrong
inside."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from bookings.api.answers import CONFLICT, INVALID, openings_of, problem
from bookings.api.reading import ANYONE, OURS, NotReadable
from bookings.availability import Opening
from bookings.errors import CallUs, CannotStart, NotBefore, NotOffered, SlotTaken
from bookings.queries.catalogue import Offering
from bookings.queries.named import Named
from clients.contact import phone_words
from clients.errors import sentences
from clients.models import RuleSet
from clients.screening import AnswersInvalid
from clinic.errors import Refusal
from clinic.models import Location

logger = logging.getLogger(__name__)

BODY = "body"
MOST_FIELDS = 30
SOON = 2  # seconds
STATUS = {
    "unavailable": 503,
    "window_closed": CONFLICT,
    "cancelled": CONFLICT,
    "too_many_holds": 429,
}
_SPEAKABLE = re.compile(r"[A-Za-z0-9_-]{1,60}", re.ASCII)


def invalid(fields: Mapping[str, list[str]]) -> HttpResponse:
    """Answer a request in which these fields can't be used, each with sentences saying why."""
    return problem(INVALID, "invalid", _("Some of this can't be used."), fields=fields)


def not_found() -> HttpResponse:
    """Answer for what is not there, or not there for whoever asks; it says nothing of which."""
    return problem(404, "not_found", _("There is nothing here."))


def too_large() -> HttpResponse:
    return problem(413, "too_large", _("This was more than we can take at once."))


def unavailable() -> HttpResponse:
    sentence = _("We can't answer right now. Please try again in a moment.")
    return problem(503, "unavailable", sentence, retry_after=SOON)


def asked(named: Named, practitioner: str) -> tuple[Offering, Location, int | None]:
    """Return what was asked for, with the practitioner's id or None for anybody.

    Raises NotOffered where one of the names stands for nothing that can be booked.
    """
    if named.offering is None:
        raise no_treatment()
    if named.location is None:
        raise NotOffered("location", _("There is no such location."))
    if practitioner == ANYONE:
        return named.offering, named.location, None
    return named.offering, named.location, practitioner_named(practitioner, named.people)


def no_treatment() -> NotOffered:
    return NotOffered("treatment", _("There is no such treatment to book online."))


def practitioner_named(slug: str, people: Mapping[int, str]) -> int:
    """Return the id of who has a slug. Raises NotOffered."""
    who = next((key for key, one in people.items() if one == slug), None)
    if who is None:
        raise NotOffered("practitioner", _("Nobody of that name offers this treatment there."))
    return who


def refused(
    refusal: Refusal,
    *,
    location: Location,
    people: Mapping[int, str],
    minutes: int,
    is_move: bool = False,
    near: Iterable[Opening] = (),
) -> HttpResponse:
    """Answer a booking or a move that was refused: what else is free, from when, or whom to call.

    people: slugs by id. minutes: of the session. What the answers mean is told to whoever has just
    given them, and not to whoever holds a token. near: openings near to a time that is none.
    """
    if isinstance(refusal, SlotTaken | CannotStart):
        lost = isinstance(refusal, SlotTaken)
        openings = openings_of(
            refusal.openings if isinstance(refusal, SlotTaken) else near,
            zone=location.time_zone,
            minutes=minutes,
            people=people,
        )
        sentence = str(refusal.sentence)
        return problem(
            CONFLICT if lost else INVALID,
            refusal.code,
            sentence,
            fields=None if lost else {refusal.field or BODY: [sentence]},
            openings=openings if lost or openings else None,
        )
    if isinstance(refusal, NotBefore):
        earliest = _("The earliest date for this session is %(day)s.") % {
            "day": refusal.earliest.isoformat()
        }
        words = [] if is_move else refusal.sentences
        return problem(
            CONFLICT, refusal.code, " ".join([*words, earliest]), not_before=refusal.earliest
        )
    if isinstance(refusal, CallUs):
        call = _("Please call %(place)s at %(phone)s, and we will plan it together.") % {
            "place": location.name,
            "phone": phone_words(location.phone),
        }
        words = [] if is_move else refusal.sentences
        return problem(CONFLICT, refusal.code, " ".join([*words, call]))
    return plain(refusal)


def plain(refusal: Refusal) -> HttpResponse:
    """Answer a refusal that needs no more than its own sentence."""
    sentence = str(refusal.sentence)
    status = STATUS.get(refusal.code, INVALID)
    if refusal.code == "invalid":
        return problem(status, refusal.code, sentence, fields={refusal.field or BODY: [sentence]})
    return problem(status, refusal.code, sentence, retry_after=SOON if status in {429, 503} else 0)


def install(api: NinjaAPI) -> None:
    """Let the API answer everything that can go wrong in the one shape."""
    handlers: dict[type[Exception], Any] = {
        ValidationError: _validation,
        HttpError: _http,
        Http404: lambda request, error: not_found(),
        Refusal: lambda request, error: plain(error),
        AnswersInvalid: _answers,
        NotReadable: lambda request, error: invalid({BODY: [error.sentence]}),
        RequestDataTooBig: lambda request, error: too_large(),
        OperationalError: _unavailable,
        InterfaceError: _unavailable,
        RuleSet.DoesNotExist: _unavailable,
        Exception: _failed,
    }
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)


def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
    if isinstance(error.__cause__, NotReadable):
        return invalid({BODY: [error.__cause__.sentence]})
    return problem(error.status_code, "invalid", _("This can't be used."))


def _answers(request: HttpRequest, error: AnswersInvalid) -> HttpResponse:
    said = sentences(error)
    return invalid(
        {
            "answers" if question == "answers" else f"answers.{question}": [sentence]
            for question, sentence in said.items()
        }
    )


def _unavailable(request: HttpRequest, error: Exception) -> HttpResponse:
    # The route and the class alone: an address may hold a token, a database's message what was typed.
    logger.warning("%s was not answered: %s", _route(request), type(error).__name__)
    return unavailable()


def _route(request: HttpRequest) -> str:
    return request.resolver_match.route if request.resolver_match else ""


def _failed(request: HttpRequest, error: Exception) -> HttpResponse:
    logger.error("%s %s failed", request.method, _route(request), exc_info=error)
    return problem(500, "failed", _("Something went wrong on our side."))


def _validation(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return invalid(fields_of(error.errors))


def fields_of(errors: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Return our own sentence for each error, by the name of what it is about."""
    found: dict[str, list[str]] = {}
    for each in errors:
        said = found.setdefault(_name(each["loc"]), [])
        sentence = _sentence(each)
        if sentence not in said:
            said.append(sentence)
        if len(found) >= MOST_FIELDS:
            break
    return found


def _name(place: tuple[str | int, ...]) -> str:
    """Return where an error belongs, as "client.name"; names we can't repeat belong to the body."""
    source, *parts = [str(part) for part in place]
    if source == BODY:
        parts = parts[1:]
    if not parts or not all(_SPEAKABLE.fullmatch(part) for part in parts):
        return BODY
    return ".".join(parts)


def _sentence(error: Mapping[str, Any]) -> str:
    kind, context = error["type"], error.get("ctx") or {}
    if kind == OURS:
        return str(context["sentence"])
    if kind == "missing":
        return _("This is missing.")
    if kind == "extra_forbidden":
        return _("There is no field of this name.")
    if kind == "string_too_long":
        return _("At most %(most)d characters.") % {"most": context["max_length"]}
    if kind == "string_type":
        return _("Please give a text.")
    if kind == "bool_type":
        return _("Please give true or false.")
    if kind in {"dict_type", "model_type", "model_attributes_type"}:
        return _("Please give a JSON object.")
    if kind == "string_pattern_mismatch":
        return _("There is none of this name.")
    return _("This can't be used.")
