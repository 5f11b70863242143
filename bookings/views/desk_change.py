"""A booking at the desk: shown, brought one step on, moved, cancelled, taken back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Protocol
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timeuntil
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bookings import actions
from bookings.actions import Changed
from bookings.errors import NeedsReason
from bookings.forms.desk_booking import CancelForm, WhenForm
from bookings.models import Booking
from bookings.queries.by_uid import by_uid
from bookings.queries.desk_day import desk_day
from bookings.views import desk_times
from bookings.views.answers import CONFLICT, INVALID, SeeOther
from bookings.views.desk_booking import ARRIVED, START, Step, booking_panel
from bookings.views.desk_page import DeskPage, card_of, day_of
from clinic import audit
from clinic.access import staff_only
from clinic.audit import Actor
from clinic.errors import Refusal
from clinic.models import User

PANEL = "bookings/desk/_booking.html"
CANCEL = "bookings/desk/_cancel.html"


class Action(Protocol):
    def __call__(self, *, now: Any, actor: Actor, booking: Booking) -> Changed: ...


# The step's word in the address: what to do, and what is said of it afterwards.
STEPS: Mapping[str, tuple[Action, str]] = {
    "confirm": (actions.confirm, "confirmed"),
    "arrived": (actions.arrive, "arrived"),
    "start": (actions.start, "started"),
    "done": (actions.complete, "done"),
    "no-show": (actions.no_show, "no-show"),
}

# Steps of the day itself, and how long before a visit they are likely a slip.
EARLY: Mapping[str, Step] = {"arrived": ARRIVED, "start": START}
EARLY_IS = timedelta(hours=2)


def actor_of(request: HttpRequest) -> Actor:
    """Return who acts; a view that staff alone can enter has a member of staff."""
    if not isinstance(request.user, User):
        raise Http404
    return audit.staff(request.user)


def booking_of(uid: UUID) -> Booking:
    found = by_uid(uid)
    if found is None:
        raise Http404
    return found


def page_of(request: HttpRequest, booking: Booking) -> DeskPage:
    """Return the page of a booking's own day."""
    return DeskPage(
        request=request,
        location=booking.room.location,
        day=day_of(booking),
        now=timezone.now(),
        chosen=booking,
    )


def show(
    request: HttpRequest,
    booking: Booking,
    refusal: Refusal | None = None,
    status: int = 200,
    *,
    sure: Step | None = None,
) -> HttpResponse:
    """Show a booking's panel beside its day, with what stood in the way of a change. `sure`: a step
    that is asked about once more."""
    page = page_of(request, booking)
    found = desk_day(page.location, page.day, now=page.now)
    card, viewer = card_of(found, booking.uid), actor_of(request).user
    panel = booking_panel(booking, card, now=page.now, viewer=viewer)
    page.found = found
    context = {
        "booking": panel,
        "refusal": refusal.sentence if refusal else "",
        "sure": sure,
        "ahead": timeuntil(booking.starts_at, page.now, depth=1) if sure else "",
    }
    return page.answer(PANEL, context, title=panel.name, status=status)


def there(booking: Booking, did: str) -> HttpResponse:
    """Send the browser to a booking that has just been changed."""
    return SeeOther(f"{reverse('desk-booking', args=[booking.uid])}?did={did}")


@staff_only
@require_safe
def booking(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Show a booking beside its day. `?did=moved`: what was done a moment ago."""
    return show(request, booking_of(uid))


@staff_only
@require_POST
def step(request: HttpRequest, uid: UUID, name: str) -> HttpResponse:
    """Confirm, arrived, start, done, no-show. What would be hours too early is asked about first."""
    if name not in STEPS:
        raise Http404
    action, did = STEPS[name]
    found, now = booking_of(uid), timezone.now()
    if name in EARLY and found.starts_at - now > EARLY_IS and "sure" not in request.POST:
        return show(request, found, status=INVALID, sure=EARLY[name])
    try:
        changed = action(now=now, actor=actor_of(request), booking=found)
    except Refusal as refusal:
        return show(request, booking_of(uid), refusal, CONFLICT)
    return there(changed.booking, did)


@staff_only
@require_POST
def undo(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Take back the last change of a booking."""
    found = booking_of(uid)
    try:
        change = UUID(request.POST.get("change", ""))
    except ValueError:
        return SeeOther(reverse("desk-booking", args=[uid]))
    try:
        back = actions.undo(
            now=timezone.now(), actor=actor_of(request), booking=found, change=change
        )
    except Refusal as refusal:
        return show(request, booking_of(uid), refusal, CONFLICT)
    return there(back, "undone")


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Ask whether the client is told, then cancel."""
    found = booking_of(uid)
    form = CancelForm(request.POST if request.method == "POST" else None)
    page = page_of(request, found)
    if request.method != "POST" or not form.is_valid():
        return page.answer(CANCEL, change_context(found, form), title=_("Cancel the booking"))
    try:
        changed = actions.cancel_by_staff(
            now=page.now,
            actor=actor_of(request),
            booking=found,
            tell_client=form.cleaned_data["tell"],
            override=form.cleaned_data["override"],
        )
    except NeedsReason as refusal:
        context = change_context(
            found, form, **desk_times.asking(refusal, desk_times.WHY_CANCELLED)
        )
        return page.answer(CANCEL, context, title=_("Why is it cancelled?"), status=INVALID)
    except Refusal as refusal:
        return show(request, booking_of(uid), refusal, CONFLICT)
    return there(changed.booking, "cancelled")


def change_context(
    booking: Booking, form: CancelForm | WhenForm, **also: object
) -> dict[str, object]:
    """Return what the panels that change a booking have in common."""
    panel = booking_panel(booking, None, now=timezone.now())
    may_tell = bool(panel.email)
    tell = form.data.get("tell") == "on" if form.is_bound else may_tell
    return {
        "booking": panel,
        "form": form,
        "may_tell": may_tell,
        "tell": tell,
        "override": form.data.get("override", ""),
        "back": reverse("desk-booking", args=[booking.uid]),
        **also,
    }
