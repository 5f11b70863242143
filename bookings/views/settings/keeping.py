"""How long records are kept, which have reached their end, and the two steps that end one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bookings.actions import erasing
from bookings.forms.keeping import HoldForm, KeepingForm, ProposeForm
from bookings.queries import keeping, practice
from bookings.queries.keeping import Standing
from bookings.views.answers import CONFLICT, INVALID, SeeOther
from bookings.views.settings.pages import GET_OR_POST, Page, answer, me, owner_only, posted, show
from bookings.views.wording import day_year
from clients import data_requests
from clients.keeping import From
from clients.models import WAIT_ALONE, Client, Erasure
from clinic import actions, audit
from clinic.errors import Refusal
from clinic.models import Clinic, User

SECTION = "settings-keeping"
TITLE = _("Keeping and erasing")
SINCE: dict[From, str | Promise] = {
    From.VISIT: _("last visit %(day)s"),
    From.RECORD_MADE: _("record begun %(day)s"),
    From.BIRTHDAY: _("18th birthday %(day)s"),
}
DONE: dict[str, str | Promise] = {
    "propose": _("Proposed. Nothing is erased until the second step."),
    "stop": _("Stopped. The record stays."),
    "erase": _("The record is erased."),
    "hold": _("The legal hold stands. Nothing of this record is erased until it is lifted."),
    "lift": _("The legal hold is lifted."),
}


@owner_only
@require_http_methods(GET_OR_POST)
@transaction.atomic
def keeping_list(request: HttpRequest) -> HttpResponse:
    """List the records whose time is over, and what waits or is held; set the years."""
    now, zone = timezone.now(), practice.clinic_zone()
    form = KeepingForm(posted(request), clinic=Clinic.objects.the_only())
    context = _lists(request, now=now, zone=zone)
    template = "bookings/settings/keeping.html"
    page = Page(SECTION, TITLE, form, reverse(SECTION), template, context)

    def act(_confirmed: str) -> object:
        return actions.change_clinic(now=now, actor=me(request), changes=form.changes)

    return answer(request, page, act, _("Saved. Records are kept that long from now on."))


def _lists(request: HttpRequest, *, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    found, is_cut = keeping.ended(now=now, zone=zone)
    for one in found:
        if one.opened:
            _note(request, one.client, now=now)
    return {
        "ended": [
            {"of": one, "until": day_year(one.kept.until), "since": _since(one.kept)}
            for one in found
        ],
        "is_cut": is_cut,
        "waiting": [{"of": one, "day": _day(one.proposed_at, zone)} for one in keeping.waiting()],
        "held": [{"of": one, "day": _day(one.at, zone)} for one in keeping.held()],
        "erased": [
            {"of": one, "day": _day(cast(datetime, one.ended_at), zone)} for one in keeping.erased()
        ],
        "asked": data_requests.count_waiting(),
    }


@owner_only
@require_safe
@transaction.atomic
def kept(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Show until when a client's record is kept, and what can be done about it."""
    return _page(request, _client(uid))


@owner_only
@require_POST
def step(request: HttpRequest, uid: UUID, step: str) -> HttpResponse:
    """Take one step about a client's record: propose, stop, erase, hold or lift."""
    client, act = _client(uid), STEPS.get(step)
    if act is None:
        raise Http404
    try:
        act(request, client)
    except Refusal as refusal:
        with transaction.atomic():
            status = INVALID if refusal.field else CONFLICT
            current = keeping.client_by_uid(uid)
            if current is None:
                messages.error(request, str(refusal.sentence))
                return SeeOther(reverse(SECTION))
            return _page(request, current, error=(step, str(refusal.sentence)), status=status)
    messages.success(request, str(DONE[step]))
    return SeeOther(reverse(SECTION) if step == "erase" else reverse("settings-kept", args=[uid]))


def _client(uid: UUID) -> Client:
    client = keeping.client_by_uid(uid)
    if client is None:
        raise Http404
    return client


def _page(
    request: HttpRequest,
    client: Client,
    *,
    error: tuple[str, str] = ("", ""),
    status: int = 200,
) -> HttpResponse:
    now, zone, user = timezone.now(), practice.clinic_zone(), cast(User, request.user)
    found = keeping.standing(client, now=now, zone=zone)
    if found.opened or found.waiting or found.hold:
        _note(request, client, now=now)
    context = {
        "title": client.name,
        "of": found,
        **_kept(found, now, zone),
        "typed": request.POST,
        "backups": settings.BACKUP_KEEP,
        "failed": error[0],
        "error": error[1],
        **_asked(found, zone),
        **_proposed(found, user, now=now, zone=zone),
    }
    return show(request, "bookings/settings/kept.html", SECTION, context, status)


def _kept(found: Standing, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """Return until when the record is kept, since what, since when it is held, and on what grounds
    it may go."""
    is_over = found.is_over(now.astimezone(zone).date())
    return {
        "is_over": is_over,
        "grounds": _grounds(found, is_over=is_over),
        "until": day_year(found.kept.until),
        "since": _since(found.kept),
        "held_on": _day(found.hold.at, zone) if found.hold else "",
    }


def _asked(found: Standing, zone: ZoneInfo) -> dict[str, str]:
    """Return when the client asked for erasure and by when they are answered."""
    if not found.asked:
        return {"asked_on": "", "answer_by": ""}
    by = data_requests.answer_by(found.asked)
    return {"asked_on": _day(found.asked.asked_at, zone), "answer_by": _day(by, zone)}


def _proposed(
    found: Standing, user: User, *, now: datetime, zone: ZoneInfo
) -> dict[str, str | bool]:
    """Return when the erasure was proposed and who may go on with it, when."""
    waiting = found.waiting
    if waiting is None:
        return {"proposed_on": "", "other_needed": False, "free_from": ""}
    own, alone = waiting.proposed_by_id == user.pk, keeping.owners() < 2
    free_from = waiting.proposed_at + WAIT_ALONE
    return {
        "proposed_on": _day(waiting.proposed_at, zone),
        "other_needed": own and not alone,
        "free_from": _day(free_from, zone) if own and alone and now < free_from else "",
    }


def _grounds(found: Standing, *, is_over: bool) -> list[tuple[str, str | Promise]]:
    """Return the grounds that can be given: time over or not is a matter of fact."""
    over = Erasure.Ground.TIME_OVER
    return [(one.value, one.label) for one in Erasure.Ground if (one == over) == is_over]


def _propose(request: HttpRequest, client: Client) -> None:
    form = ProposeForm(request.POST)
    if not form.is_valid():
        raise Refusal(_("Choose why the record is to be erased."))
    erasing.propose(
        now=timezone.now(),
        user=cast(User, request.user),
        client=client,
        ground=form.cleaned_data["ground"],
        words=form.cleaned_data["words"],
        zone=practice.clinic_zone(),
    )


def _stop(request: HttpRequest, client: Client) -> None:
    erasing.stop(now=timezone.now(), user=cast(User, request.user), client=client)


def _erase(request: HttpRequest, client: Client) -> None:
    if request.POST.get("sure") != "yes":
        raise Refusal(_("Tick that you know this can't be undone."))
    erasing.carry_out(
        now=timezone.now(),
        user=cast(User, request.user),
        client=client,
        zone=practice.clinic_zone(),
    )


def _hold(request: HttpRequest, client: Client) -> None:
    form = HoldForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    erasing.hold(now=timezone.now(), user=cast(User, request.user), client=client, reason=reason)


def _lift(request: HttpRequest, client: Client) -> None:
    erasing.lift(now=timezone.now(), user=cast(User, request.user), client=client)


STEPS: dict[str, Callable[[HttpRequest, Client], None]] = {
    "propose": _propose,
    "stop": _stop,
    "erase": _erase,
    "hold": _hold,
    "lift": _lift,
}


def _since(kept: Any) -> str:
    return str(SINCE[kept.since]) % {"day": day_year(kept.counted_from)}


def _day(at: datetime, zone: ZoneInfo) -> str:
    return day_year(at.astimezone(zone).date())


def _note(request: HttpRequest, client: Client, *, now: datetime) -> None:
    """Note in the access log that something sealed was read to say how long a record is kept."""
    about = f"client:{client.uid}"
    audit.viewed(now=now, actor=me(request), what="KEEPING", about=about, whose=about)
