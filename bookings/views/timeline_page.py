"""A client's messages in words: to come and why, sent, not sent and why not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _

from bookings import recalls
from bookings.followups import Wanted
from bookings.models import StaffTask
from bookings.queries.timeline import Timeline
from bookings.schedules import Schedules
from bookings.views.client_page import MESSAGE_TONES
from bookings.views.marks import Mark, moment
from bookings.views.message_words import AT_ONCE, kind_words, task_words, when_words
from clients.models import Channel, Client, Message


@dataclass(frozen=True, slots=True)
class Line:
    """A message or a task: what, when, why then, how it stands. `visit`: which one it is about, ""
    for none; `href`: its words."""

    what: str
    when: str
    why: str
    mark: Mark
    note: str = ""
    visit: str = ""
    href: str = ""


def coming_lines(found: Timeline, client: Client, *, zone: ZoneInfo, words: bool) -> list[Line]:
    """Return what is to come, the soonest first. words: with the way to what each would say."""
    rows: list[tuple[datetime, Line]] = []
    for row in found.waiting:
        mark = Mark(Message.Status(row.status).label, "clock", "slate")
        line = Line(
            what=kind_words(row.kind),
            when=moment(row.due_at, zone),
            why=_why(row.kind, found.world.schedules),
            mark=mark,
            note=str(Channel(found.ways.get(row.pk, row.channel)).label),
            visit=_visit(row, found),
            href=_href(client, row.dedupe_key) if words else "",
        )
        rows.append((row.due_at, line))
    for task in found.tasks:
        if task.status == StaffTask.Status.OPEN:
            rows.append((task.due_at, _task(task, found.world.schedules, zone)))
    for each in found.later:
        rows.append((each.due_at, _later(each, client, found.world.schedules, zone, words=words)))
    return [line for _at, line in sorted(rows, key=lambda row: row[0])]


def _later(
    each: Wanted, client: Client, schedules: Schedules, zone: ZoneInfo, *, words: bool
) -> Line:
    is_task = recalls.is_task(each.kind, schedules)
    return Line(
        what=task_words(each.kind) if is_task else kind_words(each.kind),
        when=moment(each.due_at, zone),
        why=_why(each.kind, schedules),
        mark=Mark(_("If nothing changes"), "circle-dashed", "slate"),
        note=_("a task for staff") if is_task else "",
        href=_href(client, each.key) if words and not is_task else "",
    )


def _task(task: StaffTask, schedules: Schedules, zone: ZoneInfo) -> Line:
    return Line(
        what=task_words(task.kind),
        when=moment(task.due_at, zone),
        why=_why(task.kind, schedules),
        mark=Mark(_("To do"), "clipboard-list", "gold"),
        note=task.practitioner.name if task.practitioner else _("a task for staff"),
    )


def past_lines(found: Timeline, *, zone: ZoneInfo) -> list[Line]:
    """Return what was sent, was not sent and why, and what was done; the newest first."""
    rows: list[tuple[datetime, Line]] = []
    for row in found.past:
        icon, tone = MESSAGE_TONES.get(Message.Status(row.status), ("x", "slate"))
        at = row.sent_at or row.due_at
        line = Line(
            what=kind_words(row.kind),
            when=moment(at, zone),
            why="",
            mark=Mark(Message.Status(row.status).label, icon, tone),
            note=_by(row) if row.sent_at else row.reason,
            visit=_visit(row, found),
        )
        rows.append((at, line))
    for task in found.tasks:
        if task.done_at is not None:
            line = Line(
                what=task_words(task.kind),
                when=moment(task.done_at, zone),
                why="",
                mark=Mark(_("Done"), "circle-check", "jade"),
                note=task.done_by.name if task.done_by else "",
            )
            rows.append((task.done_at, line))
    return [line for _at, line in sorted(rows, key=lambda row: row[0], reverse=True)]


def stopped_lines(found: Timeline, *, zone: ZoneInfo) -> list[Line]:
    """Return what would be sent or done, and what keeps it from that; the soonest first."""
    rows = [(row.due_at, row.kind, why, _visit(row, found)) for row, why in found.kept]
    rows += [(one.wanted.due_at, one.wanted.kind, one.why, "") for one in found.stopped]
    return [
        Line(
            what=kind_words(kind),
            when=moment(at, zone),
            why=_why(kind, found.world.schedules),
            mark=Mark(_("Stopped"), "info", "gold"),
            note=why,
            visit=visit,
        )
        for at, kind, why, visit in sorted(rows)
    ]


def _why(kind: str, schedules: Schedules) -> str:
    if kind not in schedules or kind in AT_ONCE:
        return ""
    return when_words(schedules[kind])


def _visit(row: Message, found: Timeline) -> str:
    """Return when the visit is that a message is about, on the clock of its place."""
    visit = found.visits.get(row.about)
    if visit is None:
        return ""
    return _("Visit on %(when)s") % {"when": moment(visit.starts_at, visit.room.location.zone)}


def _by(row: Message) -> str:
    return str(Channel(row.channel).label)


def _href(client: Client, key: str) -> str:
    return f"{reverse('client-message', args=[client.uid])}?{urlencode({'key': key})}"
