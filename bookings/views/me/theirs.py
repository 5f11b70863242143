"""What a login may see: everything of the clients' own pages is loaded through this."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from uuid import UUID

from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse

from bookings.views.answers import private
from bookings.views.me import signing_in
from clients import logins
from clients.models import Client, ClientLogin
from clinic import audit
from clinic.access import client_only
from clinic.audit import Actor
from clinic.models import User

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Me:
    """Who is signed in, and for which of the clients they may act for this page is."""

    user: User
    links: list[ClientLogin]
    link: ClientLogin

    @property
    def client(self) -> Client:
        return self.link.client

    @property
    def others(self) -> list[ClientLogin]:
        return [link for link in self.links if link != self.link]

    @property
    def actor(self) -> Actor:
        return audit.staff(self.user)


def user_of(request: HttpRequest) -> User:
    """Return who is signed in; a view that clients alone can enter has a client's login."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def theirs(
    view: Callable[Concatenate[HttpRequest, Me, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, UUID, P], HttpResponse]:
    """Open a page of one client to the logins that may act for them. Not theirs is 404."""

    @wraps(view)
    def guarded(
        request: HttpRequest, /, client: UUID, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponse:
        user = user_of(request)
        links = logins.links_of(user)
        link = next((link for link in links if link.client.uid == client), None)
        if link is None:
            raise Http404
        return view(request, Me(user, links, link), *args, **kwargs)

    opened = cast(Callable[Concatenate[HttpRequest, UUID, P], HttpResponse], guarded)
    return client_only(private(opened))


def is_fresh(request: HttpRequest) -> bool:
    """Whether somebody signed in within the last ten minutes."""
    steps = get_authentication_records(request, user_of(request))
    lately = settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
    return any(time.time() - step["at"] < lately for step in steps)


def fresh(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Ask whoever did not sign in within the last ten minutes to show anew that it is them."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not is_fresh(request):
            return signing_in.again(request, to=request.get_full_path())
        return view(request, *args, **kwargs)

    return guarded
