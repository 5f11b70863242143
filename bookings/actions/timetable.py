"""Weekly hours, time off and closures. What was true of the past stays written as it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bookings.actions.stranding import sparing
from clinic import audit
from clinic.actions import save
from clinic.audit import Actor
from clinic.errors import NotStored, refusal_of
from clinic.models import Closure, Location, Practitioner, Room, TimeOff, WorkingHours

MOST_STRETCHES = 40


@dataclass(frozen=True, slots=True, order=True)
class Stretch:
    """A stretch of work: weekday (0 is Monday), minutes 0 to 1440 of the local day, location id."""

    weekday: int
    starts_minute: int
    ends_minute: int
    location: int

    def __str__(self) -> str:
        def wall(minute: int) -> str:
            return f"{minute // 60:02}:{minute % 60:02}"

        return (
            f"{self.weekday} {wall(self.starts_minute)}-{wall(self.ends_minute)} at {self.location}"
        )


def set_week(
    *,
    now: datetime,
    actor: Actor,
    practitioner: Practitioner,
    from_day: date,
    week: Sequence[Stretch],
    today: date,
    confirmed: str = "",
) -> None:
    """Give a practitioner these weekly hours from a day on, for ever.

    What held before ends on that day and stays written; what was planned for later days is
    replaced. today: the local date, before which nothing changes any more.

    Raises NotStored (a day in the past, overlapping stretches), Strands or TimetableBusy.
    """
    if from_day < today:
        raise NotStored(
            "from_day", _("What has been worked stays as it was. Choose today or a later day.")
        )
    if len(week) > MOST_STRETCHES:
        raise NotStored("", _("That is more than anybody works in a week."))
    which = Q(practitioner=practitioner, starts_at__gte=_day_before(from_day, now))
    try:
        with sparing(
            which, now=now, actor=actor, confirmed=confirmed, practitioners=[practitioner.pk]
        ):
            _replace(practitioner, from_day, sorted(week), now=now, actor=actor)
    except IntegrityError as error:
        refusal = refusal_of(error)
        if refusal is None:
            raise
        raise refusal from error


def _day_before(day: date, now: datetime) -> datetime:
    """Return an instant before a local day begins anywhere on earth."""
    return datetime(day.year, day.month, day.day, tzinfo=now.tzinfo) - timedelta(days=1)


def _replace(
    who: Practitioner, from_day: date, week: list[Stretch], *, now: datetime, actor: Actor
) -> None:
    rows = list(
        WorkingHours.objects.select_for_update()
        .filter(Q(valid_until__isnull=True) | Q(valid_until__gt=from_day), practitioner=who)
        .order_by("pk")
    )
    new = list(week)
    before = sorted(_stretch(row) for row in rows if row.valid_from <= from_day)
    later = sorted(_stretch(row) for row in rows if row.valid_from > from_day)
    for row in rows:
        goes_on = row.valid_until is None and row.valid_from <= from_day
        if goes_on and _stretch(row) in new:
            new.remove(_stretch(row))
        elif row.valid_from >= from_day:
            row.delete()
        else:
            row.valid_until = from_day
            row.save(update_fields=["valid_until"])
    for stretch in new:
        WorkingHours.objects.create(
            practitioner=who,
            location_id=stretch.location,
            weekday=stretch.weekday,
            starts_minute=stretch.starts_minute,
            ends_minute=stretch.ends_minute,
            valid_from=from_day,
        )
    if before == week and not later:
        return
    audit.record(
        now=now,
        actor=actor,
        verb="hours.set",
        about=f"practitioner:{who.uid}",
        before={"hours": [str(s) for s in before], "planned": [str(s) for s in later]},
        after={"hours": [str(s) for s in week], "from": from_day.isoformat()},
    )


def _stretch(row: WorkingHours) -> Stretch:
    return Stretch(row.weekday, row.starts_minute, row.ends_minute, row.location_id)


def add_time_off(
    *,
    now: datetime,
    actor: Actor,
    practitioner: Practitioner,
    starts_at: datetime,
    ends_at: datetime,
    note: str = "",
    confirmed: str = "",
) -> TimeOff:
    """Write down that a practitioner is away between two instants.

    The note may say why and stays out of the log book. Raises NotStored, Strands or TimetableBusy.
    """
    if ends_at <= now:
        raise NotStored("first_day", _("That is over already. Choose a time still to come."))
    which = Q(practitioner=practitioner, starts_at__lt=ends_at, ends_at__gt=starts_at)
    with sparing(which, now=now, actor=actor, confirmed=confirmed, practitioners=[practitioner.pk]):
        return save(
            TimeOff(practitioner=practitioner),
            {
                "practitioner": practitioner,
                "starts_at": starts_at,
                "ends_at": ends_at,
                "note": note,
            },
            now=now,
            actor=actor,
            verb="time_off.added",
            about="time_off:%s",
            unsaid=frozenset({"note"}),
        )


def end_time_off(*, now: datetime, actor: Actor, time_off: TimeOff) -> None:
    """Take time off back: all of it before it began, else what is left of it. Twice is once."""
    with transaction.atomic():
        row = TimeOff.objects.select_for_update().filter(pk=time_off.pk).first()
        if row is None or row.ends_at <= now:
            return
        before = {"starts_at": row.starts_at.isoformat(), "ends_at": row.ends_at.isoformat()}
        if row.starts_at >= now:
            row.delete()
        else:
            row.ends_at = now
            row.save(update_fields=["ends_at"])
        audit.record(
            now=now,
            actor=actor,
            verb="time_off.ended",
            about=f"time_off:{time_off.pk}",
            before={"practitioner": time_off.practitioner_id, **before},
            after={"ends_at": now.isoformat()} if row.pk else {},
        )


def add_closure(
    *,
    now: datetime,
    actor: Actor,
    location: Location | None,
    first_day: date,
    last_day: date,
    reason: str = "",
    today: date,
    confirmed: str = "",
) -> Closure:
    """Shut the clinic (location None) or one location on whole local days, both included.

    today: the local date. Raises NotStored, Strands or TimetableBusy.
    """
    if last_day < today:
        raise NotStored("last_day", _("That is over already. Choose a day still to come."))
    which = Q(starts_at__gte=_day_before(first_day, now)) & Q(
        starts_at__lt=_day_before(last_day, now) + timedelta(days=3)
    )
    rooms = Room.objects.all()
    if location is not None:
        which &= Q(room__location=location)
        rooms = rooms.filter(location=location)
    with sparing(
        which,
        now=now,
        actor=actor,
        confirmed=confirmed,
        rooms=rooms.values_list("pk", flat=True),
    ):
        return save(
            Closure(),
            {
                "location": location,
                "first_day": first_day,
                "last_day": last_day,
                "reason": reason,
            },
            now=now,
            actor=actor,
            verb="closure.added",
            about="closure:%s",
        )


def end_closure(*, now: datetime, actor: Actor, closure: Closure, today: date) -> None:
    """Take a closure back: all of it before it began, else from today on. Twice is once."""
    with transaction.atomic():
        row = Closure.objects.select_for_update().filter(pk=closure.pk).first()
        if row is None or row.last_day < today:
            return
        before = {"first_day": row.first_day.isoformat(), "last_day": row.last_day.isoformat()}
        if row.first_day >= today:
            row.delete()
        else:
            row.last_day = today - timedelta(days=1)
            row.save(update_fields=["last_day"])
        audit.record(
            now=now,
            actor=actor,
            verb="closure.ended",
            about=f"closure:{closure.pk}",
            before={"location": closure.location_id, **before},
            after={"last_day": row.last_day.isoformat()} if row.pk else {},
        )
