"""Times the desk can choose from: what is free, without the limits that bind the public."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from bookings.availability import Opening
from bookings.errors import NeedsReason, Rule
from bookings.forms.choosing import Choice
from bookings.forms.desk_booking import WhenForm
from bookings.queries import calendar
from bookings.queries.catalogue import Offering
from bookings.views import wording
from bookings.views.marks import clock, moment
from clinic.models import Location, Practitioner
from clinic.opening import instant_of, minute_of

DAYS_AHEAD = 6
MOST = 3

RULES = {
    Rule.PAST: gettext_lazy("It has already begun."),
    Rule.NOTICE: gettext_lazy("It is sooner than clients may book."),
    Rule.HORIZON: gettext_lazy("It is further ahead than clients may book."),
    Rule.GRID: gettext_lazy("It is not one of the usual start times."),
    Rule.HOURS: gettext_lazy("It is outside the practitioner's hours."),
    Rule.WINDOW: gettext_lazy("It is later than the client could still change it."),
}


# Rules of every day at a desk: somebody walks in, or telephones on the day.
EVERYDAY = {Rule.PAST, Rule.NOTICE, Rule.WINDOW}
WHY_BOOKED = (
    gettext_lazy("Walk-in"),
    gettext_lazy("Phoned"),
    gettext_lazy("Agreed in person"),
)
WHY_MOVED = (gettext_lazy("Phoned"), gettext_lazy("Asked here"), gettext_lazy("We had to move it"))
WHY_CANCELLED = (
    gettext_lazy("Phoned"),
    gettext_lazy("Can't come"),
    gettext_lazy("We had to cancel"),
)


@dataclass(frozen=True, slots=True)
class TimeChoice:
    """A time to choose: the value of its radio and its words."""

    value: str
    words: str
    who: str
    is_chosen: bool = False


def openings(
    offering: Offering,
    location: Location,
    *,
    now: datetime,
    first: date,
    last: date,
    practitioner: int | None = None,
    but: int | None = None,
) -> list[Opening]:
    """Return what is free for staff on some local days (three queries). `but`: the key of the
    booking that is being moved."""
    today = now.astimezone(location.zone).date()
    if last < today:
        return []
    read = calendar.read(
        now=now,
        offering=offering,
        location=location,
        practitioner=practitioner,
        first=max(first, today),
        last=last,
        except_booking=but,
    )
    return read.openings(offering, minute_of(now) + 1)


def nearest(found: Sequence[Opening], to: datetime, *, most: int = MOST) -> list[Opening]:
    """Return the openings nearest to an instant, each minute once, in order of time."""
    once: dict[int, Opening] = {}
    for one in found:
        once.setdefault(one.minute, one)
    minute = minute_of(to)
    best = sorted(once.values(), key=lambda one: (abs(one.minute - minute), one.minute))
    return sorted(best[:most])


def choices(
    found: Sequence[Opening],
    people: Sequence[Practitioner],
    location: Location,
    *,
    chosen: str = "",
    with_day: bool = True,
) -> list[TimeChoice]:
    """Return openings as radios; `chosen` is the value of the one that is set."""
    names = {one.pk: one.name for one in people}
    made = []
    for one in found:
        if one.practitioner not in names:
            continue
        at = instant_of(one.minute)
        value = str(Choice(at, str(one.practitioner)))
        words = moment(at, location.zone) if with_day else clock(at, location.zone)
        made.append(
            TimeChoice(value, words, wording.first_name(names[one.practitioner]), value == chosen)
        )
    return made


def twice(form: WhenForm, people: Sequence[Practitioner]) -> list[TimeChoice]:
    """Return both instants of a time typed that comes twice."""
    names = {one.pk: one.name for one in people}
    return [
        TimeChoice(
            str(Choice(at, str(form.who or "any"))),
            moment(at, form.location.zone),
            names.get(form.who or 0, ""),
        )
        for at in form.twice
    ]


def asking(refusal: NeedsReason | None, reasons: Sequence[Promise]) -> dict[str, object]:
    """Return what a panel shows that asks for a reason: a sentence for each rule that is passed,
    reasons to tap, and whether nothing is out of the ordinary."""
    which = refusal.which if refusal else ()
    return {
        "rules": [RULES[rule] for rule in which],
        "reasons": reasons,
        "is_everyday": bool(which) and set(which) <= EVERYDAY,
    }


def week_from(day: date) -> date:
    return day + timedelta(days=DAYS_AHEAD)


def day_words(day: date) -> str:
    return wording.day(day)


def value_of(one: Opening) -> str:
    """Return an opening as the value of its radio."""
    return str(Choice(instant_of(one.minute), str(one.practitioner)))
