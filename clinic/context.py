"""What every page may say about the clinic."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from clinic.models import Clinic


def house(request: HttpRequest) -> dict[str, Any]:
    """Return `clinic` (read only when a template uses it) and whether the mailbox page is on."""
    return {
        "clinic": SimpleLazyObject(Clinic.objects.the_only),
        "mailbox_on": settings.MAILBOX,
    }
