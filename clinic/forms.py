"""Forms of the house."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from clinic.access import STAFF
from clinic.models import User

LONGEST_PASSWORD = 1024


class LoginForm(AuthenticationForm):
    """A member of staff's e-mail address and password.

    Unknown address, wrong password, a login switched off and one that is no member of staff's are
    answered with the same sentence, and after the same work.
    """

    username = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(
            attrs={"autocomplete": "username", "autofocus": True, "class": "form-control"}
        ),
        error_messages={
            "required": _("Write the e-mail address you log in with."),
            "invalid": _("This is no e-mail address. It looks like name@example.org."),
        },
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=LONGEST_PASSWORD,
        strip=False,
        widget=forms.PasswordInput(
            attrs={"autocomplete": "current-password", "class": "form-control"}
        ),
        error_messages={"required": _("Write your password.")},
    )
    error_messages: dict[str, Any] = {
        "invalid_login": _(
            "This e-mail address and password don't belong together. Check both and try again; "
            "the owner of the clinic can set a new password."
        ),
    }

    def clean_username(self) -> str:
        return str(self.cleaned_data["username"]).strip().lower()

    def confirm_login_allowed(self, user: AbstractBaseUser) -> None:
        if not (isinstance(user, User) and user.is_active and user.role in STAFF):
            raise ValidationError(self.error_messages["invalid_login"], code="invalid_login")
