"""Second factors sealed under the newest master key."""

from __future__ import annotations

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.db import transaction

SEALED = ("secret", "seed")


def reseal() -> int:
    """Seal every app's secret and the seed of all recovery codes anew; return how many rows. May be
    stopped and run again at any moment."""
    adapter, count = get_adapter(), 0
    for pk in Authenticator.objects.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            row = Authenticator.objects.select_for_update().get(pk=pk)
            found = [name for name in SEALED if name in row.data]
            for name in found:
                row.data[name] = adapter.encrypt(adapter.decrypt(row.data[name]))
            if found:
                row.save(update_fields=["data"])
                count += 1
    return count
