"""What a text message can do to bookings. The texts know none: whoever does registers here."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class Confirm(Protocol):
    """The clients of a number say that they come to what is next; returns whether it was clear
    which booking that is, and it is confirmed now."""

    def __call__(self, clients: Collection[int], *, now: datetime) -> bool: ...


class ManageLink(Protocol):
    """Returns where the clients of a number see and change what is next; "" where that is not
    clear."""

    def __call__(self, clients: Collection[int], *, now: datetime) -> str: ...


@dataclass(slots=True)
class Bookings:
    confirm: Confirm
    manage_link: ManageLink


def _nothing(clients: Collection[int], *, now: datetime) -> bool:
    return False


def _nowhere(clients: Collection[int], *, now: datetime) -> str:
    return ""


bookings = Bookings(_nothing, _nowhere)


def register(*, confirm: Confirm, manage_link: ManageLink) -> None:
    """Say what answers do to bookings."""
    bookings.confirm, bookings.manage_link = confirm, manage_link
