"""The log book: who did what to what, when. Rows are added and never changed."""

from __future__ import annotations

import uuid

from django.db import models


class AuditEntry(models.Model):
    """One thing someone did. The database refuses UPDATE, DELETE and TRUNCATE (migration 0002).

    `actor` is the user, or empty for a client without a login and for the clock; `actor_label`
    says which in words that hold when the user is gone. `about` names the thing as `kind:uid`.
    `before` and `after` hold the facts that changed, never health text.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    at = models.DateTimeField()
    actor = models.ForeignKey(
        "clinic.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    actor_label = models.CharField(max_length=120)
    verb = models.CharField(max_length=60)
    about = models.CharField(max_length=80)
    request_id = models.CharField(max_length=36)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    class Meta:
        verbose_name_plural = "audit entries"
        indexes = [models.Index(fields=["about", "at"], name="audit_about")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.actor_label} {self.verb} {self.about}"


class AccessEntry(models.Model):
    """Somebody looked at a health record. Added to in the transaction of the look, never changed.

    `what` is the kind of record in upper case (such as SCREENING_ANSWERS), `about` the thing as
    `kind:uid`, `whose` the client it speaks of as `client:uid`, where there is one.
    """

    at = models.DateTimeField()
    actor = models.ForeignKey(
        "clinic.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    actor_label = models.CharField(max_length=120)
    what = models.CharField(max_length=40)
    about = models.CharField(max_length=80)
    whose = models.CharField(max_length=80, blank=True)
    request_id = models.CharField(max_length=36)

    class Meta:
        verbose_name_plural = "access entries"
        indexes = [models.Index(fields=["whose", "at"], name="access_whose")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(what__regex="^[A-Z][A-Z_]*$"), name="access_what_is_a_code"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.actor_label} saw {self.what} {self.about}"


class Seal(models.Model):
    """What the logs held when it was made: a link of a chain (see `clinic/seals.py`).

    It covers the rows of each log with `…_above < id <= …_last` whose transaction number lies in
    `from_tx <= tx < until_tx`. `contents` is the digest of these rows; `digest` that of everything
    else here, `contents` and `previous` (the digest of the seal before) included. `format` 1 is of
    the time before the history of clinical rows was kept, and knows nothing of it.
    """

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    previous = models.CharField(max_length=64, unique=True)
    from_tx = models.BigIntegerField()
    until_tx = models.BigIntegerField()
    audit_above = models.BigIntegerField()
    audit_last = models.BigIntegerField()
    audit_rows = models.BigIntegerField()
    access_above = models.BigIntegerField()
    access_last = models.BigIntegerField()
    access_rows = models.BigIntegerField()
    history_above = models.BigIntegerField(default=0)
    history_last = models.BigIntegerField(default=0)
    history_rows = models.BigIntegerField(default=0)
    format = models.IntegerField(default=2)
    contents = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(number__gte=1, from_tx__lte=models.F("until_tx")),
                name="seal_forwards",
            ),
        ]

    def __str__(self) -> str:
        return f"seal {self.number} {self.digest[:12]}"
