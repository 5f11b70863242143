"""A plan in a line, for everybody: numbers and days, and nothing of what it is for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bookings.models import Booking
from bookings.queries import plans
from bookings.queries.plans import Standing
from bookings.views import wording
from bookings.views.marks import Mark
from clients.models import Client
from treatments import plan_states
from treatments.models import Plan
from treatments.plan_position import Gap, Numbers, Position

STATES = {
    plan_states.PROPOSED: Mark(gettext_lazy("Proposed"), "pencil", "gold"),
    plan_states.AGREED: Mark(gettext_lazy("Agreed"), "circle-check", "jade"),
    plan_states.ACTIVE: Mark(gettext_lazy("Active"), "play", "jade"),
    plan_states.PAUSED: Mark(gettext_lazy("Paused"), "clock", "slate"),
    plan_states.COMPLETED: Mark(gettext_lazy("Completed"), "check-check", "jade"),
    plan_states.STOPPED: Mark(gettext_lazy("Stopped"), "x", "slate"),
}


@dataclass(frozen=True, slots=True)
class Bars:
    """One little bar for each session: `on`, `next` or neither; `words` for those who can't see."""

    looks: list[str]
    words: str


@dataclass(frozen=True, slots=True)
class PlanLine:
    """Where a client stands: "Session 6 of 10", "due Tue 1 Dec, not before Sat 28 Nov"."""

    state: Mark
    session: str
    due: str
    bars: Bars | None
    is_overdue: bool
    review: str


def plan_line(standing: Standing) -> PlanLine:
    """Return the line of a plan, about the session that is booked next."""
    where = standing.position
    return PlanLine(
        state=STATES[standing.state],
        session=session_words(where.numbers, where.to_book) or _all_words(where),
        due=due_words(standing),
        bars=bars(where),
        is_overdue=standing.is_running and where.is_overdue,
        review=_review(where) if standing.plan.is_open else "",
    )


def session_words(numbers: Numbers, number: int | None) -> str:
    """Return "Session 6 of 10", or "Session 6" of a plan without an end."""
    if number is None:
        return ""
    if numbers.sessions is None:
        return _("Session %(number)d") % {"number": number}
    return _("Session %(number)d of %(of)d") % {"number": number, "of": numbers.sessions}


def _all_words(where: Position) -> str:
    if where.is_complete:
        return _("All %(of)d sessions are done") % {"of": where.numbers.sessions}
    return _("All %(of)d sessions are booked") % {"of": where.numbers.sessions}


def due_words(standing: Standing) -> str:
    """Return when the session that is booked next is due; "" where nothing says."""
    where, window = standing.position, standing.position.window
    if standing.plan.state == plan_states.PAUSED:
        return _("The plan is paused.")
    if not standing.plan.is_open or window is None:
        return ""
    days = {"target": _day(window.target), "earliest": _day(window.earliest)}
    last = {**days, "latest": _day(window.latest)}
    if standing.is_running and where.is_overdue:
        return _("was due by %(latest)s") % last
    if window.target is None:
        return _("by %(latest)s") % last if window.latest else _("on any day")
    if window.target == window.earliest:
        return _("due from %(earliest)s on") % days
    return _("due %(target)s, not before %(earliest)s") % days


def _day(day: date | None) -> str:
    return wording.day_short(day) if day else ""


def bars(where: Position) -> Bars | None:
    """Return a bar for each session; None for a plan without an end."""
    most = where.numbers.sessions
    if most is None:
        return None
    done = min(where.count, most)
    coming = min(len(where.coming), most - done)
    words = _("%(done)d of %(of)d sessions done") % {"done": done, "of": most}
    if coming:
        booked = ngettext("%(count)d booked", "%(count)d booked", coming) % {"count": coming}
        words = f"{words}, {booked}"
    looks = ["on"] * done + ["next"] * coming + [""] * (most - done - coming)
    return Bars(looks, words)


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A plan in a list."""

    plan: Plan
    line: PlanLine


def plan_rows(client: Client, *, now: datetime, zone: ZoneInfo) -> list[PlanRow]:
    """Return a client's running plans, or else the one that ended last (one query)."""
    found = plans.plans_of(client, now=now, zone=zone)
    running = [each for each in found if each.plan.is_open] or found[:1]
    return [PlanRow(each.plan, plan_line(each)) for each in running]


@dataclass(frozen=True, slots=True)
class VisitInPlan:
    """Which session of a plan a visit is; `warning`: what the plan has against its time."""

    session: str
    warning: str | Promise
    line: PlanLine


def visit_in_plan(
    booking: Booking, *, now: datetime, found: Standing | None = None
) -> VisitInPlan | None:
    """Return which session of the client's plan a visit is; None for one that is none (one
    query)."""
    zone = booking.room.location.zone
    standing = found or plans.open_plan(
        booking.client, now=now, zone=zone, treatment=booking.treatment_id
    )
    if standing is None:
        return None
    where, start = standing.position, booking.starts_at
    if start not in (*where.done, *where.coming):
        return None
    is_coming = start in where.coming
    return VisitInPlan(
        session=session_words(where.numbers, where.number_at(start)),
        warning=gap_words(where.without(start), start) if is_coming else "",
        line=plan_line(standing),
    )


def _review(where: Position) -> str:
    if where.review_now:
        return _("Time to look back together: a review is due.")
    if where.review_next:
        return _("A review is due at the next session.")
    return ""


def gap_words(where: Position, start: datetime) -> str | Promise:
    """Return what a plan has against a start, with the day that fits; "" where it fits."""
    gap = where.gap_warning(start)
    numbers = where.numbers
    if gap is Gap.TOO_EARLY:
        return ngettext(
            "This is too close to another session of the plan: at least %(count)d day lies between.",
            "This is too close to another session of the plan: at least %(count)d days lie between.",
            numbers.min_gap_days,
        ) % {"count": numbers.min_gap_days}
    if gap is Gap.TOO_LATE:
        return ngettext(
            "This is later than the plan has it: at most %(count)d day after the last session.",
            "This is later than the plan has it: at most %(count)d days after the last session.",
            numbers.max_gap_days or 0,
        ) % {"count": numbers.max_gap_days or 0}
    if gap is Gap.AFTER_EVENT and numbers.last_day:
        return _("This is too near to the event. The last day before it is %(day)s.") % {
            "day": wording.day_short(numbers.last_day)
        }
    return ""


def gap_value(start: datetime | None) -> str:
    """Return how a form says that a start outside the plan is meant."""
    return f"{start.astimezone(UTC):%Y-%m-%dT%H:%MZ}" if start else ""


def gap_unconfirmed(
    standing: Standing | None, start: datetime, *, said: str, instead_of: datetime | None = None
) -> str | Promise:
    """Return what a plan has against a start unless it was `said` that it is meant; "" else.

    instead_of: the start of the booking that is moved.
    """
    if standing is None or not standing.plan.is_open or said == gap_value(start):
        return ""
    where = standing.position
    if start in where.coming:  # the form was sent twice
        return ""
    return gap_words(where.without(instead_of) if instead_of else where, start)


def numbers_words(numbers: Numbers) -> list[str]:
    """Return what was agreed, part by part: "10 sessions", "once a week", …"""
    found = [_sessions(numbers), _often(numbers), _gaps(numbers)]
    if numbers.reviews_at:
        found.append(_("reviewed after session %(which)s") % {"which": _list(numbers.reviews_at)})
    if numbers.reviews_every:
        found.append(
            ngettext(
                "reviewed after every session",
                "reviewed every %(count)d sessions",
                numbers.reviews_every,
            )
            % {"count": numbers.reviews_every}
        )
    if numbers.before_event:
        found.append(
            _("the last one %(least)d to %(most)d days before the event")
            % {"least": numbers.before_event[0], "most": numbers.before_event[1]}
        )
    return found


def _sessions(numbers: Numbers) -> str:
    if numbers.sessions is None:
        return _("with no end")
    return ngettext("%(count)d session", "%(count)d sessions", numbers.sessions) % {
        "count": numbers.sessions
    }


def _often(numbers: Numbers) -> str:
    if numbers.every_days:
        return ngettext("every day", "every %(count)d days", numbers.every_days) % {
            "count": numbers.every_days
        }
    return ngettext("once a week", "%(count)d times a week", numbers.per_week or 1) % {
        "count": numbers.per_week or 1
    }


def _gaps(numbers: Numbers) -> str:
    least = numbers.min_gap_days
    if numbers.max_gap_days is None:
        return ngettext("at least %(least)d day apart", "at least %(least)d days apart", least) % {
            "least": least
        }
    return _("%(least)d to %(most)d days apart") % {"least": least, "most": numbers.max_gap_days}


def _list(numbers: Sequence[int]) -> str:
    *first, last = map(str, numbers)
    return _("%(some)s and %(last)s") % {"some": ", ".join(first), "last": last} if first else last
