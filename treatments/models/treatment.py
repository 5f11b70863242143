"""What we do: treatments and the phases a session consists of."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clients import phases
from clinic.models import Practitioner


class Treatment(models.Model):
    """A service clients book. Its minutes are the consultation and the phases together.

    The policy columns override the clinic's; empty means the clinic's own.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=80)
    summary = models.CharField(_("summary"), max_length=200, blank=True)
    for_new_clients = models.BooleanField(_("first visit"), default=False)
    bookable_online = models.BooleanField(_("bookable online"), default=True)
    is_active = models.BooleanField(_("active"), default=True)
    consultation_minutes = models.PositiveSmallIntegerField(_("consultation first"), default=0)
    turnover_minutes = models.PositiveSmallIntegerField(_("turnover of the room"), default=10)
    price = models.DecimalField(_("price"), max_digits=9, decimal_places=2)
    currency = models.CharField(_("currency, ISO 4217"), max_length=3, default="CAD")
    position = models.PositiveSmallIntegerField(_("place in the list"), default=0)
    notice_minutes = models.PositiveIntegerField(null=True, blank=True)
    horizon_days = models.PositiveSmallIntegerField(null=True, blank=True)
    grid_minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    window_minutes = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(price__gte=0), name="treatment_price_not_negative"),
            models.CheckConstraint(
                condition=Q(turnover_minutes__lte=120, consultation_minutes__lte=240),
                name="treatment_minutes_range",
            ),
            models.CheckConstraint(
                condition=Q(grid_minutes__isnull=True)
                | Q(grid_minutes__in=(5, 10, 15, 20, 30, 60)),
                name="treatment_grid_known",
            ),
            models.CheckConstraint(
                condition=Q(horizon_days__isnull=True)
                | Q(horizon_days__gte=1, horizon_days__lte=730),
                name="treatment_horizon_range",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def minutes(self) -> int:
        """The session's length: consultation and phases. Prefetch `phases` for lists."""
        return self.consultation_minutes + sum(phase.minutes for phase in self.phases.all())


class Phase(models.Model):
    """One phase of a treatment's session: its kind and its minutes, in order."""

    treatment = models.ForeignKey(Treatment, on_delete=models.CASCADE, related_name="phases")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(
        max_length=20, choices=[(kind.value, kind.value) for kind in phases.Phase]
    )
    minutes = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["treatment", "position"], name="phase_place_once"),
            models.CheckConstraint(
                condition=Q(minutes__gte=1, minutes__lte=240), name="phase_minutes_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.minutes} min"


class Offer(models.Model):
    """A practitioner offers a treatment."""

    treatment = models.ForeignKey(Treatment, on_delete=models.CASCADE, related_name="offers")
    practitioner = models.ForeignKey(Practitioner, on_delete=models.CASCADE, related_name="offers")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["treatment", "practitioner"], name="offered_once"),
        ]

    def __str__(self) -> str:
        return f"{self.practitioner_id} offers {self.treatment_id}"
