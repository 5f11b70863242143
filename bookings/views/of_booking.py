"""Pages that the link of a booking opens: whose they are, and in which language they answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import override

from bookings.models import Booking
from bookings.queries import booked
from clients.wording import known_language


def of_booking(
    view: Callable[[HttpRequest, Booking], HttpResponse],
) -> Callable[[HttpRequest, str], HttpResponse]:
    """Let a view answer for the booking of a manage link, in the language its client is written to
    in. Any other text is not found. All it says stands in `locale/` (tests/bookings/test_languages.py)."""

    @wraps(view)
    def answer(request: HttpRequest, token: str) -> HttpResponse:
        booking = booked.by_token(token)
        if booking is None:
            raise Http404
        language = known_language(booking.client.language if booking.client else "")
        with override(language):
            response = view(request, booking)
        response["Content-Language"] = language
        return response

    return answer
