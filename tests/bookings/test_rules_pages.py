"""The pages of the safety rules: who reads them, who edits, and what a slip costs."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from bookings.models import Booking
from clients.actions.opening import withhold
from clients.models import RuleEdit, RuleSet
from clients.phases import Phase
from clients.queries.rules import draft
from clients.rule_document import LONGEST_WAIT_DAYS
from clients.rule_editing import edited
from clients.screening import evaluate
from clinic.audit import CLIENT
from clinic.models import AccessEntry
from tests.bookings.rules import as_query, form_of, sent
from tests.bookings.test_practice_views import asked, link, logged_in, practitioner_login, text_of
from tests.bookings.world import raw_table
from tests.clients.rules import DOCUMENT, RULES, TODAY, answers_to, replies
from tests.factories import clinic
from tests.factories.house import NOTHING_APPLIES, House, house

RULES_AT = "/practice/rules/"
DRAFT_AT = f"{RULES_AT}draft/"
REVIEWED = {**NOTHING_APPLIES, "q-bq_review": "epilepsy"}
CODES = [*RULES.by_code, *(question.code for question in RULES.booking_questions)]


def at(code: str, rest: str = "") -> str:
    return f"{RULES_AT}rule/{code}/{rest}"


@pytest.fixture
def home() -> House:
    return house()


@pytest.fixture
def mei(home: House) -> Client:
    return logged_in(practitioner_login(home, 0))


def publish(browser: Client, why: str = "Seen in practice.") -> Any:
    page = browser.get(DRAFT_AT).content.decode()
    found = re.search(r'name="shown" value="(\w+)"', page)
    assert found
    return browser.post(DRAFT_AT, {"shown": found[1], "why": why})


# The forms, without a page


@pytest.mark.parametrize("code", CODES)
def test_opening_a_rule_and_saving_it_changes_nothing_of_it(code: str) -> None:
    form = form_of(RULES, code, as_query(sent(RULES, code)))
    assert form.is_valid(), form.errors
    assert edited(RULES, {code: form.edited()}) == RULES


text = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=30)
numbers = st.one_of(st.just(""), st.integers(-2, LONGEST_WAIT_DAYS + 2).map(str), st.just("many"))
changes = st.fixed_dictionaries(
    {},
    optional={
        "in_use": st.sampled_from(["on", None]),
        "off_reason": text,
        "question": text,
        "action": st.sampled_from([action.lower() for action in DOCUMENT["precedence"]]),
        "trigger_answer": st.sampled_from(["yes", "no"]),
        "answer_type": st.sampled_from(["yes_no", "yes_no_unsure"]),
        "severity": st.sampled_from(["flag", "timing", "relative", "absolute"]),
        "event_date_question": text,
        "delay_days_default": numbers,
        "days_least": numbers,
        "days_most": numbers,
        "review_allowed_from_days": numbers,
        "age": numbers,
        "applies_to": st.lists(
            st.sampled_from(["needle_face", "estim", "jade_roller", "feet"]), max_size=3
        ),
        "client_message": st.one_of(text, st.just("From {days} days on.")),
        "r0_phase": st.sampled_from(["", "needling", "jade_roller"]),
        "r0_effect": st.sampled_from(["", "forbid", "caution", "light_only"]),
        "r0_areas": st.one_of(text, st.just("Eye lower, neck")),
        "r0_points": st.one_of(text, st.just("LI4, st 9")),
        "r0_pregnancy": st.sampled_from(["", "caution"]),
        "r0_until_days": numbers,
        "r0_when": text,
        "r0_note": text,
    },
)


@given(st.sampled_from(list(RULES.by_code)), changes, replies(DOCUMENT, all_asked=True))
@settings(max_examples=150, deadline=None)
def test_whatever_the_form_accepts_can_be_published_and_judges(
    code: str, changed: dict[str, Any], raw: dict[str, Any]
) -> None:
    form = form_of(RULES, code, as_query(sent(RULES, code, **changed)))
    if not form.is_valid():
        return
    rules = edited(RULES, {code: form.edited()})
    assert edited(rules, {code: rules.by_code[code].document()}) == rules
    said = answers_to(raw).carried_to(rules)
    result = evaluate(rules, said, on=TODAY, answered_on=TODAY, phases=set(Phase))
    assert (code in result.rules) == rules.by_code[code].is_in_use


# Who


@pytest.mark.django_db
def test_the_desk_and_an_owner_who_treats_nobody_find_no_rules(home: House) -> None:
    owner = clinic.user(role="OWNER")
    for browser in (logged_in(clinic.user(role="FRONT_DESK")), logged_in(owner)):
        for address in (RULES_AT, at("wax"), DRAFT_AT, f"{RULES_AT}preview/"):
            assert browser.get(address).status_code == 404
        assert browser.post(at("wax"), sent(RULES, "wax")).status_code == 404
    home.people[1].user = owner
    home.people[1].save()
    assert logged_in(owner).get(RULES_AT).status_code == 200


# Reading and editing


@pytest.mark.django_db
def test_all_rules_are_listed_and_found_by_their_words(mei: Client) -> None:
    page = mei.get(RULES_AT).content.decode()
    assert page.count('class="ru-row"') == 58 + 8
    found = text_of(mei.get(f"{RULES_AT}?q=BOTULINUM toxin"))
    assert "Botulinum" in found
    assert "Dental" not in found
    assert "No rule has these words" in text_of(mei.get(f"{RULES_AT}?q=zzz"))
    assert mei.get(f"{RULES_AT}?q=%00&only=nonsense").status_code == 200
    assert mei.get(at("no_such_rule")).status_code == 404


@pytest.mark.django_db
def test_a_rule_is_edited_looked_at_and_published_with_its_reason(mei: Client) -> None:
    saved = mei.post(at("wax"), sent(RULES, "wax", delay_days_default=5))
    assert saved.status_code == 303
    assert "1 change waits" in text_of(mei.get(RULES_AT))
    shown = text_of(mei.get(DRAFT_AT))
    assert re.search(r"Days to wait Before: 2 Now: 5", shown)
    done = publish(mei, "Two clients were still red.")
    assert done.status_code == 303
    past = text_of(mei.get(done["Location"]))
    assert "Version 2 is published" in past
    assert "Two clients were still red." in past
    assert re.search(r"Days to wait Before: 2 Now: 5", past)
    assert "Nothing differs" in text_of(mei.get(f"{RULES_AT}history/?before=2&after=2"))
    assert mei.get(f"{RULES_AT}history/?before=99&after=x").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"in_use": None}, "Write why this rule is switched off."),
        ({"question": " "}, "Please fill this in."),
        ({"delay_days_default": ""}, "A wait needs its number of days."),
        ({"delay_days_default": 3651}, "whole number from 0 to 3650"),
        ({"delay_days_default": 8}, "outside the least and the most"),
        ({"days_least": ""}, "Write both, or neither."),
        ({"applies_to": []}, "Choose at least one part of the session."),
        ({"action": "flag", "delay_days_default": "", "client_message": "{days}"}, "no days to"),
        ({"r0_areas": "neck"}, "Choose the part of the session"),
        ({"r0_phase": "needling"}, "Choose what changes."),
        ({"r0_phase": "needling", "r0_effect": "forbid", "r0_areas": "<b>"}, "by their names"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_is_kept(
    mei: Client, changed: dict[str, Any], sentence: str
) -> None:
    typed = sent(RULES, "wax", **{"evidence_note": "Ninety-nine clients.", **changed})
    answer = mei.post(at("wax"), typed)
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert "Ninety-nine clients." in text_of(answer)
    assert not RuleEdit.objects.exists()


@pytest.mark.django_db
def test_hostile_words_are_words(mei: Client) -> None:
    nasty = "<script>alert(1)</script>{% load x %}{days}"
    assert mei.post(at("wax"), sent(RULES, "wax", client_message=nasty)).status_code == 303
    for address in (at("wax"), DRAFT_AT):
        assert "<script>alert" not in mei.get(address).content.decode()
    assert mei.post(at("wax"), sent(RULES, "wax", question="a\x00b")).status_code == 422


@pytest.mark.django_db
def test_the_second_editor_keeps_their_words_and_saves_over_what_they_have_seen(
    home: House, mei: Client
) -> None:
    sofia = logged_in(practitioner_login(home, 1))
    theirs = sent(RULES, "wax", delay_days_default=6)
    mei.post(at("wax"), sent(RULES, "wax", delay_days_default=5))
    told = sofia.post(at("wax"), theirs)
    assert told.status_code == 409
    assert f"{home.people[0].name} changed this rule" in text_of(told)
    page = told.content.decode()
    assert re.search(
        r'name="delay_days_default"[^>]*value="6"|value="6"[^>]*name="delay_days', page
    )
    seen = re.search(r'name="seen" value="(\w+)"', page)
    assert seen
    assert sofia.post(at("wax"), {**theirs, "seen": seen[1]}).status_code == 303
    assert draft(RuleEdit.objects.latest("pk").at).rules.by_code["wax"].days == 6


@pytest.mark.django_db
def test_a_draft_that_moved_is_shown_again_with_the_reason_typed(home: House, mei: Client) -> None:
    sofia = logged_in(practitioner_login(home, 1))
    mei.post(at("wax"), sent(RULES, "wax", delay_days_default=5))
    assert publish(sofia).status_code == 303
    late = mei.post(DRAFT_AT, {"shown": "0" * 64, "why": "Mine."})
    assert late.status_code == 409
    assert "no longer what you looked at" in text_of(late)
    assert RuleSet.objects.count() == 2
    mei.post(at("wax"), sent(RULES, "wax", delay_days_default=5))
    again = mei.post(f"{DRAFT_AT}discard/", {"shown": "0" * 64})
    assert again.status_code == 409


@pytest.mark.django_db
def test_a_question_too_short_for_a_wait_is_pointed_out(mei: Client) -> None:
    changed = {"delay_days_default": 120, "days_most": 200}
    assert mei.post(at("wax"), sent(RULES, "wax", **changed)).status_code == 303
    assert "Lengthen the question" in text_of(mei.get(DRAFT_AT))
    question = sent(RULES, "bq_skin_treatments", lookback_days=120)
    assert mei.post(at("bq_skin_treatments"), question).status_code == 303
    assert "Lengthen the question" not in text_of(mei.get(DRAFT_AT))


# What would have happened


def answered(home: House, typed: dict[str, str], **fields: Any) -> Booking:
    booking = asked(home, **fields)
    Client().post(link(booking), typed)
    booking.refresh_from_db()
    return booking


@pytest.mark.django_db
def test_the_preview_names_ones_own_clients_notes_it_and_changes_nothing(
    home: House, mei: Client
) -> None:
    booking = answered(home, REVIEWED)
    mei.post(at("epilepsy"), sent(RULES, "epilepsy", action="flag"))
    kept = raw_table("clients_screening")
    said = text_of(mei.get(f"{RULES_AT}preview/"))
    assert "Priya Raman" in said
    assert re.search(r"Safety: review becomes Safety: take care 1", said)
    entry = AccessEntry.objects.get(what="SCREENING_OUTCOMES")
    assert entry.about == f"booking:{booking.uid}"
    assert raw_table("clients_screening") == kept
    colleague = logged_in(practitioner_login(home, 1))
    theirs = text_of(colleague.get(f"{RULES_AT}preview/"))
    assert "record is closed to you" in theirs
    assert "Priya" not in theirs
    assert AccessEntry.objects.filter(what="SCREENING_OUTCOMES").count() == 1


@pytest.mark.django_db
def test_no_page_of_the_rules_names_a_client_who_keeps_the_record_from_whoever_looks(
    home: House, mei: Client
) -> None:
    booking = answered(home, REVIEWED)
    mei.post(at("epilepsy"), sent(RULES, "epilepsy", action="flag"))
    user = home.people[0].user
    assert user is not None
    assert booking.client is not None
    withhold(now=timezone.now(), actor=CLIENT, client=booking.client, user=user)
    assert "1" in text_of(mei.get(f"{RULES_AT}preview/"))
    assert "Priya" not in text_of(mei.get(f"{RULES_AT}preview/"))
    publish(mei)
    page = mei.get(f"{RULES_AT}coming/").content.decode()
    assert "record is closed to you" in page, "the canary: the booking is counted and listed"
    assert "Priya" not in page
    assert str(booking.uid) not in page
    assert not AccessEntry.objects.exists()


@pytest.mark.django_db
def test_coming_bookings_are_offered_to_be_judged_again_and_only_by_their_practitioner(
    home: House, mei: Client
) -> None:
    booking = answered(home, REVIEWED)
    mei.post(at("epilepsy"), sent(RULES, "epilepsy", action="flag"))
    publish(mei)
    booking.refresh_from_db()
    assert booking.outcome == "REVIEW"
    assert "1 coming booking would be judged otherwise" in text_of(mei.get(RULES_AT))
    judge = f"/practice/visit/{booking.uid}/judge/"
    assert judge in mei.get(f"{RULES_AT}coming/").content.decode()
    colleague = logged_in(practitioner_login(home, 1))
    assert judge not in colleague.get(f"{RULES_AT}coming/").content.decode()
    assert colleague.post(judge).status_code == 404
    done = mei.post(judge)
    assert done.status_code == 303
    said = text_of(mei.get(done["Location"]))
    assert "Judged by version 2 of the rules." in said
    booking.refresh_from_db()
    assert (booking.outcome, booking.screening.rule_set_id) == ("FLAG", 2)
    assert "Nothing to judge again" in text_of(mei.get(f"{RULES_AT}coming/"))


@pytest.mark.django_db
def test_a_rule_switched_off_is_asked_no_more(home: House, mei: Client) -> None:
    off = sent(RULES, "epilepsy", in_use=None, off_reason="Needs a letter anyway.")
    mei.post(at("epilepsy"), off)
    publish(mei)
    page = Client().get(link(asked(home))).content.decode()
    assert "epilep" not in page.lower()
    assert "off" in text_of(mei.get(f"{RULES_AT}?only=off"))
