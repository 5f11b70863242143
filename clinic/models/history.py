"""What was written to clinical rows. The database itself adds these rows, by triggers."""

from __future__ import annotations

from django.db import models


class HistoryEntry(models.Model):
    """One write to a clinical row: by the program, by Django's admin or by hand.

    `clinic_keep_history` (migration 0003) sets the triggers on a table. `before` and `after` hold
    the columns that changed; of a new row all that are kept. A sealed column stands in `before` as
    it was, still sealed, and in `after` as its digest, since the row has it. What names a person
    stands as a salted digest, its text in the entry's `HistoryText`. `client_id` is whose row
    it is. Who did it is in the log book's entry of the same transaction (`clinic/history.py`).
    The database refuses UPDATE, DELETE and TRUNCATE; the chain of seals covers it.
    """

    class Operation(models.TextChoices):
        INSERT = "INSERT"
        UPDATE = "UPDATE"
        DELETE = "DELETE"

    at = models.DateTimeField()
    table_name = models.CharField(max_length=63)
    row_id = models.BigIntegerField()
    operation = models.CharField(max_length=6, choices=Operation)
    client_id = models.BigIntegerField(null=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    database_user = models.CharField(max_length=63)

    class Meta:
        verbose_name_plural = "history entries"
        indexes = [models.Index(fields=["client_id", "id"], name="history_of_client")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.operation} {self.table_name} {self.row_id}"


class HistoryText(models.Model):
    """The names and addresses in a history entry: what the digests there stand for.

    Kept apart so that an erased client's can go while the history and its seals stay. The
    database refuses every change, and to delete any but those of a client whose key was destroyed.
    """

    entry = models.OneToOneField(
        HistoryEntry, on_delete=models.PROTECT, primary_key=True, related_name="text"
    )
    client_id = models.BigIntegerField(db_index=True)
    salt = models.UUIDField()
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"text of history entry {self.entry_id}"
