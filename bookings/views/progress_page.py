"""What the page of a plan's progress shows, to whoever treats the client."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from bookings.queries.plans import Standing
from bookings.queries.progress import Progress, Zones, progress_of
from bookings.views import wording
from bookings.views.photos_page import Shown, consent_of, shown
from bookings.views.plan_words import PlanLine, plan_line
from bookings.views.plots import Plot, plot
from clients.queries import media
from treatments.concerns import in_words
from treatments.progress import BEFORE, Judged
from treatments.wording import GAIS

# How many plots the plan's own page shows.
FEW = 3


@dataclass(frozen=True, slots=True)
class Told:
    """How it looks compared with the first photo, who says so, and when."""

    when: str
    who: str
    words: str | Promise


@dataclass(frozen=True, slots=True)
class ZoneRow:
    zone: str
    first: str
    now: str


@dataclass(frozen=True, slots=True)
class ZonesShown:
    """The lines of each zone; `now_on` is "" where they were looked at once."""

    first_on: str
    now_on: str
    rows: list[ZoneRow]


@dataclass(frozen=True, slots=True)
class ProgressPage:
    """How a plan goes. `photos`: before, midway and at the end, as far as there are."""

    standing: Standing
    line: PlanLine
    plots: list[Plot]
    judged: list[Told]
    zones: ZonesShown | None
    body: list[str]
    photos: list[Shown]


def stress_words() -> str:
    return _("Stress in the last week")


def plots_of(found: Progress) -> list[Plot]:
    return [plot(each) for each in found.series]


def few_plots(standing: Standing) -> list[Plot]:
    """Return the plots of what matters most, for the plan's page (two queries)."""
    return plots_of(progress_of(standing, stress=stress_words()))[:FEW]


def at_review(standing: Standing) -> bool:
    """Whether it is time to look back: at a review, or when the next session is one."""
    return standing.position.review_now or standing.position.review_next


def progress_page(standing: Standing, *, now: datetime, viewer: str) -> ProgressPage:
    """Return the page (four queries); photos it has must be noted as PHOTOS."""
    found = progress_of(standing, stress=stress_words())
    client, span = standing.plan.client, found.span
    photos = []
    if not consent_of(client, now).withdrawn:
        every = media.photos_of(client)
        photos = media.milestones_of(every, since=span.first - BEFORE, until=span.last)
    return ProgressPage(
        standing=standing,
        line=plan_line(standing),
        plots=plots_of(found),
        judged=[told(each) for each in reversed(found.judged)],
        zones=_zones(found.zones) if found.zones else None,
        body=in_words(standing.plan.aims.get("body", ())),
        photos=[shown(one, viewer=viewer, now=now) for one in photos],
    )


def told(one: Judged) -> Told:
    return Told(
        when=wording.day_short(one.on),
        who=_("The client") if one.by_client else _("The practitioner"),
        words=GAIS.get(one.value, one.value),
    )


def _zones(found: Zones) -> ZonesShown:
    once = found.first_on == found.now_on
    return ZonesShown(
        first_on=wording.day_short(found.first_on),
        now_on="" if once else wording.day_short(found.now_on),
        rows=[
            ZoneRow(
                zone=str(found.names.get(zone, zone)),
                first=_at(found.first.get(zone, {})),
                now=_at(found.now.get(zone, {})),
            )
            for zone in dict.fromkeys([*found.first, *found.now])
        ],
    )


def _at(said: Mapping[str, int]) -> str:
    """Return "2 at rest, 3 in motion"."""
    words = (("rest", _("%(number)d at rest")), ("motion", _("%(number)d in motion")))
    return ", ".join(word % {"number": said[when]} for when, word in words if when in said)
