"""What the page of a client's record shows: what matters, what changed, what was said, what happened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.models import Booking
from bookings.queries.record import Record, Sent
from bookings.views import wording
from bookings.views.consents_page import State, state
from bookings.views.marks import SAFETY, Mark, moment
from bookings.views.photos_page import PairShown, pair_shown
from bookings.views.plots import Plot, plot
from bookings.views.record_answers import history_href, stands_since
from bookings.views.record_entries import Entry, Look, Note, entries, looks_of, note_of
from bookings.views.seen_answers import PHASES, PhaseWords, phase_words
from clients import intake_words, trends
from clients.consent_rules import Kind as ConsentKind
from clients.consent_rules import Reason
from clients.differences import Change, differences
from clients.intake_definition import Kind, Question
from clients.rule_words import rule_words
from clients.screening import Result

# What is read before every session, changed or not; in this order.
KEY = (
    "pregnant", "cycle_status", "conditions", "medicine_screen", "medications", "new_meds", "allergies",
    "needle_screen", "skin_screen", "skin_now", "procedure_log", "procedure_planned", "new_procedure", "implants", "reaction",
    "bowel_freq", "goal", "past_acu",
)  # fmt: skip
# The question that opens others, and answers that say there is nothing.
LEAD_IN = "any_change"
NOTHING = ("no", "none", ["none"])
PROCEDURES = ("procedure_log", "new_procedure")
INJECTED = ("botulinum", "filler", "biostimulator")
# The rules of the safety questions that say when somebody last had an injection.
INJECTION_RULES = ("botulinum", "filler")


@dataclass(frozen=True, slots=True)
class Fact:
    """An answer in words, and since when it stands; `href` leads to all it ever was."""

    label: str
    words: list[str]
    since: str
    href: str


@dataclass(frozen=True, slots=True)
class Was:
    """One thing that was said before (`old`) and is said otherwise now (`new`)."""

    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Changed:
    """A question whose answer changed."""

    label: str
    was: list[Was]
    since: str
    href: str


@dataclass(frozen=True, slots=True)
class News:
    """What a client told last that they had not told before. `words`: since when it is news;
    `is_since`: since the last visit, so that nobody has met them with it."""

    words: str
    changed: list[Changed]
    is_since: bool


@dataclass(frozen=True, slots=True)
class Safety:
    """What may be done on a day."""

    on: date
    day: str
    outcome: Mark
    not_before: str
    phases: list[PhaseWords]
    flags: list[Mark]


@dataclass(frozen=True, slots=True)
class RecordPage:
    """Everything the page shows."""

    uid: str
    name: str
    initials: str
    about: str
    can_send: bool
    next_when: str
    next_href: str
    safety: Safety | None
    news: News
    changed_words: str
    facts: list[Fact]
    injection: str
    answered: int
    plots: list[Plot]
    entries: list[Entry]
    notes: list[Note]
    looks: list[Look]
    consents: list[State]
    consents_href: str
    pair: PairShown | None
    photo_count: int
    document_count: int


def record_page(
    record: Record, *, now: datetime, zone: ZoneInfo, viewer: str, on: date | None
) -> RecordPage:
    """Return the page, its times in the clinic's zone; reads everything sealed of the record.

    viewer: for whom links to photos are made. on: a day to say what may be done on, instead of the
    next visit's.
    """
    coming = record.coming(now)
    news = news_of(record, now)
    where = coming.room.location.zone if coming else zone
    day = on or (coming.starts_at.astimezone(where) if coming else now.astimezone(zone)).date()
    newest = record.newest
    return RecordPage(
        uid=str(record.client.uid),
        name=record.client.name,
        initials=wording.initials(record.client.name),
        about=_about(record, now, zone),
        can_send=bool(record.client.email),
        next_when=_coming_words(coming),
        next_href=reverse("practice-visit", args=[coming.uid]) if coming else "",
        safety=safety_on(record.standing(day), day),
        news=news,
        changed_words=_count_words(len(news.changed)) if news.changed and news.is_since else "",
        facts=list(_facts(record)),
        injection=_last_injection(record),
        answered=len(newest.row.answers) if newest else 0,
        plots=[plot(each) for each in trends.series([_as_form(one) for one in record.sent])],
        entries=entries(record, zone),
        notes=[note_of(note, zone) for note in record.notes],
        looks=looks_of(record, zone),
        consents=[state(kind, one, zone) for kind, one in record.consents.items()],
        consents_href=_consents_href(record, coming),
        pair=_pair(record, now=now, viewer=viewer),
        photo_count=len(record.photos),
        document_count=getattr(record.client, "documents_kept", 0),
    )


def _consents_href(record: Record, coming: Booking | None) -> str:
    """Return where consents are signed and taken back: the page of a visit."""
    visit = coming or next(iter(record.visits), None)
    return reverse("practice-consents", args=[visit.uid]) if visit else ""


def _pair(record: Record, *, now: datetime, viewer: str) -> PairShown | None:
    """Return the photos that show most; none where consent to them was taken back."""
    if Reason.WITHDRAWN in record.consents[ConsentKind.PHOTO].reasons:
        return None
    return pair_shown(record.client, record.photos, now=now, viewer=viewer)


def _as_form(one: Sent) -> trends.Form:
    return trends.Form(one.row.told_on, one.form, one.row.asked, one.row.answers)


def _about(record: Record, now: datetime, zone: ZoneInfo) -> str:
    """Return "41, she/her. Client since October 2026."."""
    today = now.astimezone(zone).date()
    first = record.client.created_at.astimezone(zone).date()
    answers = record.newest.row.answers if record.newest else {}
    said = [str(answers["pronouns"])] if answers.get("pronouns") else []
    if born := answers.get("dob"):
        then = date.fromisoformat(born)
        age = today.year - then.year - ((today.month, today.day) < (then.month, then.day))
        said.insert(0, str(age))
    since = _("Client since %(month)s") % {"month": wording.month(first)}
    called = answers.get("preferred_name")
    words = [_("Called %(name)s") % {"name": called}] if called else []
    return ". ".join([", ".join(said), *words, since] if said else [*words, since]) + "."


def _coming_words(coming: Booking | None) -> str:
    if coming is None:
        return ""
    return _("%(when)s, %(what)s with %(who)s") % {
        "when": moment(coming.starts_at, coming.room.location.zone),
        "what": coming.treatment_name,
        "who": coming.practitioner.name,
    }


def safety_on(result: Result | None, day: date) -> Safety | None:
    """Return in words what a client's answers mean on a day; None where nobody asked."""
    if result is None:
        return None
    phases = result.document()["phases"]
    return Safety(
        on=day,
        day=wording.day(day),
        outcome=SAFETY[result.outcome],
        not_before=wording.day(result.not_before) if result.not_before else "",
        phases=[phase_words(kind, found) for kind, found in phases.items() if kind in PHASES],
        flags=[
            Mark(
                rule_words(trigger.rule.code, unsure=trigger.unsure),
                SAFETY[trigger.outcome].icon,
                SAFETY[trigger.outcome].tone,
            )
            for trigger in result.triggers
        ],
    )


def news_of(record: Record, now: datetime) -> News:
    """Return what changed since the client was last here, what bears on safety first; where nothing
    came since, what changed with the form before it, and that it did."""
    before = record.before_last_visit(now)
    changed = _changed(record, before)
    return News(_since(record, before, now, changed), changed, record.is_told_since(now))


def _count_words(count: int) -> str:
    return ngettext("%(count)d changed", "%(count)d changed", count) % {"count": count}


def _changed(record: Record, before: Sent | None) -> list[Changed]:
    """Return what changed, what bears on safety first."""
    if record.newest is None or before is None:
        return []
    order = {code: place for place, code in enumerate(KEY)}
    found = sorted(
        (each for each in differences(before.told, record.newest.told) if _is_news(each)),
        key=lambda each: order.get(each.code, len(order)),
    )
    return [
        Changed(
            label=change.label,
            was=[
                Was(part.label, part.old, part.new)
                for part in sorted(change.parts, key=lambda part: bool(part.new))
            ],
            since=stands_since(record.sent, change.code),
            href=history_href(record.client, change.code),
        )
        for change in found
    ]


def _is_news(change: Change) -> bool:
    """Return whether a change says something: not that nothing happened, told for the first time,
    nor that the following answers changed."""
    if not change.parts or change.code == LEAD_IN:
        return False
    is_first = all(not part.old for part in change.parts)
    return not (is_first and change.new in NOTHING)


def _since(record: Record, before: Sent | None, now: datetime, changed: list[Changed]) -> str:
    last, newest = record.last(now), record.newest
    if newest is None:
        return _("No health form has been filled in yet.")
    if last is not None and not record.is_told_since(now):
        words = _("Nothing since the last visit, %(day)s.") % {"day": _day_of(last)}
        if not changed:
            return words
        told = _("Told before it, on %(day)s:") % {"day": wording.day_short(newest.row.told_on)}
        return f"{words} {told}"
    if before is None:
        return _("This is the first form, so there is nothing to compare it with.")
    if last is not None and before.row.submitted_at <= last.ends_at:
        return _("Since the last visit, %(day)s.") % {"day": _day_of(last)}
    day = wording.day_short(before.row.told_on)
    return _("Since the form of %(day)s.") % {"day": day}


def _day_of(visit: Booking) -> str:
    return wording.day_short(visit.starts_at.astimezone(visit.room.location.zone).date())


def _facts(record: Record) -> Iterator[Fact]:
    newest = record.newest
    if newest is None:
        return
    for code in KEY:
        question, answer = newest.form.by_code.get(code), newest.row.answers.get(code)
        if question is None or answer is None:
            continue
        yield Fact(
            label=question.label,
            words=list(_short(newest, question, answer)),
            since=stands_since(record.sent, code),
            href=history_href(record.client, code),
        )


def _short(sent: Sent, question: Question, answer: Any) -> Iterable[str]:
    """Return an answer for a quick eye: of a list of conditions only those that apply."""
    if question.kind is Kind.SCREEN_FROM_RULES:
        applies = {code: said for code, said in answer.items() if _applies(sent, code, said)}
        return [_screened(code, said) for code, said in applies.items()] or [_("None of these")]
    parts = intake_words.parts(sent.form, sent.rules, question, answer)
    return [f"{part.label}: {part.words}" if part.label else part.words for part in parts]


def _screened(code: str, said: Any) -> str:
    words = rule_words(code, unsure=said == "unsure")
    if isinstance(said, dict):
        return _("%(what)s, %(when)s") % {"what": words, "when": intake_words.when(said["date"])}
    return words


def _applies(sent: Sent, code: str, said: Any) -> bool:
    rule = sent.rules.by_code.get(code)
    reply = str(said["value"] if isinstance(said, dict) else said)
    return rule is None or reply == "unsure" or reply.upper() == rule.trigger_answer


def _last_injection(record: Record) -> str:
    """Return when what was last injected, by any form or safety question ever answered."""
    known = {
        str(row["date"]): _injected(one, row)
        for one, row in _procedures(record)
        if row.get("type") in INJECTED
    }
    for kept in record.kept:
        for given in kept.answers.given.values():
            for rule, day in given.items.items():
                if rule in INJECTION_RULES and isinstance(day, date):
                    known.setdefault(day.isoformat(), rule_words(rule, unsure=False))
    days = sorted(day for day in known if day[:1].isdigit())
    if not days:
        return _("No date is known of an injection.") if known else ""
    newest = days[-1]
    return _("%(when)s: %(what)s") % {"when": intake_words.when(newest), "what": known[newest]}


def _injected(sent: Sent, row: dict[str, Any]) -> str:
    kind = sent.form.label_of(sent.form.by_code[PROCEDURES[0]], row["type"])
    return ", ".join(part for part in (kind, row.get("area", "")) if part)


def _procedures(record: Record) -> Iterator[tuple[Sent, dict[str, Any]]]:
    for one in record.sent:
        for code in PROCEDURES:
            rows = one.row.answers.get(code)
            if isinstance(rows, list):
                yield from ((one, row) for row in rows if not row.get("planned"))
