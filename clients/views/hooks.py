"""Where providers report to us. Nobody logs in here: what counts is the signature or the secret.

A post that is not the provider's changes nothing and is answered 403; where no such provider is in
use there is nothing (404). What is understood is answered 204, so that it is not told again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from clients.actions.hearing import hear
from clients.actions.reporting import NotYet, report
from clients.channels import reports
from clients.channels.base import Report
from clients.channels.reports import NotSigned, NotThere, Text, Unreadable

# Some providers look by HEAD whether somebody is there before they post.
POST_OR_HEAD = ["POST", "HEAD"]
UNDERSTOOD, REFUSED, NOT_READ, LATER = 204, 403, 400, 503
AGAIN_AFTER = "30"


@csrf_exempt
@require_http_methods(POST_OR_HEAD)
def email(request: HttpRequest) -> HttpResponse:
    """What became of e-mail."""
    return _told(request, reports.of_email)


@csrf_exempt
@require_http_methods(POST_OR_HEAD)
def twilio_status(request: HttpRequest) -> HttpResponse:
    """What became of a text message, by Twilio."""
    return _told(request, reports.of_twilio)


@csrf_exempt
@require_http_methods(POST_OR_HEAD)
def gateway_status(request: HttpRequest) -> HttpResponse:
    """What became of a text message, by the gateway."""
    return _told(request, reports.of_gateway)


@csrf_exempt
@require_http_methods(POST_OR_HEAD)
def twilio_inbound(request: HttpRequest) -> HttpResponse:
    """A text message from somebody, by Twilio."""
    return _heard(request, reports.text_of_twilio)


@csrf_exempt
@require_http_methods(POST_OR_HEAD)
def gateway_inbound(request: HttpRequest) -> HttpResponse:
    """A text message from somebody, by the gateway."""
    return _heard(request, reports.text_of_gateway)


def _heard(request: HttpRequest, read: Callable[[HttpRequest], Text]) -> HttpResponse:
    if request.method == "HEAD":
        return HttpResponse()
    return answered(lambda: _listen(read(request)))


def _listen(text: Text) -> None:
    hear(
        now=timezone.now(), phone=text.phone, text=text.text, provider=text.provider,
        provider_id=text.provider_id, is_stop=text.is_stop, answered=text.answered,
    )  # fmt: skip


def _told(request: HttpRequest, read: Callable[..., list[Report]]) -> HttpResponse:
    if request.method == "HEAD":
        return HttpResponse()
    now = timezone.now()
    return answered(lambda: _keep(read(request, now=now), now))


def _keep(told: list[Report], now: datetime) -> None:
    for each in told:
        report(now=now, told=each)


def answered(work: Callable[[], object]) -> HttpResponse:
    """Return what a provider is answered."""
    try:
        work()
    except NotThere:
        raise Http404 from None
    except NotSigned:
        return HttpResponse(status=REFUSED)
    except Unreadable:
        return HttpResponse(status=NOT_READ)
    except NotYet:
        return HttpResponse(status=LATER, headers={"Retry-After": AGAIN_AFTER})
    return HttpResponse(status=UNDERSTOOD)
