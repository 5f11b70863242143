"""How far the clinic is set up: what the owner's first page lists."""

from __future__ import annotations

from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import Exists, OuterRef

from bookings.queries.house import STAFF
from clinic.actions import MAIL_TRIED
from clinic.models import AuditEntry, Clinic, Practitioner, Room, User, WorkingHours
from treatments.models import Offer, Treatment

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


@dataclass(frozen=True, slots=True)
class Readiness:
    """`rooms` to `treatments`: whether there is one that can be booked. `without_factor`: names of
    those who can log in with a password alone. `is_demo`: the demo clinic was loaded. `mail_tried`:
    a test message has left from the address that messages come from."""

    clinic: Clinic
    rooms: bool
    practitioners: bool
    hours: bool
    treatments: bool
    own_factor: bool
    without_factor: list[str]
    is_demo: bool
    mail_tried: bool


def readiness(user: User) -> Readiness:
    """Return how far the clinic is set up, as an owner sees it (eight queries)."""
    factor = Authenticator.objects.filter(user=OuterRef("pk"), type__in=FACTORS)
    without = list(
        User.objects.filter(~Exists(factor), role__in=STAFF, is_active=True)
        .order_by("name")
        .values_list("pk", "name")
    )
    people = Practitioner.objects.filter(is_active=True)
    rooms = Room.objects.filter(is_active=True, location__is_active=True)
    return Readiness(
        clinic=Clinic.objects.the_only(),
        rooms=rooms.exists(),
        practitioners=people.exists(),
        hours=WorkingHours.objects.filter(practitioner__in=people).exists(),
        treatments=Treatment.objects.filter(
            Exists(Offer.objects.filter(treatment=OuterRef("pk"), practitioner__is_active=True)),
            is_active=True,
        ).exists(),
        own_factor=user.pk not in {pk for pk, _name in without},
        without_factor=[name for _pk, name in without],
        mail_tried=AuditEntry.objects.filter(
            verb=MAIL_TRIED, about="clinic:1", after__sender=settings.DEFAULT_FROM_EMAIL
        ).exists(),
        is_demo=AuditEntry.objects.filter(about="clinic:1", verb="demo.seeded").exists(),
    )
