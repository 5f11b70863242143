"""Any life of a session in the database: two tablets, a network that comes and goes, a signature."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bookings import actions
from clinic.models import User
from tests.conftest import DEEP
from tests.factories import bookings, clinic
from treatments.actions import chart, write_addendum
from treatments.errors import NeedlesStillIn, SessionSigned
from treatments.models import SessionRecord
from treatments.queries.sessions import actions_of, state_of
from treatments.session_actions import Action, Kind, read
from treatments.session_log import fold

NOW = datetime(2027, 3, 14, 6, 30, tzinfo=UTC)  # the clock goes forward in Toronto at seven
TABLETS = st.sampled_from([0, 1])
# A life costs some hundred statements; `make test-deep` tries many.
EXAMPLES = 250 if DEEP else 15


class SessionLife(RuleBasedStateMachine):
    """Each tablet keeps what it has not sent; the model is the set of what the server was given."""

    @initialize()
    def begin(self) -> None:
        self.savepoint = transaction.savepoint()
        self.mei: User = clinic.user(role="PRACTITIONER")
        who = clinic.practitioner(user=self.mei)
        self.booking = bookings.booking(practitioner=who, status="ARRIVED")
        self.session: SessionRecord = actions.begin_session(
            now=NOW, author=self.mei, booking=self.booking
        )
        self.now = NOW
        self.waiting: list[list[Action]] = [[], []]
        self.offline = [False, False]
        self.given: dict[uuid.UUID, Action] = {}
        self.needles: list[str] = []
        self.signed: Any = None

    def teardown(self) -> None:
        if hasattr(self, "savepoint"):
            transaction.savepoint_rollback(self.savepoint)

    def write(self, tablet: int, kind: Kind, **payload: Any) -> Action:
        self.now += timedelta(seconds=20)
        made = Action(uuid.uuid4(), kind, self.now, read(kind, payload))
        self.waiting[tablet].append(made)
        self.send(tablet)
        return made

    def send(self, tablet: int, *, again: bool = False) -> None:
        batch = list(self.waiting[tablet]) + (list(self.given.values()) if again else [])
        if self.offline[tablet] or not batch:
            return
        try:
            chart(now=self.now, author=self.mei, session=self.session, actions=batch)
        except SessionSigned:
            assert self.signed
            assert any(action.uid not in self.given for action in batch)
        else:
            self.given |= {action.uid: action for action in batch}
            self.waiting[tablet] = []

    @rule(tablet=TABLETS, phase=st.sampled_from(["LYMPHATIC_MASSAGE", "NEEDLING", "JADE_ROLLER"]))
    def phase(self, tablet: int, phase: str) -> None:
        self.write(tablet, Kind.PHASE, phase=phase)

    @rule(tablet=TABLETS, kind=st.sampled_from([Kind.PAUSE, Kind.RESUME, Kind.END]))
    def clock(self, tablet: int, kind: Kind) -> None:
        self.write(tablet, kind)

    @rule(tablet=TABLETS, side=st.sampled_from("LR"))
    def place(self, tablet: int, side: str) -> None:
        self.needles.append(str(uuid.uuid4()))
        self.write(
            tablet, Kind.PLACE, needle=self.needles[-1], code="ST4", side=side, region="mouth"
        )

    @precondition(lambda self: self.needles)
    @rule(tablet=TABLETS, data=st.data())
    def remove(self, tablet: int, data: st.DataObject) -> None:
        self.write(tablet, Kind.REMOVE, needle=data.draw(st.sampled_from(self.needles)))

    @rule(tablet=TABLETS)
    def remove_all(self, tablet: int) -> None:
        self.write(tablet, Kind.REMOVE_ALL)

    @precondition(lambda self: self.given)
    @rule(tablet=TABLETS, data=st.data())
    def undo(self, tablet: int, data: st.DataObject) -> None:
        uids = sorted(self.given)
        self.write(tablet, Kind.UNDO, action=str(data.draw(st.sampled_from(uids))))

    @rule(tablet=TABLETS)
    def lose_network(self, tablet: int) -> None:
        self.offline[tablet] = True

    @rule(tablet=TABLETS)
    def find_network(self, tablet: int) -> None:
        self.offline[tablet] = False
        self.send(tablet)

    @rule(tablet=TABLETS)
    def send_everything_again(self, tablet: int) -> None:
        self.send(tablet, again=True)

    @rule()
    def sign(self) -> None:
        still = state_of(self.session).count.still_in
        try:
            version = actions.sign(
                now=self.now, author=self.mei, booking=self.booking, document={"n": still}
            )
        except NeedlesStillIn:
            assert still > 0
        except SessionSigned:
            assert self.signed
        else:
            assert still == 0
            self.signed = (version.digest, state_of(self.session))

    @precondition(lambda self: self.signed)
    @rule()
    def add(self) -> None:
        write_addendum(
            now=self.now, author=self.mei, session=self.session, text="More.", reason="Late."
        )

    @invariant()
    def the_server_has_what_it_was_given_and_counts_it(self) -> None:
        if not hasattr(self, "session"):
            return
        kept = actions_of(self.session)
        assert {action.uid for action in kept} == set(self.given)
        state = fold(kept)
        assert state == fold(self.given.values())
        assert 0 <= state.count.out <= state.count.put_in
        assert state.count.still_in == sum(needle.is_in for needle in state.needles)
        if self.signed:
            first = self.session.versions.get(number=1)
            assert (first.digest, state) == self.signed


@pytest.mark.django_db
def test_whatever_happens_to_a_session_nothing_is_lost_and_what_is_signed_stays() -> None:
    run_state_machine_as_test(
        SessionLife, settings=settings(max_examples=EXAMPLES, stateful_step_count=25)
    )
