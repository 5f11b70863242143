"""Time off and closures: what is still to come, added and taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bookings.actions import timetable as actions
from bookings.forms.away import ClosureForm, TimeOffForm
from bookings.queries import catalogue, house
from bookings.views import marks, wording
from bookings.views.answers import SeeOther
from bookings.views.settings.pages import GET_OR_POST, Page, answer, me, owner_only, posted, show
from clinic.models import Closure, TimeOff

SECTION = "settings-away"


@dataclass(frozen=True, slots=True)
class Away:
    """Time off or a closure in words. `begun` says whether ending it keeps what was."""

    uid: UUID
    who: str
    when: str
    note: str
    begun: bool


@owner_only
@require_safe
def away(request: HttpRequest) -> HttpResponse:
    """What is still to come."""
    now = timezone.now()
    zone = _zone()
    today = now.astimezone(zone).date()
    context = {
        "time_off": [_time_off(one, zone, now) for one in house.time_off(now)],
        "closures": [_closure(one, today) for one in house.closures(today)],
        "zone": wording.zone_words(zone, now),
    }
    return show(request, "bookings/settings/away.html", SECTION, context)


@owner_only
@require_http_methods(GET_OR_POST)
def add_time_off(request: HttpRequest) -> HttpResponse:
    now, zone = timezone.now(), _zone()
    form = TimeOffForm(posted(request), zone=zone, today=now.astimezone(zone).date())
    hint = _("Times are %(zone)s.") % {"zone": wording.zone_words(zone, now)}
    page = Page(SECTION, _("Time off"), form, reverse(SECTION), context={"hint": hint})

    def act(confirmed: str) -> object:
        return actions.add_time_off(
            now=now,
            actor=me(request),
            practitioner=form.cleaned_data["practitioner"],
            starts_at=form.starts_at,
            ends_at=form.ends_at,
            note=form.cleaned_data["note"],
            confirmed=confirmed,
        )

    return answer(request, page, act, _("The time off is written down."))


@owner_only
@require_http_methods(GET_OR_POST)
def add_closure(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    today = now.astimezone(_zone()).date()
    form = ClosureForm(posted(request), today=today)
    page = Page(SECTION, _("Closure"), form, reverse(SECTION))

    def act(confirmed: str) -> object:
        return actions.add_closure(
            now=now, actor=me(request), today=today, confirmed=confirmed, **form.cleaned_data
        )

    return answer(request, page, act, _("The closure is written down."))


@owner_only
@require_POST
def end_time_off(request: HttpRequest, uid: UUID) -> HttpResponse:
    one = get_object_or_404(TimeOff, uid=uid)
    actions.end_time_off(now=timezone.now(), actor=me(request), time_off=one)
    messages.success(request, _("The time off is taken back."))
    return SeeOther(reverse(SECTION))


@owner_only
@require_POST
def end_closure(request: HttpRequest, uid: UUID) -> HttpResponse:
    one, now = get_object_or_404(Closure, uid=uid), timezone.now()
    today = now.astimezone(_zone()).date()
    actions.end_closure(now=now, actor=me(request), closure=one, today=today)
    messages.success(request, _("The closure is taken back."))
    return SeeOther(reverse(SECTION))


def _zone() -> ZoneInfo:
    """Return the zone the days of these pages are of: the first location's."""
    return next((one.zone for one in catalogue.locations()), ZoneInfo("UTC"))


def _time_off(row: TimeOff, zone: ZoneInfo, now: datetime) -> Away:
    begins, ends = row.starts_at.astimezone(zone), row.ends_at.astimezone(zone)
    when = _("%(start)s to %(end)s") % {
        "start": marks.moment(begins, zone),
        "end": marks.moment(ends, zone),
    }
    if begins.hour == begins.minute == ends.hour == ends.minute == 0:
        last = date.fromordinal(ends.date().toordinal() - 1)
        when = _days(begins.date(), last)
    return Away(row.uid, row.practitioner.name, when, row.note, row.starts_at <= now)


def _closure(row: Closure, today: date) -> Away:
    where = row.location.name if row.location else _("Everywhere")
    begun = row.first_day < today
    return Away(row.uid, where, _days(row.first_day, row.last_day), row.reason, begun)


def _days(first: date, last: date) -> str:
    if first >= last:
        return f"{wording.day_short(first)} {first.year}"
    start = wording.day_short(first) + ("" if first.year == last.year else f" {first.year}")
    return _("%(start)s to %(end)s") % {
        "start": start,
        "end": f"{wording.day_short(last)} {last.year}",
    }
