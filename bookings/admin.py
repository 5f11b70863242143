"""Bookings, to look at. Changing one takes its locks and messages: the actions do that."""

from __future__ import annotations

from django.contrib import admin

from bookings.models import Booking
from clinic.admin import ReadOnly


@admin.register(Booking)
class Bookings(ReadOnly):
    list_display = ("starts_at", "status", "practitioner", "room", "treatment_name", "source")
    list_filter = ("status", "source")
    list_select_related = ("practitioner", "room__location")
    search_fields = ("=uid",)
    ordering = ("-pk",)
    exclude = ("screening", "token_digest", "held_from")
