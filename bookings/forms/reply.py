"""What the desk writes back to a number."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

LONGEST = 480


class ReplyForm(forms.Form):
    """An answer by text, three messages long at most. `key` makes a form sent twice one answer."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    text = forms.CharField(
        max_length=LONGEST,
        error_messages={
            "required": _("Please write what you want to say."),
            "max_length": _(
                "This is too long for a text message: at most %(limit_value)d letters."
            ),
        },
    )
