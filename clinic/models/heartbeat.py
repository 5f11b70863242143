"""When what must happen again and again last did."""

from __future__ import annotations

from django.db import models


class Heartbeat(models.Model):
    """One recurring thing: its last try, and its last success.

    `why` says in a sentence why the last try failed; empty when it went well.
    """

    class Name(models.TextChoices):
        BEAT = "BEAT", "the clock's tick, carried out by the worker"
        BACKUP = "BACKUP", "the scheduled backup"

    name = models.CharField(max_length=10, choices=Name, primary_key=True)
    tried_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    why = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(name__in=["BEAT", "BACKUP"]), name="heartbeat_name_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.done_at or 'never'}"
