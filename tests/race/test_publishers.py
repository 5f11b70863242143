"""Two who publish the same thing at once: one version comes of it, and the second is told."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import pytest

from clients import publishing
from clients.actions import wording
from clients.actions.rules import publish_draft
from clients.errors import DraftMoved, EditedMeanwhile
from clients.models import MessageWording, RuleSet
from clients.queries.rules import draft
from clients.wording import Written
from clinic.audit import staff
from tests.bookings.rules import edit
from tests.clients.test_rule_editing import doctor
from tests.factories import clinic
from tests.harness.databases import Database
from tests.race.crowd import Crowd, at_once

NOW = datetime(2099, 11, 24, 15, 0, tzinfo=UTC)


def publish_at_once(count: int) -> Crowd:
    """Let practitioners who looked at the same draft publish it together."""
    people = [doctor(f"Doctor Number{number}") for number in range(count)]
    edit(NOW, people[0], "wax", delay_days_default=5)
    shown = draft(NOW).rules.digest
    return at_once(
        [partial(publish_draft, now=NOW, actor=one, shown=shown, why="Because.") for one in people]
    )


def test_one_version_comes_of_it_and_the_others_are_told(fresh_db: Database) -> None:
    crowd = publish_at_once(6)
    assert crowd.winners == [2]
    crowd.only_lose_by(DraftMoved)
    assert RuleSet.objects.count() == 2


def test_canary_without_the_lock_they_meet_in_the_database(
    fresh_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "lock", lambda: None)
    crowd = publish_at_once(6)
    assert any(type(loser) is not DraftMoved for loser in crowd.losers)


def write_at_once(count: int) -> Crowd:
    """Let owners who looked at the same words save their own together."""
    people = [staff(clinic.user(role="OWNER")) for _number in range(count)]
    written = [Written(f"Soon {number}", "Soon {link}", "Soon {link}") for number in range(count)]
    return at_once(
        [
            partial(
                wording.publish, now=NOW, actor=one, kind="REMINDER", language="en-ca",
                written=each, after=None,
            )
            for one, each in zip(people, written, strict=True)
        ]
    )  # fmt: skip


def test_of_owners_who_save_a_messages_words_at_once_one_is_kept(fresh_db: Database) -> None:
    crowd = write_at_once(6)
    assert len(crowd.winners) == 1
    crowd.only_lose_by(EditedMeanwhile)
    assert MessageWording.objects.get().number == 1


def test_canary_without_the_lock_owners_meet_in_the_database(
    fresh_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wording, "_lock", lambda: None)
    crowd = write_at_once(6)
    assert any(type(loser) is not EditedMeanwhile for loser in crowd.losers)
