"""What some clients of the demo clinic have signed: most of those who come next, a few not yet."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from bookings.models import Booking
from bookings.seed.people import uuid
from clients.consent_rules import Kind, Method, Place, Relation
from clients.models import Client, ConsentDocument, ConsentGiven
from clients.signature import Strokes

MOST = 24
# Of three who come, one still has to sign.
LEFT_OUT = 3


def sign(bookings: Sequence[Booking]) -> None:
    """Let the clients of the bookings that come next have signed; they must have their keys."""
    texts = {
        kind: ConsentDocument.objects.filter(kind=kind.value).latest("number") for kind in Kind
    }
    coming = [each for each in bookings if each.screening_id or each.screening]
    coming.sort(key=lambda each: (each.starts_at, str(each.uid)))
    who: dict[int, Booking] = {}
    for booking in coming:
        if booking.client_id is not None:
            who.setdefault(booking.client_id, booking)
    first = list(who.values())[:MOST]
    ConsentGiven.objects.bulk_create(
        given(booking, booking.client, texts[kind], Random(f"consent {booking.uid} {kind}"))
        for number, booking in enumerate(first, start=1)
        for kind in Kind
        if number % LEFT_OUT and booking.client is not None
    )


def sign_past(visits: Sequence[Booking]) -> None:
    """Let whoever had a session and has not signed have signed for the first of these; they must
    have their keys. The oldest visit comes first."""
    text = ConsentDocument.objects.filter(kind=Kind.TREATMENT.value).latest("number")
    done = set(
        ConsentGiven.objects.filter(document__kind=Kind.TREATMENT.value).values_list(
            "client", flat=True
        )
    )
    firsts: dict[int, Booking] = {}
    for visit in visits:
        if visit.client_id is not None and visit.client_id not in done:
            firsts.setdefault(visit.client_id, visit)
    ConsentGiven.objects.bulk_create(
        given(visit, visit.client, text, Random(f"consent {visit.uid} {Kind.TREATMENT}"))
        for visit in firsts.values()
        if visit.client is not None
    )


def given(booking: Booking, client: Client, text: ConsentDocument, random: Random) -> ConsentGiven:
    """Return a signature for a booking, not saved."""
    drawn = random.random() < 0.7
    return ConsentGiven(
        uid=uuid(random),
        key=uuid(random),
        client=client,
        document=text,
        digest=text.digest,
        # Most say no to being shown on the website.
        choices={item["code"]: item["code"] != "publication" for item in text.items},
        method=(Method.DRAWN if drawn else Method.TYPED).value,
        relation=Relation.SELF.value,
        place=Place.LINK.value,
        about=f"booking:{booking.uid}",
        signature={"name": client.name, "strokes": _scrawl(random) if drawn else []},
        circumstances={"interpreter": "", "questions": "", "address": "", "device": ""},
        time_zone=booking.room.location.time_zone,
        at=max(text.published_at, booking.created_at),
    )


def _scrawl(random: Random) -> Strokes:
    """Return a few loops from left to right, as a hand in a hurry draws them."""
    points, x, y = [], 50, 110
    for step in range(40):
        x += random.randint(6, 14)
        y = 100 + random.randint(20, 60) * (-1 if step % 2 else 1) // (1 + step // 15)
        points.append((x, y))
    return [points]
