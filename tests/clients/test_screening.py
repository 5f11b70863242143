from __future__ import annotations

import json
import re
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from clients.joining import join
from clients.phases import Phase
from clients.rule_document import read
from clients.rules import Action, AnswerType, Effect, Outcome, Rule, RuleSet
from clients.screening import Answers, PhaseResult, Result, evaluate, parse_answers
from tests.clients import screening_oracle
from tests.clients.rules import (
    ALL_PHASES,
    DOCUMENT,
    NOTHING,
    RULES,
    TODAY,
    answers_to,
    appointments,
    documents,
    event_days,
    phases,
    replies,
    screen,
)

ONE_DAY = timedelta(days=1)
EXPECTED = {
    Action.BLOCK_ONLINE_BOOKING: Outcome.REFUSED,
    Action.DELAY_UNTIL: Outcome.NOT_BEFORE,
    Action.PRACTITIONER_REVIEW: Outcome.REVIEW,
    Action.FLAG: Outcome.FLAG,
}
WORST_LAST = ["FINE", "FLAG", "NOT_ASKED", "REVIEW", "NOT_BEFORE", "REFUSED"]


def rank(outcome: Outcome) -> int:
    return WORST_LAST.index(outcome.value)


def in_force(result: Result, phase: Phase) -> set[tuple[str, str]]:
    """The restrictions of a phase: the rule's code and the restriction as text."""
    return {
        (standing.rule, json.dumps(standing.restriction.document(), sort_keys=True))
        for standing in result.phases[phase].restrictions
    }


def forbidden_areas(said: PhaseResult) -> set[str]:
    """The areas that are out for certain in a phase."""
    return {
        area
        for one in said.restrictions
        if one.is_certain and one.restriction.effect is Effect.FORBID and not one.restriction.points
        for area in one.areas
    }


def is_forbidden(said: PhaseResult) -> bool:
    """Whether the whole phase is out for certain."""
    return any(
        one.is_certain
        and one.restriction.effect is Effect.FORBID
        and one.restriction.is_whole_phase
        for one in said.restrictions
    )


def assert_no_better(worse: Result, base: Result) -> None:
    assert rank(worse.outcome) >= rank(base.outcome)
    for phase in base.phases:
        assert rank(worse.phases[phase].outcome) >= rank(base.phases[phase].outcome)
        assert in_force(base, phase) <= in_force(worse, phase)
    if base.not_before:
        assert worse.not_before is not None
        assert worse.not_before >= base.not_before


def assert_oracle_agrees(
    document: dict[str, Any], raw: dict[str, Any], on: date, wanted: set[Phase]
) -> None:
    rules = read(document, version=1)
    found = screen(raw, on=on, phases=wanted, rules=rules)
    right = screening_oracle.judge(
        document, raw, on=on, answered_on=TODAY, phases={phase.value for phase in wanted}
    )
    assert found.outcome == right.outcome
    assert found.not_before == right.not_before
    assert {phase.value: result.outcome.value for phase, result in found.phases.items()} == (
        right.phases
    )
    assert {code: outcome.value for code, outcome in found.rules.items()} == right.rules
    numbered = {rule["id"]: rule["restrictions"] for rule in document["rules"]}
    for phase in wanted:
        assert in_force(found, phase) == {
            (code, json.dumps(numbered[code][number], sort_keys=True))
            for restricted, code, number in right.restrictions
            if restricted == phase.value
        }


# The oracle


@given(raw=replies(DOCUMENT), on=appointments, wanted=phases)
def test_the_clinics_rules_say_what_an_independent_reading_of_them_says(
    raw: dict[str, Any], on: date, wanted: set[Phase]
) -> None:
    assert_oracle_agrees(DOCUMENT, raw, on, wanted)


@given(data=st.data(), document=documents(), on=appointments, wanted=phases)
def test_any_rules_a_clinic_may_write_say_what_an_independent_reading_of_them_says(
    data: st.DataObject, document: dict[str, Any], on: date, wanted: set[Phase]
) -> None:
    assert_oracle_agrees(document, data.draw(replies(document)), on, wanted)


# Properties


@given(data=st.data(), raw=replies(DOCUMENT, all_asked=True), on=appointments, wanted=phases)
def test_telling_us_one_thing_more_never_makes_it_look_safer(
    data: st.DataObject, raw: dict[str, Any], on: date, wanted: set[Phase]
) -> None:
    question = RULES.by_question[data.draw(st.sampled_from(sorted(raw)))]
    before = raw[question.code]
    if question.type is AnswerType.PICK_ANY:
        assume(before != "unsure")
        items = {} if before == "none" else before["items"]
        left = [item for item in question.items if item.rule not in items]
        assume(left)
        item = data.draw(st.sampled_from(left))
        day = data.draw(event_days) if item.date_label else None
        more: Any = {"items": {**items, item.rule: day}}
    elif question.code == "bq_age":
        assume(before == "yes")
        more = "no"
    else:
        assume(before == "no")
        more = {"value": "yes", "date": data.draw(event_days)} if question.date_label else "yes"
    told = {**raw, question.code: more}
    assert_no_better(screen(told, on=on, phases=wanted), screen(raw, on=on, phases=wanted))


@given(
    data=st.data(),
    raw=replies(DOCUMENT, all_asked=True),
    first=appointments,
    second=appointments,
    wanted=phases,
)
def test_a_later_day_is_never_worse_for_the_same_answers(
    data: st.DataObject, raw: dict[str, Any], first: date, second: date, wanted: set[Phase]
) -> None:
    first, second = sorted([first, second])
    assert_no_better(screen(raw, on=first, phases=wanted), screen(raw, on=second, phases=wanted))


def assert_offered_day_is_the_first(
    raw: dict[str, Any], on: date, wanted: set[Phase], rules: RuleSet
) -> None:
    found = screen(raw, on=on, phases=wanted, rules=rules)
    if found.not_before is None:
        assert found.outcome is not Outcome.NOT_BEFORE
        return
    assert found.outcome in (Outcome.NOT_BEFORE, Outcome.REFUSED)
    assert found.not_before > on
    then = screen(raw, on=found.not_before, phases=wanted, rules=rules)
    assert then.outcome is not Outcome.NOT_BEFORE
    assert then.not_before is None
    day_before = screen(raw, on=found.not_before - ONE_DAY, phases=wanted, rules=rules)
    assert day_before.outcome in (Outcome.NOT_BEFORE, Outcome.REFUSED)
    assert day_before.not_before == found.not_before


@given(data=st.data(), document=documents(), on=appointments, wanted=phases)
def test_the_day_we_offer_is_the_first_on_which_nothing_delays(
    data: st.DataObject, document: dict[str, Any], on: date, wanted: set[Phase]
) -> None:
    raw = data.draw(replies(document))
    assert_offered_day_is_the_first(raw, on, wanted, read(document, version=1))


@given(
    raw=replies(DOCUMENT, all_asked=True),
    day=event_days,
    item=st.sampled_from([item.rule for item in RULES.by_question["bq_procedures"].items]),
    wanted=phases,
)
def test_somebody_who_had_a_procedure_is_offered_the_first_day_that_is_safe(
    raw: dict[str, Any], day: str, item: str, wanted: set[Phase]
) -> None:
    raw = {**raw, "bq_procedures": {"items": {item: day}}}
    assert_offered_day_is_the_first(raw, TODAY, wanted, RULES)


@given(data=st.data(), raw=replies(DOCUMENT), on=appointments)
def test_the_order_in_which_answers_arrive_changes_nothing(
    data: st.DataObject, raw: dict[str, Any], on: date
) -> None:
    shuffled = dict(data.draw(st.permutations(list(raw.items()))))
    one, other = screen(raw, on=on), screen(shuffled, on=on)
    assert (one.outcome, one.not_before, one.rules) == (
        other.outcome,
        other.not_before,
        other.rules,
    )
    assert [message.text for message in one.messages] == [
        message.text for message in other.messages
    ]
    assert one.triggers == other.triggers


@given(raw=replies(DOCUMENT), on=appointments)
def test_what_nobody_asked_is_never_called_fine(raw: dict[str, Any], on: date) -> None:
    asked = {rule for code in raw for rule in RULES.by_question[code].rules}
    found = screen(raw, on=on)
    assert found.not_asked == set(RULES.by_code) - asked
    assert all(found.rules[code] is not Outcome.NOT_ASKED for code in asked)


@given(raw=replies(DOCUMENT), on=appointments, wanted=phases)
def test_kept_answers_say_the_same_when_they_are_read_again(
    raw: dict[str, Any], on: date, wanted: set[Phase]
) -> None:
    answers = answers_to(raw)
    kept = json.loads(json.dumps(answers.document()))
    again = Answers.from_document(kept, rule_set=RULES, answered_on=TODAY)
    assert evaluate(RULES, again, on=on, answered_on=TODAY, phases=wanted) == screen(
        raw, on=on, phases=wanted
    )


def test_nobody_was_asked_anything_so_nothing_is_known() -> None:
    found = screen({})
    assert found.outcome is Outcome.NOT_ASKED
    assert {result.outcome for result in found.phases.values()} == {Outcome.NOT_ASKED}
    assert found.messages == ()


def test_a_client_with_nothing_to_tell_is_fine() -> None:
    found = screen(NOTHING)
    assert found.outcome is Outcome.FINE
    assert found.messages == ()
    assert found.triggers == ()


# Every rule, by name


def trigger_of(rule: Rule, today: date) -> dict[str, Any]:
    """The answer to the rule's own question that triggers it."""
    if rule.answer_type is AnswerType.COMPUTED_AGE:
        years = rule.trigger_under_age - 1 if rule.trigger_under_age else 90
        return {rule.code: today.replace(year=today.year - years).isoformat()}
    assert rule.trigger_answer is not None
    said = rule.trigger_answer.lower()
    if rule.event_date_question:
        return {rule.code: {"value": said, "date": today.isoformat()}}
    return {rule.code: said}


def booking_trigger_of(rule: Rule, today: date) -> dict[str, Any]:
    question = next(q for q in RULES.booking_questions if rule.code in q.rules)
    if question.type is AnswerType.PICK_ANY:
        dated = question.item_by_id[rule.code].date_label
        return {question.code: {"items": {rule.code: today.isoformat() if dated else None}}}
    assert question.trigger_answer is not None
    said = question.trigger_answer.lower()
    return {question.code: {"value": said, "date": "unsure"} if question.date_label else said}


@pytest.mark.parametrize("rule", RULES.rules, ids=lambda rule: rule.code)
def test_every_rule_does_its_action_when_the_intake_triggers_it(rule: Rule) -> None:
    found = screen(trigger_of(rule, TODAY))
    assert found.rules[rule.code] is EXPECTED[rule.action]
    assert found.not_asked == set(RULES.by_code) - {rule.code}
    acted = {phase for phase, r in found.phases.items() if r.outcome is EXPECTED[rule.action]}
    assert acted >= rule.acts_on
    assert len(found.messages) == (1 if rule.client_message else 0)


ASKED_AT_BOOKING = [r for r in RULES.rules if r.asked_in["booking"]]


@pytest.mark.parametrize("rule", ASKED_AT_BOOKING, ids=lambda rule: rule.code)
def test_every_rule_asked_at_booking_does_its_action_there(rule: Rule) -> None:
    found = screen({**NOTHING, **booking_trigger_of(rule, TODAY)})
    assert found.outcome is EXPECTED[rule.action]
    assert found.rules[rule.code] is EXPECTED[rule.action]
    if rule.action is Action.DELAY_UNTIL:
        assert found.not_before == TODAY + timedelta(days=rule.days or 0)
    else:
        assert found.not_before is None


def test_booking_asks_about_every_rule_that_blocks_or_delays_in_eight_questions() -> None:
    stops = {
        rule.code
        for rule in RULES.rules
        if rule.action in (Action.BLOCK_ONLINE_BOOKING, Action.DELAY_UNTIL)
    }
    assert stops <= {rule.code for rule in ASKED_AT_BOOKING}
    assert len(RULES.questions_for(ALL_PHASES)) == 8
    assert len(ASKED_AT_BOOKING) == 26


@pytest.mark.parametrize("rule", RULES.rules, ids=lambda rule: rule.code)
def test_no_message_names_another_rule(rule: Rule) -> None:
    found = [screen(trigger_of(rule, TODAY))]
    if rule.asked_in["booking"]:
        found.append(screen({**NOTHING, **booking_trigger_of(rule, TODAY)}))
    texts = [message.text.casefold() for result in found for message in result.messages]
    names = {other.code.replace("_", " ") for other in RULES.rules if other is not rule}
    names |= {
        item.label.casefold()
        for question in RULES.booking_questions
        for item in question.items
        if item.rule != rule.code
    }
    for text in texts:
        assert "{" not in text
        assert [name for name in names if re.search(rf"\b{re.escape(name)}\b", text)] == []


@pytest.mark.parametrize("code", ["bleeding_disorder", "dvt", "kidney_failure"])
def test_a_yes_to_three_things_at_once_tells_nobody_which(code: str) -> None:
    found = screen({**NOTHING, "bq_health": "yes"})
    assert found.rules[code] is Outcome.REFUSED
    assert [message.text for message in found.messages] == [
        RULES.by_question["bq_health"].message_if_yes
    ]
    for word in code.split("_"):
        assert word not in found.messages[0].text


def test_a_changed_number_of_days_changes_the_sentence() -> None:
    document = json.loads(json.dumps(DOCUMENT))
    rule = next(rule for rule in document["rules"] if rule["id"] == "topical_retinoid")
    rule["delay_days_default"] = 5
    found = screen({"topical_retinoid": "yes"}, rules=read(document, version=2))
    assert "for 5 days before" in found.messages[0].text
    assert "for 3 days before" in screen({"topical_retinoid": "yes"}).messages[0].text


# Phases and areas


def test_needles_yes_neck_massage_no() -> None:
    found = screen({**NOTHING, "bq_review": {"items": {"carotid": None}}})
    massage, needling = found.phases[Phase.LYMPHATIC_MASSAGE], found.phases[Phase.NEEDLING]
    assert forbidden_areas(massage) == {"neck", "nape"}
    assert not is_forbidden(massage)
    assert needling.outcome is Outcome.FLAG
    assert forbidden_areas(needling) == set()
    assert [standing.restriction.points for standing in needling.restrictions] == [("ST9",)]
    assert found.phases[Phase.JADE_ROLLER].outcome is Outcome.FINE


def test_needles_after_review_though_the_massage_is_ruled_out() -> None:
    found = screen({"kidney_failure": "yes"})
    assert found.phases[Phase.LYMPHATIC_MASSAGE].outcome is Outcome.REFUSED
    assert is_forbidden(found.phases[Phase.LYMPHATIC_MASSAGE])
    assert found.phases[Phase.NEEDLING].outcome is Outcome.REVIEW
    assert not is_forbidden(found.phases[Phase.NEEDLING])
    assert screen({"kidney_failure": "yes"}, phases={Phase.NEEDLING}).outcome is Outcome.REVIEW


@pytest.mark.parametrize(
    ("restriction", "outcome"),
    [
        ({"effect": "forbid", "areas": []}, Outcome.REVIEW),
        ({"effect": "forbid", "areas": ["cheek"]}, Outcome.FLAG),
        ({"effect": "review", "areas": ["cheek"]}, Outcome.REVIEW),
        ({"effect": "caution", "areas": []}, Outcome.FLAG),
    ],
)
def test_a_rule_about_the_massage_that_rules_needles_out_is_looked_at_first(
    restriction: dict[str, Any], outcome: Outcome
) -> None:
    document = json.loads(json.dumps(DOCUMENT))
    rule = next(rule for rule in document["rules"] if rule["id"] == "asthma")
    rule["restrictions"] = [{**rule["restrictions"][0], **restriction, "phase": "needling"}]
    found = screen({**NOTHING, "asthma": "yes"}, rules=read(document, version=2))
    assert found.phases[Phase.LYMPHATIC_MASSAGE].outcome is Outcome.FLAG
    assert found.phases[Phase.NEEDLING].outcome is outcome


def test_of_two_answers_about_the_same_thing_the_worse_counts() -> None:
    for raw in (
        {"bq_pregnant": "no", "pregnant": "yes"},
        {"pregnant": "yes", "bq_pregnant": "no"},
        {"bq_pregnant": "yes", "pregnant": "no"},
    ):
        assert screen(raw).rules["pregnant"] is Outcome.REFUSED
        assert screen(raw).outcome is Outcome.REFUSED


def test_what_matters_most_is_said_first() -> None:
    raw = {
        **NOTHING,
        "bq_procedures": {"items": {"filler": TODAY.isoformat()}},
        "bq_now": {"items": {"skin_infection": None}},
        "bq_review": "unsure",
    }
    found = screen(raw)
    assert [message.outcome for message in found.messages] == [
        Outcome.REFUSED,
        Outcome.NOT_BEFORE,
        Outcome.REVIEW,
    ]
    assert found.messages_of(Outcome.REVIEW) == (RULES.texts["booking_unsure_message"],)


def test_a_finding_still_to_be_made_forbids_nothing_by_itself() -> None:
    massage = screen({"heart_disease": "yes"}).phases[Phase.LYMPHATIC_MASSAGE]
    assert {standing.restriction.when for standing in massage.restrictions} == {
        None,
        "arrhythmia",
        "decompensated_heart_failure",
    }
    assert forbidden_areas(massage) == set()
    assert not is_forbidden(massage)


def test_a_rule_about_needles_does_not_delay_a_massage() -> None:
    raw = {"bq_isotretinoin": {"value": "yes", "date": TODAY.isoformat()}}
    massage = screen(raw, phases={Phase.LYMPHATIC_MASSAGE, Phase.JADE_ROLLER})
    assert massage.outcome is Outcome.NOT_ASKED
    assert massage.not_before is None
    assert massage.messages == ()
    assert screen(raw).outcome is Outcome.NOT_BEFORE


def test_a_massage_is_not_asked_about_needles() -> None:
    asked = RULES.questions_for([Phase.JADE_ROLLER])
    codes = {rule for question in asked for rule in question.rules}
    assert "isotretinoin" not in codes
    assert "pregnant" not in codes
    assert "botulinum" in codes
    assert all(item.rule in codes for question in asked for item in question.items)


def test_a_question_that_was_narrowed_says_nothing_of_what_it_left_out() -> None:
    asked = RULES.questions_for([Phase.LYMPHATIC_MASSAGE])
    left_out = set(RULES.by_code) - {rule for question in asked for rule in question.rules}
    assert {"bleeding_disorder", "epilepsy"} <= left_out
    raw = {question.code: NOTHING[question.code] for question in asked}
    answers = parse_answers(asked, raw, answered_on=TODAY)
    again = Answers.from_document(answers.document(), rule_set=RULES, answered_on=TODAY)
    for given_answers in (answers, again):
        found = evaluate(RULES, given_answers, on=TODAY, answered_on=TODAY, phases=ALL_PHASES)
        assert found.not_asked == left_out


def test_a_treatment_without_phases_has_nothing_to_screen() -> None:
    assert screen({}, phases=frozenset()).outcome is Outcome.FINE


# Time


def test_treated_muscles_stay_out_after_the_wait_is_over() -> None:
    raw = {**NOTHING, "bq_procedures": {"items": {"botulinum": TODAY.isoformat()}}}
    for days, outcome, kept in [
        (13, Outcome.NOT_BEFORE, True),
        (14, Outcome.FINE, True),
        (89, Outcome.FINE, True),
        (90, Outcome.FINE, False),
    ]:
        found = screen(raw, on=TODAY + timedelta(days=days))
        assert found.outcome is outcome, days
        for phase in Phase:
            assert (forbidden_areas(found.phases[phase]) == {"treated_area"}) is kept, days
            assert {standing.until for standing in found.phases[phase].restrictions} == (
                {TODAY + timedelta(days=90)} if kept else set()
            )


@pytest.mark.parametrize("answered_days_ago", [0, 5, 29])
def test_not_sure_when_counts_as_the_day_of_the_answer_so_that_it_ends(
    answered_days_ago: int,
) -> None:
    answered_on = TODAY - timedelta(days=answered_days_ago)
    raw = {**NOTHING, "bq_skin_treatments": {"items": {"laser": "unsure"}}}
    found = screen(raw, on=TODAY, answered_on=answered_on)
    assert found.not_before == answered_on + timedelta(days=30)
    ended = screen(raw, on=answered_on + timedelta(days=30), answered_on=answered_on)
    assert ended.outcome is Outcome.FINE


def test_the_latest_of_several_waits_is_the_one_we_offer() -> None:
    raw = {
        **NOTHING,
        "bq_procedures": {"items": {"filler": TODAY.isoformat(), "threads": "2026-01-10"}},
        "bq_now": {"items": {"sunburn": TODAY.isoformat()}},
    }
    assert screen(raw).not_before == date(2026, 1, 10) + timedelta(days=90)


def test_a_flag_about_something_long_past_is_no_longer_shown() -> None:
    raw = {"dental": {"value": "yes", "date": TODAY.isoformat()}}
    shown = screen(raw, on=TODAY + timedelta(days=6))
    assert shown.rules["dental"] is Outcome.FLAG
    assert len(shown.phases[Phase.NEEDLING].restrictions) == 1
    later = screen(raw, on=TODAY + timedelta(days=7))
    assert later.rules["dental"] is Outcome.FINE
    assert later.phases[Phase.NEEDLING].restrictions == ()


def test_a_practitioner_may_be_asked_for_less_than_the_whole_wait() -> None:
    found = screen({"bq_procedures": {"items": {"filler": TODAY.isoformat()}}})
    assert found.triggers[0].review_from == TODAY + timedelta(days=14)
    assert found.triggers[0].until == TODAY + timedelta(days=28)


# Not sure


@pytest.mark.parametrize(
    "rule",
    [rule for rule in RULES.rules if rule.answer_type is AnswerType.YES_NO_UNSURE],
    ids=lambda rule: rule.code,
)
def test_not_sure_is_for_the_practitioner_unless_the_rule_only_flags(rule: Rule) -> None:
    found = screen({rule.code: "unsure"})
    wanted = Outcome.FLAG if rule.action is Action.FLAG else Outcome.REVIEW
    assert found.rules[rule.code] is wanted
    assert found.not_before is None
    if wanted is Outcome.REVIEW:
        assert [m.text for m in found.messages] == [RULES.texts["booking_unsure_message"]]


def test_not_sure_which_of_three_things_is_no_reason_to_call_us() -> None:
    found = screen({**NOTHING, "bq_health": "unsure"})
    assert found.outcome is Outcome.REVIEW
    assert [m.text for m in found.messages] == [RULES.texts["booking_unsure_message"]]


def test_a_restriction_that_nobody_is_sure_of_is_shown_but_forbids_nothing() -> None:
    massage = screen({"carotid": "unsure"}).phases[Phase.LYMPHATIC_MASSAGE]
    assert [standing.unsure for standing in massage.restrictions] == [True]
    assert forbidden_areas(massage) == set()


# Age


@pytest.mark.parametrize(
    ("born", "on", "outcome"),
    [
        (date(2008, 3, 11), date(2026, 3, 10), Outcome.REFUSED),
        (date(2008, 3, 11), date(2026, 3, 11), Outcome.FINE),
        (date(2008, 2, 29), date(2026, 2, 28), Outcome.REFUSED),
        (date(2008, 2, 29), date(2026, 3, 1), Outcome.FINE),
    ],
)
def test_eighteen_is_counted_on_the_day_of_the_appointment(
    born: date, on: date, outcome: Outcome
) -> None:
    found = screen({"minor": born.isoformat()}, on=on, answered_on=date(2026, 1, 5))
    assert found.rules["minor"] is outcome


@pytest.mark.parametrize(("years", "outcome"), [(60, Outcome.FINE), (61, Outcome.FLAG)])
def test_over_sixty_the_neck_is_looked_at_first(years: int, outcome: Outcome) -> None:
    found = screen({"over_60_neck": TODAY.replace(year=TODAY.year - years).isoformat()})
    assert found.rules["over_60_neck"] is outcome
    assert found.phases[Phase.NEEDLING].outcome is Outcome.NOT_ASKED


def test_under_eighteen_calls_us_with_a_parent() -> None:
    found = screen({**NOTHING, "bq_age": "no"})
    assert found.outcome is Outcome.REFUSED
    assert "parent or guardian" in found.messages[0].text
    assert set(NOTHING) >= {question.code for question in RULES.booking_questions}


# What we know already


@given(
    own=replies(DOCUMENT, all_asked=True), known=replies(DOCUMENT), on=appointments, wanted=phases
)
def test_what_we_know_of_a_client_makes_it_worse_and_says_not_a_word(
    own: dict[str, Any], known: dict[str, Any], on: date, wanted: set[Phase]
) -> None:
    typed = screen(own, on=on, phases=wanted)
    before = screen(known, on=on, phases=wanted)
    joined = join(typed, before)
    assert_no_better(joined, typed)
    if before.outcome is not Outcome.NOT_ASKED:
        assert rank(joined.outcome) == max(rank(typed.outcome), rank(before.outcome))
    for code, outcome in before.rules.items():
        assert outcome is Outcome.NOT_ASKED or rank(joined.rules[code]) >= rank(outcome)
    assert joined.messages == typed.messages
    assert (joined.outcome is Outcome.NOT_BEFORE) <= (joined.not_before is not None)


def test_an_old_yes_does_not_answer_for_today() -> None:
    joined = join(screen({}), screen(NOTHING))
    assert joined.outcome is Outcome.NOT_ASKED
    assert joined.rules["pregnant"] is Outcome.NOT_ASKED


def test_an_old_blank_makes_todays_answers_no_worse() -> None:
    assert join(screen(NOTHING), screen({})) == screen(NOTHING)


def test_a_known_risk_shows_where_nobody_asked_today() -> None:
    joined = join(screen({}), screen({"asthma": "yes"}))
    assert joined.rules["asthma"] is Outcome.FLAG
    assert joined.outcome is Outcome.NOT_ASKED
    assert [trigger.rule.code for trigger in joined.triggers] == ["asthma"]


@given(raw=replies(DOCUMENT), on=appointments, wanted=phases)
def test_a_result_is_kept_as_json_without_the_answers(
    raw: dict[str, Any], on: date, wanted: set[Phase]
) -> None:
    found = screen(raw, on=on, phases=wanted)
    kept = json.loads(json.dumps(found.document()))
    assert kept["outcome"] == found.outcome
    assert set(kept["phases"]) == {phase.value for phase in wanted}
    assert set(kept["rules"]) == {t.rule.code for t in found.triggers}
    assert set(kept["not_asked"]) == found.not_asked
    assert kept["not_before"] == (found.not_before.isoformat() if found.not_before else None)
