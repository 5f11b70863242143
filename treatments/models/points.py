"""What the clinic makes of the points: how it uses each, and which it takes together."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

MOST_IN_A_SET = 60


class PointSetting(models.Model):
    """How the clinic uses one point of the atlas (`treatments.atlas`), by its code.

    A point that is off can still be used, with a reason. `warn_above_mm` 0: any use takes one.
    """

    code = models.CharField(max_length=20, unique=True)
    is_off = models.BooleanField(_("switched off"), default=False)
    depth_from_mm = models.PositiveSmallIntegerField(_("usual depth, from"), null=True, blank=True)
    depth_to_mm = models.PositiveSmallIntegerField(_("usual depth, to"), null=True, blank=True)
    warn_above_mm = models.PositiveSmallIntegerField(_("warn above"))
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(depth_from_mm__isnull=True, depth_to_mm__isnull=True)
                | Q(
                    depth_from_mm__isnull=False,
                    depth_to_mm__isnull=False,
                    depth_to_mm__gte=F("depth_from_mm"),
                    depth_to_mm__lte=80,
                ),
                name="point_setting_depth_in_order",
            ),
            models.CheckConstraint(
                condition=Q(warn_above_mm__lte=80), name="point_setting_warns_in_range"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class PointSet(models.Model):
    """Points taken together for a concern, a whole-body aim or what the clinic names itself.

    `code` is that of the concern or aim, or the clinic's own. `points` are "ST4:L", in the order in
    which they are suggested.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField(max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=80)
    points = ArrayField(models.CharField(max_length=24), default=list, blank=True)
    is_active = models.BooleanField(_("suggested"), default=True)
    position = models.PositiveSmallIntegerField(_("place in the list"), default=0)

    class Meta:
        ordering = ["position", "name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(points__len__lte=MOST_IN_A_SET), name="point_set_not_too_long"
            ),
        ]

    def __str__(self) -> str:
        return self.name
