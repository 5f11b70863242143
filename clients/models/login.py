"""Who may act for whom on the client's own pages."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clients.models.client import Client
from clinic.models import User


class ClientLogin(models.Model):
    """A login may see a client's pages and act there, from `made_at` until `ended_at`.

    One login may hold several clients (a parent and children, a couple) and one client may have
    several logins. A row is never deleted: who could see what, and when, stays readable.
    `is_pending`: the desk wrote it down, and it opens nothing until the phone number was given or a
    practitioner has confirmed it.
    """

    class Relation(models.TextChoices):
        SELF = "SELF", _("Themselves")
        PARENT = "PARENT", _("Parent or guardian")
        PARTNER = "PARTNER", _("Partner")
        CARER = "CARER", _("Carer")

    class How(models.TextChoices):
        """What was shown before the link was made (docs/decisions/0011)."""

        NUMBER = "NUMBER", _("Address and phone number")
        BOOKING = "BOOKING", _("A booking's link and phone number")
        CLINIC = "CLINIC", _("By the clinic")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="client_logins")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="logins")
    relation = models.CharField(max_length=8, choices=Relation)
    how = models.CharField(max_length=8, choices=How)
    is_pending = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "client"],
                condition=Q(ended_at__isnull=True),
                name="client_login_once",
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(ended_at__isnull=True, relation="SELF"),
                name="client_login_one_self",
            ),
            models.CheckConstraint(
                condition=Q(relation__in=["SELF", "PARENT", "PARTNER", "CARER"]),
                name="client_login_relation_known",
            ),
            models.CheckConstraint(
                condition=Q(how__in=["NUMBER", "BOOKING", "CLINIC"]), name="client_login_how_known"
            ),
            models.CheckConstraint(
                condition=Q(is_pending=False) | Q(how="CLINIC"),
                name="client_login_only_desk_waits",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("made_at")),
                name="client_login_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} for {self.client_id}"
