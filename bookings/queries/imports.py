"""Files taken over from other systems, and what became of their rows."""

from __future__ import annotations

from django.db.models import Count

from bookings.models import Import, ImportRow

MOST_SHOWN = 100
MOST_LISTED = 20


def imports() -> list[Import]:
    """Return the newest files (one query), without the files themselves."""
    return list(Import.objects.defer("data").select_related("by").order_by("-pk")[:MOST_LISTED])


def counts(what: Import) -> dict[str, int]:
    """Return how many rows of a file are in each state (one query)."""
    rows = what.rows.order_by().values_list("state").annotate(count=Count("pk"))
    return dict(rows)


def refused(what: Import) -> list[ImportRow]:
    """Return the first rows that can't be taken over (one query)."""
    return list(what.rows.filter(state=ImportRow.State.ERROR).order_by("number")[:MOST_SHOWN])


def left_out(what: Import) -> dict[str, int]:
    """Return how many rows were left out, by reason (one query)."""
    rows = what.rows.filter(state=ImportRow.State.LEFT_OUT).order_by()
    return dict(rows.values_list("problem").annotate(count=Count("pk")))
