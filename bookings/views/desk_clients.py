"""Clients at the desk: found, shown, corrected, met."""

from __future__ import annotations

from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bookings.actions import contact_told, knowing
from bookings.errors import DecidedMeanwhile
from bookings.forms.client import ContactEditForm
from bookings.queries import catalogue, client_record
from bookings.queries.by_uid import by_uid
from bookings.views.answers import CONFLICT, INVALID, SeeOther
from bookings.views.client_page import client_page, list_rows
from bookings.views.desk_change import actor_of
from clients import logins, search
from clients.models import Client
from clinic.access import staff_only
from clinic.errors import Refusal
from clinic.models import Location

LONGEST_TEXT = 80
MOST_FOUND = 50
GET_OR_POST = ["GET", "HEAD", "POST"]


def house() -> tuple[Location | None, ZoneInfo]:
    """Return the first location and the clock that days are told by."""
    locations = catalogue.locations()
    place = locations[0] if locations else None
    return place, place.zone if place else ZoneInfo(settings.TIME_ZONE)


def client_of(uid: UUID) -> Client:
    """Return a client; 404 where there is none, or nothing is left of them."""
    found = client_record.client_by_uid(uid)
    if found is None or found.status == Client.Status.ERASED:
        raise Http404
    return found


def path_of(client: Client) -> str:
    return reverse("desk-client", args=[client.uid])


@staff_only
@require_safe
def clients(request: HttpRequest) -> HttpResponse:
    """The clients that fit a few letters or digits, `?q=ram`; without them, the newest. `?same=`:
    to be merged with that client."""
    text = request.GET.get("q", "").strip()[:LONGEST_TEXT]
    same = _named(request.GET.get("same", ""))
    found = search.find(text, limit=MOST_FOUND) if text else client_record.newest_clients()
    context = {
        "text": text,
        "rows": list_rows(found, house()[1], same_as=same),
        "same": same,
        "is_cut": bool(text) and len(found) == MOST_FOUND,
        "doubts": client_record.open_doubts().count(),
    }
    return render(request, "bookings/clients/list.html", context)


def _named(uid: str) -> Client | None:
    try:
        return client_record.client_by_uid(UUID(uid))
    except ValueError:
        return None


def show(request: HttpRequest, client: Client, status: int = 200) -> HttpResponse:
    """Show the page of a client."""
    place, zone = house()
    record = client_record.client_record(client, now=timezone.now())
    context = {"page": client_page(record, place=place, zone=zone)}
    return render(request, "bookings/clients/client.html", context, status=status)


@staff_only
@require_safe
def client(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The page of a client; that of a merged one is the survivor's."""
    one = client_of(uid)
    return show(request, one) if one.merged_into is None else redirect(path_of(one.survivor))


@staff_only
@require_http_methods(GET_OR_POST)
def edit(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Correct how a client is called and reached."""
    one = client_of(uid)
    place, _zone = house()
    form = ContactEditForm(
        request.POST if request.method == "POST" else None,
        client=one,
        country=place.country if place else "CA",
    )
    context = {"form": form, "client": one, "back": path_of(one)}
    if request.method != "POST":
        return render(request, "bookings/clients/edit.html", context)
    if form.is_valid():
        try:
            knowing.change_contact(
                now=timezone.now(), actor=actor_of(request), client=one, **form.contact
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal.sentence))
        else:
            _saved(request, one, form.contact["email"])
            return SeeOther(path_of(one))
    return render(request, "bookings/clients/edit.html", context, status=INVALID)


def _saved(request: HttpRequest, before: Client, email: str) -> None:
    messages.success(request, _("The contact is saved."))
    if before.email != email and logins.still_open_to(before, before.email):
        messages.warning(
            request,
            _(
                "%(email)s still logs in and sees this client's pages. If that address "
                "was never theirs, end it under “Who sees them”."
            )
            % {"email": before.email},
        )


@staff_only
@require_POST
def told(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Take over what a form said of the contact (`answer=take`), or leave the contact as it is."""
    one = client_of(uid)
    proposal = client_record.contact_told(one)
    now, actor = timezone.now(), actor_of(request)
    try:
        if proposal is None or str(proposal.uid) != request.POST.get("proposal"):
            raise DecidedMeanwhile
        if request.POST.get("answer") == "take":
            became = contact_told.take_contact(now=now, actor=actor, proposal=proposal)
            _saved(request, one, became.email)
        else:
            contact_told.leave_contact(now=now, actor=actor, proposal=proposal)
            messages.success(request, _("The contact stays as it was."))
    except Refusal as refusal:
        messages.error(request, str(refusal.sentence))
        return show(request, one, CONFLICT)
    return SeeOther(path_of(one))


@staff_only
@require_POST
def met(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The desk has met whoever booked online."""
    one = client_of(uid)
    try:
        knowing.meet(now=timezone.now(), actor=actor_of(request), client=one)
    except Refusal as refusal:
        messages.error(request, str(refusal.sentence))
        return show(request, one, CONFLICT)
    return SeeOther(path_of(one))


@staff_only
@require_POST
def link(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Send the client the link of one of their coming bookings again."""
    one = client_of(uid)
    try:
        booking = by_uid(UUID(request.POST.get("booking", "")))
    except ValueError:
        booking = None
    if booking is None or booking.client_id != one.pk:
        raise Http404
    try:
        knowing.send_link(now=timezone.now(), actor=actor_of(request), booking=booking)
    except Refusal as refusal:
        messages.error(request, str(refusal.sentence))
        return show(request, one, CONFLICT)
    messages.success(request, _("The link is on its way."))
    return SeeOther(path_of(one))
