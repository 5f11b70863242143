"""Taking back what staff did, for three minutes: the booking, its messages and its time."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from bookings import intake, lifecycle, messages
from bookings.actions.changing import facts, locked
from bookings.actions.placing import Candidates, Wish, lock, won_or_nearest
from bookings.errors import CannotUndo
from bookings.models import Booking, BookingChange, Review
from bookings.queries.catalogue import offering_of
from clinic import audit
from clinic.audit import Actor
from clinic.models import Clinic

GRACE = timedelta(minutes=3)

_WAS = (
    "practitioner_id", "room_id", "starts_at", "ends_at", "practitioner_until", "room_until",
    "status", "respond_by", "screening_id", "outcome",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Changed:
    """A booking as it stands now, and what `undo` needs: `change.uid`, good until `change.until`.

    `change` is None where nothing changed.
    """

    booking: Booking
    change: BookingChange | None


def remember(booking: Booking, kind: str, *, now: datetime, actor: Actor) -> BookingChange:
    """Return what is about to be done to a locked booking, not saved: how it and its messages are
    before. Change the booking, then call `keep`."""
    if actor.user is None:
        raise ValueError("Only a member of staff does what can be taken back.")
    return BookingChange(
        booking=booking,
        kind=kind,
        by=actor.user,
        at=now,
        until=now + GRACE,
        follows=booking.sequence,
        messages=messages.as_they_are(booking),
        **{column: getattr(booking, column) for column in _WAS},
    )


def keep(
    booking: Booking,
    change: BookingChange,
    *,
    now: datetime,
    actor: Actor,
    tell: bool = True,
    said: Mapping[str, object] | None = None,
) -> Changed:
    """Save what staff did to a booking: the booking, its messages for after the grace period, the
    log book (with what else was `said`), and how to take it back."""
    booking.sequence += 1
    booking.changed_at = now
    booking.save()
    change.sequence = booking.sequence
    change.frees = change.status in lifecycle.LIVE and not _covers(booking, change)
    change.save(force_insert=True)
    messages.plan([booking.pk], now=now, grace=GRACE, tell=tell)
    audit.record(
        now=now,
        actor=actor,
        verb=f"booking.{change.kind.lower()}",
        about=f"booking:{booking.uid}",
        before=facts(change),
        after={**facts(booking), **(said or {})},
    )
    return Changed(booking, change)


def undo(*, now: datetime, actor: Actor, booking: Booking, change: UUID) -> Booking:
    """Take back what a member of staff did to a booking; any member of staff may.

    change: the uid of what was done. The booking stands as before, and so do its messages; what
    was to be said of the change is not said. After it the change before that may be taken back.

    Raises CannotUndo when three minutes are over, or it is not the last thing that happened to the
    booking; SlotTaken when the desk has given the time away meanwhile; BeingChanged.
    """
    done = BookingChange.objects.filter(booking=booking, uid=change).first()
    if done is None:
        raise CannotUndo
    with _won_back(done, now=now) if done.frees else transaction.atomic():
        current = locked(booking)
        done.refresh_from_db()
        if done.undone_at or now >= done.until or done.sequence != current.sequence:
            raise CannotUndo
        if done.frees:
            found = Candidates([done.practitioner_id], [done.room_id])
            lock(found, now=now, attempt=None)
        before = facts(current)
        for column in _WAS:
            setattr(current, column, getattr(done, column))
        current.sequence += 1
        current.changed_at = now
        current.save()
        BookingChange.objects.filter(pk=done.pk).update(undone_at=now)
        # What was the last word before it is so again.
        BookingChange.objects.filter(
            booking=current, sequence=done.follows, undone_at__isnull=True
        ).update(sequence=current.sequence)
        if done.review is not None:
            _end_review(done.review, now=now)
        intake.follow(current, now=now)
        messages.put_back(current, done.messages, now=now, grace=GRACE)
        audit.record(
            now=now,
            actor=actor,
            verb="booking.undone",
            about=f"booking:{current.uid}",
            before=before,
            after=facts(current),
        )
        return current


def _covers(booking: Booking, was: BookingChange) -> bool:
    """Return whether a booking still takes all of the time it took."""
    return (
        booking.status in lifecycle.LIVE
        and (booking.practitioner_id, booking.room_id) == (was.practitioner_id, was.room_id)
        and booking.starts_at == was.starts_at
        and booking.practitioner_until >= was.practitioner_until
        and booking.room_until >= was.room_until
    )


def _won_back(done: BookingChange, *, now: datetime) -> AbstractContextManager[None]:
    wish = Wish(
        offering_of(done.booking.treatment_id, Clinic.objects.the_only()),
        done.room.location,
        done.practitioner_id,
        done.starts_at,
    )
    return won_or_nearest(wish, now=now, except_booking=done.booking_id, for_staff=True)


def _end_review(review: Review, *, now: datetime) -> None:
    """End a review that is taken back, and let the one that it ended hold again."""
    others = Review.objects.filter(booking=review.booking_id).exclude(pk=review.pk)
    before = others.filter(ended_at=review.at).order_by("-pk").values("pk")[:1]
    Review.objects.filter(pk=review.pk).update(ended_at=now)
    Review.objects.filter(pk__in=list(before.values_list("pk", flat=True))).update(ended_at=None)
