"""The ways in and out for members of staff.

Whoever is unknown, switched off or no member of staff reads the same words as somebody with a
wrong password, after the same work.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.internal.stagekit import clear_login, unstash_login
from allauth.account.models import Login
from allauth.account.views import ConfirmLoginCodeView, RequestLoginCodeView
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.webauthn.views import LoginWebAuthnView
from django.conf import settings
from django.contrib.auth import logout as end_session
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic.forms import LoginForm
from clinic.logins import links, mail, people, pins, record, throttle
from clinic.logins.throttle import limited, typed
from clinic.models import User


class LogIn(LoginView):
    """Log in, then go to the page that asked for it (`next`), else to the day.

    ?who=1 is the person who used this browser last, 2 the one before: their name is filled in.
    """

    form_class = LoginForm
    template_name = "clinic/staff/login.html"
    redirect_authenticated_user = True

    def get_success_url(self) -> str:
        """Return the page to go to; never this one again, which would go round for ever."""
        target = super().get_success_url()
        here = target.partition("?")[0] == self.request.path
        return self.get_default_redirect_url() if here else target

    def get_initial(self) -> dict[str, Any]:
        initial = super().get_initial()
        who = self.request.GET.get("who", "")
        for number, person in enumerate(people.known(self.request) if who else [], start=1):
            if who == str(number):
                initial["username"] = person.email
        return initial

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "people": people.known(self.request)}

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        user = form.get_user()
        if not isinstance(user, User):
            raise TypeError("The login form returned somebody who is no user of ours.")
        throttle.forget(self.request, name=user.email)
        clear_login(self.request)
        # The password was typed a moment ago: it need not be typed again to change the login.
        record_authentication(
            self.request, user, method="password", email=user.email, reauthenticated=True
        )
        answer: HttpResponse = perform_login(
            self.request, Login(user=user, redirect_url=self.get_success_url())
        )
        return answer

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        if form.has_error("__all__", "invalid_login"):
            email = form.cleaned_data.get("username", "")
            known = User.objects.filter(email=email).first()
            record.failed(self.request, how="password", user=known)
        return super().form_invalid(form)


login = limited(typed("username"))(cast(Callable[..., HttpResponse], LogIn.as_view()))


class LogOut(LogoutView):
    """End this session, and with it the way back by PIN. "Switch user" leaves that open."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if isinstance(request.user, User):
            pins.take_pass_here(request, request.user)
        return super().post(request, *args, **kwargs)


logout = LogOut.as_view()


def _in_this_step(request: HttpRequest) -> str:
    """Return the name of whoever has taken the first step of a login."""
    pending = unstash_login(request, peek=True)
    return throttle.user_name(pending.user) if pending and pending.user else ""


class SecondStep(AuthenticateView):  # type: ignore[misc]
    """The second factor of somebody whose password, code or link was right."""

    def form_valid(self, form: Any) -> HttpResponse:
        throttle.forget(self.request, name=throttle.user_name(self.stage.login.user))
        return super().form_valid(form)  # type: ignore[no-any-return]


second_step = limited(_in_this_step)(SecondStep.as_view())
passkey_login = limited(throttle.nobody)(LoginWebAuthnView.as_view())


class AskForMail(RequestLoginCodeView):  # type: ignore[misc]
    """Send a mail with a code for this browser and a link for any.

    For an address without a login everything is done as well, but for the sending.
    """

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            clear_login(request)  # asked anew: what was asked before counts no more
        return super().dispatch(request, *args, **kwargs)  # type: ignore[no-any-return]

    def form_valid(self, form: Any) -> HttpResponse:
        user = form._user
        now = timezone.now()
        token = links.make(user=user, now=now)
        self.request.may_mail = throttle.may_mail(form.cleaned_data["email"], now=now)
        link = f"{settings.SITE_URL.rstrip('/')}{reverse('login_link', args=[token])}"
        self.request.login_link = link
        if user is None:
            mail.letter("account/email/login_code", form.cleaned_data["email"], {"link": link})
        return super().form_valid(form)  # type: ignore[no-any-return]


ask_for_mail = limited(
    typed("email"), by_address=throttle.MAILS_BY_ADDRESS, by_name=throttle.MAILS_BY_NAME
)(AskForMail.as_view())


class MailedCode(ConfirmLoginCodeView):  # type: ignore[misc]
    """Take the code of the mail, in the browser that asked for it."""

    def get_form_kwargs(self) -> dict[str, Any]:
        if self.stage.login.user is None:
            User.objects.filter(pk=0).first()  # as long as looking somebody up takes
        return super().get_form_kwargs()  # type: ignore[no-any-return]

    def form_invalid(self, form: Any) -> HttpResponse:
        record.failed(self.request, how="code", user=self._process.user)
        return super().form_invalid(form)  # type: ignore[no-any-return]


mailed_code = limited(throttle.nobody)(MailedCode.as_view())


@limited(throttle.nobody)
@require_http_methods(["GET", "HEAD", "POST"])
def login_link(request: HttpRequest, token: str) -> HttpResponse:
    """A mailed link: looking at it shows a button, as often as a mail scanner likes; pressing the
    button logs in, once."""
    now = timezone.now()
    if request.method != "POST":
        is_open = links.is_open(token, now=now)
        status = 200 if is_open else 410
        return render(request, "clinic/staff/link.html", {"is_open": is_open}, status=status)
    user = links.use(token, now=now)
    if user is None:
        record.failed(request, how="link", user=None)
        return render(request, "clinic/staff/link.html", {"is_open": False}, status=410)
    if request.user.is_authenticated:
        end_session(request)
    clear_login(request)
    record_authentication(request, user, method="link")
    # Whoever was invited has no password yet, and sets one before anything else, or later.
    there = reverse("day" if user.has_usable_password() else "password")
    answer: HttpResponse = perform_login(request, Login(user=user, redirect_url=there))
    return answer


def switch_user(request: HttpRequest) -> HttpResponse:
    """On a shared computer: end this session, then choose who is next among those who were here."""
    if request.method == "POST":
        end_session(request)
        if "forget" in request.POST:
            response = HttpResponseRedirect(reverse("login"))
            people.forget_all(response)
            pins.take_pass_here(request)
            return response
        return HttpResponseRedirect(reverse("switch_user"))
    if request.user.is_authenticated:
        return HttpResponseRedirect(reverse("day"))
    known = people.known(request)
    if not known:
        return HttpResponseRedirect(reverse("login"))
    opens = pins.opens_for(request, now=timezone.now())
    choices = [(person, person.pk in opens) for person in known]
    return render(request, "clinic/staff/switch.html", {"people": choices})
