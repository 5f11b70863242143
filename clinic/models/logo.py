"""The clinic's logo."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Logo(models.Model):
    """A picture as `clinic.logo` has drawn it, named by a digest of what it shows; never changed.

    In the database, so that it is in every backup and needs no folder of its own.
    """

    digest = models.CharField(max_length=32, primary_key=True)
    data = models.BinaryField()
    content_type = models.CharField(max_length=10)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(content_type__in=["image/png", "image/jpeg"]), name="logo_type_known"
            ),
        ]

    def __str__(self) -> str:
        return f"logo {self.digest}"
