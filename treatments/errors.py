"""Which constraint of the treatments' tables stands for which sentence."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from clinic.errors import Constraints

CONSTRAINTS: Constraints = {
    "treatments_treatment_slug_key": (
        "name",
        _("A treatment of this name has just been added. Please choose another name."),
    ),
    "treatment_price_not_negative": ("price", _("A price is zero or more.")),
    "treatment_minutes_range": (
        "turnover_minutes",
        _("At most 120 minutes of turnover and 240 of consultation."),
    ),
    "treatment_grid_known": (
        "grid_minutes",
        _("Sessions can start every 5, 10, 15, 20, 30 or 60 minutes."),
    ),
    "treatment_horizon_range": ("horizon_days", _("Between 1 and 730 days ahead.")),
    "phase_minutes_range": ("", _("A phase lasts between 1 and 240 minutes.")),
    "phase_place_once": ("", _("Two phases stand in the same place. Please try again.")),
    "offered_once": ("offered_by", _("This practitioner is named twice.")),
}
