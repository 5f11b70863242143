from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from clients.phases import PHASE_OF, Phase, Target
from clients.rule_document import RulesInvalid, read
from tests.clients.rules import ALL_PHASES, DOCUMENT, RULES

Change = Callable[[dict[str, Any]], object]


def rule(document: dict[str, Any], code: str) -> dict[str, Any]:
    return next(each for each in document["rules"] if each["id"] == code)


def question(document: dict[str, Any], code: str) -> dict[str, Any]:
    return next(each for each in document["booking_questions"] if each["id"] == code)


def test_nothing_of_the_document_is_lost_on_the_way() -> None:
    back = RULES.document()
    assert {key for key in DOCUMENT if key != "booking_questions"} <= set(back)
    for key, value in DOCUMENT.items():
        if key != "booking_questions":
            assert back[key] == value, key
    for ours, theirs in zip(back["booking_questions"], DOCUMENT["booking_questions"], strict=True):
        assert {key: ours[key] for key in theirs} == theirs


def test_reading_what_was_written_gives_the_same_rules() -> None:
    again = read(RULES.document(), version=1)
    assert again == RULES
    assert again.digest == RULES.digest


def test_the_digest_sees_every_change_but_the_version() -> None:
    changed = copy.deepcopy(DOCUMENT)
    rule(changed, "wax")["delay_days_default"] = 3
    assert read(changed, version=1).digest != RULES.digest
    assert read(DOCUMENT, version=9).digest == RULES.digest


def test_the_rules_are_the_fifty_eight_and_the_eight_questions() -> None:
    assert len(RULES.rules) == 58
    assert RULES.booking_questions[0].code == "bq_age"
    assert len(RULES.booking_questions) == 8
    assert set(PHASE_OF) == set(Target)
    assert set(PHASE_OF.values()) == set(Phase)


def test_the_api_tells_the_words_of_a_question_and_nothing_of_its_rules() -> None:
    told = {q.code: q.public() for q in RULES.questions_for(ALL_PHASES)}
    assert told["bq_health"].keys() == {"id", "text", "help", "type"}
    assert told["bq_isotretinoin"].keys() == {"id", "text", "help", "type", "date_label"}
    assert told["bq_now"]["type"] == "pick_any"
    assert told["bq_now"]["items"][1] == {
        "id": "skin_infection",
        "label": "A skin infection, boil or open sore on the face or neck",
        "date_label": None,
    }


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda d: d.pop("rules"), "lack 'rules'"),
        (lambda d: rule(d, "wax").pop("action"), "lack 'action'"),
        (lambda d: d.update(rules=7), "wrong shape"),
        (lambda d: rule(d, "wax").update(action="shrug"), "'shrug' is no Action"),
        (lambda d: rule(d, "wax").update(applies_to=["left_foot"]), "'left_foot' is no Target"),
        (lambda d: rule(d, "wax").update(applies_to=[]), "applies to nothing"),
        (lambda d: rule(d, "wax").update(delay_days_default=None), "no number of days"),
        (lambda d: rule(d, "wax").update(delay_days_default=-1), "-1 is no number of days"),
        (lambda d: rule(d, "wax").update(delay_days_default=3651), "3651 is no number of days"),
        (lambda d: rule(d, "wax").update(delay_days_default="2"), "'2' is no number of days"),
        (lambda d: rule(d, "wax").update(trigger_answer=None), "needs yes or no"),
        (lambda d: rule(d, "wax").update(trigger_answer="unsure"), "needs yes or no"),
        (lambda d: rule(d, "wax").update(answer_type="pick_any"), "pick_any is for questions"),
        (lambda d: rule(d, "wax").update(sources=["HEARSAY"]), "HEARSAY is not spelled out"),
        (lambda d: rule(d, "minor").update(trigger_age=None), "needs one age"),
        (
            lambda d: rule(d, "minor").update(trigger_age={"under": 18, "over": 60}),
            "needs one age",
        ),
        (
            lambda d: rule(d, "antiplatelet").update(client_message="Wait {days} days."),
            "days it does not have",
        ),
        (lambda d: d["rules"].append(rule(d, "wax")), "wax is there twice as a rule"),
        (
            lambda d: rule(d, "wax")["asked_in"].update(booking=None),
            "`asked_in` and the booking questions disagree",
        ),
        (lambda d: d.update(precedence=["flag"]), "the worst first"),
        (lambda d: question(d, "bq_age").update(rules=["minors"]), "which is no rule"),
        (
            lambda d: question(d, "bq_pregnant").update(rules=["pregnant", "minor"]),
            "minor is there twice as a rule asked at booking",
        ),
        (lambda d: question(d, "bq_now")["items"].pop(), "items and its rules disagree"),
        (lambda d: question(d, "bq_age").update(trigger_answer=None), "yes or no as its trigger"),
        (lambda d: question(d, "bq_age").update(id="wax"), "wax is there twice as a question"),
    ],
)
def test_rules_that_contradict_themselves_are_not_published(change: Change, sentence: str) -> None:
    document = copy.deepcopy(DOCUMENT)
    change(document)
    with pytest.raises(RulesInvalid) as refused:
        read(document, version=1)
    assert sentence in str(refused.value)
