"""A client sends their form. The form itself is filled in at `clients.views.intake`."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from bookings import actions
from clients.errors import FormIncomplete, FormPrivate
from clients.views import intake
from clinic import audit
from clinic.errors import Refusal
from clinic.replies import CONFLICT, INVALID, SeeOther, private


@csrf_exempt
@require_POST
@private
def send(request: HttpRequest, token: str) -> HttpResponse:
    """Send what was typed, once; what is missing is said on the overview."""
    one = intake.opened(request, token)
    if one.is_locked:
        return SeeOther(one.door.home)
    try:
        actions.send_form(
            now=one.now,
            actor=audit.CLIENT,
            request=one.asked,
            today=one.today,
            country=one.country,
            own=one.door.own,
        )
    except FormPrivate:
        return SeeOther(one.door.home)
    except FormIncomplete:
        return intake.show(one, was_refused=True, status=INVALID)
    except Refusal:
        return intake.show(one, status=CONFLICT)
    return SeeOther(one.door.home)
