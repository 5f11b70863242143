"""Photos and documents of a client. The files lie in the private storage, sealed."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clients import images
from clients.sealing import SealedText


class PhotoView(models.TextChoices):
    """The standard views; the first five are those of every set."""

    FRONT_REST = "FRONT_REST", _("Front, at rest")
    OBLIQUE_L = "OBLIQUE_L", _("45 degrees, left")
    OBLIQUE_R = "OBLIQUE_R", _("45 degrees, right")
    PROFILE_L = "PROFILE_L", _("90 degrees, left")
    PROFILE_R = "PROFILE_R", _("90 degrees, right")
    FRONT_BROW_UP = "FRONT_BROW_UP", _("Front, brows raised")
    FRONT_FROWN = "FRONT_FROWN", _("Front, frown")
    FRONT_SMILE = "FRONT_SMILE", _("Front, smile")
    EYES_CLOSE = "EYES_CLOSE", _("Eyes close-up")
    NECK = "NECK", _("Neck")


STANDARD_VIEWS = tuple(PhotoView)[:5]


class Milestone(models.TextChoices):
    """Where in a series a photo was taken."""

    BASELINE = "BASELINE", _("Before the series")
    MID = "MID", _("Midway")
    END = "END", _("End of the series")
    OTHER = "OTHER", _("Other")


class Ending(models.TextChoices):
    """Why a file stands no longer in the record's front row. It is kept all the same."""

    REPLACED = "REPLACED", _("Replaced by a better one")
    WITHDRAWN = "WITHDRAWN", _("Withdrawn")


class KeptFile(models.Model):
    """A file of a client. `name` is its place in the private storage, where it lies sealed with the
    client's key (`clients/vault.py`); `sha256` and `size` are those of what was sealed.

    Nothing is deleted: what is wrong or no longer wanted ends, and stays in the record. `added_by`
    is empty where a client brought it themselves. `released_at`: since when the client's own pages
    show it; what ended is shown there no more.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    client = models.ForeignKey(
        "clients.Client", on_delete=models.PROTECT, related_name="%(class)ss"
    )
    name = models.CharField(max_length=120, unique=True)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(
        "clinic.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ending = models.CharField(max_length=10, choices=Ending, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        "clinic.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.ForeignKey(
        "clinic.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(sha256__regex="^[0-9a-f]{64}$", size__gte=1),
                name="%(class)s_file_is_measured",
            ),
            models.CheckConstraint(
                condition=Q(ending="", ended_at__isnull=True, ended_by__isnull=True)
                | Q(ending__in=Ending.values, ended_at__isnull=False),
                name="%(class)s_stands_or_ended",
            ),
            models.CheckConstraint(
                condition=Q(released_at__isnull=True, released_by__isnull=True)
                | Q(released_at__isnull=False, released_by__isnull=False, ending=""),
                name="%(class)s_released_while_it_stands",
            ),
            # The same file twice, by a double click or a page sent again.
            models.UniqueConstraint(
                fields=["client", "sha256"], condition=Q(ending=""), name="%(class)s_once"
            ),
        ]


class Photo(KeptFile):
    """A photo of a client's face or neck, drawn anew by `clients/images.py`.

    `thumb_name` is the place of the small one. A photo that is REPLACED says by which.
    """

    view = models.CharField(_("view"), max_length=16, choices=PhotoView)
    milestone = models.CharField(_("moment"), max_length=10, choices=Milestone)
    taken_on = models.DateField(_("taken on"))
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    thumb_name = models.CharField(max_length=120, unique=True)
    replaced_by = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaces"
    )

    class Meta(KeptFile.Meta):
        constraints = [
            *KeptFile.Meta.constraints,
            models.CheckConstraint(condition=Q(view__in=PhotoView.values), name="photo_view_known"),
            models.CheckConstraint(
                condition=Q(milestone__in=Milestone.values), name="photo_milestone_known"
            ),
            models.CheckConstraint(
                condition=Q(
                    width__gte=images.LEAST_SIDE,
                    height__gte=images.LEAST_SIDE,
                    width__lte=images.LONGEST_SIDE,
                    height__lte=images.LONGEST_SIDE,
                ),
                name="photo_size_within_limits",
            ),
            models.CheckConstraint(
                condition=Q(ending=Ending.REPLACED, replaced_by__isnull=False)
                | (~Q(ending=Ending.REPLACED) & Q(replaced_by__isnull=True)),
                name="photo_replaced_by_another",
            ),
            models.CheckConstraint(
                condition=Q(replaced_by__isnull=True) | ~Q(replaced_by=F("id")),
                name="photo_not_replaced_by_itself",
            ),
        ]
        indexes = [models.Index(fields=["client", "view", "-taken_on"], name="photo_of_client")]

    def __str__(self) -> str:
        return f"photo {self.uid}"


class Document(KeptFile):
    """A paper or a file about a client: a scan of an old chart, a letter, a result.

    `dated` is the date on the paper; a scan of a chart must have one. `title` and `original_name`
    may speak of health and are sealed.
    """

    class Kind(models.TextChoices):
        PAPER_CHART = "PAPER_CHART", _("Old paper chart")
        LETTER = "LETTER", _("Letter")
        RESULT = "RESULT", _("Result")
        OTHER = "OTHER", _("Other")

    class MediaType(models.TextChoices):
        PDF = "application/pdf", _("PDF")
        JPEG = "image/jpeg", _("Picture")

    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    dated = models.DateField(_("date on the paper"), null=True, blank=True)
    media_type = models.CharField(max_length=20, choices=MediaType)
    title = SealedText()
    original_name = SealedText()

    class Meta(KeptFile.Meta):
        constraints = [
            *KeptFile.Meta.constraints,
            models.CheckConstraint(
                condition=Q(kind__in=["PAPER_CHART", "LETTER", "RESULT", "OTHER"]),
                name="document_kind_known",
            ),
            models.CheckConstraint(
                condition=~Q(kind="PAPER_CHART") | Q(dated__isnull=False),
                name="document_chart_has_date",
            ),
            models.CheckConstraint(
                condition=Q(media_type__in=["application/pdf", "image/jpeg"]),
                name="document_type_known",
            ),
            # A document ends by being withdrawn; only photos replace each other.
            models.CheckConstraint(
                condition=~Q(ending=Ending.REPLACED), name="document_is_not_replaced"
            ),
        ]
        indexes = [models.Index(fields=["client", "-added_at"], name="document_of_client")]

    def __str__(self) -> str:
        return f"document {self.uid}"
