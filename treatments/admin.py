"""Treatments with their phases, and who offers them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin

from clinic.admin import Recorded
from treatments.models import Offer, Phase, Treatment

if TYPE_CHECKING:
    PhaseInline = admin.TabularInline[Phase, Treatment]
    OfferInline = admin.TabularInline[Offer, Treatment]
else:  # Django's class takes no parameters when it runs
    PhaseInline = OfferInline = admin.TabularInline


class Phases(PhaseInline):
    model = Phase
    extra = 0


class Offers(OfferInline):
    model = Offer
    extra = 0


@admin.register(Treatment)
class Treatments(Recorded):
    """Bookings keep what was promised, so a change holds for later ones only."""

    list_display = ("name", "price", "currency", "for_new_clients", "bookable_online", "is_active")
    prepopulated_fields = {"slug": ("name",)}
    inlines = (Phases, Offers)
