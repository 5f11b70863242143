"""The clinic, its locations and their rooms."""

from __future__ import annotations

import uuid
import zoneinfo
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.models.logo import Logo

LONGEST_BOOKING_HOURS = 12


def check_time_zone(name: str) -> None:
    """Raise ValidationError unless `name` is a zone of the time zone database."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(_("%(name)s is no known time zone."), params={"name": name})


class ClinicManager(models.Manager["Clinic"]):
    def the_only(self) -> Clinic:
        """Return the clinic's one row; a database without it has a clinic of default values."""
        return self.filter(pk=1).first() or Clinic(pk=1)


class Clinic(models.Model):
    """The clinic's name and its booking policy. One row.

    Defaults: docs of the service (notice 12 h, horizon 60 days, free to move or cancel until 24 h).
    A treatment may override the policy for itself.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    name = models.CharField(_("name"), max_length=80, default="Jade")
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    notice_minutes = models.PositiveIntegerField(_("shortest notice, minutes"), default=12 * 60)
    horizon_days = models.PositiveSmallIntegerField(_("bookable ahead, days"), default=60)
    grid_minutes = models.PositiveSmallIntegerField(_("start times every, minutes"), default=15)
    window_minutes = models.PositiveIntegerField(
        _("free to move or cancel until, minutes before"), default=24 * 60
    )
    hold_minutes = models.PositiveSmallIntegerField(_("hold while the form is filled"), default=10)
    review_minutes = models.PositiveIntegerField(_("practitioner answers within"), default=24 * 60)
    review_before_minutes = models.PositiveIntegerField(
        _("and at the latest, minutes before the start"), default=12 * 60
    )
    offers_first_visits = models.BooleanField(_("first visits have their own length"), default=True)
    accent = models.CharField(_("colour, #rrggbb"), max_length=7, blank=True)
    logo = models.ForeignKey(
        Logo,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("logo"),
    )
    treating_months = models.PositiveSmallIntegerField(
        _("a practitioner may read a client's record after the last visit, months"), default=12
    )
    opening_minutes = models.PositiveSmallIntegerField(
        _("a record opened with a reason stays open, minutes"), default=60
    )
    keep_years = models.PositiveSmallIntegerField(
        _("records are kept after the last visit, years"), default=10
    )
    quiet_from_minute = models.PositiveSmallIntegerField(_("quiet from"), default=21 * 60)
    quiet_until_minute = models.PositiveSmallIntegerField(_("quiet until"), default=8 * 60)

    objects: ClassVar[ClinicManager] = ClinicManager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="clinic_only_one"),
            models.CheckConstraint(
                condition=Q(grid_minutes__in=(5, 10, 15, 20, 30, 60)), name="clinic_grid_known"
            ),
            models.CheckConstraint(
                condition=Q(horizon_days__gte=1, horizon_days__lte=730),
                name="clinic_horizon_range",
            ),
            models.CheckConstraint(
                condition=Q(hold_minutes__gte=1, hold_minutes__lte=60), name="clinic_hold_range"
            ),
            models.CheckConstraint(
                condition=Q(treating_months__gte=1, treating_months__lte=120),
                name="clinic_treating_range",
            ),
            models.CheckConstraint(
                condition=Q(opening_minutes__gte=5, opening_minutes__lte=1440),
                name="clinic_opening_range",
            ),
            models.CheckConstraint(
                condition=Q(keep_years__gte=1, keep_years__lte=50), name="clinic_keep_range"
            ),
            models.CheckConstraint(
                condition=Q(quiet_from_minute__lte=1440, quiet_until_minute__lte=1440),
                name="clinic_quiet_in_day",
            ),
            models.CheckConstraint(
                condition=Q(accent__regex="^(#[0-9a-f]{6})?$"), name="clinic_accent_is_a_colour"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Location(models.Model):
    """A place where clients are treated; its zone is the one its hours and messages speak in."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=80)
    address = models.CharField(_("address"), max_length=200)
    directions = models.CharField(_("how to get in"), max_length=200, blank=True)
    country = models.CharField(_("country, ISO 3166"), max_length=2, default="CA")
    phone = models.CharField(_("phone"), max_length=20)
    currency = models.CharField(_("currency, ISO 4217"), max_length=3, default="CAD")
    time_zone = models.CharField(_("time zone"), max_length=64, validators=[check_time_zone])
    sender_name = models.CharField(_("neutral sender name"), max_length=60, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(country__regex="^[A-Z]{2}$"), name="location_country"
            ),
            models.CheckConstraint(
                condition=Q(currency__regex="^[A-Z]{3}$"), name="location_currency"
            ),
            models.CheckConstraint(condition=~Q(time_zone=""), name="location_has_zone"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)


class Room(models.Model):
    """A treatment room. Where its bookings are is where it is."""

    id = models.AutoField(primary_key=True)  # int4: half of an advisory lock's key
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="rooms")
    name = models.CharField(_("name"), max_length=60)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["location", "name"], name="room_name_once_a_location"),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.location}"
