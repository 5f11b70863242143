"""A client's contact as the desk writes it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bookings.forms.fields import Language, Text, layout, phone
from bookings.forms.house import zones
from clients.contact import LONGEST_EMAIL, LONGEST_NAME, clean_text, email_key
from clients.models import Client
from clients.wording import known_language

LONGEST_PHONE = 40


class ContactEditForm(forms.Form):
    """Name, e-mail, phone, language and time zone; e-mail, phone and zone may be empty. Valid, it
    gives the `contact`."""

    name = Text(
        _("Name"),
        LONGEST_NAME,
        help_text=_("As they write it, in any script, up to 120 characters."),
        missing=_("Please write the client's name."),
    )
    email = forms.EmailField(
        label=_("E-mail, if there is one"),
        max_length=LONGEST_EMAIL,
        required=False,
        widget=forms.EmailInput({"autocomplete": "off"}),
        error_messages={
            "invalid": _("This is no e-mail address. Example: sam@example.com."),
            "max_length": _("This address is too long: at most %(limit_value)d characters."),
        },
    )
    phone = forms.CharField(
        label=_("Phone, if there is one"),
        max_length=LONGEST_PHONE,
        required=False,
        widget=forms.TextInput({"type": "tel", "autocomplete": "off"}),
        error_messages={
            "max_length": _("This number is too long: at most %(limit_value)d characters."),
        },
    )

    language = Language(_("Messages in"))
    time_zone = forms.ChoiceField(
        label=_("Time zone, if not the clinic's"),
        required=False,
        widget=forms.Select({"class": "form-select"}),
        help_text=_("Nothing is sent at night, by their clock or by the clinic's."),
        error_messages={"invalid_choice": _("Choose one of these time zones.")},
    )

    def __init__(self, data: Any, *, client: Client, country: str) -> None:
        """country: ISO 3166 code a national number is read in."""
        initial = {
            "name": client.name,
            "email": client.email,
            "phone": client.phone,
            "language": known_language(client.language),
            "time_zone": client.time_zone,
        }
        super().__init__(data, initial=initial)
        self.fields["time_zone"].choices = [  # type: ignore[attr-defined]
            ("", _("the clinic's")),
            *zones(client.time_zone),
        ]
        self.country = country
        self.helper = layout("name", ("email", "phone"), ("language", "time_zone"))

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if len(name) > LONGEST_NAME:  # in normal form a character may become three
            raise forms.ValidationError(
                self.fields["name"].error_messages["max_length"],
                params={"limit_value": LONGEST_NAME},
            )
        if not any(character.isalnum() for character in name):
            raise forms.ValidationError(_("Please write the client's name."))
        return name

    def clean_email(self) -> str:
        return email_key(self.cleaned_data["email"])

    def clean_phone(self) -> str:
        return phone(clean_text(self.cleaned_data["phone"]), self.country)

    @property
    def contact(self) -> dict[str, str]:
        names = ("name", "email", "phone", "language", "time_zone")
        return {key: self.cleaned_data[key] for key in names}
