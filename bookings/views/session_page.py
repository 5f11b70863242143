"""What the live session's page shows, before and beside its script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bookings.models import Booking
from bookings.queries import record as records
from bookings.queries import sessions as at_hand
from bookings.queries.session_finish import standing_of
from bookings.views import wording
from bookings.views.marks import SAFETY, Mark
from bookings.views.record_entries import Note, note_of
from bookings.views.record_page import Changed, News, Safety, news_of, safety_on
from bookings.views.session_chart import (
    area_marks_of,
    beside_the_chart,
    chart_of,
    marks_of,
    off_again,
    point_sets,
    result_of,
)
from bookings.views.session_data import TALLY, needle_row, planned_of, session_data
from bookings.views.session_work import Choice, Work, work_of
from clients.phases import Phase
from clients.rules import Outcome
from treatments import wording as words_of
from treatments.atlas import load
from treatments.models import NeedleBox, SessionRecord
from treatments.queries.sessions import actions_of, last_before, state_of
from treatments.session_actions import Angle, Layer, Response, Stimulation
from treatments.session_facts import EVENTS
from treatments.session_log import Count, Needle, SessionState, fold
from treatments.soap import point_words
from treatments.views.face_chart import FaceChart

QUICK = (
    gettext_lazy("Relaxed"),
    gettext_lazy("Tender jaw"),
    gettext_lazy("Flushing"),
    gettext_lazy("Bled, pressed"),
    gettext_lazy("Light-headed, passed"),
)
MOST_CHANGES = 6
MOST_FLAGS = 6


@dataclass(frozen=True, slots=True)
class PhaseShown:
    """A phase with its clock, and what the safety answers say of it."""

    kind: str
    name: str | Promise
    minutes: int
    clock: str
    is_current: bool
    mark: Mark
    changes: list[str]


@dataclass(frozen=True, slots=True)
class Choices:
    """A group of choices for one field of a needle."""

    field: str
    name: str | Promise
    options: list[Choice]


@dataclass(frozen=True)
class LivePage:
    """The page of a running session."""

    name: str
    initials: str
    times: str
    flags: list[Mark]
    next_words: str
    first_words: str
    phases: list[PhaseShown]
    phase_name: str | Promise
    current_phase: str
    left: str
    next_phase: str
    next_phase_words: str
    pause_kind: str
    pause_words: str
    count: Count
    tally: str
    regions: str
    still_words: str
    needles: list[dict[str, Any]]
    choices: list[dict[str, str]]
    notes: list[dict[str, str]]
    oil_words: str
    work: list[Work]
    event_words: str
    events: list[str]
    event_kinds: list[dict[str, Any]]
    grades: list[Choice]
    news: News | None
    note: Note | None
    changed: list[Changed]
    before: list[str]
    same_words: str
    same_left: str
    ghost_count: int
    chart: FaceChart
    beside: list[str]
    sets: list[dict[str, Any]]
    boxes: list[dict[str, str]]
    needle_choices: list[Choices]
    self_href: str
    act_href: str
    visit_href: str
    record_href: str
    data: dict[str, Any]
    quick: Sequence[str | Promise] = QUICK


def live_page(
    booking: Booking,
    session: SessionRecord,
    *,
    now: datetime,
    refused: Mapping[str, Mapping[str, Any]] | None = None,
) -> LivePage:
    """Return the page of a session that is not signed; reads its sealed actions, the safety answers
    and the last session.

    refused: what a form sent and was not taken, by kind of action.
    """
    zone = booking.room.location.zone
    actions = actions_of(session)
    state = fold(actions)
    today = now.astimezone(zone).date()
    result = result_of(booking, on=today)
    safety = safety_on(result, today)
    before = last_before(session)
    last = state_of(before) if before else None
    ghost = [needle_row(needle) for needle in last.needles] if last else []
    boxes = at_hand.boxes_at(booking, on=today)
    after = at_hand.next_of_practitioner(booking)
    phases = _phases(session, state, safety, now)
    sets = point_sets(_aims(booking, now))
    marks = marks_of(result, on=today)
    off = off_again(last.needles, marks) if last else []
    areas = {phase: area_marks_of(result, phase, on=today) for phase in Phase}
    begin = _next(session, state)
    record = records.record_of(booking.client, now=now) if booking.client else None
    news = news_of(record, now) if record else None
    name = booking.client.name if booking.client else booking.contact_name
    client_uid = session.client.uid
    act = reverse("session-act", args=[session.uid])
    return LivePage(
        name=name,
        initials=wording.initials(name),
        times=wording.span(booking.starts_at, booking.ends_at, zone),
        flags=_flags(safety),
        next_words=_next_words(after, zone),
        first_words=_first_words(session),
        phases=phases,
        phase_name=_phase_name(state),
        current_phase=state.phase if state.phase and not state.ended_at else "",
        left=_left(session, state, now),
        next_phase=begin[0],
        next_phase_words=begin[1],
        pause_kind=("PAUSE" if state.running else "RESUME") if state.phase else "",
        pause_words=_("Pause") if state.running else _("Go on"),
        count=state.count,
        tally=TALLY
        % {"in": state.count.put_in, "out": state.count.out, "still": state.count.still_in},
        regions=_regions(state),
        still_words=still_words(state.count.still_in),
        needles=[needle_words(needle) for needle in state.needles],
        choices=[
            {
                "value": f"{row['code']}:{row['side']}:{row['region']}",
                "words": f"{row['code']} {row['name']}, {words_of.SIDES[row['side']]}",
            }
            for row in load().chart_points()
        ],
        notes=[{"when": wording.clock(at, zone), "text": text} for at, text in state.notes],
        oil_words=_("The oil came off at %(time)s.")
        % {"time": wording.clock(state.oil_off_at, zone)}
        if state.oil_off_at
        else _("Take the oil off before needling."),
        work=work_of(booking, state, safety, areas, refused=refused or {}),
        event_words=str(len(state.events) or ""),
        events=[str(words_of.EVENTS.get(one["what"], one["what"])) for one in state.events],
        event_kinds=[
            {"code": code, "name": words_of.EVENTS[code], "grade": grade}
            for code, (grade, _hours) in EVENTS.items()
        ],
        grades=[Choice(code, name) for code, name in words_of.GRADES.items()],
        news=news,
        note=note_of(record.notes[0], zone) if record and record.notes else None,
        changed=news.changed[:MOST_CHANGES] if news else [],
        before=_before(before, last, zone),
        same_words=_("Same as last time (%(count)d)") % {"count": len(ghost) - len(off)},
        same_left=_left_out(off),
        ghost_count=len(ghost) - len(off),
        chart=chart_of(state, is_live=True),
        beside=beside_the_chart(marks),
        sets=sets,
        boxes=[{"uid": str(box.uid), "words": box_words(box)} for box in boxes],
        needle_choices=_needle_choices(),
        self_href=reverse("session", args=[session.uid]),
        act_href=act,
        visit_href=reverse("practice-visit", args=[booking.uid]),
        record_href=reverse("record", args=[client_uid]),
        data=session_data(booking, session, actions, ghost, boxes, after, marks, sets, now),
    )


def needle_words(needle: Needle) -> dict[str, Any]:
    """Return a needle for a list."""
    return {
        "uid": needle.uid,
        "code": needle.details["code"],
        "side": words_of.SIDES[needle.details["side"]],
        "is_in": needle.is_in,
    }


def box_words(box: NeedleBox) -> str:
    """Return "0.16 x 15 mm, Seirin, lot A12"."""
    return _("%(diameter)s x %(length)s mm, %(brand)s, lot %(lot)s") % {
        "diameter": box.diameter_mm,
        "length": f"{box.length_mm:g}",
        "brand": box.brand,
        "lot": box.lot,
    }


def still_words(count: int) -> str:
    return ngettext(
        "%(count)d still in. Take it out before the roller.",
        "%(count)d still in. Take all out before the roller.",
        count,
    ) % {"count": count}


def clock_words(spent: timedelta) -> str:
    """Return "13:05" for minutes and seconds."""
    seconds = int(spent.total_seconds())
    return f"{seconds // 60}:{seconds % 60:02d}"


def _phases(
    session: SessionRecord, state: SessionState, safety: Safety | None, now: datetime
) -> list[PhaseShown]:
    said = {one.kind: one for one in safety.phases} if safety else {}
    return [
        PhaseShown(
            kind=phase,
            name=words_of.PHASES[phase],
            minutes=minutes,
            clock=f"{clock_words(state.spent(phase, now))} / {minutes}",
            is_current=state.phase is phase and not state.ended_at,
            mark=said[phase].mark if phase in said else SAFETY[Outcome.NOT_ASKED],
            changes=said[phase].changes if phase in said else [],
        )
        for phase, minutes in planned_of(session)
    ]


def _first_words(session: SessionRecord) -> str:
    """Return what comes before the phases and has no clock: the talk of a first visit."""
    minutes = session.treatment.consultation_minutes
    if not minutes:
        return ""
    words = ngettext(
        "Before it: %(count)d minute to talk, not timed here.",
        "Before it: %(count)d minutes to talk, not timed here.",
        minutes,
    )
    return words % {"count": minutes}


def _next(session: SessionRecord, state: SessionState) -> tuple[str, str]:
    order = [phase for phase, _minutes in planned_of(session)]
    if state.ended_at:
        return "", ""
    if state.phase is None:
        return order[0], _("Begin: %(phase)s") % {"phase": words_of.PHASES[order[0]]}
    rest = order[order.index(state.phase) + 1 :] if state.phase in order else []
    if not rest:
        return "", ""
    return rest[0], _("Next: %(phase)s") % {"phase": words_of.PHASES[rest[0]]}


def _phase_name(state: SessionState) -> str | Promise:
    if state.ended_at:
        return _("Ended")
    return words_of.PHASES[state.phase] if state.phase else _("Not begun")


def _left(session: SessionRecord, state: SessionState, now: datetime) -> str:
    for phase, minutes in planned_of(session):
        if phase is state.phase:
            planned = timedelta(minutes=minutes + state.extra_minutes.get(phase, 0))
            left = planned - state.spent(phase, now)
            return clock_words(left) if left >= timedelta(0) else f"+{clock_words(-left)}"
    return "0:00"


def _flags(safety: Safety | None) -> list[Mark]:
    """Return the outcome of the day, and the answers that make it so by the names of their rules."""
    if safety is None:
        return [SAFETY[Outcome.NOT_ASKED]]
    return [safety.outcome, *safety.flags][:MOST_FLAGS]


def _next_words(after: Booking | None, zone: ZoneInfo) -> str:
    if after is None:
        return ""
    return _("Next client %(time)s") % {"time": wording.moment(after.starts_at, zone)}


def _regions(state: SessionState) -> str:
    return " · ".join(
        _("%(region)s %(still)d of %(in)d") % {
            "region": words_of.REGIONS.get(region, region.replace("_", " ")), "still": count.still_in, "in": count.put_in,
        }
        for region, count in state.count_by_region.items()
    )  # fmt: skip


def _aims(booking: Booking, now: datetime) -> list[str]:
    """Return what the client's plan aims at, by code: the face's concerns and the body's aims."""
    standing = standing_of(booking, now=now)
    if standing is None or booking.client is None:
        return []
    standing.plan.client = booking.client  # whose key is at hand
    aims = standing.plan.aims
    return [*aims["concerns"], *aims["body"]]


def _left_out(off: Sequence[Needle]) -> str:
    """Return which needles of last time are not placed again, as they are off today."""
    if not off:
        return ""
    words = ngettext(
        "%(count)d of last time is left out, off today: %(points)s",
        "%(count)d of last time are left out, off today: %(points)s",
        len(off),
    )
    return words % {"count": len(off), "points": point_words(off)}


def _before(before: SessionRecord | None, last: SessionState | None, zone: ZoneInfo) -> list[str]:
    if before is None or last is None:
        return []
    lines = [
        ngettext("%(day)s: %(count)d needle.", "%(day)s: %(count)d needles.", last.count.put_in)
        % {
            "day": wording.day_year(before.started_at.astimezone(zone).date()),
            "count": last.count.put_in,
        }
    ]
    lines += [str(words_of.EVENTS.get(one["what"], one["what"])) for one in last.events]
    return lines + [text for _at, text in last.notes]


def _needle_choices() -> list[Choices]:
    groups = (
        ("angle", _("Angle"), Angle, words_of.ANGLES),
        ("layer", _("Layer"), Layer, words_of.LAYERS),
        ("response", _("Response"), Response, words_of.RESPONSES),
        ("stimulation", _("Stimulation"), Stimulation, words_of.STIMULATIONS),
    )
    return [
        Choices(field, name, [Choice(code, words[code]) for code in codes])
        for field, name, codes, words in groups
    ]
