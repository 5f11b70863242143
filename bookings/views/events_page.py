"""What the pages of adverse events show; all of it is opened with the client's key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from bookings.views.marks import Mark, moment
from treatments.models import AdverseEvent, EventNote, SessionRecord
from treatments.session_actions import Grade
from treatments.session_facts import EventKind
from treatments.wording import EVENTS, GRADES

Words = str | Promise
TONES = {Grade.MINOR: "slate", Grade.MODERATE: "gold", Grade.SERIOUS: "rose"}


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event as it is read in one line."""

    uid: str
    client: str
    client_uid: str
    what: Words
    where: str
    grade: Words
    grade_tone: str
    who: str
    due: Mark


@dataclass(frozen=True, slots=True)
class Noted:
    when: str
    who: str
    text: str


@dataclass(frozen=True, slots=True)
class EventPage:
    """Everything the page of one event shows."""

    row: EventRow
    facts: list[tuple[Words, str]]
    action: str
    notes: list[Noted]
    is_open: bool


def event_rows(events: Sequence[AdverseEvent], *, now: datetime, zone: ZoneInfo) -> list[EventRow]:
    return [_row(event, now=now, zone=zone) for event in events]


def _row(event: AdverseEvent, *, now: datetime, zone: ZoneInfo) -> EventRow:
    told, grade = event.details, Grade(event.grade)
    return EventRow(
        uid=str(event.uid),
        client=event.client.name,
        client_uid=str(event.client.uid),
        what=what_words(told.get("what", "")),
        where=told.get("where", ""),
        grade=GRADES[grade],
        grade_tone=TONES[grade],
        who=event.practitioner.name,
        due=_due(event, now=now, zone=zone),
    )


def what_words(code: str) -> Words:
    """Return what happened; a code from elsewhere is something else."""
    return EVENTS[EventKind(code) if code in set(EventKind) else EventKind.OTHER]


def _due(event: AdverseEvent, *, now: datetime, zone: ZoneInfo) -> Mark:
    if event.resolved_at:
        words = _("Resolved %(when)s") % {"when": moment(event.resolved_at, zone)}
        return Mark(words, "circle-check", "jade")
    if event.follow_up_due is None:
        return Mark(_("Nobody has to ask"), "circle-check", "slate")
    when = moment(event.follow_up_due, zone)
    if event.follow_up_due < now:
        return Mark(_("Overdue since %(when)s") % {"when": when}, "circle-alert", "rose")
    return Mark(_("Ask %(when)s") % {"when": when}, "clock", "gold")


def event_page(
    event: AdverseEvent, notes: Sequence[EventNote], *, now: datetime, zone: ZoneInfo
) -> EventPage:
    told, session = event.details, event.session
    facts: list[tuple[Words, str]] = [
        (_("Noticed"), moment(event.noticed_at, zone)),
        (_("Where"), told.get("where", "")),
        (_("Size"), _("%(mm)s mm") % {"mm": told["size_mm"]} if told.get("size_mm") else ""),
        (_("In their own words"), told.get("told_us", "")),
        (_("Told by"), str(event.get_reported_by_display())),
        (_("Client told"), _("Yes") if told.get("told") else _("Not noted")),
        (_("Referred to"), told.get("referred_to", "")),
        (_("Session"), session_words(session, zone) if session else _("None named")),
        (_("Written down by"), event.created_by.name if event.created_by else ""),
    ]
    return EventPage(
        row=_row(event, now=now, zone=zone),
        facts=[(label, words) for label, words in facts if words],
        action=told.get("action", ""),
        notes=[Noted(moment(one.at, zone), one.author.name, one.text) for one in notes],
        is_open=event.resolved_at is None,
    )


def session_words(session: SessionRecord, zone: ZoneInfo) -> str:
    """Return "Tue 24 Nov, 14:30, Facial rejuvenation session"."""
    return _("%(when)s, %(what)s") % {
        "when": moment(session.started_at, zone),
        "what": session.treatment_name,
    }
