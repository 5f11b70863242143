"""What logging in leaves behind: links that were mailed, and sessions that are open."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class LoginLink(models.Model):
    """A link that logs somebody in, once. Only a digest of its token is kept.

    `user` is empty where somebody asked for an address that has no login: such a row opens
    nothing, and asking costs the same either way.
    """

    user = models.ForeignKey("clinic.User", on_delete=models.CASCADE, null=True, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("made_at")), name="login_link_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        return f"login link {self.pk}"


class AddressProof(models.Model):
    """A code and a link that were mailed to an address, to see whether somebody reads it.

    Only digests of both are kept. `opens` is false where the address is nobody's here: such a row
    proves nothing, was never mailed, and asking costs the same either way.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField()
    opens = models.BooleanField()
    code_digest = models.CharField(max_length=64)
    link_digest = models.CharField(max_length=64, unique=True)
    tries = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("made_at")), name="address_proof_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        return f"proof of an address {self.pk}"


class OpenSession(models.Model):
    """A session that was begun with a login, for the list its owner sees.

    `device` is in words and `network` the shortened address: enough to know one's own again, not
    enough to follow a colleague. A row may outlive its session by a night.
    """

    user = models.ForeignKey("clinic.User", on_delete=models.CASCADE, related_name="open_sessions")
    session_key = models.CharField(max_length=40, unique=True)
    device = models.CharField(_("device"), max_length=80)
    network = models.CharField(_("network"), max_length=45)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(seen_at__gte=F("started_at")), name="open_session_seen_after_it_began"
            ),
        ]

    def __str__(self) -> str:
        return f"session {self.pk}"


class Pin(models.Model):
    """A member of staff's PIN for the quick change of user, hashed. Nothing without a `PinPass`."""

    user = models.OneToOneField("clinic.User", on_delete=models.CASCADE, related_name="pin")
    hash = models.CharField(max_length=128)
    set_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"PIN of user {self.user_id}"


class PinPass(models.Model):
    """What a full login leaves in a browser: until `expires_at`, its owner's PIN works there.

    `browser` is a digest of the browser's cookie. `tries` are the wrong ones since the last right.
    """

    user = models.ForeignKey("clinic.User", on_delete=models.CASCADE, related_name="+")
    browser = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["browser", "user"], name="pin_pass_once_a_browser"),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("made_at")), name="pin_pass_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        return f"pass {self.pk}"


class HandedOver(models.Model):
    """A shared device in a client's hands, until it is back or its time is over. `until` is moved
    to that moment when it is."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    by = models.ForeignKey("clinic.User", on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    until = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until__gt=F("at")), name="handed_over_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        return f"device handed over {self.pk}"
