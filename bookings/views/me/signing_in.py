"""The clients' ways in and out: a mailed code or link, or a passkey.

An address that is nobody's here reads the same words, after the same work, as any other.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.stagekit import clear_login
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.webauthn.views import LoginWebAuthnView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login as begin_session
from django.contrib.auth import logout as end_session
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_POST

from bookings.views.answers import INVALID, SeeOther
from clients import logins
from clinic.logins import mail, proofs, record, throttle
from clinic.logins.forms import Address, AddressCode
from clinic.logins.throttle import limited, typed
from clinic.models import Role, User

PROOF = "address_proof"
NEXT = "address_proof_next"
BACKEND = "django.contrib.auth.backends.ModelBackend"


def onwards(request: HttpRequest) -> str:
    """Return where somebody was going among the clients' own pages, else their first page."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    return _own(target)


def _own(target: object) -> str:
    path = target if isinstance(target, str) else ""
    inside = path.startswith("/me/") and not path.startswith("/me/login/")
    safe = url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return path if inside and safe else reverse("me")


def again(request: HttpRequest, *, to: str) -> HttpResponse:
    """Ask somebody who is signed in to show anew that it is them, and then go to `to`."""
    query = urlencode({"again": "1", "next": to})
    return HttpResponseRedirect(f"{reverse('me-login')}?{query}")


def _is_in(request: HttpRequest) -> bool:
    return isinstance(request.user, User) and request.user.role == Role.CLIENT


@limited(typed("email"), by_address=throttle.MAILS_BY_ADDRESS, by_name=throttle.MAILS_BY_NAME)
@require_http_methods(["GET", "HEAD", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    """Ask for an address and mail it a code and a link. `?again` asks somebody signed in anew."""
    if _is_in(request) and "again" not in request.GET:
        return HttpResponseRedirect(onwards(request))
    form = Address(request.POST or None, initial={"email": getattr(request.user, "email", "")})
    if not form.is_valid():
        context = {"form": form, "next": onwards(request), "again": _is_in(request)}
        status = INVALID if form.is_bound else 200
        return render(request, "bookings/me/login.html", context, status=status)
    proof = _mail(form.cleaned_data["email"])
    request.session[PROOF], request.session[NEXT] = str(proof), onwards(request)
    return SeeOther(reverse("me-login-code"))


def _mail(email: str) -> UUID:
    """Mail a code and a link where the address is somebody's; do the same work where not."""
    known, now = logins.opens(email), timezone.now()
    may_mail = throttle.may_mail(email, now=now)
    proof = proofs.make(email=email, opens=known, now=now)
    link = f"{settings.SITE_URL.rstrip('/')}{reverse('me-login-link', args=[proof.token])}"
    context: dict[str, object] = {"code": proof.code, "link": link}
    with override(logins.language_of(email)):
        letter = mail.letter("account/email/login_code", email, context)
    if known and may_mail:
        mail.post(letter)
    return proof.uid


@limited(throttle.nobody)
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Take the code of the mail, in the browser that asked for it."""
    now, proof = timezone.now(), _proof(request)
    if proof is None or not proofs.is_waiting(proof, now=now):
        return HttpResponseRedirect(reverse("me-login"))
    form = AddressCode(request.POST or None)
    if form.is_valid():
        email = proofs.by_code(proof, form.cleaned_data["code"], now=now)
        user = logins.arrive(now=now, email=email) if email else None
        if user:
            return enter(request, user, how="code", target=request.session.get(NEXT))
        record.failed(request, how="code", user=None)
        form.add_error("code", _("This code is not right. Check it and type it again."))
    status = INVALID if form.is_bound else 200
    return render(request, "bookings/me/code.html", {"form": form}, status=status)


def _proof(request: HttpRequest) -> UUID | None:
    try:
        return UUID(str(request.session.get(PROOF)))
    except ValueError:
        return None


@limited(throttle.nobody)
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """A mailed link: looking shows a button, as often as a mail scanner likes; pressing it signs
    in, once."""
    now = timezone.now()
    if request.method != "POST":
        is_open = proofs.is_open(token, now=now)
        status = 200 if is_open else 410
        return render(request, "bookings/me/link.html", {"is_open": is_open}, status=status)
    email = proofs.by_link(token, now=now)
    user = logins.arrive(now=now, email=email) if email else None
    if user is None:
        record.failed(request, how="link", user=None)
        return render(request, "bookings/me/link.html", {"is_open": False}, status=410)
    return enter(request, user, how="link", target=request.session.get(NEXT))


def enter(
    request: HttpRequest, user: User, *, how: str | None, target: object = None
) -> HttpResponse:
    """Begin a client's session; whoever was signed in here before is signed out.

    how: by what they were let in; None where it is written down already.
    """
    if request.user.is_authenticated:
        end_session(request)
    if how:
        clear_login(request)
        # They have just shown who they are: they need not again before they change their login.
        record_authentication(request, user, method=how, reauthenticated=True)
    begin_session(request, user, backend=BACKEND)
    for name in (PROOF, NEXT):
        request.session.pop(name, None)
    return SeeOther(_own(target))


class PasskeyLogin(LoginWebAuthnView):  # type: ignore[misc]
    """A passkey of a client's; any other is answered as if it were wrong."""

    redirect_authenticated_user = False

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if _is_in(request) or not self._asks(request):
            return HttpResponseRedirect(reverse("me-login"))
        return super().dispatch(request, *args, **kwargs)  # type: ignore[no-any-return]

    def _asks(self, request: HttpRequest) -> bool:
        ajax = request.headers.get("X-Requested-With") == "XMLHttpRequest"
        return request.method == "POST" or ajax

    def form_valid(self, form: Any) -> HttpResponse:
        passkey = form.cleaned_data["credential"]
        user = passkey.user
        if not (user.is_active and user.role == Role.CLIENT):
            record.failed(self.request, how="passkey", user=user)
            return self.form_invalid(form)
        if self.request.user.is_authenticated:
            end_session(self.request)
        post_authentication(self.request, passkey, passwordless=True, reauthenticated=True)
        return enter(self.request, user, how=None, target=onwards(self.request))

    def form_invalid(self, form: Any) -> HttpResponse:
        messages.error(self.request, _("That did not work. Try again, or ask for a mail."))
        return HttpResponseRedirect(reverse("me-login"))


passkey_login = limited(throttle.nobody)(PasskeyLogin.as_view())


@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """Sign out here. Other devices stay signed in."""
    end_session(request)
    response = SeeOther(reverse("me-login"))
    response.delete_cookie(settings.SESSION_COOKIE_NAME)
    return response
