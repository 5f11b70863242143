"""When the house is open: weekly hours by the clinic's wall clock, time off, closures."""

from __future__ import annotations

import uuid

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, IntegerRangeField
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from clinic.models.people import Practitioner
from clinic.models.places import Location
from clinic.models.ranges import one_number


class WorkingHours(models.Model):
    """One stretch of a weekly timetable. A break is the gap between two stretches.

    Minutes count from local midnight, 0 to 1440; weekday 0 is Monday. `valid_until` is the first
    day on which the row no longer holds; empty means for ever.
    """

    practitioner = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="hours")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="hours")
    weekday = models.PositiveSmallIntegerField(_("weekday"))
    starts_minute = models.PositiveSmallIntegerField(_("from"))
    ends_minute = models.PositiveSmallIntegerField(_("until"))
    valid_from = models.DateField(_("holds from"))
    valid_until = models.DateField(_("no longer from"), null=True, blank=True)

    class Meta:
        verbose_name_plural = "working hours"
        constraints = [
            models.CheckConstraint(condition=Q(weekday__lte=6), name="hours_weekday_known"),
            models.CheckConstraint(
                condition=Q(starts_minute__lt=F("ends_minute"), ends_minute__lte=1440),
                name="hours_within_day",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
                name="hours_valid_range",
            ),
            # A practitioner stands in one place at a time.
            ExclusionConstraint(
                name="hours_no_overlap",
                expressions=[
                    (one_number("practitioner"), "&&"),
                    (
                        Func(
                            F("weekday") * 1440 + F("starts_minute"),
                            F("weekday") * 1440 + F("ends_minute"),
                            function="int4range",
                            output_field=IntegerRangeField(),
                        ),
                        "&&",
                    ),
                    (
                        Func(
                            "valid_from",
                            "valid_until",
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        "&&",
                    ),
                ],
            ),
        ]
        indexes = [models.Index(fields=["location", "practitioner"], name="hours_of_location")]

    def __str__(self) -> str:
        return f"{self.practitioner_id} {self.weekday} {self.starts_minute}-{self.ends_minute}"


class TimeOff(models.Model):
    """A practitioner is away between two instants, wherever they work."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    practitioner = models.ForeignKey(
        Practitioner, on_delete=models.PROTECT, related_name="time_off"
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    note = models.CharField(_("note for staff"), max_length=200, blank=True)

    class Meta:
        verbose_name_plural = "time off"
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")), name="time_off_forwards"
            ),
        ]
        indexes = [models.Index(fields=["practitioner", "ends_at"], name="time_off_by_end")]

    def __str__(self) -> str:
        return f"{self.practitioner_id} {self.starts_at:%Y-%m-%d %H:%M}"


class Closure(models.Model):
    """The clinic, or one location of it, is shut on whole local days, first and last included."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    location = models.ForeignKey(
        Location, on_delete=models.PROTECT, null=True, blank=True, related_name="closures"
    )
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    reason = models.CharField(_("reason shown to clients"), max_length=80, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(first_day__lte=F("last_day")), name="closure_forwards"
            ),
        ]
        indexes = [models.Index(fields=["last_day"], name="closure_by_end")]

    def __str__(self) -> str:
        return f"{self.first_day} to {self.last_day}"
