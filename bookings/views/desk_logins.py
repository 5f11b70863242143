"""Who may see a client's own pages: what the desk can look up, allow and end."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from bookings.forms.me import LoginForm
from bookings.views.answers import INVALID, SeeOther
from bookings.views.desk_change import actor_of
from clients import logins
from clients.models import Client
from clinic.access import staff_only
from clinic.errors import Refusal
from clinic.models import User


def _client(uid: UUID) -> Client:
    return get_object_or_404(Client.objects.exclude(status__in=Client.GONE), uid=uid)


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def links(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The logins that see a client's pages, now and before; the POST allows another, or confirms
    (`confirm`) one that the desk noted down."""
    client, may_confirm = _client(uid), cast(User, request.user).role in logins.CONFIRM
    if "confirm" in request.POST:
        return _confirm(request, client, may_confirm=may_confirm)
    form = LoginForm(request.POST or None)
    if form.is_valid():
        try:
            return _allow(request, client, form, may_confirm=may_confirm)
        except Refusal as refusal:
            form.add_error(refusal.field, str(refusal.sentence))
    context = {
        "form": form,
        "client": client,
        "links": logins.of_client(client),
        "may_confirm": may_confirm,
    }
    status = INVALID if request.method == "POST" else 200
    return render(request, "bookings/desk/logins.html", context, status=status)


def _allow(
    request: HttpRequest, client: Client, form: LoginForm, *, may_confirm: bool
) -> HttpResponse:
    logins.link_by_clinic(
        now=timezone.now(),
        actor=actor_of(request),
        client=client,
        email=form.cleaned_data["email"],
        relation=form.cleaned_data["relation"],
    )
    words = _("Whoever reads that mail can log in and see the pages.")
    if not may_confirm:
        words = _(
            "Noted. The pages open once whoever logs in with that address gives the "
            "client's phone number, or a practitioner confirms it here."
        )
    messages.success(request, words)
    return SeeOther(reverse("desk-logins", args=[client.uid]))


def _named(typed: str) -> UUID:
    try:
        return UUID(typed)
    except ValueError:
        raise Http404 from None


def _confirm(request: HttpRequest, client: Client, *, may_confirm: bool) -> HttpResponse:
    if not may_confirm:
        raise Http404
    link = _named(request.POST["confirm"])
    logins.confirm(now=timezone.now(), actor=actor_of(request), client=client, link=link)
    messages.success(request, _("Confirmed. That login sees this client's pages."))
    return SeeOther(reverse("desk-logins", args=[client.uid]))


@staff_only
@require_POST
def end(request: HttpRequest, uid: UUID) -> HttpResponse:
    """End one of a client's logins (`link`)."""
    client = _client(uid)
    link = _named(request.POST.get("link", ""))
    logins.end(now=timezone.now(), actor=actor_of(request), client=client, link=link)
    messages.success(request, _("Ended. That login sees this client no more."))
    return SeeOther(reverse("desk-logins", args=[client.uid]))
