"""Locations and their rooms."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from bookings.actions import places as actions
from bookings.forms.house import LocationForm, RoomForm
from bookings.queries import house
from bookings.views.settings.pages import GET_OR_POST, Page, answer, me, owner_only, posted, show
from clinic.models import Location, Room

SECTION = "settings-places"


@owner_only
@require_safe
def places(request: HttpRequest) -> HttpResponse:
    """Every location with its rooms."""
    context = {"places": house.places()}
    return show(request, "bookings/settings/places.html", SECTION, context)


@owner_only
@require_http_methods(GET_OR_POST)
def add_location(request: HttpRequest) -> HttpResponse:
    form = LocationForm(posted(request))
    page = Page(SECTION, _("New location"), form, reverse(SECTION))

    def act(_confirmed: str) -> object:
        return actions.add_location(now=timezone.now(), actor=me(request), values=form.cleaned_data)

    return answer(request, page, act, _("The location is there. Now give it a room."))


@owner_only
@require_http_methods(GET_OR_POST)
def location(request: HttpRequest, uid: UUID) -> HttpResponse:
    one = get_object_or_404(Location, uid=uid)
    form = LocationForm(posted(request), location=one)
    page = Page(SECTION, one.name, form, reverse(SECTION))

    def act(confirmed: str) -> object:
        return actions.change_location(
            now=timezone.now(),
            actor=me(request),
            location=one,
            values=form.cleaned_data,
            confirmed=confirmed,
        )

    return answer(request, page, act, _("The location is saved."))


@owner_only
@require_http_methods(GET_OR_POST)
def add_room(request: HttpRequest, uid: UUID) -> HttpResponse:
    where = get_object_or_404(Location, uid=uid)
    form = RoomForm(posted(request))
    title = _("New room at %(location)s") % {"location": where.name}
    page = Page(SECTION, title, form, reverse(SECTION))

    def act(_confirmed: str) -> object:
        return actions.add_room(
            now=timezone.now(), actor=me(request), location=where, name=form.cleaned_data["name"]
        )

    return answer(request, page, act, _("The room is there."))


@owner_only
@require_http_methods(GET_OR_POST)
def room(request: HttpRequest, uid: UUID) -> HttpResponse:
    one = get_object_or_404(Room.objects.select_related("location"), uid=uid)
    form = RoomForm(posted(request), room=one)
    page = Page(SECTION, str(one), form, reverse(SECTION))

    def act(confirmed: str) -> object:
        return actions.change_room(
            now=timezone.now(),
            actor=me(request),
            room=one,
            confirmed=confirmed,
            **form.cleaned_data,
        )

    return answer(request, page, act, _("The room is saved."))
