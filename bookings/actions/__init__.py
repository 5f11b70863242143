"""Writes: each is one transaction of one thing somebody does (docs/decisions/0001)."""

from bookings.actions.booking import Booked, book
from bookings.actions.changing import accept, cancel, decline, move
from bookings.actions.holding import hold, release
from bookings.actions.sweeping import decline_unanswered, expire_holds, forget_request_keys

__all__ = [
    "Booked",
    "accept",
    "book",
    "cancel",
    "decline",
    "decline_unanswered",
    "expire_holds",
    "forget_request_keys",
    "hold",
    "move",
    "release",
]
