"""Which of two records survives a merge, and whose name, e-mail, phone and language it has."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bookings.actions.merging import FIELDS
from clients.models import Client

CHOOSE = _("Choose one of the two records.")


class MergeForm(forms.Form):
    """Each field is the uid of one of the two. Valid, it gives `survivor`, `merged` and `take`."""

    def __init__(self, data: Any, *, one: Client, other: Client) -> None:
        super().__init__(data)
        self.clients = {str(one.uid): one, str(other.uid): other}
        choices = [(uid, client.name) for uid, client in self.clients.items()]
        for name in ("keep", *FIELDS):
            self.fields[name] = forms.ChoiceField(
                choices=choices,
                required=name == "keep",
                error_messages={"required": CHOOSE, "invalid_choice": CHOOSE},
            )

    @property
    def survivor(self) -> Client:
        return self.clients[self.cleaned_data["keep"]]

    @property
    def merged(self) -> Client:
        return next(one for one in self.clients.values() if one.pk != self.survivor.pk)

    @property
    def take(self) -> list[str]:
        """The fields that the survivor gets from the other record."""
        return [name for name in FIELDS if self.cleaned_data[name] == str(self.merged.uid)]
