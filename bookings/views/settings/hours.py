"""Weekly hours: who works when and where, as a grid; and one practitioner's week to change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from bookings.actions.timetable import Stretch, set_week
from bookings.forms.choosing import read_day
from bookings.forms.week import WeekForm
from bookings.queries import catalogue, house
from bookings.views import wording
from bookings.views.settings.pages import GET_OR_POST, Page, answer, me, owner_only, posted, show
from clinic.models import Location, Practitioner, WorkingHours

SECTION = "settings-hours"


@dataclass(frozen=True, slots=True)
class Cell:
    """A day of somebody's week: (hours, location) of each stretch; the location only where needed."""

    weekday: str
    stretches: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Week:
    practitioner: Practitioner
    cells: list[Cell]
    total: str
    changes: list[tuple[date, str]]


@owner_only
@require_safe
def hours(request: HttpRequest) -> HttpResponse:
    """Everybody's week as it holds on a day: `?on=2026-12-01`, today where none is named."""
    locations = catalogue.locations()
    today = _today(locations, timezone.now())
    on = read_day(request.GET.get("on", "")) or today
    team = house.week_of(on)
    active = [one for one in house.practitioners() if one.is_active]
    context = {
        "on": on,
        "on_words": wording.day(on),
        "is_today": on == today,
        "weekdays": list(WEEKDAYS.values()),
        "weeks": [
            _week(one, team.hours.get(one.pk, []), team.changes.get(one.pk, []), len(locations) > 1)
            for one in active
        ],
        "has_location": bool(locations),
    }
    return show(request, "bookings/settings/hours.html", SECTION, context)


@owner_only
@require_http_methods(GET_OR_POST)
def week(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One practitioner's weekly hours, and from which day other ones hold."""
    one = get_object_or_404(Practitioner, uid=uid)
    locations, now = catalogue.locations(), timezone.now()
    if not locations:
        return show(request, "bookings/settings/no_location.html", SECTION, {"title": one.name})
    today = _today(locations, now)
    page, form = _week_page(request, one, locations, today)

    def act(confirmed: str) -> None:
        set_week(
            now=now,
            actor=me(request),
            practitioner=one,
            from_day=form.cleaned_data["from_day"],
            week=form.week,
            today=today,
            confirmed=confirmed,
        )

    return answer(request, page, act, _("The hours are saved."))


def _week_page(
    request: HttpRequest, one: Practitioner, locations: list[Location], today: date
) -> tuple[Page, WeekForm]:
    team = house.week_of(today, one)
    held = [
        Stretch(row.weekday, row.starts_minute, row.ends_minute, row.location_id)
        for row in team.hours.get(one.pk, [])
        if row.location.is_active
    ]
    form = WeekForm(posted(request), week=held, locations=locations, today=today)
    context = {"one": one, "changes": _changes(team.changes.get(one.pk, []))}
    template = "bookings/settings/week.html"
    return Page(SECTION, one.name, form, reverse(SECTION), template, context), form


def _today(locations: list[Location], now: datetime) -> date:
    """Return the local date; of several zones the one furthest on, so that no day begun changes."""
    return max((now.astimezone(one.zone).date() for one in locations), default=now.date())


def _changes(days: list[date]) -> list[tuple[date, str]]:
    return [(day, f"{wording.day_short(day)} {day.year}") for day in days]


def _week(
    practitioner: Practitioner, rows: list[WorkingHours], changes: list[date], several: bool
) -> Week:
    cells = []
    for weekday in range(7):
        day = [row for row in rows if row.weekday == weekday]
        stretches = [
            (
                f"{_wall(row.starts_minute)}–{_wall(row.ends_minute)}",  # noqa: RUF001
                row.location.name if several else "",
            )
            for row in day
        ]
        cells.append(Cell(str(WEEKDAYS[weekday]), stretches))
    minutes = sum(row.ends_minute - row.starts_minute for row in rows)
    total = _("%(hours)s h a week") % {"hours": f"{minutes / 60:.2f}".rstrip("0").rstrip(".")}
    return Week(practitioner, cells, total if minutes else _("No hours"), _changes(changes))


def _wall(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02}"
