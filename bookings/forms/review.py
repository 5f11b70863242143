"""What the practitioner decides about a client's answers, and why."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from bookings.models import Review

LONGEST_REASON = 2000


class ReviewForm(forms.Form):
    """A decision with its reason. Declining may name the first day the client is welcome."""

    decision = forms.ChoiceField(choices=Review.Decision.choices)
    reason = forms.CharField(
        max_length=LONGEST_REASON,
        required=False,
        error_messages={
            "max_length": _("This is too long: at most %(limit_value)d characters."),
        },
    )
    not_before = forms.DateField(
        required=False,
        input_formats=["%Y-%m-%d"],
        error_messages={"invalid": _("That is no day of the calendar. Example: 2026-11-24.")},
    )
    despite_absolute = forms.BooleanField(required=False)
