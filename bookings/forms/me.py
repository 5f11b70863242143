"""What clients fill in on their own pages."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from bookings.forms.contact import LONGEST_PHONE
from bookings.forms.fields import Language
from clients.contact import LONGEST_EMAIL, email_key
from clients.models import ClientLogin

WHOSE = [
    ("SELF", _("They are mine")),
    ("PARENT", _("My child's, or I am their guardian")),
    ("PARTNER", _("My partner's")),
    ("CARER", _("Somebody's I care for")),
]


class ClaimForm(forms.Form):
    """The phone number of a record, and who the person is to whoever is signed in."""

    phone = forms.CharField(
        label=_("Mobile number"),
        max_length=LONGEST_PHONE,
        widget=forms.TextInput(
            {"type": "tel", "autocomplete": "tel", "inputmode": "tel", "class": "form-control"}
        ),
        error_messages={
            "required": _("Please give the number you booked with."),
            "max_length": _("This number is too long: at most %(limit_value)d characters."),
        },
    )
    relation = forms.ChoiceField(
        label=_("Whose pages are these?"),
        choices=WHOSE,
        initial="SELF",
        widget=forms.Select({"class": "form-select"}),
    )


class LoginForm(forms.Form):
    """An address that may act for a client, on the clinic's word."""

    email = forms.EmailField(
        label=_("E-mail"),
        max_length=LONGEST_EMAIL,
        widget=forms.EmailInput({"autocomplete": "off", "class": "form-control"}),
        error_messages={
            "required": _("Write the address they will log in with."),
            "invalid": _("This is no e-mail address. It looks like name@example.org."),
        },
    )
    relation = forms.ChoiceField(
        label=_("Who are they to the client?"),
        choices=ClientLogin.Relation.choices,
        widget=forms.Select({"class": "form-select"}),
    )

    def clean_email(self) -> str:
        return email_key(self.cleaned_data["email"])


class MessagesForm(forms.Form):
    """What the clinic may send, by way and purpose, and in which language."""

    care_email = forms.BooleanField(label=_("By e-mail"), required=False)
    care_sms = forms.BooleanField(label=_("By text message"), required=False)
    news_email = forms.BooleanField(label=_("By e-mail"), required=False)
    news_sms = forms.BooleanField(label=_("By text message"), required=False)
    language = Language(_("Write to me in"))


class AskForm(forms.Form):
    """What is wrong in a record, or that it should be erased."""

    kind = forms.ChoiceField(
        label=_("What should we do?"),
        choices=[
            ("CORRECTION", _("Put something right")),
            ("ERASURE", _("Erase what you keep of me")),
        ],
        widget=forms.Select({"class": "form-select"}),
    )
    words = forms.CharField(
        label=_("In your own words"),
        max_length=4000,
        widget=forms.Textarea({"class": "form-control", "rows": 5}),
        help_text=_("Only a practitioner and the owner of the clinic read this."),
        error_messages={
            "required": _("Please write what is wrong, or what you would like."),
            "max_length": _("This is more than we can take: at most %(limit_value)d characters."),
        },
    )
    key = forms.UUIDField(widget=forms.HiddenInput)
