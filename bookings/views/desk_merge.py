"""Records that may be of one person: proposed, merged, told apart, taken apart again."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bookings.actions import doubting, merging
from bookings.forms.merge import MergeForm
from bookings.models import Merge
from bookings.queries import client_record
from bookings.views.answers import CONFLICT, INVALID, SeeOther
from bookings.views.client_page import pair_rows
from bookings.views.desk_change import actor_of
from bookings.views.desk_clients import GET_OR_POST, client_of, house, path_of, show
from bookings.views.merge_page import merge_page
from clients.models import Client
from clinic.access import staff_only
from clinic.errors import Refusal


def pair_of(uid: UUID, other: UUID) -> tuple[Client, Client]:
    """Return two different clients; 404 where there are no two."""
    pair = client_of(uid), client_of(other)
    if pair[0].pk == pair[1].pk:
        raise Http404
    return pair


@staff_only
@require_safe
def duplicates(request: HttpRequest) -> HttpResponse:
    """The records that may be of one person, to be decided."""
    context = {"pairs": pair_rows(client_record.doubts_list(), house()[1])}
    return render(request, "bookings/clients/duplicates.html", context)


@staff_only
@require_http_methods(GET_OR_POST)
def merge(request: HttpRequest, uid: UUID, other: UUID) -> HttpResponse:
    """Two records side by side; which survives, and with which contact."""
    one, second = pair_of(uid, other)
    gone = next((each for each in (one, second) if each.merged_into is not None), None)
    if gone is not None:
        return redirect(path_of(gone.survivor))
    form = MergeForm(request.POST if request.method == "POST" else None, one=one, other=second)
    page = merge_page(one, second, zone=house()[1], typed=request.POST.dict())
    context = {"form": form, "page": page, "back": path_of(one)}
    if request.method != "POST" or not form.is_valid():
        status = INVALID if form.is_bound else 200
        return render(request, "bookings/clients/merge.html", context, status=status)
    try:
        merging.merge(
            now=timezone.now(),
            actor=actor_of(request),
            survivor=form.survivor,
            merged=form.merged,
            take=form.take,
        )
    except Refusal as refusal:
        form.add_error(None, str(refusal.sentence))
        return render(request, "bookings/clients/merge.html", context, status=CONFLICT)
    messages.success(request, _("The two records are one now."))
    return SeeOther(path_of(form.survivor))


@staff_only
@require_POST
def apart(request: HttpRequest, uid: UUID, other: UUID) -> HttpResponse:
    """They are different people."""
    one, second = pair_of(uid, other)
    doubting.tell_apart(now=timezone.now(), actor=actor_of(request), one=one, other=second)
    messages.success(request, _("They stay two, and are not proposed again."))
    return SeeOther(reverse("desk-duplicates"))


@staff_only
@require_POST
def undo(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Take a merge apart again."""
    made = get_object_or_404(Merge.objects.select_related("survivor", "merged"), uid=uid)
    try:
        merging.unmerge(now=timezone.now(), actor=actor_of(request), merge=made)
    except Refusal as refusal:
        messages.error(request, str(refusal.sentence))
        return show(request, made.survivor.survivor, CONFLICT)
    messages.success(request, _("They are two records again."))
    return SeeOther(path_of(made.survivor))
