"""The page on their progress that a client is given: in their own numbers, without terms of the trade."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.queries.plans import Standing
from bookings.queries.progress import next_visit, progress_of
from bookings.views import wording
from bookings.views.plan_words import Bars, bars, due_words
from bookings.views.plots import Plot, number, plot
from bookings.views.progress_page import stress_words
from clients.trends import SCALE, Series
from treatments import plan_states
from treatments.concerns import in_words
from treatments.progress import Judged
from treatments.wording import GAIS


@dataclass(frozen=True, slots=True)
class OwnNumber:
    """What a client said of one thing at first and now. `heights`: all of it, from 0 to 1."""

    label: str
    told: str
    words: str
    plot: Plot
    heights: list[float]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything on the page."""

    title: str
    clinic: str
    client: str
    day: str
    practitioner: str
    sessions: str
    bars: Bars | None
    concerns: list[str]
    body: list[str]
    numbers: list[OwnNumber]
    looks: list[str]
    next_step: str
    scale: str
    claim: str


def report_of(standing: Standing, *, clinic: str, now: datetime, zone: ZoneInfo) -> Report:
    """Return the page as it is on a day (at most three queries)."""
    plan = standing.plan
    found = progress_of(standing, stress=stress_words())
    newest = {one.by_client: one for one in found.judged}
    return Report(
        title=_("Your progress"),
        clinic=clinic,
        client=plan.client.name,
        day=wording.day_year(now.astimezone(zone).date()),
        practitioner=plan.practitioner.name,
        sessions=_sessions(standing),
        bars=bars(standing.position),
        concerns=in_words(plan.aims.get("concerns", ())),
        body=in_words(plan.aims.get("body", ())),
        numbers=[_number(each) for each in found.series],
        looks=[_looks(newest[by_client]) for by_client in (True, False) if by_client in newest],
        next_step=_next(standing),
        scale=_("0 is not at all, 10 as bad as can be. The dashed line is your first score."),
        claim=_(
            "These are your own numbers. They may show how you felt over this time; they do not say "
            "what it came from, and it goes differently for everybody."
        ),
    )


def _sessions(standing: Standing) -> str:
    done, of = standing.position.count, standing.position.numbers.sessions
    if of is not None:
        return _("%(done)d of %(of)d sessions done") % {"done": done, "of": of}
    return ngettext("%(count)d session done", "%(count)d sessions done", done) % {"count": done}


def _number(series: Series) -> OwnNumber:
    return OwnNumber(
        label=series.label,
        told=_told(series),
        words=_change(series),
        plot=plot(series),
        heights=[point.value / SCALE for point in series.points],
    )


def _told(series: Series) -> str:
    """Return "7 on Tue 3 Nov, then 5 on Tue 24 Nov"."""
    first, last = (
        _("%(value)s on %(day)s")
        % {"value": number(point.value), "day": wording.day_short(point.on)}
        for point in (series.points[0], series.points[-1])
    )
    if len(series.points) == 1:
        return first
    return _("%(first)s, then %(last)s") % {"first": first, "last": last}


def _change(series: Series) -> str:
    by = {"by": number(abs(series.change))}
    if len(series.points) == 1:
        return _("told once so far")
    if not series.change:
        return _("the same as at first")
    words = _("%(by)s lower than at first")
    if series.change > 0:
        words = _("%(by)s higher than at first")
    return words % by


def _looks(one: Judged) -> str:
    said = {"words": GAIS.get(one.value, one.value), "day": wording.day_short(one.on)}
    if one.by_client:
        return _("In your own view on %(day)s: %(words)s.") % said
    return _("In your practitioner's view on %(day)s: %(words)s.") % said


def _next(standing: Standing) -> str:
    """Return what comes next: the visit that is booked, or when one is due."""
    if (visit := next_visit(standing)) is not None:
        when = wording.moment(visit.starts_at, visit.room.location.zone)
        return _("Your next session is booked: %(when)s.") % {"when": when}
    if standing.position.is_complete:
        return _(
            "All sessions of this series are done. Let us talk about how you would like to go on."
        )
    if standing.plan.state in plan_states.CLOSED:
        return _("This series has ended. You are welcome to ask us how you could go on.")
    if due := due_words(standing):
        return _("Your next session: %(due)s") % {"due": due}
    return _("Your next session can be booked on any day that suits you.")
