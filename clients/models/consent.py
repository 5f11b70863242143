"""What clients agreed to: documents in versions, signatures, and what was taken back.

Nothing here is ever changed or deleted, the database refuses it: a document's next version, a new
signature and a withdrawal are rows of their own. One thing may happen to a signed row: it moves to
another client when two records turn out to be one person's.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clients import consent_rules, consent_text
from clients.sealing import SealedJSON, SealedText

if TYPE_CHECKING:
    from clients.consent_text import Text

SHA_256 = "^[0-9a-f]{64}$"


class ConsentDocument(models.Model):
    """One published version of the text of a kind, in one language. `number` counts from 1.

    `items` each have code, heading and text. `months` is how long a signature holds (NULL: until
    it is withdrawn). `asks_again`: it differs in substance from the version before. `digest` is
    the SHA-256 of all that is read (`consent_text.Text.digest`).
    """

    class Kind(models.TextChoices):
        TREATMENT = consent_rules.Kind.TREATMENT.value, _("Treatment")
        PHOTO = consent_rules.Kind.PHOTO.value, _("Photos")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=12, choices=Kind)
    language = models.CharField(max_length=10)
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=160)
    intro = models.TextField(blank=True)
    items = models.JSONField()
    months = models.PositiveSmallIntegerField(null=True, blank=True)
    asks_again = models.BooleanField()
    digest = models.CharField(max_length=64)
    source = models.CharField(max_length=120)
    published_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "language", "number"], name="consent_text_numbered_once"
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1), name="consent_text_numbered_from_one"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in consent_rules.Kind]),
                name="consent_text_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(digest__regex=SHA_256), name="consent_text_digest_sha256"
            ),
            models.CheckConstraint(
                condition=Q(months__isnull=True) | Q(months__gte=1, months__lte=120),
                name="consent_text_months_range",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.language}, version {self.number}"

    @property
    def text(self) -> Text:
        """What is read and signed."""
        return consent_text.read(
            {
                "kind": self.kind,
                "language": self.language,
                "title": self.title,
                "intro": self.intro,
                "items": self.items,
                "months": self.months,
            }
        )


class ConsentGiven(models.Model):
    """One signature under one version of a document.

    `digest` is the document's, checked by the database. `choices` says of each item whether it was
    a yes. `signature` holds the signer's `name` and, if it was drawn, the `strokes`;
    `circumstances` holds `interpreter`, `questions` (what was asked), `address` and `device`. `about`
    names what it was signed for, such as `booking:<uid>`. `time_zone` is the one the signer reads
    their clock in. `key` is the form's: a form sent twice is one signature.
    """

    class Method(models.TextChoices):
        DRAWN = consent_rules.Method.DRAWN.value, _("drawn by hand")
        TYPED = consent_rules.Method.TYPED.value, _("name typed")

    class Relation(models.TextChoices):
        SELF = consent_rules.Relation.SELF.value, _("For myself")
        PARENT = consent_rules.Relation.PARENT.value, _("As a parent")
        GUARDIAN = consent_rules.Relation.GUARDIAN.value, _("As a guardian")
        DECIDES_FOR = (
            consent_rules.Relation.DECIDES_FOR.value,
            _("As a person who decides for them"),
        )

    class Place(models.TextChoices):
        LINK = consent_rules.Place.LINK.value, _("by the client's own link")
        TABLET = consent_rules.Place.TABLET.value, _("on the clinic's tablet")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.UUIDField()
    client = models.ForeignKey(
        "clients.Client", on_delete=models.PROTECT, related_name="consents_given"
    )
    document = models.ForeignKey(ConsentDocument, on_delete=models.PROTECT, related_name="given")
    digest = models.CharField(max_length=64)
    choices = models.JSONField()
    method = models.CharField(max_length=6, choices=Method)
    relation = models.CharField(max_length=12, choices=Relation)
    place = models.CharField(max_length=8, choices=Place)
    witness = models.ForeignKey(
        "clinic.User", on_delete=models.PROTECT, null=True, blank=True, related_name="witnessed"
    )
    about = models.CharField(max_length=80, blank=True)
    signature = SealedJSON()
    circumstances = SealedJSON()
    time_zone = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client", "key"], name="consent_once_a_form"),
            models.CheckConstraint(
                condition=Q(method__in=[each.value for each in consent_rules.Method]),
                name="consent_method_known",
            ),
            models.CheckConstraint(
                condition=Q(relation__in=[each.value for each in consent_rules.Relation]),
                name="consent_relation_known",
            ),
            models.CheckConstraint(
                condition=Q(place=consent_rules.Place.LINK.value, witness__isnull=True)
                | Q(place=consent_rules.Place.TABLET.value, witness__isnull=False),
                name="consent_on_tablet_has_witness",
            ),
            models.CheckConstraint(condition=~Q(time_zone=""), name="consent_has_zone"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["client", "-at"], name="consent_of_client"),
        ]

    def __str__(self) -> str:
        return f"consent {self.uid}"


class ConsentWithdrawn(models.Model):
    """A consent was taken back, from this moment on. `user` is the member of staff who noted it
    for the client, if the client did not do it themselves."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    client = models.ForeignKey(
        "clients.Client", on_delete=models.PROTECT, related_name="consents_withdrawn"
    )
    consent = models.ForeignKey(ConsentGiven, on_delete=models.PROTECT, related_name="withdrawals")
    user = models.ForeignKey("clinic.User", on_delete=models.PROTECT, null=True, blank=True)
    reason = SealedText()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["consent"], name="consent_withdrawn_once"),
        ]

    def __str__(self) -> str:
        return f"withdrawal {self.uid}"


class ConsentStillYes(models.Model):
    """At a visit the client said yes again to what they had signed. `about` names the visit."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    client = models.ForeignKey("clients.Client", on_delete=models.PROTECT, related_name="still_yes")
    consent = models.ForeignKey(ConsentGiven, on_delete=models.PROTECT, related_name="still_yes")
    about = models.CharField(max_length=80)
    user = models.ForeignKey("clinic.User", on_delete=models.PROTECT)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["about"], name="still_yes_once_a_visit"),
            models.CheckConstraint(condition=~Q(about=""), name="still_yes_names_a_visit"),
        ]

    def __str__(self) -> str:
        return f"still yes at {self.about}"


class ConsentEvent(models.Model):
    """Something came up that no consent signed before `at` spoke of, such as a new plan.

    `about` names it. Such rows are only added.
    """

    class Reason(models.TextChoices):
        NEW_PLAN = consent_rules.Reason.NEW_PLAN.value, _("New plan")
        NEW_RISK = consent_rules.Reason.NEW_RISK.value, _("New risk")
        NEW_TECHNIQUE = consent_rules.Reason.NEW_TECHNIQUE.value, _("New technique")
        CAPACITY_CHANGED = (
            consent_rules.Reason.CAPACITY_CHANGED.value,
            _("Who decides has changed"),
        )

    client = models.ForeignKey(
        "clients.Client", on_delete=models.PROTECT, related_name="consent_events"
    )
    reason = models.CharField(max_length=16, choices=Reason)
    about = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(reason__in=sorted(each.value for each in consent_rules.EVENTS)),
                name="consent_event_reason_known",
            ),
            models.UniqueConstraint(fields=["about", "reason"], name="consent_event_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["client", "at"], name="consent_event_of_client"),
        ]

    def __str__(self) -> str:
        return f"{self.reason} of {self.about}"


class ConsentLink(models.Model):
    """How often a client's consent link was replaced: only the newest opens. Without a row it is
    the first one."""

    client = models.OneToOneField(
        "clients.Client", on_delete=models.PROTECT, primary_key=True, related_name="consent_link"
    )
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(version__gte=1), name="consent_link_from_one"),
        ]

    def __str__(self) -> str:
        return f"consent link {self.version}"
