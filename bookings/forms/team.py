"""Logins and practitioners, as the owner writes them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bookings.forms.fields import Text, Whole, layout
from clients.contact import email_key
from clinic.models import Practitioner, Role, User

ROLES = [
    (Role.OWNER, _("Owner: everything, and these settings")),
    (Role.PRACTITIONER, _("Practitioner: the day, their visits and health answers")),
    (Role.FRONT_DESK, _("Front desk: the day and bookings, no health answers")),
]
LONGEST_PASSWORD = 1024


def password_field(label: Any, **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=LONGEST_PASSWORD,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        error_messages={"required": _("Write the new password.")},
        **options,
    )


class UserForm(forms.Form):
    """Somebody's login. A new one may have a first password and is invited by mail; a known one may
    be switched off."""

    name = Text(_("Name, as colleagues read it"), 120)
    email = forms.EmailField(
        label=_("E-mail, to log in with"),
        error_messages={
            "required": _("Write the address they log in with."),
            "invalid": _("This is no e-mail address. Example: sam@example.org."),
        },
    )
    role = forms.ChoiceField(label=_("Role"), choices=ROLES)
    password = password_field(
        _("First password"),
        required=False,
        help_text=_("May stay empty: they then log in by mail, and set one themselves."),
    )
    invite = forms.BooleanField(
        label=_("Send an invitation"),
        required=False,
        help_text=_("A mail with a link that logs them in once, within three days."),
    )
    is_active = forms.BooleanField(label=_("Can log in"), required=False)

    def __init__(self, data: Any = None, *, user: User | None = None) -> None:
        initial: dict[str, object] = {"role": Role.FRONT_DESK, "invite": True}
        if user is not None:
            initial = {
                "name": user.name,
                "email": user.email,
                "role": user.role,
                "is_active": user.is_active,
            }
        super().__init__(data, initial=initial)
        own = ["password", "invite"] if user is None else ["is_active"]
        for name in {"password", "invite", "is_active"} - set(own):
            del self.fields[name]
        self.helper = layout(("name", "email"), "role", *own)

    def clean_email(self) -> str:
        return email_key(self.cleaned_data["email"])


class PasswordForm(forms.Form):
    password = password_field(
        _("New password"), help_text=_("Ends whatever they are logged in to now.")
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.helper = layout("password")


class PractitionerForm(forms.Form):
    """Somebody who treats clients. Their login is chosen from the practitioners' and owners'."""

    name = Text(_("Name, as clients read it"), 120)
    title = Text(_("Title"), 60, required=False, help_text=_("Such as R.Ac or ND."))
    pause_minutes = Whole(
        _("Pause after a session, minutes"),
        0,
        120,
        help_text=_("Kept free for them; holds for what is booked from now on."),
    )
    user = forms.ModelChoiceField(
        label=_("Login"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("None"),
        error_messages={"invalid_choice": _("Choose one of the logins shown.")},
    )
    is_active = forms.BooleanField(
        label=_("Can be booked"),
        required=False,
        help_text=_("Without it they have no column in the day and no openings."),
    )

    def __init__(self, data: Any = None, *, practitioner: Practitioner | None = None) -> None:
        initial: dict[str, object] = {"pause_minutes": 10}
        if practitioner is not None:
            initial = {name: getattr(practitioner, name) for name in self.base_fields}
        super().__init__(data, initial=initial)
        free = User.objects.filter(
            role__in=(Role.OWNER, Role.PRACTITIONER), practitioner__isnull=True, is_active=True
        )
        if practitioner is not None and practitioner.user_id:
            free = free | User.objects.filter(pk=practitioner.user_id)
        self.fields["user"].queryset = free.order_by("name")  # type: ignore[attr-defined]
        if practitioner is None:
            del self.fields["is_active"]
        self.helper = layout(
            ("name", "title"),
            ("pause_minutes", "user"),
            *([] if practitioner is None else ["is_active"]),
        )
