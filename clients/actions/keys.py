"""Clients' keys wrapped under the newest master key."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection, transaction

from clients import sealing
from clients.models import ClientKey, Conversation

BATCH = 200

# Keys that came with a merged record are wrapped for themselves.
_OLD = """
SELECT id FROM clients_clientkey
 WHERE id > %(after)s AND wrapped IS NOT NULL
   AND (key_id <> %(newest)s OR EXISTS (
        SELECT 1 FROM jsonb_array_elements(inherited) kept
         WHERE kept ->> 'key_id' <> %(newest)s))
 ORDER BY id LIMIT %(most)s
   FOR UPDATE
"""


@dataclass(frozen=True, slots=True)
class Rewrapped:
    """How far a batch came: keys done, those no master key opens, and the last id looked at (None
    when there are no more)."""

    done: int
    unopened: int
    last: int | None


def rewrap(*, after: int = 0, most: int = BATCH) -> Rewrapped:
    """Wrap up to `most` keys with ids above `after` under the newest master key, in one transaction.

    The text they seal stays as it is. Whatever is done stays done when the next batch is stopped.
    """
    newest = next(iter(sealing.master_keys()))
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_OLD, {"after": after, "newest": newest, "most": most})
            ids = [pk for (pk,) in cursor.fetchall()]
        unopened = 0
        for key in ClientKey.objects.select_related("client").filter(pk__in=ids).order_by("pk"):
            try:
                key.rewrap()
            except sealing.Unreadable:
                unopened += 1
    return Rewrapped(len(ids) - unopened, unopened, ids[-1] if ids else None)


def rewrap_conversations(*, most: int = BATCH) -> Rewrapped:
    """Wrap up to `most` keys of text conversations under the newest master key, as `rewrap` does."""
    newest = next(iter(sealing.master_keys()))
    known = list(sealing.master_keys())
    with transaction.atomic():
        old = (
            Conversation.objects.select_for_update()
            .filter(wrapped__isnull=False, key_id__in=known)
            .exclude(key_id=newest)
            .order_by("pk")[:most]
        )
        done = list(old)
        for each in done:
            each.rewrap()
    return Rewrapped(len(done), 0, done[-1].pk if done else None)


def unopened_conversations() -> int:
    """Return how many text conversations no key of MASTER_KEY opens (one query)."""
    kept = Conversation.objects.filter(wrapped__isnull=False)
    return kept.exclude(key_id__in=list(sealing.master_keys())).count()
