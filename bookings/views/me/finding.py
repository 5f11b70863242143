"""From a login to a client's record: which one, and is it theirs (docs/decisions/0011)."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bookings.forms.me import ClaimForm
from bookings.queries import booked, catalogue
from bookings.views.answers import INVALID, SeeOther, private
from bookings.views.me.theirs import user_of
from clients import logins
from clients.contact import phone_words
from clients.models import Client
from clinic.access import client_only
from clinic.errors import Refusal

CHOSEN = "me_client"


@client_only
@require_safe
@private
def index(request: HttpRequest) -> HttpResponse:
    """Go on to the pages of the client chosen last, or to finding one's record."""
    links = logins.links_of(user_of(request))
    link = logins.chosen(links, str(request.session.get(CHOSEN, "")))
    if link is None:
        return SeeOther(reverse("me-find"))
    return SeeOther(reverse("me-home", args=[link.client.uid]))


@client_only
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Go to the pages of another client of this login, and come back to them in this session."""
    links = logins.links_of(user_of(request))
    link = logins.chosen(links, request.POST.get("client", ""))
    if link is None:
        raise Http404
    request.session[CHOSEN] = str(link.client.uid)
    return SeeOther(reverse("me-home", args=[link.client.uid]))


@client_only
@require_http_methods(["GET", "HEAD", "POST"])
@private
def find(request: HttpRequest) -> HttpResponse:
    """The one record that has this login's address: theirs, if they know its phone number."""
    client = logins.waiting_for(user_of(request))
    if client is None:
        places = [(one.name, one.phone, phone_words(one.phone)) for one in catalogue.locations()]
        return render(request, "bookings/me/unknown.html", {"places": places})
    return _claim(request, client, how="NUMBER")


@client_only
@require_http_methods(["GET", "HEAD", "POST"])
@private
def add(request: HttpRequest, token: str) -> HttpResponse:
    """The record behind a booking's link: theirs, if the address is theirs and they know its
    phone number."""
    user, booking = user_of(request), booked.by_token(token)
    client = booking.client if booking else None
    if client is None:
        raise Http404
    if any(link.client == client for link in logins.links_of(user)):
        return SeeOther(reverse("me-home", args=[client.uid]))
    if not logins.may_claim(user, client):
        raise Http404
    return _claim(request, client, how="BOOKING")


def _claim(request: HttpRequest, client: Client, *, how: str) -> HttpResponse:
    form = ClaimForm(request.POST or None)
    if form.is_valid():
        typed = form.cleaned_data
        try:
            logins.claim(
                now=timezone.now(), user=user_of(request), client=client, how=how,
                phone=typed["phone"], country=_country(), relation=typed["relation"],
            )  # fmt: skip
            request.session[CHOSEN] = str(client.uid)
            return SeeOther(reverse("me-home", args=[client.uid]))
        except Refusal as refusal:
            form.add_error(refusal.field, str(refusal.sentence))
    status = INVALID if form.is_bound else 200
    return render(request, "bookings/me/find.html", {"form": form}, status=status)


def _country() -> str:
    return next((one.country for one in catalogue.locations()), "CA")
