"""A client's first page, their visits, and where everything else is."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from bookings.queries import of_client
from bookings.views.me.home_page import home_page, visit
from bookings.views.me.theirs import Me, theirs
from clients.consent_links import token_of
from clients.intake_links import form_path
from clients.queries import consents
from clients.queries.intake import to_fill_in


@theirs
@require_safe
def home(request: HttpRequest, me: Me) -> HttpResponse:
    """What comes, what is to do, and the next time with one tap."""
    now = timezone.now()
    page = home_page(me, now=now)
    waits = page.coming and any(one.needed for one in consents.to_sign(me.client, now))
    form = to_fill_in(me.client, now)
    context = {
        "me": me,
        "page": page,
        "to_sign": token_of(me.client) if waits else "",
        "form_href": form_path(form, own=True) if form else "",
    }
    return render(request, "bookings/me/home.html", context)


@theirs
@require_safe
def visits(request: HttpRequest, me: Me) -> HttpResponse:
    """Every visit, the coming ones first."""
    now = timezone.now()
    context = {
        "me": me,
        "coming": [visit(one, now=now) for one in of_client.coming(me.client, now=now)],
        "past": [visit(one, now=now) for one in of_client.past(me.client, now=now)],
    }
    return render(request, "bookings/me/visits.html", context)


@theirs
@require_safe
def you(request: HttpRequest, me: Me) -> HttpResponse:
    """Messages, one's data, one's login."""
    return render(request, "bookings/me/you.html", {"me": me})
