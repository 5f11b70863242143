"""Merging records while others merge them too, or book for them."""

from __future__ import annotations

from functools import partial

import pytest
from django.db import IntegrityError

from bookings.actions import merging
from bookings.errors import ClientBusy, ClientGone, NotOffered
from bookings.models import Booking, Merge
from clients.actions import resolve
from clients.models import Client
from tests.bookings.front_desk import Desk, desk
from tests.bookings.world import HOUR, NOW, SLOT, contact
from tests.factories import bookings
from tests.harness.databases import Database
from tests.race.crowd import at_once, take_the_locks_away

ROUNDS = pytest.mark.parametrize(
    "rounds", [4, pytest.param(40, marks=pytest.mark.deep)], ids=["few", "many"]
)


def merge(front: Desk, survivor: Client, merged: Client) -> Merge:
    return merging.merge(now=NOW, actor=front.actor, survivor=survivor, merged=merged)


def strays() -> int:
    """Return how many bookings are of a record that was merged into another."""
    return Booking.objects.filter(client__status="MERGED").count()


@ROUNDS
def test_two_who_merge_the_same_records_crosswise_merge_them_once(
    fresh_db: Database, rounds: int
) -> None:
    front = desk()
    for _ in range(rounds):
        one, other, third = (bookings.client() for _ in range(3))
        pairs = [(one, other), (other, one), (one, third), (third, other), (one, other)]
        crowd = at_once([partial(merge, front, *pair) for pair in pairs])
        crowd.only_lose_by(ClientGone, ClientBusy)
        assert crowd.winners
        left = Client.objects.filter(pk__in=[one.pk, other.pk, third.pk])
        assert len({each.survivor.pk for each in left}) == 3 - len(crowd.winners)
        assert all(each.survivor.status != "MERGED" for each in left)


@ROUNDS
def test_a_booking_made_during_a_merge_is_the_survivors(fresh_db: Database, rounds: int) -> None:
    front = desk(practitioners=4, rooms=4)
    for number in range(rounds):
        starts_at = SLOT + number * HOUR
        merged = resolve(contact(number), now=NOW, source="ONLINE").client
        survivor = bookings.client()
        crowd = at_once(
            [
                partial(front.house.book, starts_at, contact=contact(number)),
                partial(front.book, starts_at, client=merged),
                partial(merge, front, survivor, merged),
                partial(front.house.book, starts_at, contact=contact(number)),
            ]
        )
        crowd.only_lose_by(NotOffered)
        assert strays() == 0
        assert Booking.objects.filter(client=survivor).count() >= 2


def test_without_the_locks_the_database_refuses_two_records_that_end_in_each_other(
    fresh_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The canary: whoever merges what they read before another merge would make a circle."""
    monkeypatch.setattr(merging, "_locked", lambda one, other: (one, other))
    front = desk()
    one, other = bookings.client(), bookings.client()
    stale = Client.objects.get(pk=one.pk), Client.objects.get(pk=other.pk)
    merge(front, one, other)
    with pytest.raises(IntegrityError, match="client_merged_has_survivor"):
        merge(front, stale[1], stale[0])


def test_without_the_locks_a_booking_strays(
    fresh_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The canary: a client read before the merge is booked for after it, and the sweep mends it."""
    take_the_locks_away(monkeypatch)
    monkeypatch.setattr("bookings.actions.desk._standing", lambda client: client)
    front = desk()
    merged, survivor = bookings.client(), bookings.client()
    stale = Client.objects.get(pk=merged.pk)
    merge(front, survivor, merged)
    front.book(SLOT, client=stale)
    assert strays() == 1
    assert merging.bring_along() > 0
    assert strays() == 0
