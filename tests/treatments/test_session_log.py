"""A session told from its actions: whatever the order, however often, by whatever tablet."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients.phases import Phase
from treatments.session_actions import FIELDS, Action, Kind, Malformed, read, read_all
from treatments.session_log import SessionState, fold

START = datetime(2027, 3, 14, 6, 30, tzinfo=UTC)  # half an hour before the clock goes forward
NEEDLES = [str(uuid.UUID(int=number)) for number in range(6)]
REGIONS = ["cheek", "forehead", "body"]


def act(kind: Kind, seconds: int = 0, **payload: Any) -> Action:
    return Action(uuid.uuid4(), kind, START + timedelta(seconds=seconds), read(kind, payload))


def place(needle: int, seconds: int = 0, **more: Any) -> Action:
    given = {"needle": NEEDLES[needle], "code": "ST4", "side": "L", "region": "cheek", **more}
    return act(Kind.PLACE, seconds, **given)


def remove(needle: int, seconds: int = 0) -> Action:
    return act(Kind.REMOVE, seconds, needle=NEEDLES[needle])


@st.composite
def walks(draw: st.DrawFn) -> list[Action]:
    """Return actions of a session, some of them undone, some of them senseless."""
    made: list[Action] = []
    for number in range(draw(st.integers(0, 25))):
        kind = draw(st.sampled_from([*Kind]))
        needle = draw(st.sampled_from(NEEDLES))
        payload: dict[str, Any] = {
            "phase": draw(st.sampled_from(list(Phase))),
            "minutes": draw(st.integers(-5, 10)),
            "needle": needle,
            "code": "ASHI",
            "side": "R",
            "region": draw(st.sampled_from(REGIONS)),
            "reason": "asked for it",
            "scale": "stress_0_10",
            "value": draw(st.integers(0, 10)),
            "note": needle,
            "text": draw(st.sampled_from(["", "calm", "flushed"])),
            "part": "PLAN",
            "event": needle,
            "what": draw(st.sampled_from(["faint", "retained_needle"])),
            "grade": "MODERATE",
            "given": ["sun"],
            "action": str(draw(st.sampled_from(made)).uid) if made else str(uuid.UUID(int=9)),
        }
        must, _ = FIELDS[kind]
        said = read(kind, {name: payload[name] for name in must})
        at = START + timedelta(seconds=draw(st.integers(0, 120)))
        made.append(Action(uuid.UUID(int=1000 + number), kind, at, said))
    return made


@given(walks(), st.randoms())
def test_two_tablets_agree_whatever_arrives_first_and_however_often(
    actions: list[Action], random: Any
) -> None:
    shuffled = actions * 2
    random.shuffle(shuffled)
    assert fold(shuffled) == fold(actions)


@given(walks())
def test_no_count_is_ever_negative_and_in_less_out_is_still_in(actions: list[Action]) -> None:
    state = fold(actions)
    for count in (state.count, *state.count_by_region.values()):
        assert 0 <= count.out <= count.put_in
        assert count.still_in == count.put_in - count.out
    assert state.count.still_in == sum(needle.is_in for needle in state.needles)
    assert sum(count.put_in for count in state.count_by_region.values()) == state.count.put_in
    for needle in state.needles:
        assert needle.removed_at is None or needle.removed_at >= needle.placed_at


@given(walks())
def test_an_undone_action_leaves_nothing_behind(actions: list[Action]) -> None:
    if not actions:
        return
    last = Action(uuid.UUID(int=7), Kind.PLACE, START, place(0).payload)
    undo = Action(uuid.UUID(int=8), Kind.UNDO, START, {"action": str(last.uid)})
    assert fold([*actions, last, undo]) == fold(actions)


@given(walks(), st.integers(0, 600))
def test_the_clock_of_a_session_runs_as_long_as_it_did(actions: list[Action], later: int) -> None:
    state = fold(actions)
    now = START + timedelta(seconds=120 + later)
    spent = [state.spent(phase, now) for phase in Phase]
    assert all(each >= timedelta(0) for each in spent)
    assert sum(spent, timedelta(0)) <= now - START
    for before, after in zip(state.stretches, state.stretches[1:], strict=False):
        assert before.end is not None
        assert before.end <= after.start
    assert not (state.running and state.ended_at)


def test_a_needle_at_each_of_two_sides_is_two_needles() -> None:
    state = fold([place(0, side="L"), place(1, side="R"), remove(0, 5)])
    assert (state.count.put_in, state.count.out, state.count.still_in) == (2, 1, 1)


def test_remove_all_takes_out_what_was_in_and_not_what_was_placed_after_it() -> None:
    state = fold([act(Kind.REMOVE_ALL, 60), place(0, 10), place(1, 59), place(2, 61)])
    assert [needle.is_in for needle in state.needles] == [False, False, True]


def test_a_session_is_not_signed_with_a_needle_in_unless_an_incident_says_why() -> None:
    bare = [place(0)]
    assert not fold(bare).may_be_signed
    wordless = act(Kind.EVENT, 5, event=NEEDLES[5], what="retained_needle", grade="SERIOUS")
    assert not fold([*bare, wordless]).may_be_signed
    faint = act(Kind.EVENT, 5, event=NEEDLES[4], what="faint", grade="MODERATE", action="Lay down.")
    assert not fold([*bare, faint]).may_be_signed
    told = act(
        Kind.EVENT, 6, event=NEEDLES[5], what="retained_needle", grade="SERIOUS",
        action="Found in the towel.",
    )  # fmt: skip
    assert fold([*bare, wordless, told]).may_be_signed


def test_the_timer_is_right_on_the_night_the_clock_goes_forward_and_after_a_pause() -> None:
    actions = [
        act(Kind.PHASE, 0, phase="LYMPHATIC_MASSAGE"),
        act(Kind.PAUSE, 600),
        act(Kind.RESUME, 900),
        act(Kind.PHASE, 1200, phase="NEEDLING"),
        act(Kind.EXTEND, 1300, phase="NEEDLING", minutes=5),
    ]
    state = fold(actions)
    now = START + timedelta(seconds=3600)  # across the change of hour in Toronto
    assert state.spent(Phase.LYMPHATIC_MASSAGE, now) == timedelta(seconds=900)
    assert state.spent(Phase.NEEDLING, now) == timedelta(seconds=2400)
    assert state.extra_minutes == {Phase.NEEDLING: 5}
    assert state.running
    ended = fold([*actions, act(Kind.END, 3000)])
    assert not ended.running
    assert ended.spent(Phase.NEEDLING, now) == timedelta(seconds=1800)


def test_the_first_end_counts_and_whoever_comes_back_goes_on_from_there() -> None:
    begun = act(Kind.PHASE, 0, phase="JADE_ROLLER")
    ended = fold([begun, act(Kind.END, 18, early="Tired."), act(Kind.END, 84)])
    assert ended.ended_at == START + timedelta(seconds=18)
    assert ended.stopped_early == "Tired."
    state = fold([begun, act(Kind.END, 18), act(Kind.RESUME, 84)])
    assert state.running
    assert (state.ended_at, state.stopped_early) == (None, "")
    now = START + timedelta(seconds=90)
    assert state.spent(Phase.JADE_ROLLER, now) == timedelta(seconds=24)


def test_an_end_taken_back_lets_the_session_go_on() -> None:
    begun, end = act(Kind.PHASE, 0, phase="NEEDLING"), act(Kind.END, 60, early="The client left.")
    assert fold([begun, end]).stopped_early == "The client left."
    state = fold([begun, end, act(Kind.UNDO, 61, action=str(end.uid))])
    assert state.running
    assert state == SessionState(**{**vars(state), "ended_at": None, "stopped_early": ""})


@pytest.mark.parametrize(
    ("kind", "sent", "field"),
    [
        (Kind.PLACE, {}, "needle"),
        (Kind.PLACE, {"needle": "x", "code": "ST4", "side": "L", "region": "cheek"}, "needle"),
        (Kind.PLACE, {"needle": NEEDLES[0], "code": "<b>", "side": "L", "region": "c"}, "code"),
        (Kind.PLACE, {"needle": NEEDLES[0], "code": "ST4", "side": "LEFT", "region": "c"}, "side"),
        (Kind.ADJUST, {"needle": NEEDLES[0], "depth_mm": float("nan")}, "depth_mm"),
        (Kind.ADJUST, {"needle": NEEDLES[0], "depth_mm": 81}, "depth_mm"),
        (Kind.ADJUST, {"needle": NEEDLES[0], "depth_mm": True}, "depth_mm"),
        (Kind.ADJUST, {"needle": NEEDLES[0], "note": "n" * 201}, "note"),
        (Kind.PHASE, {"phase": "LUNCH"}, "phase"),
        (Kind.EXTEND, {"phase": "NEEDLING", "minutes": 1e9}, "minutes"),
        (Kind.RATING, {"scale": "self_0_10", "value": 11}, "value"),
        (Kind.NOTE, {"note": NEEDLES[0], "text": "a\x00b"}, "text"),
        (Kind.MASSAGE, {"areas": ["jaw"] * 61}, "areas"),
        (Kind.MASSAGE, {"areas": "jaw"}, "areas"),
        (Kind.UNDO, {"action": None}, "action"),
        (Kind.PAUSE, ["nothing"], "payload"),
    ],
)
def test_what_is_no_action_names_its_field(kind: Kind, sent: Any, field: str) -> None:
    with pytest.raises(Malformed) as refused:
        read(kind, sent)
    assert refused.value.field == field


@pytest.mark.parametrize(
    "sent",
    [
        None,
        {},
        [1],
        [{"id": "x", "kind": "PAUSE", "at": 1}],
        [{"id": NEEDLES[0], "kind": "SING", "at": 1}],
        [{"id": NEEDLES[0], "kind": "PAUSE", "at": 10**18}],
        [{"id": NEEDLES[0], "kind": "PAUSE", "at": "1"}],
        [{"id": NEEDLES[0], "kind": "PAUSE", "at": 1}] * 501,
    ],
)
def test_a_message_that_is_none_is_refused_whole(sent: Any) -> None:
    with pytest.raises(Malformed):
        read_all(sent)


def test_a_message_is_read_with_its_moment() -> None:
    (action,) = read_all([{"id": NEEDLES[0], "kind": "PAUSE", "at": 1_800_000_000_500}])
    assert action.at == datetime.fromtimestamp(1_800_000_000.5, tz=UTC)


def test_a_note_is_taken_away_by_writing_nothing() -> None:
    state = fold(
        [
            act(Kind.NOTE, 1, note=NEEDLES[0], text="Flushed."),
            act(Kind.NOTE, 2, note=NEEDLES[1], text="Calm."),
            act(Kind.NOTE, 3, note=NEEDLES[0], text=""),
        ]
    )
    assert [text for _, text in state.notes] == ["Calm."]
