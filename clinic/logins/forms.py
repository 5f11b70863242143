"""The forms of logging in that allauth checks, in our words and under our rules."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from allauth.account.forms import (
    ConfirmLoginCodeForm,
    ReauthenticateForm,
    RequestLoginCodeForm,
)
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as ReauthenticateByCodeForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.utils import decrypt
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.contrib.auth.password_validation import (
    validate_password,
)
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from clinic.access import STAFF
from clinic.forms import LONGEST_PASSWORD
from clinic.logins import record
from clinic.models import User

CODE = {"inputmode": "numeric", "autocomplete": "one-time-code", "class": "form-control"}
LONGEST_CODE = 40


class AskForMail(RequestLoginCodeForm):  # type: ignore[misc]
    """An address to send a login mail to. Whether it has a login is told to nobody."""

    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "class": "form-control"}),
        error_messages={
            "required": _("Write the e-mail address you log in with."),
            "invalid": _("This is no e-mail address. It looks like name@example.org."),
        },
    )

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).strip().lower()
        found = User.objects.filter(email=email, is_active=True, role__in=STAFF)
        self._user = found.first()
        return email


class _Code(forms.Form):
    code = forms.CharField(
        label=_("Code"),
        max_length=LONGEST_CODE,
        widget=forms.TextInput(attrs=CODE),
        error_messages={"required": _("Type the code.")},
    )


class MailedCode(ConfirmLoginCodeForm):  # type: ignore[misc]
    """The code of a login mail."""

    code = forms.CharField(
        label=_("Code from the mail"),
        max_length=LONGEST_CODE,
        widget=forms.TextInput(attrs={**CODE, "inputmode": "text", "autocapitalize": "characters"}),
        error_messages={"required": _("Type the code.")},
    )


class PasswordAgain(ReauthenticateForm):  # type: ignore[misc]
    """The password of somebody who is logged in, before they change their login."""

    password = forms.CharField(
        label=_("Password"),
        max_length=LONGEST_PASSWORD,
        strip=False,
        widget=forms.PasswordInput(
            attrs={"autocomplete": "current-password", "class": "form-control"}
        ),
        error_messages={"required": _("Write your password.")},
    )


class _Factor:
    """A code of an app or a recovery code: each opens once, even at the same moment twice."""

    user: User
    authenticator: Authenticator
    how = "second factor"

    def clean_code(self) -> str:
        try:
            with transaction.atomic():
                # Of two requests with one code the second waits here, and then finds it used.
                list(Authenticator.objects.select_for_update().filter(user=self.user))
                code = str(super().clean_code())  # type: ignore[misc]
                if self.authenticator.type == Authenticator.Type.TOTP:
                    _use_up(self.authenticator, code)
                return code
        except ValidationError:
            record.failed(context.request, how=self.how, user=self.user)
            raise


class SecondFactor(_Factor, AuthenticateForm):  # type: ignore[misc]
    """The code that completes a login."""

    code = _Code.base_fields["code"]


class SecondFactorAgain(_Factor, ReauthenticateByCodeForm):  # type: ignore[misc]
    """The code of somebody who is logged in, before they change their login."""

    code = _Code.base_fields["code"]
    how = "second factor again"


class FirstAppCode(ActivateTOTPForm):  # type: ignore[misc]
    """The first code of a new authenticator app, which shows that it works."""

    code = _Code.base_fields["code"]


class _Passkey:
    """An answer of a passkey. One that can't be read is a wrong one."""

    user: User | None
    how = "passkey"

    def clean_credential(self) -> Authenticator:
        try:
            return super().clean_credential()  # type: ignore[misc]
        except ValidationError:
            record.failed(context.request, how=self.how, user=self.user)
            raise
        except (ValueError, TypeError, KeyError, AttributeError, LookupError, OverflowError):
            record.failed(context.request, how=self.how, user=self.user)
            raise get_adapter().validation_error("incorrect_code") from None


class SecondPasskey(_Passkey, AuthenticateWebAuthnForm):  # type: ignore[misc]
    pass


class PasskeyLogin(_Passkey, LoginWebAuthnForm):  # type: ignore[misc]
    pass


class PasskeyAgain(_Passkey, ReauthenticateWebAuthnForm):  # type: ignore[misc]
    how = "passkey again"


class NewPasskey(AddWebAuthnForm):  # type: ignore[misc]
    """A new passkey, with the name its owner knows it by."""

    name = forms.CharField(
        label=_("Name of this passkey"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
        help_text=_("Such as: my phone, the tablet in room 2."),
    )
    passwordless = None

    def clean(self) -> dict[str, Any]:
        try:
            return dict(super().clean())
        except (ValueError, TypeError, KeyError, AttributeError, LookupError, OverflowError):
            raise get_adapter().validation_error("incorrect_code") from None


class NewPassword(forms.Form):
    """A new password, typed where one can look at it or let the browser make it."""

    password = forms.CharField(
        label=_("New password"),
        max_length=LONGEST_PASSWORD,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "class": "form-control"}),
        error_messages={"required": _("Write the new password.")},
    )
    again = forms.CharField(
        label=_("New password, again"),
        max_length=LONGEST_PASSWORD,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "class": "form-control"}),
        error_messages={"required": _("Write the new password a second time.")},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        validate_password(password, self.user)
        return password

    def clean_again(self) -> str:
        again = str(self.cleaned_data["again"])
        if again != self.cleaned_data.get("password", again):
            raise ValidationError(_("The two passwords differ. Type them again."))
        return again


def _use_up(authenticator: Authenticator, code: str) -> None:
    """Refuse a code of an app whose time step, or a later one, was used before; mark it used."""
    secret = decrypt(authenticator.data["secret"])
    step = next(
        (
            counter
            for counter in totp.yield_hotp_counters_from_time()
            if totp.compare_user_code(
                actual=code, expected=totp.format_hotp_value(totp.hotp_value(secret, counter))
            )
        ),
        0,
    )
    if step <= authenticator.data.get("last_step", 0):
        raise get_adapter().validation_error("incorrect_code")
    authenticator.data["last_step"] = step
    authenticator.save(update_fields=["data"])


class Address(forms.Form):
    """An address to send a client's login mail to. Whether it has a login is told to nobody."""

    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(
            attrs={"autocomplete": "email", "inputmode": "email", "class": "form-control"}
        ),
        error_messages={
            "required": _("Write the e-mail address the clinic has of you."),
            "invalid": _("This is no e-mail address. It looks like name@example.org."),
        },
    )

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).strip().lower()


class AddressCode(_Code):
    """The code of a client's login mail."""

    code = MailedCode.base_fields["code"]


class TypedPin(forms.Form):
    """The PIN of somebody who comes back to a shared computer."""

    pin = forms.CharField(
        label=_("PIN"),
        max_length=LONGEST_CODE,
        widget=forms.PasswordInput(
            attrs={
                "inputmode": "numeric",
                "autocomplete": "off",
                "autofocus": True,
                "class": "form-control",
            }
        ),
        error_messages={"required": _("Type your PIN.")},
    )


class NewPin(forms.Form):
    """A new PIN: six to eight digits that are not the first anybody would try."""

    pin = forms.CharField(
        label=_("New PIN"),
        max_length=LONGEST_CODE,
        widget=forms.PasswordInput(
            attrs={
                "inputmode": "numeric",
                "autocomplete": "off",
                "autofocus": True,
                "class": "form-control",
            }
        ),
        error_messages={"required": _("Write six to eight digits.")},
    )

    def clean_pin(self) -> str:
        pin = str(self.cleaned_data["pin"])
        if not (pin.isascii() and pin.isdecimal() and 6 <= len(pin) <= 8):
            raise ValidationError(_("Write six to eight digits."))
        steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
        if len(steps) == 1 or len(set(pin)) < 3:
            raise ValidationError(_("Others would try this one first. Choose another."))
        return pin
