"""Needles by the box, and tools that are used again."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clinic.models import Location
from treatments.models.session import SessionRecord


class NeedleBox(models.Model):
    """A box of single-use sterile needles (session.json, `needle_stock`). What is left of it is
    counted from the sessions that used it, and never stored."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="needle_boxes")
    brand = models.CharField(_("brand"), max_length=60)
    model = models.CharField(_("model"), max_length=60, blank=True)
    diameter_mm = models.DecimalField(_("diameter, mm"), max_digits=4, decimal_places=2)
    length_mm = models.DecimalField(_("length, mm"), max_digits=4, decimal_places=1)
    material = models.CharField(_("material or coating"), max_length=60, blank=True)
    lot = models.CharField(_("lot"), max_length=40)
    expires_on = models.DateField(_("expires"))
    pieces = models.PositiveIntegerField(_("needles in the box"))
    received_on = models.DateField(_("received"))
    finished_on = models.DateField(_("used up or thrown away"), null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(diameter_mm__gte="0.10", diameter_mm__lte="0.50"),
                name="needle_box_diameter_range",
            ),
            models.CheckConstraint(
                condition=Q(length_mm__gte=3, length_mm__lte=80), name="needle_box_length_range"
            ),
            models.CheckConstraint(
                condition=Q(pieces__gte=1, pieces__lte=10000), name="needle_box_pieces_range"
            ),
            models.CheckConstraint(
                condition=Q(finished_on__isnull=True) | Q(finished_on__gte=F("received_on")),
                name="needle_box_finished_after",
            ),
        ]
        indexes = [models.Index(fields=["lot"], name="needle_box_lot")]
        verbose_name_plural = "needle boxes"

    def __str__(self) -> str:
        return f"{self.brand} {self.diameter_mm} x {self.length_mm}, lot {self.lot}"


class BoxUse(models.Model):
    """A session took needles from a box: whom a recalled lot was used on. Written as soon as the
    first needle of it is placed, so that no recall misses a session that is not signed yet;
    `needles` is counted when it is signed."""

    session = models.ForeignKey(SessionRecord, on_delete=models.PROTECT, related_name="box_uses")
    box = models.ForeignKey(NeedleBox, on_delete=models.PROTECT, related_name="uses")
    needles = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "box"], name="box_use_once"),
        ]

    def __str__(self) -> str:
        return f"{self.needles} of {self.box_id} in {self.session_id}"


class Tool(models.Model):
    """A roller or another tool that is used again, by the name written on it."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="tools")
    name = models.CharField(_("name on the tool"), max_length=40)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["location", "name"], name="tool_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class ToolUse(models.Model):
    """A tool was used in a session."""

    session = models.ForeignKey(SessionRecord, on_delete=models.PROTECT, related_name="tool_uses")
    tool = models.ForeignKey(Tool, on_delete=models.PROTECT, related_name="uses")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "tool"], name="tool_use_once"),
        ]

    def __str__(self) -> str:
        return f"{self.tool_id} in {self.session_id}"


class Cleaning(models.Model):
    """A tool was cleaned and disinfected. Never changed: a wrong line is followed by a right one.

    Ontario's inspectors ask for intermediate-level disinfection between clients of what may touch
    skin that is not whole (domain README, section 4, OPH).
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    tool = models.ForeignKey(Tool, on_delete=models.PROTECT, related_name="cleanings")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    disinfectant = models.CharField(_("disinfectant"), max_length=80)

    class Meta:
        indexes = [models.Index(fields=["tool", "-at"], name="cleaning_newest")]

    def __str__(self) -> str:
        return f"{self.tool_id} cleaned {self.at:%Y-%m-%d %H:%M}"
