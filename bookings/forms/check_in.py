"""What a client reports after a visit, in a client's words."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from bookings.forms.fields import layout
from treatments.session_facts import EventKind

LONGEST = 2000
WHAT = (
    (EventKind.BRUISE.value, _("A bruise")),
    (EventKind.SWELLING.value, _("Swelling")),
    (EventKind.PAIN.value, _("It hurts, or is numb")),
    (EventKind.DERMATITIS.value, _("Redness, itching or spots")),
    (EventKind.HEADACHE.value, _("A headache")),
    (EventKind.FAINT.value, _("I felt faint")),
    (EventKind.OTHER.value, _("Something else")),
)


class ReportForm(forms.Form):
    """What it is, and a few words if they like."""

    what = forms.ChoiceField(
        label=_("What is it?"),
        choices=WHAT,
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), _("Please choose what comes closest.")
        ),
    )
    words = forms.CharField(
        label=_("In your own words"),
        help_text=_("If you like. Only those who treat you read it; it is kept encrypted."),
        max_length=LONGEST,
        required=False,
        widget=forms.Textarea({"rows": 4}),
        error_messages={"max_length": _("This is too long: at most %(limit_value)d characters.")},
    )

    helper = layout("what", "words")
