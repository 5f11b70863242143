"""What is asked of whoever reads a client's record."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

LONGEST_NOTE = 10_000


class NoteForm(forms.Form):
    """A note about a client."""

    text = forms.CharField(
        max_length=LONGEST_NOTE,
        error_messages={
            "required": _("There is nothing in this note yet."),
            "max_length": _("This is too long: at most %(limit_value)d characters."),
        },
    )
