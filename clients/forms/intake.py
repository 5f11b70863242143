"""One screen of the intake as fields: kept as typed, never pre-answered, errors at their place.

The fields of a question are named `q-<question>`, then as `clients.intake_answers` says of what is
typed: `q-sleep_h`, `q-medications-0-name`. A hidden `asks` names each question the page asked, so
that a page which reached us in part clears nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clients.errors import TROUBLES
from clients.forms.intake_asks import Ask, Input, Option, Spot, Words, Zone
from clients.intake_answers import Typed, values_of
from clients.intake_definition import MOST_TOP, NONE, Condition, Kind, Question, Section
from clients.intake_form import Filling
from clients.intake_reading import MOST_ROWS, PAIRED
from clients.intake_words import FIELDS, PURPOSE_WORDS

MOST_ASKED = 120
SIDES = (
    ("both", gettext_lazy("Both sides")),
    ("L", gettext_lazy("My left")),
    ("R", gettext_lazy("My right")),
)
_AUTOCOMPLETE = {
    "legal_name": "name",
    "preferred_name": "nickname",
    "phone": "tel",
    "email": "email",
    "address": "street-address",
    "occupation": "organization-title",
}
_INPUTS: dict[Kind, tuple[str, str]] = {
    Kind.PHONE: ("tel", "tel"),
    Kind.EMAIL: ("email", "email"),
    Kind.NUMBER: ("text", "decimal"),
    Kind.DATE: ("date", ""),
}


def typed_in(post: QueryDict, section: Section) -> dict[str, Typed]:
    """Return what a page sent for the questions it says it asked."""
    asked = set(post.getlist("asks")[:MOST_ASKED])
    found: dict[str, dict[str, list[str]]] = {
        question.code: {} for question in section.questions if question.code in asked
    }
    for name in list(post)[:4000]:
        code, _dash, rest = name.removeprefix("q-").partition("-")
        if name.startswith("q-") and code in found:
            found[code][rest] = [str(value) for value in post.getlist(name)]
    return dict(found)


def asks_of(filling: Filling, section: Section, *, checked: bool, more: str = "") -> list[Ask]:
    """Return the questions of a screen that are shown, or may come to be while it is filled in.

    checked: with what is wrong, and what is missing, at each. more: the question for which another
    row is wanted.
    """
    here = {question.code for question in section.questions}
    missing = {question.code for question in filling.missing} if checked else set()
    asks = []
    for question in section.questions:
        condition = question.show_if
        decides = condition is not None and condition.question in here
        if not decides and not filling.shows(condition):
            continue
        made = _Maker(filling, question, checked=checked).ask(more=question.code == more)
        if question.code in missing:
            made.error = made.error or _missing_words(question)
        if decides and condition is not None:
            _conditional(made, condition, filling)
        made.refer = _referred(filling, question)
        asks.append(made)
    return asks


def _missing_words(question: Question) -> Words:
    if question.kind is Kind.SCREEN_FROM_RULES:
        return _("Please answer each of these; “no” is an answer too.")
    if question.kind is Kind.FACE_MAP:
        return _("Please choose at least one area.")
    if question.none_option:
        return _("Please add what there is, or tick “none”.")
    return _("Please answer this question.")


def _referred(filling: Filling, question: Question) -> list[str]:
    """Return what is said to somebody who chose an answer that belongs to a doctor."""
    chosen = values_of(filling.reads[question.code].answer)
    return [question.refer_message] if chosen & set(question.refer_options) else []


def _conditional(ask: Ask, condition: Condition, filling: Filling) -> None:
    decider = filling.form.by_code[condition.question]
    words = _in_words(decider)

    def said(options: frozenset[str]) -> str:
        ordered = [option for option in decider.options if option in options] or sorted(options)
        return ", ".join(filling.form.label_of(words, option) for option in ordered)

    ask.if_question = f"q-{condition.question}"
    ask.if_any = " ".join(sorted(condition.any_of))
    ask.if_none = " ".join(sorted(condition.none_of))
    if condition.any_of:
        ask.if_words = _("If you chose: %(what)s") % {"what": said(condition.any_of)}
    else:
        ask.if_words = _("Unless you chose: %(what)s") % {"what": said(condition.none_of)}


def _in_words(question: Question) -> Question:
    """Return a question whose options are read as words; those of the map are concerns."""
    if question.kind is Kind.FACE_MAP:
        return Question(question.code, question.label, Kind.MULTI)
    return question


class _Maker:
    """Makes the fields of one question from what was typed."""

    def __init__(self, filling: Filling, question: Question, *, checked: bool) -> None:
        self.filling, self.question = filling, question
        self.name = f"q-{question.code}"
        self.typed: Typed = filling.typed.get(question.code, {})
        self.wrong = filling.reads[question.code].wrong if checked else {}

    def ask(self, *, more: bool) -> Ask:
        question = self.question
        made = Ask(
            code=question.code,
            name=self.name,
            label=question.label,
            help=question.help,
            look="line",
            is_required=self.filling.must_answer(question),
            error=self._error(""),
        )
        _FILL.get(question.kind, _Maker.line)(self, made)
        if more and made.rows:
            made.rows.append(self._row(len(made.rows)))
        return made

    def _one(self, name: str = "") -> str:
        values = self.typed.get(name) or ("",)
        return values[-1]

    def _error(self, name: str) -> Words:
        trouble = self.wrong.get(name)
        return TROUBLES[trouble] if trouble else ""

    def input(self, name: str, label: Words, *, error: bool = True, **how: object) -> Input:
        """Return a field; `name` is what follows the question's own."""
        at = f"{self.name}-{name}" if name else self.name
        made = Input(at, label, self._one(name), error=self._error(name) if error else "")
        for key, value in how.items():
            setattr(made, key, value)
        return made

    def line(self, ask: Ask) -> None:
        type_, mode = _INPUTS.get(self.question.kind, ("text", ""))
        made = self.input("", ask.label, type=type_, inputmode=mode, unit=self.question.unit)
        made.autocomplete = _AUTOCOMPLETE.get(self.question.code, "off")
        ask.inputs, ask.error = [made], ""

    def date(self, ask: Ask) -> None:
        if self.question.code != "dob":
            self.line(ask)
            return
        ask.look = "day"
        ask.inputs = [self._day("", ask.label, autocomplete="bday")]
        ask.error = ask.inputs[0].error

    def _day(self, name: str, label: Words, *, autocomplete: str = "") -> Input:
        """Return a day in three fields, as one remembers it."""
        stem = f"{name}-" if name else ""
        parts = [
            self.input(f"{stem}d", _("Day"), inputmode="numeric", most=2),
            self.input(f"{stem}m", _("Month"), inputmode="numeric", most=2),
            self.input(f"{stem}y", _("Year"), inputmode="numeric", most=4),
        ]
        if autocomplete:
            for part, word in zip(parts, ("day", "month", "year"), strict=True):
                part.autocomplete = f"{autocomplete}-{word}"
        return self.input(name, label, look="day", parts=parts)

    def area(self, ask: Ask) -> None:
        made = self.input("", ask.label, look="area")
        if self.question.kind is Kind.LIST:
            ask.help = ask.help or _("One a line.")
        ask.inputs, ask.error = [made], ""

    def contact(self, ask: Ask) -> None:
        ask.look = "group"
        ask.inputs = [
            self.input("name", _("Name")),
            self.input("relation", _("How you are related")),
            self.input("phone", _("Phone"), type="tel", inputmode="tel"),
        ]

    def choices(self, ask: Ask) -> None:
        question = self.question
        many = question.kind in (Kind.MULTI, Kind.CHECKLIST)
        codes = question.options or (
            ("yes", "no") if question.kind is Kind.YES_NO else ("yes", "no", "not_sure")
        )
        said = set(self.typed.get("", ())) if many else {self._one()}
        ask.look = "ticks" if many else ("pills" if len(codes) <= 3 else "picks")
        ask.options = [
            Option(code, self.filling.form.label_of(question, code), code in said) for code in codes
        ]
        if question.date_label:
            ask.date = self.input("date", question.date_label, type="date")
            ask.date.unsure = self.input("unsure", _("Not sure when"), look="tick")

    def scale(self, ask: Ask) -> None:
        ask.look = "scale"
        ask.inputs = [self._scale("", ask.label, 10)]

    def _scale(self, name: str, label: Words, most: int) -> Input:
        made = self.input(name, label, look="scale")
        numbers = [str(number) for number in range(most + 1)]
        made.options = [Option(number, number, number == made.value) for number in numbers]
        return made

    def top3(self, ask: Ask) -> None:
        ask.look = "scales"
        concerns = self.filling.form.face.concerns
        ask.inputs = [
            self._scale(code, concerns.get(code, code), 10) for code in self.filling.asking.top
        ]

    def ranked(self, ask: Ask) -> None:
        ask.look = "group"
        face, chosen = self.filling.form.face, self.filling.asking.chosen
        words = (_("First"), _("Second"), _("Third"))
        for place in range(1, MOST_TOP + 1):
            made = self.input(str(place), words[place - 1], look="choice")
            made.options = [Option("", _("None"), not made.value)]
            made.options += [
                Option(code, face.concerns[code], code == made.value)
                for code in face.facial
                if not chosen or code in chosen or code == made.value
            ]
            ask.inputs.append(made)

    def repeat(self, ask: Ask) -> None:
        ask.look, question = "rows", self.question
        numbers = [int(name.split("-")[0]) for name in self.typed if name.split("-")[0].isdecimal()]
        used = min(max(numbers, default=-1) + 1, MOST_ROWS)
        ask.rows = [self._row(number) for number in range(max(used, 1))]
        ask.may_add = used < MOST_ROWS
        if question.none_option:
            ask.none = self.input(NONE, self._none_words(), look="tick")

    def _none_words(self) -> Words:
        if self.question.code in ("procedure_log", "new_procedure", "procedure_planned"):
            return _("None of these")
        return _("I have none")

    def _row(self, number: int) -> list[Input]:
        made = []
        for name in self.question.fields:
            at, label = f"{number}-{name}", FIELDS.get(name, name)
            if name == "date":
                day = self._day(at, label)
                day.unsure = self.input(f"{at}-unsure", _("Not sure when"), look="tick")
                made.append(day)
            elif name == "type":
                choice = self.input(at, label, look="choice")
                choice.options = [Option("", _("Choose"), not choice.value)]
                choice.options += [
                    Option(o, self.filling.form.label_of(self.question, o), o == choice.value)
                    for o in self.question.options
                ]
                made.append(choice)
            elif name == "planned":
                made.append(self.input(at, _("This is still planned"), look="tick"))
            else:
                made.append(self.input(at, label))
        return made

    def chart(self, ask: Ask) -> None:
        ask.look = "rows"
        numbers = [int(name.split("-")[0]) for name in self.typed if name.split("-")[0].isdecimal()]
        used = min(max(numbers, default=-1) + 1, MOST_ROWS)
        for number in range(max(used + 1, 1)):
            region = self.input(f"{number}-region", _("Region"), look="choice")
            region.options = [Option("", _("Choose"), not region.value)]
            region.options += [
                Option(code, name, code == region.value)
                for code, name in self.filling.form.face.regions.items()
            ]
            ask.rows.append([region, self.input(f"{number}-note", _("Note"))])

    def consents(self, ask: Ask) -> None:
        ask.look = "consents"
        for purpose, words in PURPOSE_WORDS.items():
            ask.rows.append(
                [
                    self.input(
                        f"{purpose}-email", _("%(what)s by e-mail") % {"what": words}, look="tick"
                    ),
                    self.input(
                        f"{purpose}-sms",
                        _("%(what)s by text message") % {"what": words},
                        look="tick",
                    ),
                ]
            )

    def face_map(self, ask: Ask) -> None:
        ask.look = "map"
        face = self.filling.form.face
        for region in self.question.options:
            spots = [self._spot(region, code) for code in face.concerns_at(region)]
            count = sum(spot.tick.is_ticked for spot in spots)
            bad = any(spot.bother.error for spot in spots)
            ask.zones.append(Zone(region, face.regions[region], bool(count) or bad, count, spots))

    def _spot(self, region: str, concern: str) -> Spot:
        stem = f"{region}-{concern}"
        side = None
        if region in PAIRED:
            side = self.input(f"{stem}-side", _("Which side"), look="choice")
            side.options = [Option(v, words, v == side.value) for v, words in SIDES]
        bother = self.input(f"{stem}-bother", _("Bothers me, 0 to 10"), look="choice")
        bother.options = [Option("", _("Not rated"), not bother.value)]
        bother.options += [Option(str(n), str(n), bother.value == str(n)) for n in range(11)]
        words = self.filling.form.face.concerns[concern]
        return Spot(self.input(stem, words, look="tick"), side, bother)

    def screen(self, ask: Ask) -> None:
        ask.look, ask.may_rest = "screen", len(self.question.screen_rules) > 3
        for code in self.question.screen_rules:
            if code not in self.filling.rules.by_code:
                continue
            asked = self.filling.rules.by_question[code]
            made = self.input(code, asked.text, look="reply")
            replies = [("yes", _("Yes")), ("no", _("No"))]
            if asked.type == "YES_NO_UNSURE":
                replies.append(("unsure", _("Not sure")))
            made.options = [Option(v, words, v == made.value) for v, words in replies]
            if asked.date_label:
                day = self.input(f"{code}-date", asked.date_label, type="date")
                day.unsure = self.input(f"{code}-unsure", _("Not sure when"), look="tick")
                made.parts = [day]
            ask.inputs.append(made)

    def zones(self, ask: Ask) -> None:
        ask.look = "rows"
        for zone in self.question.options:
            name = self.filling.form.face.regions[zone]
            ask.rows.append(
                [
                    self._graded(f"{zone}-rest", _("%(zone)s, at rest") % {"zone": name}),
                    self._graded(f"{zone}-motion", _("%(zone)s, in motion") % {"zone": name}),
                ]
            )

    def _graded(self, name: str, label: str) -> Input:
        made = self.input(name, label, look="choice")
        made.options = [Option("", _("Not graded"), not made.value)]
        made.options += [Option(str(n), str(n), made.value == str(n)) for n in range(5)]
        return made

    def pressure(self, ask: Ask) -> None:
        ask.look = "group"
        ask.inputs = [
            self.input("systolic", _("Upper"), inputmode="numeric", unit="mmHg"),
            self.input("diastolic", _("Lower"), inputmode="numeric", unit="mmHg"),
        ]


_FILL: Mapping[Kind, Callable[[_Maker, Ask], None]] = {
    Kind.DATE: _Maker.date,
    Kind.LONGTEXT: _Maker.area,
    Kind.LIST: _Maker.area,
    Kind.PRACTITIONER_TEXT: _Maker.area,
    Kind.CONTACT: _Maker.contact,
    Kind.SINGLE: _Maker.choices,
    Kind.YES_NO: _Maker.choices,
    Kind.YES_NO_UNSURE: _Maker.choices,
    Kind.MULTI: _Maker.choices,
    Kind.CHECKLIST: _Maker.choices,
    Kind.SCALE_0_10: _Maker.scale,
    Kind.SCALE_TOP3: _Maker.top3,
    Kind.RANKED3: _Maker.ranked,
    Kind.REPEAT: _Maker.repeat,
    Kind.FACE_CHART: _Maker.chart,
    Kind.MATRIX_CONSENT: _Maker.consents,
    Kind.FACE_MAP: _Maker.face_map,
    Kind.SCREEN_FROM_RULES: _Maker.screen,
    Kind.ZONE_SCALE: _Maker.zones,
    Kind.BP: _Maker.pressure,
}
