"""Opening the record of a client one does not treat; what the owner sees of it."""

from __future__ import annotations

from typing import cast
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from bookings.queries import opened, practice
from bookings.queries import record as records
from bookings.views.answers import INVALID, SeeOther
from bookings.views.marks import moment
from bookings.views.practice import practitioners_only
from bookings.views.settings.pages import me, owner_only
from bookings.views.settings.pages import show as show_setting
from clients.actions.opening import open_record
from clients.models import RecordOpening
from clients.sealing import Unreadable
from clinic import audit
from clinic.errors import Refusal
from clinic.models import Clinic, User

_TITLE = _("Records opened with a reason")


@practitioners_only
@require_http_methods(["GET", "HEAD", "POST"])
def open_with_reason(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Ask for the reason, and open the record for a while. Whom it is open to goes straight in."""
    now, user = timezone.now(), cast(User, request.user)
    client = records.client_by_uid(uid)
    if client is None:
        raise Http404
    home = reverse("record", args=[uid])
    if records.may_read(user, client, now=now):
        return SeeOther(home)
    context = {
        "client": client,
        "minutes": Clinic.objects.the_only().opening_minutes,
        "withheld": opened.is_withheld(user, client),
        "reason": request.POST.get("reason", ""),
    }
    if request.method == "POST":
        try:
            open_record(now=now, user=user, client=client, reason=str(context["reason"]))
            return SeeOther(home)
        except Refusal as refusal:
            context["error"] = refusal.sentence
    status = INVALID if request.method == "POST" else 200
    return render(request, "bookings/practice/record_open.html", context, status=status)


@owner_only
@require_safe
@transaction.atomic
def openings(request: HttpRequest) -> HttpResponse:
    """Every record that was opened with a reason, the newest first. A reason is health text, so
    that it was read is noted."""
    zone, found = practice.clinic_zone(), opened.openings()
    for client in {each.client for each in found}:
        about = f"client:{client.uid}"
        audit.viewed(
            now=timezone.now(), actor=me(request), what="OPENINGS", about=about, whose=about
        )
    rows = [
        {
            "client": each.client.name,
            "who": each.user.name,
            "from": moment(each.at, zone),
            "until": moment(each.until, zone),
            "withheld": each.withheld,
            "reason": _reason(each),
        }
        for each in found
    ]
    context = {"rows": rows, "let_in": _let_in(zone), "title": _TITLE}
    return show_setting(request, "bookings/settings/openings.html", "settings-openings", context)


_LET_IN: dict[str, Promise] = {
    "client.login_linked": _("noted down a login for the pages of"),
    "client.contact_changed": _("changed the e-mail address of"),
    "client.merged": _("merged two records, and changed the e-mail address of"),
}


def _let_in(zone: ZoneInfo) -> list[dict[str, object]]:
    return [
        {
            "who": each.who.rpartition(": ")[2],
            "what": _LET_IN[each.what],
            "client": each.client,
            "when": moment(each.at, zone),
        }
        for each in opened.let_in()
    ]


def _reason(opening: RecordOpening) -> str | Promise:
    try:
        return opening.reason
    except Unreadable:
        return _("The record was erased since.")
