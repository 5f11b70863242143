"""How each kind of message goes, as the clinic has it."""

from __future__ import annotations

import uuid
from datetime import timedelta
from functools import lru_cache
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bookings import schedules
from bookings.schedules import (
    ALWAYS,
    NEVER_MARKETING,
    TASKS_ONLY,
    Anchor,
    Audience,
    Late,
    Night,
    Stop,
)
from clients.models import Channel, Purpose
from clinic.prepared import Prepared

YEAR = 366 * 24 * 60
LATES = (
    (Late.SEND.value, _("send it late, while it is of use")),
    (Late.DROP.value, _("leave it out")),
)
NIGHTS = (
    (Night.ANY_TIME.value, _("send it all the same")),
    (Night.EARLIER.value, _("the evening before, else the morning")),
    (Night.LATER.value, _("wait for the morning")),
)
STOPS = (
    (Stop.BOOKED.value, _("something is booked")),
    (Stop.PAUSED.value, _("the plan is paused")),
    (Stop.CLOSED.value, _("the plan is stopped or completed")),
    (Stop.EVENT_OPEN.value, _("something reported is not resolved")),
)
AUDIENCES = (
    (Audience.CLIENT.value, _("the client")),
    (Audience.STAFF.value, _("the practitioner, by e-mail")),
    (Audience.OWNER.value, _("the owners, by e-mail")),
    (Audience.TASK.value, _("staff, as a task")),
)
ANCHORS = (
    (Anchor.NOW.value, _("it happens")),
    (Anchor.START.value, _("the start of the visit")),
    (Anchor.END.value, _("the end of the visit")),
    (Anchor.RESPOND_BY.value, _("the request must be answered")),
    (Anchor.LAST_VISIT.value, _("the last visit")),
    (Anchor.LATEST.value, _("the last day the plan allows")),
    (Anchor.REVIEW.value, _("the visit at which the plan is reviewed")),
    (Anchor.SERIES_END.value, _("the last visit of the series")),
    (Anchor.FORM.value, _("the whole health form was sent")),
    (Anchor.EVENT.value, _("something was reported")),
    (Anchor.DAY.value, _("the day begins")),
)


# Read on the path of every booking: the rows as they are, without making a model of each.
_ROWS = Prepared("""
SELECT kind, audience, anchor, offset_minutes, until_minutes, late, night, notice_minutes,
       array_to_string(channels, ','), purpose, array_to_string(stops, ','), repeat_minutes, times,
       implied_months, is_on
  FROM bookings_schedule
""")


class ScheduleManager(models.Manager["Schedule"]):
    def by_kind(self) -> schedules.Schedules:
        """Return how each kind goes (one query); one that has no row goes by the default."""
        return {**schedules.defaults(), **{row[0]: _pure(*row) for row in _ROWS.rows({})}}


class Schedule(models.Model):
    """One kind of message: when it goes, relative to what, by which ways in order, and what stops it.

    Minutes are from the anchor, negative before it. `until_minutes`: after that it is of no use
    (NULL: its kind knows). `unplanned_since`: when the row was changed, while what is planned already
    does not follow it yet.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=30, unique=True)
    position = models.PositiveSmallIntegerField(default=0)
    audience = models.CharField(
        max_length=6,
        choices=AUDIENCES,
    )
    anchor = models.CharField(
        max_length=10,
        choices=ANCHORS,
    )
    offset_minutes = models.IntegerField(_("when"), default=0)
    until_minutes = models.IntegerField(_("of use until"), null=True, blank=True)
    late = models.CharField(
        _("if its moment has passed"),
        max_length=4,
        choices=LATES,
    )
    night = models.CharField(
        _("in the quiet hours"),
        max_length=8,
        choices=NIGHTS,
    )
    notice_minutes = models.PositiveIntegerField(null=True, blank=True)
    channels = ArrayField(
        models.CharField(max_length=5, choices=Channel), default=list, blank=True, size=2
    )
    purpose = models.CharField(max_length=9, choices=Purpose)
    stops = ArrayField(
        models.CharField(
            max_length=10,
            choices=STOPS,
        ),
        verbose_name=_("what stops it"),
        default=list,
        blank=True,
    )
    repeat_minutes = models.PositiveIntegerField(null=True, blank=True)
    times = models.PositiveSmallIntegerField(_("times in all"), default=1)
    implied_months = models.PositiveSmallIntegerField(
        _("without a yes, months after a visit"), default=0
    )
    is_on = models.BooleanField(_("switched on"), default=True)
    unplanned_since = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar[ScheduleManager] = ScheduleManager()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(audience__in=[each.value for each in Audience])
                & Q(anchor__in=[each.value for each in Anchor])
                & Q(late__in=[each.value for each in Late])
                & Q(night__in=[each.value for each in Night])
                & Q(stops__contained_by=[each.value for each in Stop]),
                name="schedule_codes_known",
            ),
            models.CheckConstraint(
                condition=Q(offset_minutes__range=(-YEAR, YEAR))
                & (Q(notice_minutes__isnull=True) | Q(notice_minutes__lte=YEAR))
                & Q(implied_months__lte=120),
                name="schedule_within_a_year",
            ),
            models.CheckConstraint(
                condition=Q(until_minutes__isnull=True)
                | Q(until_minutes__gt=F("offset_minutes"), until_minutes__lte=2 * YEAR),
                name="schedule_of_use_after",
            ),
            models.CheckConstraint(
                condition=Q(audience=Audience.TASK.value, channels=[])
                | (
                    ~Q(audience=Audience.TASK.value)
                    & Q(channels__len__gte=1)
                    & Q(channels__contained_by=Channel.values)
                ),
                name="schedule_has_a_way",
            ),
            models.CheckConstraint(
                condition=Q(repeat_minutes__isnull=True, times=1)
                | Q(repeat_minutes__isnull=False, repeat_minutes__gte=1440, times__range=(1, 24)),
                name="schedule_repeats_by_days",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=sorted(ALWAYS)) | Q(is_on=True),
                name="schedule_tidings_stay_on",
            ),
            models.CheckConstraint(
                condition=~Q(night=Night.ANY_TIME.value)
                | ~Q(audience=Audience.CLIENT.value)
                | Q(kind__in=sorted(ALWAYS)),
                name="schedule_clients_sleep",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=sorted(NEVER_MARKETING)) | Q(purpose=Purpose.CARE),
                name="schedule_what_must_go_is_care",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=sorted(TASKS_ONLY)) | Q(audience=Audience.TASK.value),
                name="schedule_staff_do_it",
            ),
        ]

    def __str__(self) -> str:
        return self.kind

    @property
    def pure(self) -> schedules.Schedule:
        """The row as planning reads it."""
        return _pure(
            self.kind,
            self.audience,
            self.anchor,
            self.offset_minutes,
            self.until_minutes,
            self.late,
            self.night,
            self.notice_minutes,
            ",".join(self.channels),
            self.purpose,
            ",".join(self.stops),
            self.repeat_minutes,
            self.times,
            self.implied_months,
            self.is_on,
        )


@lru_cache(maxsize=256)
def _pure(
    kind: str,
    audience: str,
    anchor: str,
    offset: int,
    until: int | None,
    late: str,
    night: str,
    notice: int | None,
    channels: str,
    purpose: str,
    stops: str,
    repeat: int | None,
    times: int,
    implied_months: int,
    is_on: bool,
) -> schedules.Schedule:
    return schedules.Schedule(
        kind=kind,
        audience=audience,
        anchor=anchor,
        offset=timedelta(minutes=offset),
        until=_span(until),
        late=late,
        night=night,
        notice=_span(notice),
        channels=tuple(channels.split(",")) if channels else (),
        purpose=purpose,
        stops=frozenset(stops.split(",")) if stops else frozenset(),
        repeat=_span(repeat),
        times=times,
        implied_months=implied_months,
        is_on=is_on,
    )


def _span(minutes: int | None) -> timedelta | None:
    return None if minutes is None else timedelta(minutes=minutes)
