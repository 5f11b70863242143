"""How often somebody asked lately. Counters only: losing them all would harm nobody."""

from __future__ import annotations

from django.db import models


class RateCount(models.Model):
    """How many requests of one kind came from one address since its window began.

    `who` is a keyed digest of the address, never the address. The table is not written to the
    database's log (migration 0002): a crash empties it, and each request costs less.
    """

    bucket = models.CharField(max_length=20)
    who = models.CharField(max_length=32)
    count = models.PositiveIntegerField()
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bucket", "who"], name="rate_count_once"),
        ]

    def __str__(self) -> str:
        return f"{self.bucket} {self.count} until {self.ends_at:%H:%M:%S}"
