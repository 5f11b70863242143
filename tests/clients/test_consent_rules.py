"""When a consent holds: sums on moments, without a database."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients import consent_text, signature
from clients.consent_rules import Event, Given, Reason, Version, judge, months_after
from clients.consent_text import TextInvalid, difference, read, write

START = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
DAY = timedelta(days=1)
DOCUMENTS = json.loads(consent_text.DEFAULTS.read_text())["documents"]
moments = st.integers(0, 900).map(lambda days: START + days * DAY)
events = st.builds(Event, st.sampled_from([Reason.NEW_PLAN, Reason.NEW_RISK]), moments)
givens = st.builds(
    Given, st.integers(1, 4), moments, st.sampled_from([None, 1, 12]), st.none() | moments
)
versions = st.lists(st.builds(Version, st.integers(1, 4), moments, st.booleans()), max_size=4)


def test_who_signed_nothing_has_to_be_asked() -> None:
    assert judge([], versions=[], at=START).reasons == (Reason.NEVER_GIVEN,)


def test_a_consent_ends_on_the_same_day_a_year_later_and_not_a_moment_before() -> None:
    one = Given(1, START, 12)
    end = datetime(2027, 11, 24, 15, 0, tzinfo=UTC)
    assert judge([one], versions=[], at=end - timedelta(microseconds=1)).holds
    assert judge([one], versions=[], at=end).reasons == (Reason.TOO_OLD,)
    assert judge([Given(1, START)], versions=[], at=START + 3650 * DAY).holds


def test_the_29th_of_february_and_the_31st_have_a_day_to_end_on() -> None:
    assert months_after(datetime(2028, 2, 29, tzinfo=UTC), 12) == datetime(2029, 2, 28, tzinfo=UTC)
    assert months_after(datetime(2026, 1, 31, tzinfo=UTC), 1) == datetime(2026, 2, 28, tzinfo=UTC)
    assert months_after(datetime(2026, 12, 31, tzinfo=UTC), 12).year == 2027


def test_only_a_change_of_substance_asks_again() -> None:
    one = Given(1, START)
    wording = Version(2, START + DAY, asks_again=False)
    substance = Version(3, START + 2 * DAY, asks_again=True)
    both = [wording, substance]
    assert judge([one], versions=both, at=START + DAY).holds
    assert judge([one], versions=both, at=START + 2 * DAY).reasons == (Reason.TEXT_CHANGED,)
    assert judge([Given(3, START + 3 * DAY)], versions=both, at=START + 4 * DAY).holds


def test_what_has_come_up_since_asks_again_and_what_was_known_does_not() -> None:
    one = Given(1, START)
    known, new = Event(Reason.NEW_PLAN, START), Event(Reason.NEW_RISK, START + DAY)
    assert judge([one], versions=[], at=START + DAY, events=[known]).holds
    assert judge([one], versions=[], at=START + DAY, events=[known, new]).reasons == (
        Reason.NEW_RISK,
    )
    with pytest.raises(ValueError, match="found out"):
        Event(Reason.TOO_OLD, START)


@given(st.lists(givens, min_size=1, max_size=5), versions, st.lists(events, max_size=3), moments)
def test_nothing_older_than_the_newest_signature_makes_a_consent_hold(
    signed: list[Given], published: list[Version], told: list[Event], at: datetime
) -> None:
    whole = judge(signed, versions=published, at=at, events=told)
    before = [one for one in signed if one.at <= at]
    if not before:
        assert not whole.holds
        return
    newest = max(before, key=lambda one: one.at)
    assert whole == judge([newest], versions=published, at=at, events=told)
    if newest.withdrawn_at is not None and newest.withdrawn_at <= at:
        assert whole.reasons == (Reason.WITHDRAWN,)
        assert not whole.yes


@given(st.lists(givens, min_size=1, max_size=4), versions, st.lists(events, max_size=3), moments)
def test_one_more_event_never_makes_a_consent_hold(
    signed: list[Given], published: list[Version], told: list[Event], at: datetime
) -> None:
    fewer = judge(signed, versions=published, at=at, events=told[1:])
    more = judge(signed, versions=published, at=at, events=told)
    assert fewer.holds or not more.holds


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda each: each["kind"])
def test_the_default_texts_are_complete_and_come_back_as_they_were(
    document: dict[str, object],
) -> None:
    text = read(document)
    assert read(write(text)) == text
    assert len(text.items) == {"TREATMENT": 14, "PHOTO": 3}[text.kind]
    assert len(text.digest) == 64


def test_any_other_word_is_another_hash_and_line_ends_are_none() -> None:
    document = json.loads(json.dumps(DOCUMENTS[0]))
    first = read(document)
    document["items"][3]["text"] += " Rarely more."
    second = read(document)
    assert second.digest != first.digest
    assert second.changed_since(first) == {"common"}
    document["intro"] = "One\r\nTwo "
    windows = read(document)
    document["intro"] = "One\nTwo"
    assert read(document).digest == windows.digest


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "OTHER"},
        {"language": "English"},
        {"title": " "},
        {"items": []},
        {"items": [{"code": "a", "heading": "h", "text": "t"}] * 2},
        {"items": [{"code": "A b", "heading": "h", "text": "t"}]},
        {"items": [{"code": "a", "heading": "h", "text": ""}]},
        {"items": [{"code": "a", "heading": "h" * 161, "text": "t"}]},
        {"items": [{"code": "a", "heading": "h", "text": "t" * 4001}]},
        {"items": None},
        {"months": 0},
        {"months": True},
        {"kind": "PHOTO"},
    ],
)
def test_a_text_nobody_could_sign_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(TextInvalid):
        read({**DOCUMENTS[0], **change})


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_comparison_loses_no_word_of_either(before: str, after: str) -> None:
    pieces = difference(before, after)
    assert "".join(p.words for p in pieces if p.mark != "NEW") == before
    assert "".join(p.words for p in pieces if p.mark != "OLD") == after


@given(st.text(max_size=80) | st.recursive(st.integers() | st.none(), st.lists).map(json.dumps))
def test_whatever_is_sent_as_a_signature_is_one_or_refused(text: str) -> None:
    try:
        strokes = signature.read(text)
    except signature.SignatureInvalid:
        return
    points = [point for stroke in strokes for point in stroke]
    assert all(0 <= x <= 600 and 0 <= y <= 200 for x, y in points)


@pytest.mark.parametrize("empty", ["", "  ", "[]", "[[]]", "[[[5,5]]]", "[[[5,5],[9,9]]]"])
def test_an_empty_field_or_a_dot_is_no_signature(empty: str) -> None:
    with pytest.raises(signature.NothingDrawn):
        signature.read(empty)


@pytest.mark.parametrize(
    "wrong",
    [
        "[[[1,2,3],[50,60]]]",
        "[[[true,false],[90,90]]]",
        "[[[-1,0],[90,90]]]",
        "[[[0,0],[601,90]]]",
        "[[[0.5,0],[90,90]]]",
        '[["a"]]',
        "{}",
        json.dumps([[[1, 1]]] * 121),
        json.dumps([[[1, 1]] * 6001]),
        "[" * 3000,
        " " * 80_000 + "[]x",
    ],
)
def test_what_the_page_never_sends_is_refused(wrong: str) -> None:
    with pytest.raises(signature.SignatureInvalid) as refused:
        signature.read(wrong)
    assert type(refused.value) is signature.SignatureInvalid
