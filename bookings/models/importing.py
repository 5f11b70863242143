"""A table taken over from another system, row by row, and what became of each row."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bookings.models.booking import Booking
from clients.models import Client
from clinic.models import User


class Import(models.Model):
    """One file. It is looked at (NEW), tried row by row with everything taken back (CHECKING,
    CHECKED), and taken over (RUNNING, DONE). FAILED is one that made the work stop.

    `data` is the file, sealed under a key of its own, until it was tried: of its columns only
    those in `mapping` (field to column) are kept, in the rows. `options` says how they are read.
    """

    class Status(models.TextChoices):
        NEW = "NEW", _("Columns to be chosen")
        CHECKING = "CHECKING", _("Being tried")
        CHECKED = "CHECKED", _("Tried")
        RUNNING = "RUNNING", _("Being taken over")
        DONE = "DONE", _("Taken over")
        FAILED = "FAILED", _("Could not be taken over")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    status = models.CharField(max_length=8, choices=Status, default=Status.NEW)
    filename = models.CharField(max_length=120)
    system = models.CharField(max_length=20)
    key_id = models.CharField(max_length=16)
    wrapped = models.BinaryField()
    data = models.BinaryField(null=True)
    headings = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    total = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["NEW", "CHECKING", "CHECKED", "RUNNING", "DONE", "FAILED"]),
                name="import_status_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                name="import_at_work",
                condition=Q(status__in=["CHECKING", "RUNNING"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.filename} {self.status}"


class ImportRow(models.Model):
    """A row of a file, by its number in it, and what became of it. `problem` is a code."""

    class State(models.TextChoices):
        WAITING = "WAITING", _("Waiting")
        READY = "READY", _("Can be taken over")
        MADE = "MADE", _("Taken over")
        KNOWN = "KNOWN", _("Here already")
        LEFT_OUT = "LEFT_OUT", _("Left out")
        ERROR = "ERROR", _("Can't be taken over")

    of = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    values = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    problem = models.CharField(max_length=30, blank=True)
    client = models.ForeignKey(
        Client, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    booking = models.ForeignKey(
        Booking, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["of", "number"], name="import_row_once"),
            models.CheckConstraint(
                condition=Q(state="ERROR", problem__gt="") | ~Q(state="ERROR"),
                name="import_error_has_reason",
            ),
        ]
        indexes = [models.Index(fields=["of", "state", "number"], name="import_row_state")]

    def __str__(self) -> str:
        return f"{self.of_id}:{self.number} {self.state}"


class ImportedKey(models.Model):
    """What names a client or an appointment in the system it came from, so that the same file
    twice makes nothing twice. `digest` is of the system, the kind of thing and its number there."""

    digest = models.CharField(max_length=64, unique=True)
    client = models.ForeignKey(
        Client, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    booking = models.ForeignKey(
        Booking, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(client__isnull=False, booking__isnull=True)
                | Q(client__isnull=True, booking__isnull=False),
                name="imported_key_names_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return self.digest[:12]
