"""What a client's form said of how they are called and reached, for a person to decide about."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clients.sealing import SealedJSON
from clinic.models import User


class ContactProposal(models.Model):
    """A form told a name, an e-mail or a number that differ from the client's. Nothing happens by
    itself: a person takes it over or leaves it, and a newer form's takes its place.

    `said` has some of `name`, `email` and `phone`, cleaned; it is sealed, since it came with a form.
    """

    class State(models.TextChoices):
        OPEN = "OPEN", _("Waiting")
        TAKEN = "TAKEN", _("Taken over")
        LEFT = "LEFT", _("Left")
        REPLACED = "REPLACED", _("Replaced by a newer form's")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    client = models.ForeignKey(
        "clients.Client", on_delete=models.PROTECT, related_name="contact_proposals"
    )
    said = SealedJSON()
    made_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["client"], condition=Q(state="OPEN"), name="contact_proposal_one_open"
            ),
            models.CheckConstraint(
                condition=Q(state="OPEN", ended_at__isnull=True, ended_by__isnull=True)
                | Q(state="REPLACED", ended_at__isnull=False, ended_by__isnull=True)
                | Q(state__in=["TAKEN", "LEFT"], ended_at__isnull=False, ended_by__isnull=False),
                name="contact_proposal_open_or_ended",
            ),
        ]

    def __str__(self) -> str:
        return f"contact proposal {self.uid}"
