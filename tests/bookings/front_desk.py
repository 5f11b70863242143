"""What members of staff do in a small clinic, with little to say about each."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bookings import actions, messages
from bookings.actions import Booked, Changed
from bookings.models import Booking
from clients.contact import Contact
from clients.models import Client, Message
from clinic.audit import Actor, staff
from clinic.models import AuditEntry
from tests.bookings.world import NOW, SLOT, World, answers, world
from tests.factories import clinic


@dataclass
class Desk:
    """A clinic, somebody at its desk, and its first practitioner with a login."""

    house: World
    actor: Actor
    doctor: Actor

    def ask(self, starts_at: datetime = SLOT, **request: Any) -> Booked:
        """Book for Ana, who has an e-mail address, unless the request says otherwise."""
        if "client" not in request:
            request.setdefault("contact", ANA)
        return actions.book_by_staff(
            **{
                "now": NOW,
                "actor": self.actor,
                "key": uuid.uuid4().hex,
                "offering": self.house.offering,
                "location": self.house.location,
                "practitioner": None,
                "starts_at": starts_at,
                **request,
            }
        )

    def book(self, starts_at: datetime = SLOT, **request: Any) -> Booking:
        return self.ask(starts_at, **request).booking

    def do(self, verb: str, booking: Booking, *, now: datetime = NOW, **request: Any) -> Changed:
        """Do one of the actions of staff that take a booking and give it back changed."""
        act = getattr(actions, verb)
        return act(**{"now": now, "actor": self.actor, "booking": booking, **request})

    def move(self, booking: Booking, starts_at: datetime, **request: Any) -> Changed:
        return self.do("move_by_staff", booking, starts_at=starts_at, **request)

    def cancel(self, booking: Booking, **request: Any) -> Changed:
        return self.do("cancel_by_staff", booking, **request)

    def undo(self, done: Changed, *, now: datetime = NOW) -> Booking:
        assert done.change is not None
        return actions.undo(now=now, actor=self.actor, booking=done.booking, change=done.change.uid)

    def answer(self, booking: Booking, said: Any = None, **request: Any) -> actions.Answered:
        """Answer the safety questions in the room: nothing applies, unless it is said."""
        return actions.answer_questions(
            **{
                "now": NOW,
                "actor": self.doctor,
                "booking": booking,
                "answers": answers() if said is None else said,
                "source": "ROOM",
                **request,
            }
        )

    def review(self, booking: Booking, decision: str, **request: Any) -> Booking:
        return actions.review(
            **{
                "now": NOW,
                "actor": self.doctor,
                "booking": booking,
                "decision": decision,
                "reason": "Seen and spoken of.",
                **request,
            }
        )


ANA = Contact(name="Ana Silva", email="ana@example.org", by_email=True)


def desk(**house: Any) -> Desk:
    made = world(**house)
    login = clinic.user(role="PRACTITIONER")
    made.practitioners[0].user = login
    made.practitioners[0].save()
    return Desk(made, staff(clinic.user()), staff(login))


def client(**fields: Any) -> Client:
    return Client.objects.create(
        **{
            "name": "Bo Berg",
            "name_key": "bo berg",
            "email": "bo@example.org",
            "created_at": NOW,
            **fields,
        }
    )


def said(booking: Booking) -> dict[str, tuple[str, datetime]]:
    """Return the messages of a booking that were not withdrawn: kind to status and due time."""
    rows = Message.objects.filter(about=messages.about(booking)).exclude(status="WITHDRAWN")
    return {row.kind: (row.status, row.due_at) for row in rows}


def logged(booking: Booking) -> AuditEntry:
    """Return the newest entry of the log book about a booking."""
    return AuditEntry.objects.filter(about=f"booking:{booking.uid}").latest("pk")
