"""The safety answers of a booking that has been made, and what the practitioner says to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bookings.models import Booking
from clinic.audit import Actor


class Decision(StrEnum):
    """ASK: the practitioner wants to speak to the client first; nothing is decided."""

    ACCEPT = "ACCEPT"
    ASK = "ASK"
    DECLINE = "DECLINE"


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of the answers. `call_us`: tell the client to call, with `sentences` (theirs to
    read, health text); the booking stands until they do. `not_before` is the earliest day."""

    booking: Booking
    call_us: bool
    sentences: Sequence[str]
    not_before: date | None


def answer_questions(
    *,
    now: datetime,
    actor: Actor,
    booking: Booking,
    answers: Mapping[str, object],
    source: str,
) -> Answered:
    """Keep the answers to the safety questions of a booking, sealed, and judge them for its date.

    answers: to every booking question of its treatment, in the shapes of the API. source: LINK (the
    client, by `links.answers_url`), ROOM (asked by the practitioner) or DESK; answers by LINK are
    taken once. The booking keeps its status whatever they say; what the practitioner must look at
    is in their queue.

    Raises clients.screening.AnswersInvalid, AnsweredAlready, NotChangeable (in session, over or
    dead) or BeingChanged.
    """
    raise NotImplementedError


def review(
    *,
    now: datetime,
    actor: Actor,
    booking: Booking,
    decision: Decision,
    reason: str,
    not_before: date | None = None,
) -> Booking:
    """The practitioner has looked at the answers of a booking.

    ACCEPT lets the session take place and turns a request into a booking. DECLINE turns a request
    down, and cancels what is booked; the client is told after three minutes, with `not_before`, the
    first day they are welcome, if it is given. reason: health text, sealed; needed where the
    answers say NOT_BEFORE or REFUSED, and never shown to the desk. A later review takes the
    place of an earlier one.

    Raises NotAPractitioner unless the actor is one, ReasonMissing, NotScreened when nobody has
    answered yet, NotChangeable or BeingChanged.
    """
    raise NotImplementedError
