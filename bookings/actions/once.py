"""The same request again gets the same booking, for seven days."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bookings import locks
from bookings.errors import KeyMismatch
from bookings.models import Booking, RequestKey
from clinic.models.adding import add, made
from clinic.prepared import Prepared

_KNOWN = Prepared("SELECT body, booking_id FROM bookings_requestkey WHERE digest = %(digest)s")


class Known(Exception):
    """Somebody with the same key was faster; carries their booking out of the transaction."""

    def __init__(self, booking: Booking) -> None:
        super().__init__()
        self.booking = booking


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it is recognised again: the digest of its key and of what it asks for."""

    key: str
    body: str


def recognised(key: str, body: Mapping[str, object]) -> Request:
    """Return a request by its key and what it asks for."""
    return Request(
        key=hashlib.sha256(key.encode(errors="surrogatepass")).hexdigest(),
        body=hashlib.sha256(json.dumps(body, sort_keys=True, default=str).encode()).hexdigest(),
    )


def by_key(request: Request, *, after: str = "") -> Booking | None:
    """Return the booking a request made earlier. Raises KeyMismatch if it was another request."""
    known = _KNOWN.rows({"digest": request.key}, after=after)
    if not known:
        return None
    [(body, booking)] = known
    if body != request.body:
        raise KeyMismatch
    return Booking.objects.get(pk=booking)


def lock(request: Request, *people: str) -> None:
    """Take the locks of a request and of who books. Raises Known where the request has made its
    booking meanwhile."""
    known = by_key(request, after=locks.statement(people=[request.key, *people]))
    if known is not None:
        raise Known(known)


def remember(request: Request, booking: Booking, *, now: datetime) -> None:
    """Keep that a request made a booking, in its transaction."""
    add(
        made(
            RequestKey,
            digest=request.key,
            body=request.body,
            booking_id=booking.pk,
            created_at=now,
        )
    )
