"""What the last page of a session shows and proposes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.forms.session import RATING, FinishForm
from bookings.models import Booking
from bookings.queries import session_finish as proposed
from bookings.queries.plans import Standing
from bookings.session_document import STRICTA, missing_words
from bookings.views import wording
from bookings.views.progress_page import at_review
from bookings.views.record_page import safety_on
from bookings.views.session_chart import (
    WORK,
    chart_of,
    marks_of,
    off_all_the_same,
    result_of,
    without_reason,
)
from bookings.views.session_data import planned_of
from bookings.views.session_page import clock_words
from clients.screening import Result
from treatments import soap, stricta
from treatments import wording as words_of
from treatments.models import SessionRecord
from treatments.queries.sessions import sessions_before, state_of
from treatments.session_actions import Kind, Part
from treatments.session_log import Count
from treatments.views.face_chart import FaceChart

# Told to everybody, whatever was done.
ALWAYS = (
    "hands_off",
    "rest",
    "alcohol",
    "heat",
    "sunscreen",
    "treatments",
    "acids",
    "call",
    "emergency",
)


@dataclass(frozen=True, slots=True)
class Offer:
    """A proposed time for the next session."""

    value: str
    when: str
    why: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Check:
    """An item of STRICTA: there, or what is missing."""

    name: str | Promise
    is_there: bool
    missing: str


@dataclass(frozen=True)
class FinishShown:
    """Everything the page shows beside its fields."""

    title: str
    times: str
    count: Count
    count_words: str
    phases: list[dict[str, Any]]
    points: str
    events: list[str]
    chart: FaceChart
    offers: list[Offer]
    plan_words: str
    plan_bars: list[str]
    checks: list[Check]
    complete: bool
    parts: list[Any]
    ratings: list[Any]
    live_href: str
    photos_href: str
    progress_href: str


def progress_href(standing: Standing | None) -> str:
    """Return where it is looked back on together at a review; "" where none is due."""
    if standing is None or not at_review(standing):
        return ""
    return reverse("plan-progress", args=[standing.plan.client.uid, standing.plan.uid])


class Finish:
    """A session at its end, with what is known and proposed."""

    def __init__(self, booking: Booking, session: SessionRecord, *, now: datetime) -> None:
        self.booking, self.session, self.now = booking, session, now
        self.zone = booking.room.location.zone
        self.state = state_of(session)
        self.known = proposed.known_of(booking)
        self.standing: Standing | None = proposed.standing_of(booking, now=now)

    @cached_property
    def offers(self) -> list[datetime]:
        if self.booking.client is None:
            return []
        return proposed.proposals(self.booking, self.standing, now=self.now)

    @cached_property
    def session_number(self) -> int:
        """Which session this is: of the plan, or without one of all that the client has had."""
        if self.standing is None:
            return sessions_before(self.session) + 1
        return self.standing.position.number_at(self.booking.starts_at)

    @property
    def session_of(self) -> int | None:
        return self.standing.position.numbers.sessions if self.standing else None

    @cached_property
    def unexplained(self) -> list[str]:
        """The needles at what is off or takes care today, and the areas that are off, for which
        nobody said why."""
        marks = marks_of(self.result, on=self.today)
        needles = [soap.point_words([needle]) for needle in without_reason(self.state, marks)]
        return needles + [
            _("%(area)s (%(phase)s)") % {"area": area, "phase": words_of.PHASES[WORK[kind]]}
            for kind, areas in self.despite.items()
            if not self.state_of_work(kind).get("reason")
            for area in areas
        ]

    @cached_property
    def despite(self) -> dict[Kind, list[str]]:
        """The areas, in words, where the massage or the roller was though they are off."""
        return {
            kind: off_all_the_same(self.state_of_work(kind), self.result, phase, on=self.today)
            for kind, phase in WORK.items()
        }

    def state_of_work(self, kind: Kind) -> Mapping[str, Any]:
        return self.state.massage if kind is Kind.MASSAGE else self.state.roller

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    @cached_property
    def result(self) -> Result | None:
        return result_of(self.booking, on=self.today)

    @cached_property
    def safety(self) -> list[str]:
        """What the safety answers mean for each phase today, in lines."""
        found = safety_on(self.result, self.today)
        return [
            ": ".join(filter(None, (str(one.name), str(one.mark.short), "; ".join(one.changes))))
            for one in (found.phases if found else [])
        ]

    @property
    def born(self) -> str:
        """The client's date of birth, as their newest form says it."""
        sent = self.known.sent
        return str(sent[-1].row.answers.get("dob") or "") if sent else ""

    @cached_property
    def composed(self) -> Mapping[str, str]:
        """The record in words, as far as it can be put together."""
        number, of = self.session_number, self.session_of
        plan = [_("Session %(number)d of %(of)d.") % {"number": number, "of": of}] if of else []
        known = soap.Known(
            screening=self.safety,
            plan=plan,
            concerns=self.known.concerns,
            despite={WORK[kind]: areas for kind, areas in self.despite.items()},
        )
        return soap.compose(self.state, known)

    def form(self, typed: Any = None) -> FinishForm:
        """Return the form, with what is known filled in."""
        given = self.state.aftercare
        initial: dict[str, Any] = {part.lower(): text for part, text in self.composed.items()}
        initial["aftercare"] = list(ALWAYS if given is None else given)
        for (scale, of, by), value in self.state.ratings.items():
            gais = "gais_client" if by == "client" else "gais"
            name = {"self_0_10": f"{RATING}{of}", "stress_0_10": "stress", "gais": gais}.get(scale)
            if name:
                initial[name] = value
        if self.offers and self._is_wanted:
            initial["next_start"] = self.offers[0].isoformat()
        return FinishForm(typed, initial=initial, concerns=self.known.concerns, offers=self.offers)

    @property
    def _is_wanted(self) -> bool:
        """Whether a next session is to be booked: the plan waits for one, and none is booked yet."""
        standing = self.standing
        if standing is None or not standing.is_running:
            return False
        return all(start <= self.booking.starts_at for start in standing.position.coming)

    def shown(self, form: FinishForm) -> FinishShown:
        """Return what the page shows beside the fields."""
        client = self.booking.client
        name = client.name if client else self.booking.contact_name
        number = self.session_number
        title = _("Finish session %(number)d, %(name)s") % {"number": number, "name": name}
        chosen = form["next_start"].value()
        return FinishShown(
            title=title,
            times=wording.span(self.booking.starts_at, self.booking.ends_at, self.zone),
            count=self.state.count,
            count_words=self._count_words(),
            phases=self._phases(),
            points=soap.point_words(self.state.needles),
            events=[
                str(words_of.EVENTS.get(one["what"], one["what"])) for one in self.state.events
            ],
            chart=chart_of(self.state, is_live=False),
            offers=[self._offer(start, chosen) for start in self.offers],
            plan_words=self._plan_words(),
            plan_bars=self._bars(),
            checks=self._checks(form),
            complete=all(one.is_there for one in self._checks(form)),
            parts=[form[part.lower()] for part in Part],
            ratings=[form[name] for name in form.fields if name.startswith(RATING)],
            live_href=reverse("session", args=[self.session.uid]),
            photos_href=reverse("photos", args=[client.uid]) if client else "",
            progress_href=progress_href(self.standing),
        )

    def _count_words(self) -> str:
        count = self.state.count
        words = ngettext("%(count)d needle in", "%(count)d needles in", count.put_in) % {
            "count": count.put_in
        }
        return _("%(words)s, %(out)d out") % {"words": words, "out": count.out}

    def _phases(self) -> list[dict[str, Any]]:
        end = self.state.ended_at or self.now
        return [
            {
                "name": words_of.PHASES[phase],
                "kind": phase,
                "clock": clock_words(self.state.spent(phase, end)),
                "planned": minutes + self.state.extra_minutes.get(phase, 0),
            }
            for phase, minutes in planned_of(self.session)
        ]

    def _offer(self, start: datetime, chosen: Any) -> Offer:
        here = self.booking.starts_at.astimezone(self.zone)
        there = start.astimezone(self.zone)
        days = (there.date() - here.date()).days
        why = ngettext("in %(count)d day", "in %(count)d days", days) % {"count": days}
        if there.time() == here.time():
            why = _("the same time, %(when)s") % {"when": why}
        value = start.isoformat()
        return Offer(value, wording.moment(start, self.zone), why, value == chosen)

    def _plan_words(self) -> str:
        if self.standing is None:
            return ""
        left = self.standing.position.left
        if left is None:
            return ""
        left -= int(self.session_number == self.standing.position.next_number)
        return ngettext("%(count)d left after this", "%(count)d left after this", left) % {
            "count": max(left, 0)
        }

    def _bars(self) -> list[str]:
        number, of = self.session_number, self.session_of
        if not number or not of or of > 20:
            return []
        return [
            "done" if at <= number else "next" if at == number + 1 else ""
            for at in range(1, of + 1)
        ]

    def _checks(self, form: FinishForm) -> list[Check]:
        words = form.words if form.is_bound and form.is_valid() else dict(self.composed)
        found = stricta.checklist(
            self.state,
            words=words,
            qualification=self.session.practitioner.title,
            session_number=self.session_number,
        )
        return [Check(STRICTA[one.item], one.is_there, missing_words(one)) for one in found]
