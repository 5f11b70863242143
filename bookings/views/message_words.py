"""The kinds of message in words: what they are called, when they go, by which way, what stops them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bookings import followups, recalls
from bookings.actions.digesting import DIGEST
from bookings.actions.relinking import FORM_LINK
from bookings.models import Schedule
from bookings.models.schedule import STOPS
from bookings.saying_when import clock
from bookings.schedules import Anchor, Audience, defaults
from bookings.schedules import Schedule as Plan
from clients.actions import hearing
from clients.data_requests import ANSWERED
from clients.models import Channel, Purpose

KINDS: Mapping[str, str | Promise] = {
    followups.CONFIRMATION: gettext_lazy("Confirmation"),
    followups.REQUEST_RECEIVED: gettext_lazy("Request received"),
    followups.REVIEW_WAITING: gettext_lazy("A request waits for its answer"),
    followups.MOVED: gettext_lazy("New time"),
    followups.CANCELLED: gettext_lazy("Cancellation"),
    followups.DECLINED: gettext_lazy("Request declined"),
    followups.PREPARATION: gettext_lazy("How to prepare"),
    followups.REMINDER: gettext_lazy("Reminder"),
    followups.AFTERCARE: gettext_lazy("Aftercare"),
    followups.CHECK_IN: gettext_lazy("How are you?"),
    recalls.REPORTED: gettext_lazy("A client reported something after a visit"),
    followups.QUESTIONS: gettext_lazy("Link to the safety questions"),
    followups.ASKED_AGAIN: gettext_lazy("The safety questions once more"),
    recalls.ASK_AFTER: gettext_lazy("Ask how it is"),
    recalls.ASK_AFTER_AGAIN: gettext_lazy("Ask how it is, once more"),
    recalls.REVIEW_DUE: gettext_lazy("A plan is reviewed at the next visit"),
    recalls.REBOOK: gettext_lazy("The next visit"),
    recalls.REBOOK_CALL: gettext_lazy("Ring about the next visit"),
    recalls.OVERDUE: gettext_lazy("The next visit is overdue"),
    recalls.OUTCOME: gettext_lazy("After a series"),
    recalls.MAINTENANCE: gettext_lazy("Keeping it up after a series"),
    recalls.LAPSED: gettext_lazy("Not seen for a while"),
    recalls.LAPSED_LAST: gettext_lazy("Not seen for a while, the last one"),
    recalls.FORM_EXPIRING: gettext_lazy("The health form gets old"),
    followups.LINK: gettext_lazy("Link, sent by hand"),
    FORM_LINK: gettext_lazy("Link to the health form"),
    ANSWERED: gettext_lazy("Answer to a question about their data"),
    hearing.CHANGE_LINK: gettext_lazy("Link to change a visit, in answer to a text message"),
    hearing.STOPPED: gettext_lazy("Text messages ended, in answer to STOP"),
    hearing.STARTED: gettext_lazy("Text messages again, in answer to START"),
    hearing.REPLY: gettext_lazy("Written by staff"),
    DIGEST: gettext_lazy("What waits, once a day"),
}
# What is to be done where it is no message but a task, as far as that is not what it is called.
TASKS: Mapping[str, str | Promise] = {
    recalls.REVIEW_DUE: gettext_lazy("Look at the plan: it is reviewed at the next visit"),
    recalls.REBOOK: gettext_lazy("Ask about the next visit"),
    recalls.OVERDUE: gettext_lazy("Ring: the next visit is overdue"),
    recalls.OUTCOME: gettext_lazy("Ask how the series was"),
    recalls.MAINTENANCE: gettext_lazy("Ask about keeping it up after the series"),
    recalls.LAPSED: gettext_lazy("Ask how they are: not seen for a while"),
    recalls.LAPSED_LAST: gettext_lazy("Ask how they are, for the last time: not seen for long"),
    recalls.FORM_EXPIRING: gettext_lazy("Ask for the health form anew: the last one gets old"),
}
# For those that go at once: what makes them go.
AT_ONCE: Mapping[str, str | Promise] = {
    followups.CONFIRMATION: gettext_lazy("At once, when something is booked or a request accepted"),
    followups.REQUEST_RECEIVED: gettext_lazy("At once, when a visit is asked for"),
    followups.MOVED: gettext_lazy("At once, when a visit is moved"),
    followups.CANCELLED: gettext_lazy("At once, when a visit is called off"),
    followups.DECLINED: gettext_lazy("When a request is declined; at night in the morning"),
    followups.QUESTIONS: gettext_lazy("At once, when staff book and nobody has answered yet"),
    followups.ASKED_AGAIN: gettext_lazy("At once, when the practitioner asks again"),
}
FROM: Mapping[str, tuple[str | Promise, str | Promise]] = {
    Anchor.START: (
        gettext_lazy("%(span)s before the start of the visit"),
        gettext_lazy("%(span)s after the start of the visit"),
    ),
    Anchor.END: (
        gettext_lazy("%(span)s before the end of the visit"),
        gettext_lazy("%(span)s after the visit"),
    ),
    Anchor.RESPOND_BY: (
        gettext_lazy("At once, and %(span)s before the answer is due"),
        gettext_lazy("%(span)s after the answer was due"),
    ),
    Anchor.LAST_VISIT: (
        gettext_lazy("%(span)s before the last visit"),
        gettext_lazy("%(span)s after the last visit"),
    ),
    Anchor.LATEST: (
        gettext_lazy("%(span)s before the last day the plan leaves for the next visit"),
        gettext_lazy("%(span)s after the last day the plan leaves for the next visit"),
    ),
    Anchor.REVIEW: (
        gettext_lazy("%(span)s before the visit at which the plan is reviewed"),
        gettext_lazy("%(span)s after the visit at which the plan is reviewed"),
    ),
    Anchor.SERIES_END: (
        gettext_lazy("%(span)s before the last visit of a series"),
        gettext_lazy("%(span)s after the last visit of a series"),
    ),
    Anchor.FORM: (
        gettext_lazy("%(span)s before the whole health form was filled in"),
        gettext_lazy("%(span)s after the whole health form was filled in"),
    ),
    Anchor.EVENT: (
        gettext_lazy("%(span)s before something was reported"),
        gettext_lazy("%(span)s after something was reported"),
    ),
    Anchor.DAY: (
        gettext_lazy("%(span)s before the day begins"),
        gettext_lazy("%(span)s after the day begins"),
    ),
}
AT_PLACE: Mapping[str, str | Promise] = {
    Anchor.START: gettext_lazy("At the start of the visit"),
    Anchor.END: gettext_lazy("At the end of the visit"),
    Anchor.RESPOND_BY: gettext_lazy("At once, and when the answer is due"),
    Anchor.LAST_VISIT: gettext_lazy("Right after the last visit"),
    Anchor.LATEST: gettext_lazy("When the last day the plan leaves for the next visit has passed"),
    Anchor.REVIEW: gettext_lazy("At the visit at which the plan is reviewed"),
    Anchor.SERIES_END: gettext_lazy("Right after the last visit of a series"),
    Anchor.FORM: gettext_lazy("When the whole health form was filled in"),
    Anchor.EVENT: gettext_lazy("When something was reported"),
    Anchor.DAY: gettext_lazy("When the day begins"),
}
GROUPS: tuple[tuple[str | Promise, frozenset[str]], ...] = (
    (gettext_lazy("Booking"), frozenset({Anchor.NOW, Anchor.RESPOND_BY})),
    (gettext_lazy("Before and after a visit"), frozenset({Anchor.START, Anchor.END})),
    (
        gettext_lazy("Between visits"),
        frozenset({Anchor.LAST_VISIT, Anchor.LATEST, Anchor.REVIEW, Anchor.EVENT}),
    ),
    (gettext_lazy("Later"), frozenset({Anchor.SERIES_END, Anchor.FORM})),
    (gettext_lazy("For the owners"), frozenset({Anchor.DAY})),
)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def kind_words(kind: str) -> str:
    """Return what a kind of message is called."""
    return str(KINDS.get(kind, kind.replace("_", " ").capitalize()))


def task_words(kind: str) -> str:
    """Return what is to be done where a kind is a task for staff."""
    return str(TASKS[kind]) if kind in TASKS else kind_words(kind)


def span_words(span: timedelta) -> str:
    """Return "2 days", "26 hours", "90 minutes"."""
    span = abs(span)
    if span >= 2 * DAY and not span % DAY:
        return ngettext("%(count)d day", "%(count)d days", span // DAY) % {"count": span // DAY}
    if span and not span % HOUR:
        return ngettext("%(count)d hour", "%(count)d hours", span // HOUR) % {"count": span // HOUR}
    count = span // timedelta(minutes=1)
    return ngettext("%(count)d minute", "%(count)d minutes", count) % {"count": count}


def when_words(plan: Plan) -> str:
    """Return when a kind of message goes: "24 hours before the start of the visit"."""
    if plan.kind in AT_ONCE:
        return str(AT_ONCE[plan.kind])
    if plan.anchor == Anchor.DAY:
        return _("Each day at %(time)s, where something waits") % {
            "time": clock(datetime(2000, 1, 1, tzinfo=UTC) + plan.offset)
        }
    before, after = FROM[plan.anchor]
    if not plan.offset:
        words = str(AT_PLACE[plan.anchor])
    else:
        words = str(before if plan.offset < timedelta() else after)
        words %= {"span": span_words(plan.offset)}
    if plan.repeat is not None and plan.times > 1:
        words += _(", then every %(span)s, %(times)d times in all") % {
            "span": span_words(plan.repeat),
            "times": plan.times,
        }
    return words


def ways_words(plan: Plan) -> str:
    """Return by which way it goes: "e-mail, or else text message"."""
    if plan.audience == Audience.TASK:
        return _("a task for staff")
    if plan.audience == Audience.STAFF:
        return _("e-mail to the practitioner")
    if plan.audience == Audience.OWNER:
        return _("e-mail to the owners")
    names = [str(Channel(each).label) for each in plan.channels]
    return _(", or else ").join(names)


def stops_words(plan: Plan) -> str:
    """Return what stops it, "" where nothing does."""
    found = [str(words) for stop, words in STOPS if stop in plan.stops]
    return _("Not while %(stops)s.") % {"stops": _(", or ").join(found)} if found else ""


def schedule_groups(rows: list[Schedule]) -> list[dict[str, object]]:
    """Return the kinds of message for their list, in the order of a client's life."""
    return [
        {
            "title": title,
            "rows": [_listed(row, row.pure) for row in rows if _place(row) in anchors],
        }
        for title, anchors in GROUPS
        if any(_place(row) in anchors for row in rows)
    ]


def _place(row: Schedule) -> str:
    """Return what places a kind in the list: a row stands where it always did, whatever it counts from."""
    kind = defaults().get(row.kind)
    return kind.anchor if kind else row.anchor


def _purpose(row: Schedule) -> str:
    is_read = row.audience == Audience.CLIENT
    return row.get_purpose_display() if is_read and row.purpose == Purpose.MARKETING else ""


def _listed(row: Schedule, plan: Plan) -> dict[str, object]:
    return {
        "row": row,
        "name": kind_words(row.kind),
        "when": when_words(plan),
        "ways": capfirst(ways_words(plan)),
        "stops": stops_words(plan),
        "purpose": _purpose(row),
    }
