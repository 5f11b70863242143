"""What every page may say about the clinic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from clinic import colours
from clinic.models import Clinic


@dataclass(frozen=True, slots=True)
class Brand:
    """Addresses of the clinic's own style sheet and logo; "" where it has none."""

    sheet: str
    logo: str


def brand_of(clinic: Clinic) -> Brand:
    accent = clinic.accent
    return Brand(
        sheet=reverse("brand-sheet", args=[accent[1:], colours.digest(accent)]) if accent else "",
        logo=reverse("brand-logo", args=[clinic.logo_id]) if clinic.logo_id else "",
    )


def clinic_of(request: HttpRequest) -> Clinic:
    """Return the clinic, read once a request."""
    found = getattr(request, "clinic", None)
    if not isinstance(found, Clinic):
        found = Clinic.objects.the_only()
        remember_clinic(request, found)
    return found


def remember_clinic(request: HttpRequest, clinic: Clinic) -> None:
    """Spare a request the reading of the clinic where it was read with something else."""
    setattr(request, "clinic", clinic)  # noqa: B010


def house(request: HttpRequest) -> dict[str, Any]:
    """Return `clinic` and `brand` (read only when a template uses them) and whether the mailbox
    page is on."""
    clinic = SimpleLazyObject(lambda: clinic_of(request))
    return {
        "clinic": clinic,
        "brand": SimpleLazyObject(lambda: brand_of(cast(Clinic, clinic))),
        "mailbox_on": settings.MAILBOX,
    }
