"""Who may do what. A view declares whom it is for; everybody else finds nothing there."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from clinic.models import Role, User

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

STAFF = frozenset({Role.OWNER, Role.PRACTITIONER, Role.FRONT_DESK})


def only(*roles: Role, door: str = "login") -> Callable[[View[P]], View[P]]:
    """Open a view to these roles alone.

    Somebody without a login, or whose login was switched off, is sent to the login page that `door`
    names and from there back to where they were going. Any other role is answered as if the page
    did not exist.
    """
    allowed = frozenset(roles)

    def guard(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            user = request.user
            if not isinstance(user, User):
                return redirect_to_login(request.get_full_path(), reverse(door))
            if user.role not in allowed:
                raise Http404
            return view(request, *args, **kwargs)

        guarded.roles = allowed  # type: ignore[attr-defined]
        return guarded

    return guard


staff_only = only(*STAFF)
client_only = only(Role.CLIENT, door="me-login")
