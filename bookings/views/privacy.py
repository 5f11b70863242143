"""Who saw a client's record, and from whom the client keeps it: for those who may read the record,
and for the owner."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import cast
from uuid import UUID
from zoneinfo import ZoneInfo

from defusedcsv import csv
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from bookings.forms.choosing import read_day
from bookings.queries import practice
from bookings.queries import record as records
from bookings.queries.privacy import Days, readers, shown
from bookings.views.answers import SeeOther
from bookings.views.desk_change import actor_of
from bookings.views.practice import practitioners_only
from bookings.views.seen_words import seen
from bookings.views.wording import day_year
from clients.actions.opening import let_read, withhold
from clients.models import Client
from clinic import audit
from clinic.models import AccessEntry, Role, User

MOST_SHOWN = 500
MOST_IN_FILE = 50_000


def answered_for(request: HttpRequest, uid: UUID) -> Client:
    """Return a client whose privacy this login answers for: whoever may read the record does, and
    the owner for everybody, since neither page tells anything of anybody's health. Raises Http404."""
    client, user = records.client_by_uid(uid), cast(User, request.user)
    if client is None:
        raise Http404
    if user.role != Role.OWNER and not records.may_read(user, client, now=timezone.now()):
        raise Http404
    return client


@practitioners_only
@require_safe
@transaction.atomic
def seen_by(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Show who saw a record, `?from=2026-11-01&to=2026-11-30`; `&as=csv` is the same as a table.
    That somebody looks here is written down as well."""
    client, zone = answered_for(request, uid), practice.clinic_zone()
    days = Days(read_day(request.GET.get("from", "")), read_day(request.GET.get("to", "")))
    # What is shown is how it stood before this look.
    most = MOST_IN_FILE if request.GET.get("as") == "csv" else MOST_SHOWN
    entries = list(shown(client, days, zone=zone)[:most])
    about = f"client:{client.uid}"
    audit.viewed(
        now=timezone.now(), actor=actor_of(request), what="ACCESS_LOG", about=about, whose=about
    )
    if request.GET.get("as") == "csv":
        return _file(entries, zone)
    rows = [{"seen": seen(entry), "at": _moment(entry.at, zone)} for entry in entries]
    context = {
        "client": client,
        "days": days,
        "rows": rows,
        "is_cut": len(entries) == MOST_SHOWN,
        "zone": zone.key.replace("_", " "),
    }
    return render(request, "bookings/practice/seen_by.html", context)


def _moment(at: datetime, zone: ZoneInfo) -> str:
    """Return a moment with its year, which looks may be several of old."""
    local = at.astimezone(zone)
    return f"{day_year(local.date())}, {local:%H:%M}"


def _file(entries: Iterable[AccessEntry], zone: ZoneInfo) -> HttpResponse:
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="who-saw-the-record.csv"'
    writer = csv.writer(response)
    writer.writerow(("Time", "Who", "Login", "What", "Kind", "Request"))
    for entry in entries:
        one = seen(entry)
        writer.writerow(
            (
                entry.at.astimezone(zone).isoformat(timespec="seconds"),
                one.who,
                entry.actor_label,
                str(one.what),
                entry.what,
                entry.request_id,
            )
        )
    return response


@practitioners_only
@require_http_methods(["GET", "HEAD", "POST"])
def withheld(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Keep a record from one member of staff (`keep`), or let them read it again (`give`), as the
    client asked."""
    client, zone = answered_for(request, uid), practice.clinic_zone()
    found = readers(client)
    if request.method == "POST":
        user = cast(User, request.user)
        # A record opened with a reason is open to read; the client's word is not its reader's.
        if user.role != Role.OWNER and not records.treats(user, client, now=timezone.now()):
            raise Http404
        return _changed(request, client, {str(one.user.pk): one.user for one in found})
    rows = [
        {
            "user": one.user,
            "since": day_year(one.since.astimezone(zone).date()) if one.since else "",
        }
        for one in found
    ]
    return render(request, "bookings/practice/withheld.html", {"client": client, "rows": rows})


def _changed(request: HttpRequest, client: Client, staff: dict[str, User]) -> HttpResponse:
    keep, give = request.POST.get("keep", ""), request.POST.get("give", "")
    user = staff.get(keep or give)
    if user is None:
        raise Http404
    done = withhold if keep else let_read
    done(now=timezone.now(), actor=actor_of(request), client=client, user=user)
    words = _("%(name)s can't read this record any more.") if keep else _(
        "%(name)s can read this record again, if they treat the client."
    )  # fmt: skip
    messages.success(request, words % {"name": user.name})
    reader = cast(User, request.user)
    if reader.role != Role.OWNER and not records.may_read(reader, client, now=timezone.now()):
        return SeeOther(reverse("practice"))  # they kept it from themselves
    return SeeOther(reverse("record-withheld", args=[client.uid]))
