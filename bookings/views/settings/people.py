"""Logins with their roles, and those who treat clients."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from bookings.actions import team
from bookings.forms.team import PasswordForm, PractitionerForm, UserForm
from bookings.queries import house
from bookings.views.settings.pages import GET_OR_POST, Page, answer, me, owner_only, posted, show
from clinic import actions
from clinic.logins import sessions
from clinic.models import Practitioner, Role, User

SECTION = "settings-people"


@owner_only
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Everybody with a login, and everybody who treats clients."""
    context = {"staff": house.staff(), "practitioners": house.practitioners()}
    return show(request, "bookings/settings/people.html", SECTION, context)


@owner_only
@require_http_methods(GET_OR_POST)
def add_user(request: HttpRequest) -> HttpResponse:
    form = UserForm(posted(request))
    page = Page(SECTION, _("New login"), form, reverse(SECTION))

    def act(_confirmed: str) -> object:
        typed = {**form.cleaned_data}
        site = settings.SITE_URL.rstrip("/") if typed.pop("invite") else ""
        return actions.create_user(now=timezone.now(), actor=me(request), **typed, site=site)

    done = _("They can log in now, by a mail they ask for on the login page.")
    if form.data.get("password"):
        done = _("They can log in now. Tell them the first password in person.")
    if form.data.get("invite"):
        done = _("They can log in now. The invitation is on its way to them.")
    return answer(request, page, act, done)


@owner_only
@require_http_methods(GET_OR_POST)
def user(request: HttpRequest, uid: UUID) -> HttpResponse:
    one = get_object_or_404(User, uid=uid, role__in=house.STAFF)
    form = UserForm(posted(request), user=one)
    # Whoever gave their own role away finds nothing here any more.
    gives_up = one == request.user and form.data.get("role", Role.OWNER) != Role.OWNER
    page = Page(
        SECTION,
        one.name,
        form,
        reverse("day") if gives_up else reverse(SECTION),
        template="bookings/settings/user.html",
        context={"one": one, "list": reverse(SECTION)},
    )

    def act(_confirmed: str) -> object:
        return actions.change_user(
            now=timezone.now(),
            actor=me(request),
            user=one,
            session=request.session.session_key,
            **form.cleaned_data,
        )

    return answer(request, page, act, _("The login is saved."))


@owner_only
@require_http_methods(GET_OR_POST)
def password(request: HttpRequest, uid: UUID) -> HttpResponse:
    one = get_object_or_404(User, uid=uid, role__in=house.STAFF)
    form = PasswordForm(posted(request))
    title = _("New password for %(name)s") % {"name": one.name}
    page = Page(SECTION, title, form, reverse(SECTION))

    def act(_confirmed: str) -> object:
        here = request.session.session_key
        changed = actions.set_password(
            now=timezone.now(), actor=me(request), user=one, session=here, **form.cleaned_data
        )
        if changed == request.user:
            update_session_auth_hash(request, changed)
            sessions.renamed(request, before=here)
        return changed

    return answer(request, page, act, _("The new password holds. Tell them in person."))


@owner_only
@require_http_methods(GET_OR_POST)
def add_practitioner(request: HttpRequest) -> HttpResponse:
    form = PractitionerForm(posted(request))
    page = Page(SECTION, _("New practitioner"), form, reverse(SECTION))

    def act(_confirmed: str) -> object:
        return team.add_practitioner(now=timezone.now(), actor=me(request), **form.cleaned_data)

    return answer(
        request, page, act, _("The practitioner is there. Now give them hours and treatments.")
    )


@owner_only
@require_http_methods(GET_OR_POST)
def practitioner(request: HttpRequest, uid: UUID) -> HttpResponse:
    one = get_object_or_404(Practitioner, uid=uid)
    form = PractitionerForm(posted(request), practitioner=one)
    page = Page(SECTION, one.name, form, reverse(SECTION))

    def act(confirmed: str) -> object:
        return team.change_practitioner(
            now=timezone.now(),
            actor=me(request),
            practitioner=one,
            confirmed=confirmed,
            **form.cleaned_data,
        )

    return answer(request, page, act, _("The practitioner is saved."))
