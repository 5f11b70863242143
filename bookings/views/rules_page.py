"""What the pages of the safety rules show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bookings.forms import rule as forms
from bookings.models import Booking
from bookings.queries.replay import Change, Replay, Replayed
from bookings.views.marks import SAFETY, Mark, moment
from bookings.views.seen_answers import change_words
from clients.phases import Phase, Target
from clients.queries.rules import Draft
from clients.rule_editing import Difference, differences
from clients.rules import Action, Effect, Question, Rule, RuleSet, Severity

Words = str | Promise
GROUPS: dict[str, Words] = {
    "identity": gettext_lazy("Who it is"),
    "medical": gettext_lazy("Health"),
    "medicines": gettext_lazy("Medicines"),
    "procedures": gettext_lazy("Procedures"),
    "skin_now": gettext_lazy("Skin at the moment"),
    "today": gettext_lazy("On the day"),
}
NAMES: dict[str, Words] = {
    "dvt": gettext_lazy("Blood clot"),
    "neuro": gettext_lazy("Nerves of the face"),
    "tmj": gettext_lazy("Jaw joint"),
    "immune": gettext_lazy("Immune system"),
    "bq_now": gettext_lazy("At the moment"),
    "bq_review": gettext_lazy("To be looked at"),
}
SHORT: dict[Action, Mark] = {
    Action.BLOCK_ONLINE_BOOKING: Mark(gettext_lazy("Not online"), "phone", "rose"),
    Action.DELAY_UNTIL: Mark(gettext_lazy("Wait"), "hourglass", "gold"),
    Action.PRACTITIONER_REVIEW: Mark(gettext_lazy("Review"), "user", "gold"),
    Action.FLAG: Mark(gettext_lazy("Flag"), "info", "slate"),
}
FIELDS: dict[str, Words] = {
    "question": gettext_lazy("Question"),
    "text": gettext_lazy("Question"),
    "help": gettext_lazy("Words under it"),
    "answer_type": gettext_lazy("Answered with"),
    "trigger_answer": gettext_lazy("Holds for the answer"),
    "trigger_age": gettext_lazy("Age"),
    "event_date_question": gettext_lazy("Question for the date"),
    "date_label": gettext_lazy("Question for the date"),
    "lookback_days": gettext_lazy("Days back it asks"),
    "message_if_yes": gettext_lazy("What a client who says yes reads"),
    "items": gettext_lazy("To tap"),
    "follow_up_questions": gettext_lazy("Asked further"),
    "action": gettext_lazy("What it does"),
    "severity": gettext_lazy("How serious"),
    "delay_days_default": gettext_lazy("Days to wait"),
    "delay_days_range": gettext_lazy("Least and most"),
    "review_allowed_from_days": gettext_lazy("Sooner by the practitioner's word, from day"),
    "applies_to": gettext_lazy("It stops"),
    "restrictions": gettext_lazy("Changes by part"),
    "session_modifications": gettext_lazy("Changes in the session"),
    "client_message": gettext_lazy("What the client reads"),
    "evidence_note": gettext_lazy("What the sources say"),
    "off_reason": gettext_lazy("Switched off"),
}


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One line of the list."""

    name: str
    question: str
    href: str
    action: Mark
    days: str
    parts: list[Words]
    is_off: bool
    is_edited: bool


@dataclass(frozen=True, slots=True)
class QuestionRow:
    name: str
    text: str
    href: str
    is_edited: bool


def name_of(code: str) -> str:
    """Return a code in words: "facial_surgery" is "Facial surgery"."""
    if code in NAMES:
        return str(NAMES[code])
    words = code.removeprefix("bq_").replace("_", " ")
    return words[:1].upper() + words[1:]


def rule_groups(here: Draft, *, wanted: str, only: str) -> list[tuple[Words, list[RuleRow]]]:
    """Return the rules of the draft by group, those that have the wanted words in them."""
    groups: dict[str, list[RuleRow]] = {}
    for rule in here.rules.rules:
        row = _row(rule, is_edited=rule.code in here.documents)
        if not _matches(rule, wanted) or (only == "off" and not row.is_off):
            continue
        if only == "edited" and not row.is_edited:
            continue
        groups.setdefault(rule.group, []).append(row)
    return [(GROUPS.get(code, name_of(code)), groups[code]) for code in sorted(groups)]


def question_rows(here: Draft) -> list[QuestionRow]:
    return [
        QuestionRow(
            name=name_of(one.code),
            text=one.text,
            href=reverse("rules-rule", args=[one.code]),
            is_edited=one.code in here.documents,
        )
        for one in here.rules.booking_questions
    ]


def _matches(rule: Rule, wanted: str) -> bool:
    text = " ".join((name_of(rule.code), rule.question, rule.client_message)).casefold()
    return all(word in text for word in wanted.casefold().split())


def _row(rule: Rule, *, is_edited: bool) -> RuleRow:
    return RuleRow(
        name=name_of(rule.code),
        question=rule.question,
        href=reverse("rules-rule", args=[rule.code]),
        action=SHORT[rule.action],
        days=days(rule.days) if rule.action is Action.DELAY_UNTIL else "",
        parts=[forms.PHASES[phase] for phase in Phase if phase in rule.acts_on],
        is_off=not rule.is_in_use,
        is_edited=is_edited,
    )


def days(count: int | None) -> str:
    return "" if count is None else ngettext("%(n)d day", "%(n)d days", count) % {"n": count}


def too_short(rules: RuleSet) -> list[str]:
    """Return where a question at booking asks less far back than a rule of it waits."""
    found = []
    for question in rules.booking_questions:
        longest = max((rules.by_code[code].days or 0 for code in question.rules), default=0)
        if question.lookback_days is not None and longest > question.lookback_days:
            found.append(
                _(
                    "“%(question)s” asks %(asks)s back, but one of its rules waits %(waits)s. "
                    "Lengthen the question, or clients with something older are not asked."
                )
                % {
                    "question": question.text,
                    "asks": days(question.lookback_days),
                    "waits": days(longest),
                }
            )
    return found


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A field with what it said and says; `lines` where it is a list."""

    label: Words
    before: list[str]
    after: list[str]


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    code: str
    name: str
    title: str
    changes: list[ChangeRow]
    by: str


def difference_rows(before: RuleSet, after: RuleSet, by: Mapping[str, str]) -> list[DifferenceRow]:
    """Return what differs, in words. by: who edited each, where that is known."""
    return [_difference(one, by.get(one.code, "")) for one in differences(before, after)]


def _difference(one: Difference, by: str) -> DifferenceRow:
    return DifferenceRow(
        code=one.code,
        name=name_of(one.code),
        title=one.title,
        changes=[
            ChangeRow(
                FIELDS.get(each.field, name_of(each.field)),
                _said(each.field, each.before),
                _said(each.field, each.after),
            )
            for each in one.fields
        ],
        by=by,
    )


def _said(field: str, value: Any) -> list[str]:
    """Return the value of a document's key in words, one a line; none where it is empty."""
    if value is None or value in ("", [], {}):
        return []
    if field == "action":
        return [str(forms.ACTIONS[Action(str(value).upper())])]
    if field == "severity":
        return [str(forms.SEVERITIES[Severity(str(value).upper())])]
    if field == "applies_to":
        return [str(forms.TARGETS[Target(target.upper())]) for target in value]
    if field == "restrictions":
        return [_restriction(one) for one in value]
    if field == "items":
        return [" · ".join(filter(None, (one["label"], one["date_label"]))) for one in value]
    if field == "delay_days_range":
        return [_("%(least)d to %(most)d") % {"least": value[0], "most": value[1]}]
    if field == "trigger_age":
        return [f"{name_of(key)} {years}" for key, years in value.items()]
    if field in ("answer_type", "trigger_answer"):
        return [str(dict([*forms.ANSWER_TYPES, *forms.TRIGGERS]).get(value, value))]
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def _restriction(one: Mapping[str, Any]) -> str:
    lasts = ""
    if one["until_days"] is not None:
        lasts = _(" for %(days)s") % {"days": days(one["until_days"])}
    effect = change_words({**one, "effect": Effect(one["effect"].upper()), "until": None})
    return f"{forms.PHASES[Phase(one['phase'].upper())]}: {effect[:1].lower()}{effect[1:]}{lasts}"


@dataclass(frozen=True, slots=True)
class Arrow:
    """From one mark to another, and how many bookings."""

    before: Mark
    after: Mark
    count: int


@dataclass(frozen=True, slots=True)
class ReplayedRow:
    """A booking that would be judged otherwise. A colleague's client stays unnamed, and so does one
    who keeps their record from whoever looks."""

    when: str
    name: str
    who: str
    href: str
    uid: str
    before: Mark
    after: Mark
    notes: list[str]


def arrows(changes: Counter[Change]) -> list[Arrow]:
    rows = sorted(changes.items(), key=lambda one: (-one[0][1].rank, -one[1]))
    return [Arrow(SAFETY[was], SAFETY[became], count) for (was, became), count in rows]


def replayed_rows(found: Iterable[Replayed], *, named: Collection[int]) -> list[ReplayedRow]:
    """Return rows, of which those of bookings with these keys say whose they are."""
    return [_replayed(one, mine=one.booking.pk in named) for one in found]


def _replayed(one: Replayed, *, mine: bool) -> ReplayedRow:
    booking = one.booking
    was, became = one.change
    return ReplayedRow(
        when=_when(booking, booking.room.location.zone),
        name=(booking.client.name if booking.client else "") if mine else "",
        who=booking.practitioner.name,
        href=reverse("practice-visit", args=[booking.uid]) if mine else "",
        uid=str(booking.uid) if mine else "",
        before=SAFETY[was],
        after=SAFETY[became],
        notes=_notes(one) if mine else [],
    )


def _when(booking: Booking, zone: ZoneInfo) -> str:
    return f"{moment(booking.starts_at, zone)} {booking.starts_at.astimezone(zone).year}"


def _notes(one: Replayed) -> list[str]:
    """Return per part of the session what would be otherwise."""
    words = []
    for phase, before in one.before.phases.items():
        after = one.after.phases[phase]
        name = forms.PHASES[phase]
        if before.outcome != after.outcome:
            words.append(
                _("%(part)s: %(before)s, now %(after)s")
                % {
                    "part": name,
                    "before": SAFETY[before.outcome].short,
                    "after": SAFETY[after.outcome].short,
                }
            )
        elif before.restrictions != after.restrictions:
            words.append(_("%(part)s: other limits") % {"part": name})
    return words


@dataclass(frozen=True, slots=True)
class ReplayPage:
    """What would have happened."""

    looked_at: str
    unreadable: int
    outcomes: list[Arrow]
    by_rule: list[tuple[str, list[Arrow]]]
    coming: list[ReplayedRow]
    changed: list[ReplayedRow]
    more: int


def replay_page(found: Replay, *, named: Collection[int], most: int) -> ReplayPage:
    return ReplayPage(
        looked_at=_looked_at(found),
        unreadable=found.unreadable,
        outcomes=arrows(found.outcomes),
        by_rule=[(name_of(code), arrows(found.by_rule[code])) for code in sorted(found.by_rule)],
        coming=replayed_rows(found.coming[:most], named=named),
        changed=replayed_rows(found.changed[:most], named=named),
        more=max(len(found.coming) - most, 0) + max(len(found.changed) - most, 0),
    )


def _looked_at(found: Replay) -> str:
    numbers = {"looked": found.looked_at, "all": found.of}
    if found.looked_at < found.of:
        return _("Looked at the %(looked)d bookings nearest to today, of %(all)d with answers.") % (
            numbers
        )
    return ngettext(
        "Looked at the one booking with answers, of the last 12 months and to come.",
        "Looked at all %(looked)d bookings with answers, of the last 12 months and to come.",
        found.looked_at,
    ) % {"looked": found.looked_at}


def asked_where(rules: RuleSet, part: Rule | Question) -> list[tuple[str, str]]:
    """Return what a rule and a booking question have to do with each other: (words, address)."""
    if isinstance(part, Question):
        return [(name_of(code), reverse("rules-rule", args=[code])) for code in part.rules]
    code = part.asked_in.get("booking")
    question = rules.by_question.get(code or "")
    return [(question.text, reverse("rules-rule", args=[code]))] if question and code else []
