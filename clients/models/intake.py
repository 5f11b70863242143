"""The intake form in versions, who was asked to fill it in, what they have typed and what they sent."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clients.intake_definition import FormKind
from clients.sealing import SealedJSON

KINDS = [
    (FormKind.FULL.value, _("Health form")),
    (FormKind.WHAT_CHANGED.value, _("What changed")),
]


class IntakeDefinition(models.Model):
    """One published version of the form, as its document. It never changes (migration 0002)."""

    version = models.PositiveIntegerField(primary_key=True)
    published_at = models.DateTimeField()
    digest = models.CharField(max_length=64)
    source = models.CharField(max_length=200)
    document = models.JSONField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(version__gte=1), name="intake_definition_version_from_one"
            ),
            models.CheckConstraint(
                condition=Q(digest__regex="^[0-9a-f]{64}$"), name="intake_definition_digest_sha256"
            ),
        ]

    def __str__(self) -> str:
        return f"intake form, version {self.version}"


class IntakeRequest(models.Model):
    """A form somebody was asked to fill in, until when, and its link.

    `about` says what asked for it (`booking:<uid>`; this app knows no more of it), `""` for a
    member of staff. There are two links, of which only digests are kept: the one of `token_digest`
    goes to the client's own address and opens the form with what they told us before; the one of
    `page_digest` stands on a page that whoever typed a name can see, so it opens an empty form and
    never shows what came by the other. A form is ended when it was sent or is asked no more.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    client = models.ForeignKey(
        "clients.Client", on_delete=models.PROTECT, related_name="intake_requests"
    )
    kind = models.CharField(max_length=12, choices=KINDS)
    about = models.CharField(max_length=80, blank=True)
    token_digest = models.CharField(max_length=64, unique=True)
    page_digest = models.CharField(max_length=64, unique=True)
    valid_until = models.DateTimeField()
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in FormKind]),
                name="intake_request_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__gt=F("created_at")), name="intake_request_forwards"
            ),
            models.UniqueConstraint(
                fields=["client", "about"],
                condition=Q(ended_at__isnull=True),
                name="intake_one_open_request",
            ),
        ]
        indexes = [models.Index(fields=["about"], name="intake_request_about")]

    def __str__(self) -> str:
        return f"{self.kind} {self.uid}"


class IntakeDraft(models.Model):
    """A form being filled in: all that was typed, on whatever device, right or wrong.

    `content` is what `clients.intake_draft` reads and merges; `revision` counts its saves. It is
    finished on the versions of form and rules it was begun with. `is_private`: it holds what came
    by the client's own link, so the link on a page no longer shows it. Once sent it stays as it was.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    request = models.ForeignKey(IntakeRequest, on_delete=models.PROTECT, related_name="drafts")
    client = models.ForeignKey("clients.Client", on_delete=models.PROTECT, related_name="+")
    definition = models.ForeignKey(IntakeDefinition, on_delete=models.PROTECT, related_name="+")
    rule_set = models.ForeignKey("clients.RuleSet", on_delete=models.PROTECT, related_name="+")
    revision = models.PositiveIntegerField(default=0)
    content = SealedJSON()
    is_private = models.BooleanField(default=False)
    begun_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["request"],
                condition=Q(sent_at__isnull=True),
                name="intake_one_draft_a_request",
            ),
        ]

    def __str__(self) -> str:
        return f"draft {self.uid} ({self.revision})"


class IntakeSubmission(models.Model):
    """What a client told us, as of one day. It never changes (migration 0002).

    Each holds the whole record: a WHAT_CHANGED form takes over what `previous` said and was not
    asked again. `content` is health text: `answers` by question, and `asked`, the questions of this
    form. `told_on` is the day the client said it, which may lie long before for paper; answers of
    the room and of paper name who entered them. PAGE is of a client we knew, by a link that whoever
    typed their name could see: nobody has proved that it was they. `calls_for_full`: a new risk came
    up, so the whole form is asked next. History has no branches: a submission has one successor. What
    moves to another client, because two turn out to be one, is changed in nothing else.
    """

    class Source(models.TextChoices):
        ONLINE = "ONLINE", _("Filled in online")
        PAGE = "PAGE", _("Filled in online by a page's link, so ask whether it was the client")
        IN_ROOM = "IN_ROOM", _("Told in the room")
        PAPER = "PAPER", _("On paper")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    client = models.ForeignKey(
        "clients.Client", on_delete=models.PROTECT, related_name="intake_submissions"
    )
    kind = models.CharField(max_length=12, choices=KINDS)
    request = models.ForeignKey(
        IntakeRequest, on_delete=models.PROTECT, null=True, blank=True, related_name="submissions"
    )
    draft = models.OneToOneField(
        IntakeDraft, on_delete=models.PROTECT, null=True, blank=True, related_name="submission"
    )
    definition = models.ForeignKey(IntakeDefinition, on_delete=models.PROTECT, related_name="+")
    rule_set = models.ForeignKey("clients.RuleSet", on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=8, choices=Source)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    told_on = models.DateField()
    submitted_at = models.DateTimeField()
    previous = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="next"
    )
    calls_for_full = models.BooleanField(default=False)
    content = SealedJSON()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in FormKind]),
                name="intake_submission_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(source__in=["ONLINE", "PAGE"], entered_by__isnull=True)
                | Q(source__in=["IN_ROOM", "PAPER"], entered_by__isnull=False),
                name="intake_submission_source",
            ),
            models.CheckConstraint(
                condition=Q(previous__isnull=True) | ~Q(previous=F("pk")),
                name="intake_submission_not_its_own",
            ),
        ]
        indexes = [
            models.Index(fields=["client", "-submitted_at"], name="intake_submission_of_client"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.uid}"

    @property
    def answers(self) -> dict[str, Any]:
        """The record as it stood then, by question."""
        answers: dict[str, Any] = self.content["answers"]
        return answers

    @property
    def asked(self) -> frozenset[str]:
        """The questions this form asked; the other answers were taken over."""
        return frozenset(self.content["asked"])
