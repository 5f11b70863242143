"""Clients brought along from another system, and taken elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from bookings.actions import exporting, importing
from bookings.csv_file import MOST_BYTES
from bookings.forms.importing import ColumnsForm, UploadForm
from bookings.import_rows import Problem
from bookings.models import Import, ImportRow
from bookings.queries import catalogue, imports
from bookings.views.answers import INVALID, SeeOther
from bookings.views.settings.pages import GET_OR_POST, me, owner_only, posted, show
from clinic.errors import Refusal
from clinic.middleware import takes_files

SECTION = "settings-clients"

PROBLEMS: Mapping[str, str | Promise] = {
    Problem.NO_NAME: gettext_lazy("There is no name."),
    Problem.NAME_TOO_LONG: gettext_lazy("The name has more than 120 characters."),
    Problem.EMAIL: gettext_lazy("This is no e-mail address."),
    Problem.PHONE: gettext_lazy("This is no phone number that can be called."),
    Problem.NO_START: gettext_lazy("There is no start of the appointment."),
    Problem.START: gettext_lazy("The start can't be read as a date and a time."),
    Problem.SKIPPED_HOUR: gettext_lazy("The clock skips this time on that day."),
    Problem.ENDS: gettext_lazy("The end does not fit the start."),
    "UNKNOWN_TREATMENT": gettext_lazy("No treatment here has this name."),
    "UNKNOWN_PRACTITIONER": gettext_lazy("No practitioner here has this name."),
    "UNKNOWN_CLIENT": gettext_lazy("No client with this number was taken over before."),
    "SEVERAL_CLIENTS": gettext_lazy("Several clients have this name."),
    "NO_LOCATION": gettext_lazy("There is no location to book at."),
    "slot_taken": gettext_lazy("Practitioner or room are taken at that time."),
    "PAST": gettext_lazy("in the past"),
    "CANCELLED": gettext_lazy("cancelled there"),
}
OTHERWISE = gettext_lazy("This can't be booked here as it stands.")


@owner_only
@takes_files(most_bytes=2 * MOST_BYTES)
@require_http_methods(GET_OR_POST)
def clients(request: HttpRequest) -> HttpResponse:
    """Files taken over so far, one more to upload, and everybody to take elsewhere."""
    form = UploadForm(posted(request), request.FILES or None)
    context = {"title": _("Bring clients along"), "form": form, "imports": imports.imports()}
    template = "bookings/settings/clients.html"
    if request.method != "POST":
        return show(request, template, SECTION, context)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            made = importing.upload(
                now=timezone.now(), actor=me(request), filename=file.name, data=file.read()
            )
        except Refusal as refusal:
            form.add_error("file", str(refusal.sentence))
        else:
            return SeeOther(path_of(made))
    return show(request, template, SECTION, context, INVALID)


def path_of(what: Import) -> str:
    return reverse("settings-import", args=[what.uid])


@owner_only
@require_http_methods(GET_OR_POST)
def one(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A file: its columns to be named, how far it is, what became of its rows."""
    what = get_object_or_404(Import.objects.select_related("by"), uid=uid)
    locations = catalogue.locations()
    form = ColumnsForm(posted(request), what=what, locations=locations)
    if request.method != "POST" or not form.is_valid():
        status = INVALID if form.is_bound else 200
        return show(request, "bookings/settings/import.html", SECTION, page(what, form), status)
    try:
        importing.check(
            now=timezone.now(),
            actor=me(request),
            what=what,
            mapping=form.mapping,
            options=form.options,
        )
    except Refusal as refusal:
        messages.error(request, str(refusal.sentence))
    return SeeOther(path_of(what))


@owner_only
@require_POST
def start(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Take over what can be."""
    what = get_object_or_404(Import, uid=uid)
    try:
        importing.start(now=timezone.now(), actor=me(request), what=what)
    except Refusal as refusal:
        messages.error(request, str(refusal.sentence))
    return SeeOther(path_of(what))


@owner_only
@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """Everybody's name and contact as a table. Written into the log book."""
    lines = exporting.export_clients(now=timezone.now(), actor=me(request))
    answer = HttpResponse("".join(lines), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="clients.csv"'
    answer["Cache-Control"] = "no-store, private"
    return answer


def page(what: Import, form: ColumnsForm) -> dict[str, object]:
    """Return what the page of a file shows."""
    counts = imports.counts(what)
    at_work = what.status in (Import.Status.CHECKING, Import.Status.RUNNING)
    waiting = counts.get("WAITING" if what.status == Import.Status.CHECKING else "READY", 0)
    laid_out = sum(counts.values())
    return {
        "title": what.filename,
        "what": what,
        "form": form,
        "at_work": at_work,
        "done": laid_out - waiting,
        "ready": counts.get("READY", 0),
        "states": [
            (str(label), counts[state])
            for state, label in ImportRow.State.choices
            if counts.get(state)
        ],
        "left_out": [(str(PROBLEMS[why]), count) for why, count in imports.left_out(what).items()],
        "rows": [
            {
                "number": row.number,
                "says": " · ".join(list(row.values.values())[:4])[:120],
                "why": PROBLEMS.get(row.problem, OTHERWISE),
            }
            for row in imports.refused(what)
        ],
        "can_choose": what.data is not None
        and what.status in (Import.Status.NEW, Import.Status.CHECKED),
    }
