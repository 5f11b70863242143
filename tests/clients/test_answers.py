from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients.answers import AHEAD, Answers, AnswersInvalid, Problem, parse_answers
from clients.errors import SENTENCES, sentences
from tests.clients.rules import ALL_PHASES, DOCUMENT, NOTHING, RULES, TODAY, replies

QUESTIONS = RULES.questions_for(ALL_PHASES)
TOMORROW = (TODAY + AHEAD).isoformat()

anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["yes", "no", "unsure", "none", "items", "value", "date", "2026-01-01"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=8), inner, max_size=4)
        | st.fixed_dictionaries({"items": inner})
        | st.fixed_dictionaries({"value": inner, "date": inner})
        | st.dictionaries(st.sampled_from(["botulinum", "laser", "wax"]), inner, max_size=3)
    ),
    max_leaves=12,
)


def problems(raw: object) -> dict[str, Problem]:
    """What is wrong with these answers; nothing where they can be used."""
    try:
        parse_answers(QUESTIONS, raw, answered_on=TODAY)
    except AnswersInvalid as invalid:
        return invalid.errors
    return {}


def problem_with(code: str, answer: object) -> Problem | None:
    """What is wrong with one answer among others that are right."""
    found = problems({**NOTHING, code: answer})
    assert set(found) <= {code}
    return found.get(code)


@given(raw=anything)
def test_nothing_a_stranger_sends_breaks_the_form(raw: Any) -> None:
    assert set(problems(raw).values()) <= set(Problem)
    assert raw == NOTHING or problems(raw)


@given(data=st.data(), answer=anything)
def test_a_strange_answer_is_told_at_its_own_question(data: st.DataObject, answer: Any) -> None:
    code = data.draw(st.sampled_from(sorted(NOTHING)))
    found = problem_with(code, answer)
    assert found is None or found in Problem


@given(raw=replies(DOCUMENT, all_asked=True))
def test_every_answer_the_api_describes_is_taken_and_can_be_given_back(raw: Any) -> None:
    answers = parse_answers(QUESTIONS, raw, answered_on=TODAY)
    assert {code: given.document() for code, given in answers.given.items()} == raw


def test_every_question_left_out_is_named() -> None:
    assert problems({}) == dict.fromkeys(NOTHING, Problem.MISSING)
    assert problems({**NOTHING, "bq_now": None}) == {"bq_now": Problem.MISSING}
    assert problems({**NOTHING, "bq_now": ""}) == {"bq_now": Problem.MISSING}


@pytest.mark.parametrize("raw", [None, [], "yes", 7, [["bq_age", "yes"]]])
def test_answers_that_are_no_answers_at_all_are_refused(raw: object) -> None:
    found = problems(raw)
    assert found.pop("answers") is Problem.NOT_AN_ANSWER
    assert found == dict.fromkeys(NOTHING, Problem.MISSING)


def test_a_question_nobody_asked_is_refused() -> None:
    assert problems({**NOTHING, "bq_shoe_size": "yes"}) == {
        "bq_shoe_size": Problem.UNKNOWN_QUESTION
    }


def test_a_rule_is_not_a_question_at_booking() -> None:
    assert problems({**NOTHING, "cancer": "no"}) == {"cancer": Problem.UNKNOWN_QUESTION}


@pytest.mark.parametrize("code", ["<script>", "a" * 41, "", "ünbekannt", 7, "a\x00b"])
def test_a_strange_question_is_not_repeated_back(code: Any) -> None:
    assert problems({**NOTHING, code: "yes"}) == {"answers": Problem.UNKNOWN_QUESTION}


def test_thousands_of_strange_questions_are_answered_shortly() -> None:
    flood = {f"q{number}": "yes" for number in range(5000)}
    assert len(problems({**NOTHING, **flood})) == 20


@pytest.mark.parametrize(
    ("code", "answer", "problem"),
    [
        ("bq_age", "yes", None),
        ("bq_age", "no", None),
        ("bq_age", "unsure", Problem.NOT_AN_ANSWER),
        ("bq_age", "Yes", Problem.NOT_AN_ANSWER),
        ("bq_age", True, Problem.NOT_AN_ANSWER),
        ("bq_age", 1, Problem.NOT_AN_ANSWER),
        ("bq_age", ["yes"], Problem.NOT_AN_ANSWER),
        ("bq_age", {"value": "yes", "date": "2026-01-01"}, Problem.NOT_AN_ANSWER),
        ("bq_pregnant", "unsure", None),
        ("bq_pregnant", "none", Problem.NOT_AN_ANSWER),
        ("bq_isotretinoin", "no", None),
        ("bq_isotretinoin", "unsure", None),
        ("bq_isotretinoin", "yes", Problem.DATE_MISSING),
        ("bq_isotretinoin", {"value": "yes", "date": "2026-01-01"}, None),
        ("bq_isotretinoin", {"value": "yes", "date": "unsure"}, None),
        ("bq_isotretinoin", {"value": "yes"}, Problem.DATE_MISSING),
        ("bq_isotretinoin", {"value": "yes", "date": None}, Problem.DATE_MISSING),
        ("bq_isotretinoin", {"value": "yes", "date": ""}, Problem.DATE_MISSING),
        ("bq_isotretinoin", {"value": "yes", "date": []}, Problem.DATE_WRONG),
        ("bq_isotretinoin", {"value": "no", "date": "2026-01-01"}, Problem.NOT_AN_ANSWER),
        ("bq_isotretinoin", {"value": "yes", "date": "unsure", "x": 1}, Problem.NOT_AN_ANSWER),
        ("bq_isotretinoin", {"date": "2026-01-01"}, Problem.NOT_AN_ANSWER),
        ("bq_now", "none", None),
        ("bq_now", "unsure", None),
        ("bq_now", "no", Problem.NOT_AN_ANSWER),
        ("bq_now", "yes", Problem.NOT_AN_ANSWER),
        ("bq_now", [], Problem.NOT_AN_ANSWER),
        ("bq_now", {}, Problem.NOT_AN_ANSWER),
        ("bq_now", {"items": {}}, Problem.MISSING),
        ("bq_now", {"items": None}, Problem.NOT_AN_ANSWER),
        ("bq_now", {"items": ["sunburn"]}, Problem.NOT_AN_ANSWER),
        ("bq_now", {"items": {"sunburn": "unsure"}, "x": 1}, Problem.NOT_AN_ANSWER),
        ("bq_now", {"items": {"sunburn": "2026-03-10"}}, None),
        ("bq_now", {"items": {"sunburn": "unsure"}}, None),
        ("bq_now", {"items": {"sunburn": None}}, Problem.DATE_MISSING),
        ("bq_now", {"items": {"sunburn": ""}}, Problem.DATE_MISSING),
        ("bq_now", {"items": {"sunburn": True}}, Problem.DATE_WRONG),
        ("bq_now", {"items": {"skin_infection": None}}, None),
        ("bq_now", {"items": {"skin_infection": "2026-03-10"}}, Problem.NOT_AN_ANSWER),
        ("bq_now", {"items": {"skin_infection": "unsure"}}, Problem.NOT_AN_ANSWER),
        ("bq_now", {"items": {"cancer": None}}, Problem.NOT_AN_ANSWER),
        ("bq_now", {"items": {7: None}}, Problem.NOT_AN_ANSWER),
    ],
)
def test_each_answer_has_one_shape(code: str, answer: object, problem: Problem | None) -> None:
    assert problem_with(code, answer) is problem


@pytest.mark.parametrize(
    ("day", "problem"),
    [
        ("2026-03-10", None),
        ("1999-12-31", None),
        ("2024-02-29", None),
        (TOMORROW, None),
        ("2026-03-12", Problem.DATE_IN_FUTURE),
        ("9999-12-31", Problem.DATE_IN_FUTURE),
        ("0001-01-01", Problem.DATE_TOO_LONG_AGO),
        ("0202-03-10", Problem.DATE_TOO_LONG_AGO),
        ("2026-02-29", Problem.DATE_WRONG),
        ("2026-13-01", Problem.DATE_WRONG),
        ("0000-01-01", Problem.DATE_WRONG),
        ("20260310", Problem.DATE_WRONG),
        ("2026-W10-2", Problem.DATE_WRONG),
        ("2026-3-1", Problem.DATE_WRONG),
        (" 2026-03-10", Problem.DATE_WRONG),
        ("2026-03-10\n", Problem.DATE_WRONG),
        ("2026-03-10T00:00", Problem.DATE_WRONG),
        ("\u0662\u0660\u0662\u0666-03-10", Problem.DATE_WRONG),  # digits, but not ours
        ("today", Problem.DATE_WRONG),
        ("9" * 100_000, Problem.DATE_WRONG),
        (20260310, Problem.DATE_WRONG),
    ],
)
def test_a_date_is_one_of_the_calendar_that_can_have_been(
    day: object, problem: Problem | None
) -> None:
    assert problem_with("bq_isotretinoin", {"value": "yes", "date": day}) is problem
    assert problem_with("bq_skin_treatments", {"items": {"laser": day}}) is problem


def test_several_wrong_answers_are_all_told_at_once() -> None:
    raw = {**NOTHING, "bq_age": "maybe", "bq_now": {"items": {"sunburn": "soon"}}}
    del raw["bq_review"]
    assert problems(raw) == {
        "bq_age": Problem.NOT_AN_ANSWER,
        "bq_now": Problem.DATE_WRONG,
        "bq_review": Problem.MISSING,
    }


@pytest.mark.parametrize(
    ("born", "problem"),
    [
        ("1990-05-01", None),
        ("unsure", Problem.DATE_WRONG),
        ("yes", Problem.DATE_WRONG),
        ("1850-01-01", Problem.DATE_TOO_LONG_AGO),
        ((TODAY + timedelta(days=30)).isoformat(), Problem.DATE_IN_FUTURE),
    ],
)
def test_a_date_of_birth_is_a_date(born: str, problem: Problem | None) -> None:
    question = RULES.by_question["minor"]
    if problem is None:
        answers = parse_answers([question], {"minor": born}, answered_on=TODAY)
        assert answers.given["minor"].day == date.fromisoformat(born)
        return
    with pytest.raises(AnswersInvalid) as refused:
        parse_answers([question], {"minor": born}, answered_on=TODAY)
    assert refused.value.errors == {"minor": problem}


def test_answers_of_another_kind_are_not_read_as_kept_ones() -> None:
    with pytest.raises(AnswersInvalid):
        Answers.from_document(
            {"given": {"bq_age": "perhaps"}, "rules": {"bq_age": ["minor"]}},
            rule_set=RULES,
            answered_on=TODAY,
        )


def test_every_problem_has_a_sentence_that_says_what_to_do() -> None:
    assert set(SENTENCES) == set(Problem)
    invalid = AnswersInvalid({"bq_now": Problem.DATE_MISSING, "bq_age": Problem.MISSING})
    assert sentences(invalid) == {
        "bq_now": "Please tell us when, or choose “not sure”.",
        "bq_age": "Please answer this question.",
    }


def test_an_error_never_repeats_what_was_answered() -> None:
    raw = {**NOTHING, "bq_now": {"items": {"herpes_active": "since Monday"}}}
    with pytest.raises(AnswersInvalid) as refused:
        parse_answers(QUESTIONS, raw, answered_on=TODAY)
    assert "Monday" not in str(refused.value)
    assert "Monday" not in repr(refused.value)
