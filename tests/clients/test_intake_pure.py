"""The intake without a database: reading what was typed, merging, telling what changed."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from clients.differences import ChangeKind, Told, applied, differences, same
from clients.intake_answers import Asking, Trouble, clip
from clients.intake_days import DayWrong, day_parts, first_of, last_of
from clients.intake_definition import FormKind, IntakeInvalid, Kind, Question
from clients.intake_definition import read as read_form
from clients.intake_draft import Draft
from clients.intake_due import Known, form_due
from clients.intake_form import Filling, answer_rest_with_no, typed_from
from clients.intake_reading import read
from clients.intake_screening import screening_answers
from clients.intake_typed import typed_of
from clients.intake_words import words
from clients.phases import Phase
from clients.rules import Outcome
from clients.screening import evaluate
from tests.api.hostile import TEXTS
from tests.clients.intake import ASKING, FORM, TODAY, answers_to, typed
from tests.clients.rules import RULES

QUESTIONS = list(FORM.by_code.values())
RECORDS = answers_to(FORM)
ANY_QUESTION = st.sampled_from(QUESTIONS)
NAMES = ["", "0-date", "0-type", "1", "date", "date-y", "0-date-y", "seen", "none", "name", "phone"]
HOSTILE = st.dictionaries(
    st.one_of(
        st.sampled_from([*NAMES, "sunburn", "forehead-acne", "forehead-acne-bother"]),
        st.text(max_size=9),
    ),
    st.lists(st.one_of(st.sampled_from(TEXTS), st.text(max_size=12)), max_size=3),
    max_size=5,
)


def test_concerns_are_offered_in_the_same_order_however_the_document_is_stored() -> None:
    stored = dict(sorted(FORM.face.concern_regions.items(), key=lambda one: (len(one[0]), one[0])))
    again = replace(FORM.face, concern_regions=stored)
    for region in FORM.face.regions:
        offered = again.concerns_at(region)
        assert offered == FORM.face.concerns_at(region)
        anywhere = [code for code in offered if "whole_face" in stored[code]]
        words = [FORM.face.concerns[code] for code in anywhere if region not in stored[code]]
        assert words == sorted(words)
    assert not any("inflamed" in words for words in FORM.face.concerns.values())


def test_the_form_has_eleven_parts_and_seventy_eight_questions_with_every_option_in_words() -> None:
    assert len(FORM.sections) == 11
    assert len(FORM.intake_codes) == 78
    assert len(FORM.recheck) == 14
    for question in (*QUESTIONS, *FORM.recheck):
        for option in question.options:
            assert FORM.label_of(question, option).strip()


def test_a_form_that_contradicts_itself_is_not_published() -> None:
    def without(change: Any) -> None:
        document = copy.deepcopy(dict(FORM.document))
        change(document)
        with pytest.raises(IntakeInvalid):
            read_form(document, version=1)

    without(lambda d: d.pop("sections"))
    without(lambda d: d["sections"][0]["questions"][0].update(type="poem"))
    without(lambda d: d["sections"][0].update(show_if={"question": "no_such"}))
    without(lambda d: d["sections"].append(d["sections"][0]))
    without(lambda d: d["recheck_form"]["questions"][0].update(opens=["no_such"]))
    without(lambda d: d["sections"][5]["questions"][1].update(options=[]))
    without(lambda d: d.update(sections=[3]))


@given(ANY_QUESTION, HOSTILE)
@settings(max_examples=300)
def test_whatever_is_typed_is_an_answer_or_said_to_be_wrong(q: Question, said: Any) -> None:
    found = read(q, clip(said), ASKING)
    assert found.answer is None or not found.wrong
    if found.answer is not None:
        assert read(q, typed_of(q, found.answer), ASKING).answer == found.answer
        assert isinstance(words(FORM, RULES, q, found.answer), str)


@given(st.data())
@settings(max_examples=150)
def test_what_was_said_is_shown_again_as_it_was(data: st.DataObject) -> None:
    question = data.draw(ANY_QUESTION)
    answer = read(question, data.draw(typed(question)), ASKING).answer
    if answer is not None:
        assert read(question, typed_of(question, answer), ASKING).answer == answer


@pytest.mark.parametrize(
    ("code", "said", "wrong"),
    [
        ("dob", {"y": ["2027"], "m": ["1"], "d": ["1"]}, Trouble.DATE_IN_FUTURE),
        ("dob", {"y": ["1984"]}, Trouble.DATE_WRONG),
        ("dob", {"y": ["1984"], "m": ["2"], "d": ["30"]}, Trouble.DATE_WRONG),
        ("dob", {"y": ["1776"], "m": ["7"], "d": ["4"]}, Trouble.DATE_TOO_LONG_AGO),
        ("lmp", {"": ["2026-11-26"]}, Trouble.DATE_IN_FUTURE),
        ("legal_name", {"": ["x" * 121]}, Trouble.TOO_LONG),
        ("sleep_h", {"": ["25"]}, Trouble.NUMBER_OUT_OF_RANGE),
        ("sleep_h", {"": ["-1"]}, Trouble.NUMBER_WRONG),
        ("gut", {"": ["none", "gas"]}, Trouble.CONTRADICTION),
        ("gut", {"": ["<script>"]}, Trouble.NOT_OFFERED),
        ("email", {"": ["no address"]}, Trouble.EMAIL_WRONG),
        ("phone", {"": ["12"]}, Trouble.PHONE_WRONG),
        ("stress", {"": ["11"]}, Trouble.NOT_OFFERED),
    ],
)
def test_what_cannot_be_is_said_where_it_was_typed(code: str, said: Any, wrong: Trouble) -> None:
    assert list(read(FORM.by_code[code], said, ASKING).wrong.values()) == [wrong]


@pytest.mark.parametrize("name", ["Zoë Å", "李小龍", "محمد بن علي", "Ойна", "a" * 120, "👩‍👧 Ana"])
def test_a_name_of_any_script_is_kept_as_it_is(name: str) -> None:
    assert read(FORM.by_code["legal_name"], {"": [name]}, ASKING).answer == name


def test_a_day_to_come_is_fine_where_something_planned_is_asked() -> None:
    assert read(FORM.by_code["expect_by"], {"": ["2027-06-01"]}, ASKING).answer == "2027-06-01"
    planned = {"0-type": ["laser"], "0-date-y": ["2027"], "0-date-m": ["2"], "0-planned": ["1"]}
    question = FORM.of_recheck["new_procedure"]
    assert read(question, planned, ASKING).answer == [
        {"type": "laser", "date": "2027-02", "planned": True}
    ]
    del planned["0-planned"]
    assert read(question, planned, ASKING).wrong == {"0-date": Trouble.DATE_IN_FUTURE}


def test_a_year_alone_is_enough_for_what_was_long_ago() -> None:
    assert (day_parts("", "", "", "2019"), last_of("2019")) == ("2019", date(2019, 12, 31))
    assert last_of("2024-02") == date(2024, 2, 29)
    assert first_of("2024-02") == date(2024, 2, 1)
    for parts in (("", "3", "", "2019"), ("x", "", "", ""), ("", "", "13", "2019")):
        with pytest.raises(DayWrong):
            day_parts(*parts)


# What changed


@given(RECORDS, RECORDS)
@settings(max_examples=80)
def test_the_difference_makes_the_new_of_the_old_and_is_none_for_equals(old: Any, new: Any) -> None:
    changes = differences(Told(FORM, RULES, old), Told(FORM, RULES, new))
    assert same(applied(changes, old), new)
    assert bool(changes) is not same(old, new)
    assert differences(Told(FORM, RULES, new), Told(FORM, RULES, copy.deepcopy(new))) == ()
    for change in changes:
        assert (change.old is None) is (change.kind is ChangeKind.ADDED)
        assert (change.new is None) is (change.kind is ChangeKind.REMOVED)
        back = differences(Told(FORM, RULES, new), Told(FORM, RULES, old))
        assert {each.code for each in back} == {each.code for each in changes}


def test_a_change_is_told_in_words_with_old_and_new_and_nothing_else() -> None:
    old = {"conditions": {"pregnant": "no", "asthma": "no"}, "smoking": "past"}
    new = {"conditions": {"pregnant": "yes", "asthma": "no"}, "water": 1500}
    found = {c.code: c for c in differences(Told(FORM, RULES, old), Told(FORM, RULES, new))}
    assert [c.kind for c in found.values()] == ["CHANGED", "ADDED", "REMOVED"]
    (part,) = found["conditions"].parts
    assert (part.label, part.old, part.new) == (RULES.by_code["pregnant"].question, "No", "Yes")
    assert found["water"].parts[0].new == "1500 ml"
    assert found["smoking"].parts[0].old == "In the past"


def test_two_versions_of_the_form_compare_where_a_question_came_or_went() -> None:
    document = copy.deepcopy(dict(FORM.document))
    lifestyle = next(s for s in document["sections"] if s["id"] == "lifestyle")
    lifestyle["questions"] = [q for q in lifestyle["questions"] if q["id"] != "smoking"]
    lifestyle["questions"].append(
        {"id": "tea", "label": "Tea", "type": "yes_no", "required": False, "ask_each_visit": False}
    )
    newer = read_form(document, version=2)
    found = differences(Told(FORM, RULES, {"smoking": "now"}), Told(newer, RULES, {"tea": "yes"}))
    assert [(c.code, c.kind, c.parts[0].old, c.parts[0].new) for c in found] == [
        ("tea", "ADDED", "", "Yes"),
        ("smoking", "REMOVED", "Now", ""),
    ]


# Several devices

FIELD = st.fixed_dictionaries(
    {}, optional={"": st.lists(st.sampled_from(["a", "b"]), min_size=1, max_size=1)}
)
PAGE = st.fixed_dictionaries({}, optional={"q1": FIELD, "q2": FIELD})


@given(st.lists(st.tuples(PAGE, st.integers(0, 12)), max_size=12))
def test_nothing_typed_on_any_device_is_lost_unseen(saves: list[Any]) -> None:
    """After each save, every question a page changed shows what that page typed, or shows it
    beside what stands."""
    draft, shown = Draft(), [{}]
    for revision, (page, age) in enumerate(saves, start=1):
        base = max(0, revision - 1 - age)
        before = draft
        draft = draft.saved(page, base=base, revision=revision)
        for code, mine in page.items():
            was_shown = shown[base].get(code, {})
            if mine != was_shown:
                assert draft.typed.get(code, {}) == mine
                other = before.typed.get(code, {})
                if other not in (was_shown, mine, {}):
                    assert draft.aside[code] == other
            else:
                assert draft.typed.get(code, {}) == before.typed.get(code, {})
        shown.append(draft.typed)
        assert Draft.of(draft.document()) == draft


def test_an_answer_that_stood_aside_is_put_away_by_whoever_saw_both() -> None:
    draft = Draft().saved({"q": {"": ["old"]}}, base=0, revision=1)
    phone = draft.saved({"q": {"": ["phone"]}}, base=1, revision=2)
    both = phone.saved({"q": {"": ["laptop"]}}, base=1, revision=3)
    assert (both.typed["q"], both.aside["q"]) == ({"": ["laptop"]}, {"": ["phone"]})
    stale = both.saved({"q": {"": ["phone"]}}, base=2, revision=4)
    assert stale.aside == both.aside
    assert both.saved({"q": {"": ["laptop"]}}, base=3, revision=4).aside == {}


# The form as a whole


def filling(kind: FormKind, said: Any, before: Any = None) -> Filling:
    return Filling(FORM, RULES, kind, said, TODAY, before=before or {})


def test_a_part_that_concerns_nobody_male_is_not_shown_to_them() -> None:
    codes = lambda said: {s.code for s in filling(FormKind.FULL, said).screens}  # noqa: E731
    assert "hormonal" in codes({})
    assert "hormonal" not in codes({"sex_at_birth": {"": ["male"]}})
    assert "practitioner" not in codes({})
    assert {"pregnant"} & {q.code for q in filling(FormKind.WHAT_CHANGED, {}).asked}
    after = filling(FormKind.WHAT_CHANGED, {}, {"sex_at_birth": "male"})
    assert "pregnant" not in {q.code for q in after.asked}


def test_an_empty_form_names_what_safety_needs_and_nothing_else() -> None:
    assert {q.code for q in filling(FormKind.FULL, {}).missing} == {
        "legal_name", "dob", "phone", "email", "emergency_contact", "comm_prefs",
        "concern_map", "top3", "expectation", "skin_screen", "procedure_log", "conditions",
        "medicine_screen", "needle_screen", "medications", "allergies",
    }  # fmt: skip


def test_the_rest_of_a_list_can_be_answered_with_no_at_once() -> None:
    question = FORM.by_code["conditions"]
    said = answer_rest_with_no(question, {"asthma": ["yes"]}, RULES)
    answer = read(question, said, ASKING).answer
    assert answer["asthma"] == "yes"
    assert len(answer) == len(question.screen_rules)


def test_the_short_form_opens_what_it_names_and_changes_only_what_it_asked() -> None:
    before = {
        "conditions": {"asthma": "no"}, "water": 1500, "top3": ["acne"],
        "procedure_log": [{"type": "laser", "date": "2020"}],
    }  # fmt: skip
    opened = typed_from(FORM, FormKind.WHAT_CHANGED, before)
    assert set(opened) == {"conditions"}
    said = {
        **opened,
        "any_change": {"": ["yes"]},
        "conditions": {"asthma": ["yes"]},
        "new_procedure": {"0-type": ["filler"], "0-date-y": ["2026"], "0-date-m": ["10"]},
        "concern_now": {"acne": ["4"]},
        "stress": {"": ["8"]},
    }
    form = filling(FormKind.WHAT_CHANGED, said, before)
    assert [screen.code for screen in form.screens] == ["what_changed", "any_change_opened"]
    assert form.record["conditions"] == {"asthma": "yes"}
    assert form.record["water"] == 1500
    assert form.record["stress"] == 8
    assert form.record["concern_now"] == {"acne": 4}
    assert [row["type"] for row in form.record["procedure_log"]] == ["laser", "filler"]
    closed = filling(FormKind.WHAT_CHANGED, {**said, "any_change": {"": ["no"]}}, before)
    assert closed.record["conditions"] == {"asthma": "no"}


# What it means for a session


@given(RECORDS, st.data())
@settings(max_examples=80)
def test_one_more_answer_that_triggers_a_rule_never_makes_the_outcome_weaker(
    record: dict[str, Any], data: st.DataObject
) -> None:
    on = TODAY + timedelta(days=data.draw(st.integers(0, 400)))

    def outcome(said: dict[str, Any]) -> Outcome:
        answers = screening_answers(FORM, RULES, said, asked=said, answered_on=TODAY)
        return evaluate(RULES, answers, on=on, answered_on=TODAY, phases=tuple(Phase)).outcome

    question = FORM.by_code[
        data.draw(st.sampled_from(["conditions", "medicine_screen", "skin_screen"]))
    ]
    code = data.draw(st.sampled_from(question.screen_rules))
    assume(RULES.by_code[code].event_date_question is None)
    more = copy.deepcopy(record)
    more.setdefault(question.code, {})[code] = "yes"
    neutral = copy.deepcopy(record)
    if (neutral.get(question.code) or {}).pop(code, None) is not None and not neutral[
        question.code
    ]:
        del neutral[question.code]
    ranks = [outcome(said) for said in (neutral, more)]
    # Nothing asked at all is no outcome that could be weakened by an answer.
    assume(ranks[0] is not Outcome.NOT_ASKED)
    assert ranks[0].rank <= ranks[1].rank


@pytest.mark.parametrize("code", sorted({c for q in QUESTIONS for c in q.option_rules.values()}))
def test_every_option_that_stands_for_a_rule_reaches_it(code: str) -> None:
    for question in (*QUESTIONS, *FORM.recheck):
        for option in [o for o, rule in question.option_rules.items() if rule == code]:
            answer: Any = option
            if question.kind is Kind.REPEAT:
                answer = [{"type": option, "date": "2026-11-24"}]
            elif question.kind is Kind.MULTI:
                answer = [option]
            elif question.date_label:
                answer = {"value": option, "date": "2026-11-24"}
            said = {question.code: answer}
            answers = screening_answers(FORM, RULES, said, asked=said, answered_on=TODAY)
            result = evaluate(RULES, answers, on=TODAY, answered_on=TODAY, phases=tuple(Phase))
            assert code in {trigger.rule.code for trigger in result.triggers}, option
            kept = type(answers).from_document(
                answers.document(), rule_set=RULES, answered_on=TODAY
            )
            assert kept == answers


def test_an_injection_counts_from_its_day_and_one_of_unknown_date_from_the_answer() -> None:
    def until(day: str) -> date | None:
        said = {"procedure_log": [{"type": "botulinum", "date": day}]}
        answers = screening_answers(FORM, RULES, said, asked=said, answered_on=TODAY)
        return evaluate(RULES, answers, on=TODAY, answered_on=TODAY, phases=tuple(Phase)).not_before

    assert until("2026-11-20") == date(2026, 12, 4)
    assert until("unsure") == date(2026, 12, 9)
    assert until("2026") == date(2026, 12, 9)
    assert until("2019") is None


# Which form is due


@pytest.mark.parametrize(
    ("known", "kind"),
    [
        (Known(), FormKind.FULL),
        (Known(last_full=date(2026, 5, 1)), FormKind.FULL),
        (Known(last_full=date(2026, 5, 26)), FormKind.WHAT_CHANGED),
        (Known(last_full=date(2025, 11, 25), last_session=TODAY), FormKind.FULL),
        (Known(last_full=date(2025, 11, 26), last_session=TODAY), FormKind.WHAT_CHANGED),
        (Known(last_full=date(2026, 1, 1), last_session=date(2026, 5, 25)), FormKind.FULL),
        (Known(last_full=date(2026, 11, 1), last_session=date(2026, 3, 1)), FormKind.WHAT_CHANGED),
        (Known(last_full=TODAY, new_risk=True), FormKind.FULL),
        (Known(last_full=date(2026, 9, 1), discharged=date(2026, 9, 2)), FormKind.FULL),
    ],
)
def test_the_whole_form_is_asked_again_when_it_has_grown_old(known: Known, kind: FormKind) -> None:
    assert form_due(known, on=TODAY) is kind


def test_half_a_year_after_the_thirty_first_of_august_is_the_last_of_february() -> None:
    known = Known(last_full=date(2026, 8, 31))
    assert form_due(known, on=date(2027, 2, 27)) is FormKind.WHAT_CHANGED
    assert form_due(known, on=date(2027, 2, 28)) is FormKind.FULL


def test_a_number_of_a_country_is_read_as_its_people_write_it() -> None:
    british = Asking(FORM, RULES, TODAY, country="GB")
    assert read(FORM.by_code["phone"], {"": ["020 7946 0018"]}, british).answer == "+442079460018"
