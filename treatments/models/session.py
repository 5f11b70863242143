"""The session's record: what was done, action by action, and what was signed."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clients.models import Client
from clients.sealing import SealedJSON, SealedText
from clinic.models import Practitioner
from treatments.models.treatment import Treatment
from treatments.session_actions import Grade, Kind


class SessionRecord(models.Model):
    """One session of one client, from its start to its signature.

    What happened is told by its actions (`treatments.session_log`), never by a column. `planned` is
    what its treatment was on that day: a list of [phase, minutes]. `retention_minutes`: how long
    the needles are meant to stay in. `last_number` is the number of its newest action.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="sessions")
    practitioner = models.ForeignKey(
        Practitioner, on_delete=models.PROTECT, related_name="sessions"
    )
    treatment = models.ForeignKey(Treatment, on_delete=models.PROTECT, related_name="sessions")
    treatment_name = models.CharField(max_length=80)
    planned = models.JSONField()
    retention_minutes = models.PositiveSmallIntegerField(default=20)
    started_at = models.DateTimeField()
    last_number = models.PositiveIntegerField(default=0)
    signed_at = models.DateTimeField(null=True, blank=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(signed_at__isnull=True, signed_by__isnull=True)
                | Q(signed_at__gte=F("started_at"), signed_by__isnull=False),
                name="session_signed_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(retention_minutes__gte=1, retention_minutes__lte=120),
                name="session_retention_range",
            ),
        ]
        indexes = [
            models.Index(fields=["client", "-started_at"], name="session_newest"),
            models.Index(
                fields=["practitioner", "started_at"],
                name="session_unsigned",
                condition=Q(signed_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"session {self.uid}"

    @property
    def is_signed(self) -> bool:
        return self.signed_at is not None


class SessionAction(models.Model):
    """One action of a session. It never changes, and none is added to a signed session (a trigger
    refuses both). `uid` comes from the tablet, so that what is sent twice is kept once; `number`
    is the order of arrival; `at` is when it happened, by the tablet's clock set by ours."""

    uid = models.UUIDField(unique=True)
    session = models.ForeignKey(SessionRecord, on_delete=models.PROTECT, related_name="actions")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=[(kind.value, kind.value) for kind in Kind])
    at = models.DateTimeField()
    received_at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    payload = SealedJSON()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "number"], name="session_action_number"),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in Kind]),
                name="session_action_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(at__lte=F("received_at")), name="session_action_has_happened"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number} of {self.session_id}"


class SessionVersion(models.Model):
    """What was signed, whole and for ever: version 1 at the end of the session, and an addendum with
    its reason as each further one. It never changes (a trigger refuses it).

    `document` is everything the record says, as it is printed; `digest` its SHA-256, of canonical
    JSON. `is_late`: signed more than 24 hours after the session ended.
    """

    class Type(models.TextChoices):
        SIGNED = "SIGNED", _("Signed")
        ADDENDUM = "ADDENDUM", _("Addendum")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    session = models.ForeignKey(SessionRecord, on_delete=models.PROTECT, related_name="versions")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    type = models.CharField(max_length=8, choices=Type)
    at = models.DateTimeField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    is_late = models.BooleanField(default=False)
    digest = models.CharField(max_length=64)
    document = SealedJSON()

    class Meta:
        ordering = ["session", "number"]
        constraints = [
            models.UniqueConstraint(fields=["session", "number"], name="session_version_number"),
            models.CheckConstraint(
                condition=Q(number=1, type="SIGNED") | Q(number__gt=1, type="ADDENDUM"),
                name="session_version_signed_first",
            ),
        ]

    def __str__(self) -> str:
        return f"version {self.number} of {self.session_id}"


class AdverseEvent(models.Model):
    """Something that went wrong or was felt, in a session or reported after it, with its follow-up.

    `details` (sealed) holds what, where, size_mm, action, told, referred_to, needles. One that was
    written by mistake is withdrawn, never deleted.
    """

    class ReportedBy(models.TextChoices):
        PRACTITIONER = "PRACTITIONER", _("Practitioner")
        CLIENT = "CLIENT", _("Client")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="adverse_events")
    session = models.ForeignKey(
        SessionRecord,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="adverse_events",
    )
    practitioner = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    grade = models.CharField(max_length=8, choices=[(grade.value, grade.value) for grade in Grade])
    noticed_at = models.DateTimeField()
    reported_by = models.CharField(max_length=12, choices=ReportedBy)
    follow_up_due = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    details = SealedJSON()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(grade__in=[grade.value for grade in Grade]),
                name="adverse_event_grade_known",
            ),
            models.CheckConstraint(
                condition=Q(resolved_at__isnull=True) | Q(resolved_at__gte=F("noticed_at")),
                name="adverse_event_resolved_after",
            ),
        ]
        indexes = [
            models.Index(
                fields=["follow_up_due"],
                name="adverse_event_open",
                condition=Q(resolved_at__isnull=True, withdrawn_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"adverse event {self.uid}"


class EventNote(models.Model):
    """What was asked and said when an adverse event was followed up. It never changes (a trigger
    refuses it); `text` is health text."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    event = models.ForeignKey(AdverseEvent, on_delete=models.PROTECT, related_name="notes")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    text = SealedText(_("note"))

    class Meta:
        indexes = [models.Index(fields=["event", "at"], name="event_note_in_order")]

    def __str__(self) -> str:
        return f"note {self.uid} of {self.event_id}"
