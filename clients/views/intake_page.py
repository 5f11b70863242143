"""What the pages of a form show: one screen, the overview, the last word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.dateformat import format as format_date
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clients.forms.intake import asks_of
from clients.forms.intake_asks import Ask
from clients.intake_definition import FormKind, Question, Section
from clients.intake_draft import Draft
from clients.intake_form import Filling
from clients.intake_reading import read
from clients.intake_words import words
from clients.models import IntakeDraft, IntakeRequest

Words = str | Promise
MOST_LISTED = 6


@dataclass(frozen=True, slots=True)
class Door:
    """Where a form is filled in: by a client's link, or by staff. `shell` is the template of the
    pages' frame; `own`: what was told before may be shown."""

    home: str
    send: str
    own: bool
    shell: str = "base_phone.html"
    by_staff: bool = False
    leave: str = ""

    def part(self, code: str) -> str:
        return f"{self.home}part/{code}/"


@dataclass(frozen=True, slots=True)
class Problem:
    """What stands against going on, and where on the page it is."""

    anchor: str
    sentence: Words


@dataclass(frozen=True, slots=True)
class Step:
    """A screen in the list of all: done, with things missing, or not yet opened."""

    title: str
    href: str
    state: str
    words: Words
    is_current: bool = False
    missing: tuple[Problem, ...] = ()

    @property
    def is_behind(self) -> bool:
        return self.state in ("done", "open")


@dataclass(slots=True)
class PartPage:
    """One screen of a form."""

    door: Door
    title: str
    lead: Words
    form_name: Words
    number: int
    total: int
    steps: list[Step]
    asks: list[Ask]
    revision: int
    draft: str
    saved: str
    back: str
    is_last: bool
    notice: Words = ""
    problems: list[Problem] = field(default_factory=list)


def clock(at: datetime, zone: ZoneInfo) -> str:
    """Return a wall-clock time as people here write it."""
    written = format_date(at.astimezone(zone), _("g:i a"))
    return written.replace("a.m.", "am").replace("p.m.", "pm")


def form_name(kind: str) -> Words:
    return _("Health form") if kind == FormKind.FULL else _("What changed?")


def part_page(
    door: Door,
    draft: IntakeDraft,
    filling: Filling,
    section: Section,
    *,
    zone: ZoneInfo,
    checked: bool = False,
    more: str = "",
) -> PartPage:
    """Return a screen; `checked` with what is wrong at each question."""
    place = filling.screens.index(section)
    asks = asks_of(filling, section, checked=checked, more=more)
    _say_doubles(asks, draft, filling)
    return PartPage(
        door=door,
        title=section.title,
        lead=_("You can skip this part.") if section.is_optional else "",
        form_name=form_name(draft.request.kind),
        number=place + 1,
        total=len(filling.screens),
        steps=steps(door, draft, filling, current=section.code),
        asks=asks,
        revision=draft.revision,
        draft=str(draft.uid),
        saved=clock(draft.saved_at, zone) if draft.revision else "",
        back=door.part(filling.screens[place - 1].code) if place else door.home,
        is_last=filling.only is not None or place == len(filling.screens) - 1,
        problems=_problems(asks) if checked else [],
    )


def _problems(asks: list[Ask]) -> list[Problem]:
    found = [
        Problem(f"at-{ask.name}", f"{ask.label}: {_first_error(ask)}")
        for ask in asks
        if _first_error(ask)
    ]
    if len(found) > MOST_LISTED:
        count = len(found)
        said = ngettext("%(count)d answer needs a look.", "%(count)d answers need a look.", count)
        return [Problem(found[0].anchor, said % {"count": count})]
    return found


def _first_error(ask: Ask) -> Words:
    fields = [*ask.inputs, *(one for row in ask.rows for one in row)]
    fields += [part for one in fields for part in one.parts] + ([ask.date] if ask.date else [])
    fields += [one for zone in ask.zones for spot in zone.spots for one in (spot.bother,)]
    return ask.error or next((one.error for one in fields if one.error), "")


def _say_doubles(asks: list[Ask], draft: IntakeDraft, filling: Filling) -> None:
    """Say at a question what another device typed there, which is kept beside what stands."""
    aside = Draft.of(draft.content).aside
    for ask in asks:
        if ask.code in aside:
            question = _question(filling, ask.code)
            answer = read(question, aside[ask.code], filling.asking).answer
            ask.doubles = words(filling.form, filling.rules, question, answer) or _(
                "something that can't be read as an answer"
            )


def _question(filling: Filling, code: str) -> Question:
    return next(
        question
        for section in filling.screens
        for question in section.questions
        if question.code == code
    )


def steps(door: Door, draft: IntakeDraft, filling: Filling, *, current: str = "") -> list[Step]:
    """Return every screen with how it stands."""
    seen = Draft.of(draft.content).seen
    missing: Mapping[str, Question] = {question.code: question for question in filling.missing}
    wrong = {question.code for question in filling.wrong}
    found = []
    for section in filling.screens:
        counts = filling.only is None or section.code in filling.only
        open_ = [q for q in section.questions if counts and (q.code in missing or q.code in wrong)]
        state = "new" if section.code not in seen else ("open" if open_ else "done")
        said = {"new": _("Not opened yet"), "open": _to_do(len(open_)), "done": _("Done")}[state]
        href = door.part(section.code)
        found.append(
            Step(
                title=section.title,
                href=href,
                state=state,
                words=said,
                is_current=section.code == current,
                missing=tuple(Problem(f"{href}?check=1#at-q-{q.code}", q.label) for q in open_),
            )
        )
    return found


def _to_do(count: int) -> str:
    said = ngettext("%(count)d answer missing", "%(count)d answers missing", count)
    return said % {"count": count}


@dataclass(slots=True)
class Overview:
    """The whole form at a glance: begun, ready to send, or what is still missing. `more_href`: what
    nobody has opened yet of a form that could be sent."""

    door: Door
    name: Words
    steps: list[Step]
    is_ready: bool
    next_href: str
    saved: str
    missing_words: str
    more_href: str = ""
    was_refused: bool = False
    is_late: bool = False


def overview(
    door: Door,
    draft: IntakeDraft,
    filling: Filling,
    *,
    zone: ZoneInfo,
    was_refused: bool = False,
    is_late: bool = False,
) -> Overview:
    """Return the page before sending; `was_refused`: it was tried; `is_late`: what is here was typed
    after the form had been sent from another device."""
    all_ = steps(door, draft, filling)
    to_open = next((step.href for step in all_ if step.state == "new"), "")
    return Overview(
        door=door,
        name=form_name(draft.request.kind),
        steps=all_,
        is_ready=filling.is_ready,
        next_href=to_open or next((f"{s.href}?check=1" for s in all_ if s.state == "open"), ""),
        saved=clock(draft.saved_at, zone),
        missing_words=_to_do(len(filling.missing) + len(filling.wrong)),
        more_href=to_open if filling.is_ready and filling.only is None else "",
        was_refused=was_refused,
        is_late=is_late,
    )


def valid_words(request: IntakeRequest, zone: ZoneInfo) -> str:
    """Return until which day a form can be filled in."""
    return format_date(request.valid_until.astimezone(zone), _("l j F Y"))
