"""What allauth asks of us: words, mails, how secrets are kept, and that nobody signs up."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from contextlib import suppress
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.hashers import check_password
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clinic import limits
from clinic.access import STAFF
from clinic.logins import mail, record
from clinic.models import Clinic, User

NOTICES = {
    "totp_activated": _("an authenticator app was added to your login"),
    "totp_deactivated": _("the authenticator app was removed from your login"),
    "webauthn_added": _("a passkey was added to your login"),
    "webauthn_removed": _("a passkey was removed from your login"),
    "recovery_codes_generated": _("your recovery codes were replaced by new ones"),
    "password_changed": _("your password was changed"),
}
NONCE = 12


class Account(DefaultAccountAdapter):  # type: ignore[misc]
    """Logins by mail and password. Each refusal sounds the same for everybody."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "incorrect_code": _("This code is not right. Check it and type it again."),
        "incorrect_password": _("This is not your password. Type it again."),
        "too_many_login_attempts": _("That code was tried too often. Ask for a new mail."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return limits.address_of(request)

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        """Refuse, as if unknown, whoever may not log in, whichever way they came."""
        if user.is_active and user.role in STAFF:
            return None
        record.failed(request, how="switched off", user=user)
        return self.respond_user_inactive(request, user)

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        messages.error(request, gettext("That did not work. Try again, or log in another way."))
        return HttpResponseRedirect(reverse("login"))

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """Say what went wrong; what went well is seen on the page."""
        if message is not None:
            messages.add_message(request, level, message, extra_tags)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail of allauth's; to that of a code belongs the link that was made with it."""
        link = getattr(self.request, "login_link", "")
        letter = mail.letter(template_prefix, email, {**context, "link": link})
        if getattr(self.request, "may_mail", True):
            mail.post(letter)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell somebody that their login was changed, in case it was not them."""
        happened = NOTICES[template_prefix.rpartition("/")[2]]
        mail.post(mail.letter("account/email/notice", user.email, {"happened": happened}))

    def reauthenticate(self, user: User, password: str) -> bool:
        # Not by the user's own method: it would renew an old hash, and with it end this session.
        right = check_password(password, user.password)
        if not right:
            record.failed(self.request, how="password again", user=user)
        return right


class Factors(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors. Their secrets are sealed under the master key."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("That did not work. Check it and try again."),
        "cannot_delete_authenticator": _(
            "This is your only second factor, and one is needed here. Add another one first."
        ),
    }

    def encrypt(self, text: str) -> str:
        nonce = secrets.token_bytes(NONCE)
        return base64.b64encode(nonce + _ciphers()[0].encrypt(nonce, text.encode(), None)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return the secret, whichever of the keys in MASTER_KEY it was sealed under."""
        sealed = base64.b64decode(encrypted_text)
        *former, last = _ciphers()
        for cipher in former:
            with suppress(InvalidTag):
                return cipher.decrypt(sealed[:NONCE], sealed[NONCE:], None).decode()
        return last.decrypt(sealed[:NONCE], sealed[NONCE:], None).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Whether a factor may go: the last only where none is needed."""
        others = (
            Authenticator.objects.filter(user_id=authenticator.user_id)
            .exclude(pk=authenticator.pk)
            .exclude(type=Authenticator.Type.RECOVERY_CODES)
        )
        return not settings.SECOND_FACTOR or others.exists()

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return gettext("Passkey %(number)s") % {"number": number}

    def _get_site_name(self) -> str:
        return Clinic.objects.the_only().name


def _ciphers() -> list[AESGCM]:
    """Return what seals second factors, the newest first: one for each key in MASTER_KEY."""
    keys = [base64.b64decode(part.strip()) for part in settings.MASTER_KEY.split(",")]
    return [AESGCM(hmac.new(key, b"second factors", hashlib.sha256).digest()) for key in keys]
