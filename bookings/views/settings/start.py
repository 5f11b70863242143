"""The owner's first page: what is set up, what is not yet, and where to do it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from bookings.queries.readiness import Readiness, readiness
from bookings.views.answers import SeeOther
from bookings.views.settings.pages import me, owner_only, show
from clients.channels.base import NotSent
from clients.channels.trial import send_trial
from clinic import actions
from clinic import readiness as parts
from clinic.models import Clinic, User

SECTION = "settings-start"


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the list: whether it is done, what is so, and where to do it ("" on the server)."""

    title: str
    done: bool
    says: str
    path: str = ""
    link: str = ""
    sends: bool = False
    comes_first: bool = False


@owner_only
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    return redirect("settings-start")


@owner_only
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """List what a clinic needs before its first client."""
    user = cast(User, request.user)
    ready = readiness(user)
    steps = [*_house(ready), *_server(ready, timezone.now())]
    if ready.is_demo:  # whatever is set up before it is wiped would go with it
        steps.insert(0, steps.pop(next(at for at, one in enumerate(steps) if one.comes_first)))
    left = sum(not step.done for step in steps)
    context = {
        "steps": steps,
        "left": ngettext("%(left)d step is left", "%(left)d steps are left", left) % {"left": left}
        if left
        else _("Everything is set up"),
        "email": user.email,
    }
    return show(request, "bookings/settings/start.html", SECTION, context)


@owner_only
@require_POST
def test_message(request: HttpRequest) -> HttpResponse:
    """Send the owner a test message, and say whether it left."""
    user, clinic = cast(User, request.user), Clinic.objects.the_only()
    try:
        send_trial(now=timezone.now(), to=user.email, clinic=clinic.name, reply_to=clinic.email)
    except NotSent as problem:
        words = _("The message did not leave. %(reason)s") % {"reason": problem.reason}
        messages.error(request, words)
    else:
        actions.note_trial(
            now=timezone.now(), actor=me(request), sender=settings.DEFAULT_FROM_EMAIL
        )
        words = _("The message has left for %(email)s. Look whether it arrives.")
        messages.success(request, words % {"email": user.email})
    return SeeOther(reverse(SECTION))


def _house(ready: Readiness) -> list[Step]:
    clinic = ready.clinic
    named = bool(clinic.name != Clinic._meta.get_field("name").default and clinic.phone)
    return [
        Step(
            _("Clinic name and phone"),
            named and not ready.is_demo,
            _("Messages and pages speak for %(name)s.") % {"name": clinic.name}
            if named
            else _("Clients see this name and call this number."),
            reverse("settings-clinic"),
            _("Clinic"),
        ),
        Step(
            _("Logo and colour"),
            clinic.logo_id is not None,
            _("They stand on every page that clients and staff see.")
            if clinic.logo_id
            else _("Pages show a leaf beside the clinic's name, and are jade green."),
            reverse("settings-look"),
            _("Logo and colour"),
        ),
        Step(
            _("A location with a room"),
            ready.rooms,
            _("Where clients come, and the rooms that can be booked."),
            reverse("settings-places"),
            _("Locations and rooms"),
        ),
        Step(
            _("People and their hours"),
            ready.practitioners and ready.hours,
            _("Who treats clients, and when.")
            if not ready.practitioners or ready.hours
            else _("There are practitioners, but nobody has weekly hours yet."),
            reverse("settings-hours" if ready.practitioners else "settings-people"),
            _("Weekly hours") if ready.practitioners else _("People"),
        ),
        Step(
            _("A treatment somebody offers"),
            ready.treatments,
            _("What can be booked, its minutes and its price."),
            reverse("settings-treatments"),
            _("Treatments"),
        ),
    ]


def _server(ready: Readiness, now: datetime) -> list[Step]:
    return [
        _domain(),
        _mail(ready),
        _factor(ready),
        Step(
            _("The demo is out"),
            not ready.is_demo,
            _("This is the demo clinic: its people, clients and bookings are invented. On the server, the command manage.py wipe_demo deletes all of it and keeps logins of your own. Do this first: what you set up before goes with it.")
            if ready.is_demo
            else _("Nothing invented is in this database."),
            comes_first=True,
        ),
        _backup(now),
    ]  # fmt: skip


def _domain() -> Step:
    site = urlsplit(settings.SITE_URL)
    public = site.scheme == "https" and site.hostname not in {"localhost", "127.0.0.1", None}
    says = _("Links in messages begin with %(url)s.") if public else _(
        "Links in messages begin with %(url)s, which only this machine can open. "
        "Set SITE_URL to the clinic's own https address."
    )  # fmt: skip
    return Step(_("Address of the site"), public, says % {"url": settings.SITE_URL})


def _mail(ready: Readiness) -> Step:
    smtp = settings.EMAIL_BACKEND.endswith("smtp.EmailBackend")
    says = _("E-mail leaves by %(host)s, from %(sender)s.") if smtp else _(
        "E-mail stays on this machine, from %(sender)s. Set EMAIL_URL and MAIL_FROM on the server."
    )  # fmt: skip
    said = {
        "host": getattr(settings, "EMAIL_HOST", ""),
        "sender": settings.DEFAULT_FROM_EMAIL,
    }
    words = says % said
    if smtp and not ready.mail_tried:
        words += " " + _("No test message has left from there yet.")
    return Step(_("E-mail"), smtp and ready.mail_tried, words, sends=True)


def _factor(ready: Readiness) -> Step:
    count = len(ready.without_factor)
    if not count:
        says = _("Everybody who can log in has one.")
    elif ready.own_factor:
        says = _("Not yet: %(names)s.") % {"names": ", ".join(ready.without_factor)}
    else:
        says = ngettext(
            "A password alone opens %(count)d login, yours among them.",
            "A password alone opens %(count)d logins, yours among them.",
            count,
        ) % {"count": count}
    return Step(_("Second factor"), not count, says, reverse("account"), _("Your login"))


def _backup(now: datetime) -> Step:
    title = _("Backup")
    if not settings.BACKUP_DIR:
        says = _("None is scheduled. Set BACKUP_DIR and BACKUP_KEY on the server.")
        return Step(title, False, says)
    part = parts.backup(now=now)
    return Step(title, part.ok, part.why or _("The last one was made and is less than a day old."))
