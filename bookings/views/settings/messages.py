"""When the clinic's messages go, by which way, and what stops them."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from bookings.actions import schedules as actions
from bookings.forms.schedule import ScheduleForm
from bookings.models import Schedule
from bookings.views.message_words import kind_words, schedule_groups, when_words
from bookings.views.settings.pages import GET_OR_POST, Page, answer, me, owner_only, posted, show
from bookings.views.settings.wording_page import words_links
from clients.models import Channel, Message
from clients.queries.message_numbers import numbers

SECTION = "settings-messages"
DELAYS = {0.5: _("half of them within"), 0.95: _("95 of 100 within"), 1.0: _("the slowest after")}


@owner_only
@require_safe
def kinds(request: HttpRequest) -> HttpResponse:
    """Every kind of message, in the order of a client's life."""
    context = {"title": _("Messages"), "groups": schedule_groups(list(Schedule.objects.all()))}
    return show(request, "bookings/settings/messages.html", SECTION, context)


@owner_only
@require_safe
def in_numbers(request: HttpRequest) -> HttpResponse:
    """How messages do: how late they leave, what waits, what failed and why."""
    found = numbers(now=timezone.now())
    context = {
        "title": _("Messages in numbers"),
        "found": found,
        "delays": [(label, found.delays.get(of)) for of, label in DELAYS.items()],
        "backlog": [
            (Message.Urgency(urgency).label, Channel(channel).label, count)
            for (urgency, channel), count in sorted(found.backlog.items())
        ],
        "ended": [
            (Message.Status(status).label, reason, count)
            for (status, reason), count in found.ended.items()
        ],
        "away": [Channel(each).label for each in sorted(found.away)],
        "oldest_minutes": int(found.oldest // 60),
    }
    return show(request, "bookings/settings/numbers.html", SECTION, context)


@owner_only
@require_http_methods(GET_OR_POST)
def kind(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Change how a kind of message goes."""
    row = get_object_or_404(Schedule, uid=uid)
    form = ScheduleForm(posted(request), schedule=row)
    hint = _("Now: %(when)s.") % {"when": when_words(row.pure)}
    context = {"hint": hint, "says": words_links(row.kind)}
    page = Page(
        SECTION,
        kind_words(row.kind),
        form,
        reverse(SECTION),
        "bookings/settings/message.html",
        context,
    )

    def act(_confirmed: str) -> object:
        return actions.save_schedule(
            now=timezone.now(),
            actor=me(request),
            schedule=row,
            values=form.values,
            not_advertising=form.gives_word,
        )

    return answer(request, page, act, _("Saved. What is planned already follows in a minute."))
