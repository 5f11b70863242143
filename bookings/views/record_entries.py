"""What happened around a client: visits, forms, messages, notes, and who looked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.models import Booking
from bookings.queries.record import Happened, Record, Sent
from bookings.views import wording
from bookings.views.marks import STATUS, moment
from bookings.views.record_answers import source_words
from bookings.views.seen_words import WHAT
from clients.models import ClientNote, Message
from treatments.wording import GRADES

Words = str | Promise
MOST_LOOKS = 6
MESSAGE_STATES = dict(Message.Status.choices)
EVENT_STATES = {"OPEN": gettext_lazy("Not resolved yet."), "RESOLVED": gettext_lazy("Resolved.")}


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of what happened. `tone` is the look of its dot."""

    at: datetime
    when: str
    title: Words
    detail: Words
    tone: str
    href: str


@dataclass(frozen=True, slots=True)
class Note:
    when: str
    who: str
    text: str


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody looked at the record."""

    when: str
    who: str
    what: Words


def entries(record: Record, zone: ZoneInfo) -> list[Entry]:
    """Return visits, forms, messages and adverse events, the newest first."""
    found = [
        *(_visit_entry(visit) for visit in record.visits),
        *(_form_entry(one, zone) for one in record.sent),
        *(_message_entry(one, zone) for one in record.happened if one.kind == "MESSAGE"),
        *(_event_entry(one, zone) for one in record.happened if one.kind == "EVENT"),
    ]
    return sorted(found, key=lambda entry: entry.at, reverse=True)


def _visit_entry(visit: Booking) -> Entry:
    zone = visit.room.location.zone
    status = STATUS[visit.status]
    signed = visit.session is not None and visit.session.is_signed
    detail = _("%(status)s, signed, %(who)s") if signed else _("%(status)s, %(who)s")
    return Entry(
        at=visit.starts_at,
        when=moment(visit.starts_at, zone),
        title=visit.treatment_name,
        detail=detail % {"status": status.word, "who": visit.practitioner.name},
        tone=status.tone,
        href=reverse("session-record", args=[visit.session.uid])
        if signed and visit.session
        else reverse("practice-visit", args=[visit.uid]),
    )


def _form_entry(one: Sent, zone: ZoneInfo) -> Entry:
    detail = source_words(one)
    if one.row.told_on != one.row.submitted_at.astimezone(zone).date():
        detail = _("%(source)s, of %(day)s") % {
            "source": detail,
            "day": wording.day_year(one.row.told_on),
        }
    return Entry(
        at=one.row.submitted_at,
        when=moment(one.row.submitted_at, zone),
        title=one.row.get_kind_display(),
        detail=detail,
        tone="gold",
        href="",
    )


def _message_entry(one: Happened, zone: ZoneInfo) -> Entry:
    return Entry(
        at=one.at,
        when=moment(one.at, zone),
        title=_("Message: %(kind)s") % {"kind": one.what.replace("_", " ").lower()},
        detail=MESSAGE_STATES.get(one.how, one.how),
        tone="plain",
        href="",
    )


def _event_entry(one: Happened, zone: ZoneInfo) -> Entry:
    return Entry(
        at=one.at,
        when=moment(one.at, zone),
        title=_("Adverse event"),
        detail=_("%(grade)s. %(state)s")
        % {"grade": GRADES[one.what], "state": EVENT_STATES[one.how]},
        tone="rose",
        href=reverse("event", args=[one.by]),
    )


def note_of(note: ClientNote, zone: ZoneInfo) -> Note:
    """Return a note as the page shows it."""
    return Note(when=moment(note.at, zone), who=note.author.name, text=note.text)


def looks_of(record: Record, zone: ZoneInfo) -> list[Look]:
    """Return who looked lately, each person and thing once a day."""
    found: dict[tuple[object, ...], Look] = {}
    for one in record.happened:
        if one.kind == "LOOK":
            day = one.at.astimezone(zone).date()
            found.setdefault((one.how, one.what, day), look_of(one, zone))
    return list(found.values())[:MOST_LOOKS]


def look_of(one: Happened, zone: ZoneInfo) -> Look:
    """Return who looked, in words."""
    return Look(
        when=moment(one.at, zone),
        who=one.how.partition(": ")[2] or one.how,
        what=WHAT.get(one.what, one.what.replace("_", " ").capitalize()),
    )
