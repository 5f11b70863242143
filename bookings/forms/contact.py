"""Who the session is for, and how they may be reached."""

from __future__ import annotations

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Field, Fieldset, Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from bookings.forms.fields import Language
from clients.contact import (
    LONGEST_EMAIL,
    LONGEST_NAME,
    Contact,
    PhoneInvalid,
    clean_text,
    email_key,
    phone_key,
)

LONGEST_PHONE = 40


class ContactForm(forms.Form):
    """The contact as typed. Valid, it gives a `contact`, cleaned and with the consents."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=LONGEST_NAME,
        widget=forms.TextInput({"autocomplete": "name"}),
        error_messages={
            "required": _("Please tell us your name."),
            "max_length": _("This name is too long for us: at most %(limit_value)d characters."),
        },
    )
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=LONGEST_EMAIL,
        widget=forms.EmailInput({"autocomplete": "email", "inputmode": "email"}),
        error_messages={
            "required": _("Please give an e-mail address. Your booking's own link goes there."),
            "invalid": _("This does not look like an e-mail address. Example: sam@example.com."),
            "max_length": _("This address is too long: at most %(limit_value)d characters."),
        },
    )
    phone = forms.CharField(
        label=_("Mobile number"),
        max_length=LONGEST_PHONE,
        help_text=_("Only to reach you about this booking."),
        widget=forms.TextInput({"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
        error_messages={
            "required": _("Please give a number we can reach you at."),
            "max_length": _("This number is too long: at most %(limit_value)d characters."),
        },
    )
    for_other = forms.BooleanField(label=_("I book for somebody else"), required=False)
    other_name = forms.CharField(
        label=_("Name of the person who comes"),
        max_length=LONGEST_NAME,
        required=False,
        widget=forms.TextInput({"autocomplete": "off"}),
        help_text=_("The safety questions below are about them."),
        error_messages={
            "max_length": _("This name is too long for us: at most %(limit_value)d characters."),
        },
    )
    by_email = forms.BooleanField(
        label=_("E-mail me reminders and aftercare"),
        help_text=_("The confirmation comes by e-mail in any case."),
        required=False,
    )
    by_sms = forms.BooleanField(label=_("Text me reminders"), required=False)
    language = Language(_("Write to me in"))
    # book.js fills it in; what it is worth is decided where the clinic's own zone is known.
    time_zone = forms.CharField(required=False, widget=forms.HiddenInput({"data-own-zone": ""}))

    def __init__(self, *args: object, country: str, example: str, **kwargs: object) -> None:
        """country: ISO 3166 code a national number is read in. example: a number of it."""
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.country = country
        self.example = example
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(
            Field("name"),
            Div(Field("email"), Field("phone"), css_class="pair"),
            Div(
                Field("for_other"),
                Div(Field("other_name"), css_class="more"),
                css_class="opt",
            ),
            Fieldset(
                _("May we write to you?"),
                Field("by_email"),
                Field("by_sms"),
                Field("language"),
                css_class="q",
            ),
            Field("time_zone"),
        )

    def clean_name(self) -> str:
        return self._worded("name", _("Please tell us your name."))

    def clean_other_name(self) -> str:
        if not self.cleaned_data.get("for_other"):
            return ""
        return self._worded("other_name", _("Please tell us who comes to the session."))

    def _worded(self, field: str, missing: object) -> str:
        text = clean_text(self.cleaned_data[field])
        if len(text) > LONGEST_NAME:  # in normal form a character may become three
            raise forms.ValidationError(
                self.fields[field].error_messages["max_length"],
                params={"limit_value": LONGEST_NAME},
            )
        if not any(character.isalnum() for character in text):
            raise forms.ValidationError(missing)  # type: ignore[arg-type]
        return text

    def clean_email(self) -> str:
        return email_key(self.cleaned_data["email"])

    def clean_phone(self) -> str:
        try:
            return phone_key(clean_text(self.cleaned_data["phone"]), self.country)
        except PhoneInvalid:
            raise forms.ValidationError(
                _("This is no phone number we can call. Example: %(example)s."),
                params={"example": self.example},
            ) from None

    @property
    def contact(self) -> Contact:
        """The contact of a valid form: who comes, with whoever books for them beside."""
        typed = self.cleaned_data
        other = typed["other_name"]
        return Contact(
            name=other or typed["name"],
            email=typed["email"],
            phone=typed["phone"],
            booked_by=typed["name"] if other else "",
            by_email=typed["by_email"],
            by_sms=typed["by_sms"],
            language=typed["language"],
            # Whose device it is need not be where somebody else lives.
            time_zone="" if other else typed["time_zone"],
        )
