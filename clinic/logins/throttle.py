"""How often somebody may try to log in: by network address, and by address and name together.

Never by the name alone: then anybody who knows a colleague's e-mail address could lock them out
from the other side of the world. Only mails to one address are few in an hour, and there are other
ways in.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.crypto import salted_hmac

from clinic import limits
from clinic.limits import DIGEST_LENGTH, Limit
from clinic.models import RateCount, User

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

# A clinic's computers share one address, and on a Monday morning everybody logs in.
TRIES_BY_ADDRESS = Limit("login", 60, 600)
TRIES_BY_NAME = Limit("login-name", 10, 600)
MAILS_BY_ADDRESS = Limit("login-mail", 20, 3600)
MAILS_BY_NAME = Limit("login-mail-name", 5, 3600)
# From all the world together: a mailbox is not flooded. Whoever asks is told nothing of it.
MAILS_TO = Limit("login-mail-to", 20, 3600)


def wait(
    request: HttpRequest, *, now: datetime, by_address: Limit, by_name: Limit, name: str
) -> int:
    """Count a try; return in how many seconds the next may come, 0 when this one may go on.

    name: whose login is tried, as typed, or "" where nobody's is named.
    """
    seconds = limits.wait(by_address, who=_address(request), now=now)
    if not seconds and name:
        seconds = limits.wait(by_name, who=_address_and_name(request, name), now=now)
    return seconds


def may_mail(email: str, *, now: datetime) -> bool:
    """Count a mail with a way in; return whether it is still one of those an address gets in an
    hour. The same work for every address."""
    who = salted_hmac("login-mail-to", email.strip().lower()).hexdigest()[:DIGEST_LENGTH]
    return not limits.wait(MAILS_TO, who=who, now=now)


def forget(request: HttpRequest, *, name: str) -> None:
    """Forget the tries at a name from this address: the person was there in the end."""
    RateCount.objects.filter(
        bucket=TRIES_BY_NAME.bucket, who=_address_and_name(request, name)
    ).delete()


def too_often(request: HttpRequest, seconds: int) -> HttpResponse:
    answer = render(
        request, "clinic/staff/too_often.html", {"minutes": -(-seconds // 60)}, status=429
    )
    answer["Retry-After"] = str(seconds)
    return answer


def limited(
    name: Callable[[HttpRequest], str],
    *,
    by_address: Limit = TRIES_BY_ADDRESS,
    by_name: Limit = TRIES_BY_NAME,
) -> Callable[[View[P]], View[P]]:
    """Let a view be posted to only so often; `name` says whose login a request tries."""

    def guard(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if request.method == "POST":
                seconds = wait(
                    request,
                    now=timezone.now(),
                    by_address=by_address,
                    by_name=by_name,
                    name=name(request),
                )
                if seconds:
                    return too_often(request, seconds)
            return view(request, *args, **kwargs)

        return guarded

    return guard


def typed(field: str) -> Callable[[HttpRequest], str]:
    """Return what names the login that is typed into a field of the form."""
    return lambda request: request.POST.get(field, "").strip().lower()


def nobody(request: HttpRequest) -> str:
    return ""


def logged_in(request: HttpRequest) -> str:
    return user_name(request.user) if isinstance(request.user, User) else ""


def user_name(user: User) -> str:
    """Return the name of somebody who is known already, where no address is typed."""
    return f"user:{user.pk}"


def _address(request: HttpRequest) -> str:
    return limits.digest_of_address(request, salt="login")


def _address_and_name(request: HttpRequest, name: str) -> str:
    return salted_hmac("login-name", f"{_address(request)} {name}").hexdigest()[:DIGEST_LENGTH]
