"""The inbox in words."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from django.urls import reverse

from bookings.views.marks import moment
from clients.models import ContactFailure


def unreached_rows(failures: Sequence[ContactFailure], zone: ZoneInfo) -> list[dict[str, str]]:
    """Return whom nothing reaches: who, since when, why, and where each step is taken."""
    return [
        {
            "name": one.client.name,
            "href": reverse("desk-client", args=[one.client.uid]),
            "edit_href": reverse("desk-client-edit", args=[one.client.uid]),
            "channel": one.get_channel_display(),
            "reason": one.reason,
            "since": moment(one.at, zone),
            "done_href": reverse("inbox-reached", args=[one.uid]),
        }
        for one in failures
    ]
