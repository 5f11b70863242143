"""The clinic's tablet in a client's hands: the documents they should sign, and nothing else."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from clients import tablets
from clients.models import Client
from clients.queries import consents
from clients.views.signing import Signing, kind_of
from clinic import audit
from clinic.logins import handed
from clinic.replies import SeeOther, private


def _next(client: Client) -> str:
    """Return the kind to be signed next, "" when all is done."""
    waiting = consents.to_sign(client, timezone.now())
    return waiting[0].kind.value.lower() if waiting else ""


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@private
def tablet(request: HttpRequest, token: str) -> HttpResponse:
    """Show the next document to sign; when all are, thanks, and how staff come back in. The POST
    ends it: the client has finished, whatever is still open. `?done`: they have."""
    found, done = tablets.read(token, now=timezone.now()), "done" in request.GET
    if request.method == "POST":
        return _finished(token, found)
    kind = _next(found.client) if found and not done else ""
    if kind:
        return SeeOther(reverse("tablet-sign", args=[token, kind]))
    context = {"is_over": found is None and not done}
    return render(request, "clients/consent/tablet_done.html", context)


def _finished(token: str, found: tablets.Pass | None) -> HttpResponse:
    if found:
        handed.back(found.device, now=timezone.now())
    return SeeOther(f"{reverse('tablet', args=[token])}?done=1")


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@private
def sign(request: HttpRequest, token: str, kind: str) -> HttpResponse:
    """Show a document on the tablet; the POST signs it, with the member of staff as witness."""
    found = tablets.read(token, now=timezone.now())
    if found is None:
        return SeeOther(reverse("tablet", args=[token]))
    page = Signing(request, found.client, kind_of(kind))
    if request.method == "POST" and page.sign(
        actor=audit.CLIENT, witness=found.witness, about=found.about
    ):
        if not _next(found.client):
            return _finished(token, found)
        return SeeOther(reverse("tablet", args=[token]))
    context = {"page": page, "token": token, "witness": found.witness}
    return render(request, "clients/consent/tablet_sign.html", context, status=page.status)
