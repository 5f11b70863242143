"""What is known of a client's progress over a plan. It opens what is sealed of forms and sessions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bookings.models import Booking
from bookings.queries.plans import Standing
from bookings.queries.record import Sent, sent_by
from clients import trends
from clients.intake_definition import Kind
from clients.trends import Series
from treatments import progress
from treatments.concerns import body_aims, concerns
from treatments.models import SessionVersion
from treatments.progress import Judged, Session, Span
from treatments.queries.sessions import signed_of

Lines = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Zones:
    """How deep the lines of each zone are, 0 to 4, at first and now; one day where told once."""

    names: Mapping[str, str]
    first_on: date
    first: Lines
    now_on: date
    now: Lines


@dataclass(frozen=True, slots=True)
class Progress:
    """A plan's numbers, the most important first; words on how it looks; its zones, if looked at."""

    standing: Standing
    span: Span
    series: Sequence[Series]
    judged: Sequence[Judged]
    zones: Zones | None


def progress_of(standing: Standing, *, stress: str) -> Progress:
    """Return a plan's progress (two queries). `stress`: what the stress of the week is called."""
    plan, zone = standing.plan, standing.position.zone
    sent = sent_by(plan.client)
    closed = plan.closed_at.astimezone(zone).date() if plan.closed_at else None
    span = Span(plan.counts_from.astimezone(zone).date(), closed)
    signed = signed_of(plan.client, since=plan.counts_from, until=plan.closed_at)
    sessions = [_session(version) for version in signed]
    forms = [trends.Form(one.row.told_on, one.form, one.row.asked, one.row.answers) for one in sent]
    aims = plan.aims
    return Progress(
        standing=standing,
        span=span,
        series=progress.over(
            trends.series(forms),
            sessions,
            span,
            concerns=[*aims.get("concerns", ()), *aims.get("body", ())],
            words={**concerns(), **body_aims()},
            stress=stress,
        ),
        judged=progress.judged(sessions, span),
        zones=_zones(sent, span),
    )


def next_visit(standing: Standing) -> Booking | None:
    """Return the next visit that is booked of a plan (one query, or none)."""
    if not standing.position.coming:
        return None
    rows = Booking.objects.filter(client=standing.plan.client_id)
    rows = rows.filter(starts_at=standing.position.coming[0])
    return rows.select_related("room__location", "practitioner").first()


def _session(version: SessionVersion) -> Session:
    said = version.document
    began = datetime.fromisoformat(said["started_at"])
    return Session(began, began.astimezone(ZoneInfo(said["time_zone"])).date(), said["ratings"])


def _zones(sent: Sequence[Sent], span: Span) -> Zones | None:
    told = span.of(
        (one.row.told_on, (one, one.row.answers[code]))
        for one in sent
        for code, question in one.form.by_code.items()
        if question.kind is Kind.ZONE_SCALE and code in one.row.asked and one.row.answers.get(code)
    )
    if not told:
        return None
    (first_on, (_one, first)), (now_on, (newest, now)) = told[0], told[-1]
    return Zones(newest.form.face.regions, first_on, first, now_on, now)
