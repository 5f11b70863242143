"""The people we treat, and what they said about being written to."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Collate
from django.utils.translation import gettext_lazy as _

from clinic.models.places import check_time_zone


class Channel(models.TextChoices):
    EMAIL = "EMAIL", _("e-mail")
    SMS = "SMS", _("text message")


class Purpose(models.TextChoices):
    """Care and marketing are separate consents."""

    CARE = "CARE", _("care")
    MARKETING = "MARKETING", _("marketing")


class Client(models.Model):
    """A person we treat. May have no e-mail and no mobile number; shares either with others.

    `name_key` is the name as compared (see `clients.contact.name_key`); `phone` is E.164; `email`
    is lower case. The database keeps `search_text`, for `clients.search`. A client made by an online
    booking is PROVISIONAL until the desk has met them. A MERGED one is a record of a person who has
    another, `merged_into`; it is shown nowhere and its links lead there. Of an ERASED one nothing is
    left but that there was somebody. GONE are those nobody finds any more.
    """

    class Status(models.TextChoices):
        PROVISIONAL = "PROVISIONAL", _("Provisional")
        ACTIVE = "ACTIVE", _("Active")
        MERGED = "MERGED", _("Merged into another")
        ERASED = "ERASED", _("Erased")

    GONE: ClassVar = (Status.MERGED, Status.ERASED)

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=120)
    name_key = models.CharField(max_length=240, editable=False)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=16, blank=True)
    status = models.CharField(max_length=12, choices=Status, default=Status.PROVISIONAL)
    language = models.CharField(_("language"), max_length=10, default="en-ca")
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        blank=True,
        default="",
        db_default="",
        validators=[check_time_zone],
        help_text=_("Where they live by another clock than the clinic's."),
    )
    created_at = models.DateTimeField()
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged_from"
    )
    search_text = models.GeneratedField(
        expression=Func(F("name_key"), F("email"), F("phone"), function="clients_search_text"),
        output_field=models.TextField(),
        db_persist=True,
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="client_has_name"),
            models.CheckConstraint(
                condition=Q(phone="") | Q(phone__regex=r"^\+[1-9][0-9]{5,14}$"),
                name="client_phone_e164",
            ),
            models.CheckConstraint(
                condition=Q(status="MERGED", merged_into__isnull=False)
                | (~Q(status="MERGED") & Q(merged_into__isnull=True)),
                name="client_merged_has_survivor",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")),
                name="client_not_merged_into_itself",
            ),
            models.CheckConstraint(
                condition=~Q(status="ERASED") | Q(name_key="", email="", phone=""),
                name="client_erased_is_nobody",
            ),
        ]
        indexes = [
            models.Index(fields=["email"], name="client_email", condition=~Q(email="")),
            models.Index(fields=["phone"], name="client_phone", condition=~Q(phone="")),
            models.Index(fields=["name_key"], name="client_name_key"),
            # By bytes, so that it serves beginnings and their order alike, wherever it runs.
            models.Index(Collate("search_text", "C"), name="client_search_start"),
            # Newcomers wait in a short list: a booking need not sort them in, a search reads it.
            GinIndex(
                Func(F("search_text"), function="clients_letter_groups"),
                name="client_search",
                gin_pending_list_limit=256,
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def first_name(self) -> str:
        """The first word of the name: how messages greet."""
        return self.name.split()[0] if self.name.split() else self.name

    @property
    def survivor(self) -> Client:
        """The record this one was merged into in the end; itself where it was not."""
        one = self
        while one.merged_into is not None:
            one = one.merged_into
        return one


class DuplicateProposal(models.Model):
    """Two records may be of one person. The desk decides; nobody is merged by an address.

    `matched_on` has the reasons, joined by "+": name, likename, email, phone.
    """

    class State(models.TextChoices):
        OPEN = "OPEN", _("Open")
        MERGED = "MERGED", _("Merged")
        DIFFERENT = "DIFFERENT", _("Different people")

    newcomer = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="proposals")
    known = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="proposed_for")
    matched_on = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["newcomer", "known"], name="duplicate_proposed_once"),
            models.CheckConstraint(
                condition=~Q(newcomer=models.F("known")), name="duplicate_not_of_itself"
            ),
        ]
        indexes = [
            models.Index(fields=["-created_at"], name="duplicate_open", condition=Q(state="OPEN")),
        ]

    def __str__(self) -> str:
        return f"{self.newcomer_id} ~ {self.known_id}"


class ContactConsent(models.Model):
    """One yes or no to being written to. Rows are added, never changed: the newest holds."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="contact_consents")
    channel = models.CharField(max_length=5, choices=Channel)
    purpose = models.CharField(max_length=9, choices=Purpose)
    granted = models.BooleanField()
    at = models.DateTimeField()
    source = models.CharField(max_length=20)
    wording = models.CharField(max_length=20, help_text="Version of the text that was agreed to.")

    class Meta:
        indexes = [
            models.Index(fields=["client", "channel", "purpose", "-at"], name="consent_newest")
        ]

    def __str__(self) -> str:
        return f"{self.client_id} {self.channel} {self.purpose} {self.granted}"
