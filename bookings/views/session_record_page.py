"""A session's record as it was signed, laid out from its document alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.forms.session import LABELS
from bookings.models import Booking
from bookings.views import wording
from bookings.views.session_chart import chart_of_rows
from bookings.views.session_page import clock_words
from treatments import wording as words_of
from treatments.models import SessionRecord, SessionVersion
from treatments.session_actions import Part
from treatments.views.face_chart import FaceChart


@dataclass(frozen=True, slots=True)
class Line:
    """A label and what belongs to it."""

    label: str
    words: str


@dataclass(frozen=True, slots=True)
class NeedleLine:
    """A needle as it is printed."""

    number: int
    point: str
    side: str
    region: str
    depth: str
    angle: str
    response: str
    size: str
    lot: str
    times: str
    note: str


@dataclass(frozen=True, slots=True)
class Added:
    """An addendum with its reason."""

    number: int
    when: str
    who: str
    reason: str
    text: str


@dataclass(frozen=True)
class SessionRecordPage:
    """A signed record, and what was added to it."""

    title: str
    file_name: str
    clinic: str
    client: str
    facts: list[Line]
    parts: list[Line]
    phases: list[Line]
    needles: list[NeedleLine]
    count_words: str
    work: list[Line]
    ratings: list[Line]
    events: list[Line]
    aftercare: list[str]
    checks: list[Line]
    missing: int
    chart: FaceChart
    signed_words: str
    is_late: bool
    digest: str
    added: list[Added]
    pdf_href: str
    add_href: str
    record_href: str
    visit_href: str


def record_page(booking: Booking, session: SessionRecord) -> SessionRecordPage:
    """Return a session's record; reads the sealed versions (one query)."""
    versions = list(session.versions.select_related("author").order_by("number"))
    for version in versions:
        version.client = session.client
    first = versions[0]
    said = first.document
    zone = ZoneInfo(said["time_zone"])
    started, ended = (datetime.fromisoformat(said[name]) for name in ("started_at", "ended_at"))
    facts = [
        Line(_("Client"), said["client"]),
        *_born(said),
        Line(_("Treatment"), said["treatment"]),
        Line(_("Where"), said["location"]),
        Line(_("When"), f"{wording.day_year(started.astimezone(zone).date())}, "
             f"{wording.span(started, ended, zone)}"),
        Line(_("Practitioner"), ", ".join(filter(None, (said["practitioner"], said["qualification"])))),
    ]  # fmt: skip
    if said["session_number"]:
        facts.append(Line(_("Session"), _number(said)))
    if said["stopped_early"]:
        facts.append(Line(_("Stopped early"), said["stopped_early"]))
    return SessionRecordPage(
        title=_("Session of %(day)s") % {"day": wording.day_year(started.astimezone(zone).date())},
        file_name=_file_name(said["client"], started.astimezone(zone).date()),
        clinic=said["clinic"],
        client=said["client"],
        facts=[*facts, Line(_("Safety"), "\n".join(said["safety"]) or _("nothing was asked"))],
        parts=[Line(str(LABELS[part]), said["words"].get(part, "")) for part in Part],
        phases=[_phase(each) for each in said["phases"]],
        needles=[
            _needle(number, each, zone) for number, each in enumerate(said["needles"], start=1)
        ],
        count_words=_counted(said),
        work=list(_work(said, zone)),
        ratings=[_rating(each) for each in said["ratings"]],
        events=[_event(each, zone) for each in said["events"]],
        aftercare=said["aftercare"],
        checks=[
            Line(each["name"], _("reported") if each["there"] else _("not reported"))
            for each in said["stricta"]
        ],
        missing=sum(not each["there"] for each in said["stricta"]),
        chart=chart_of_rows(said["needles"]),
        signed_words=_("Signed by %(who)s on %(when)s")
        % {"who": first.author.name, "when": wording.moment(first.at, zone)},
        is_late=first.is_late,
        digest=first.digest,
        added=[_added(version, zone) for version in versions[1:]],
        pdf_href=reverse("session-pdf", args=[session.uid]),
        add_href=reverse("session-addendum", args=[session.uid]),
        record_href=reverse("record", args=[session.client.uid]),
        visit_href=reverse("practice-visit", args=[booking.uid]),
    )


def _file_name(client: str, on: date) -> str:
    """Return "session-2026-11-26-PR.pdf": enough to find it again, and no name."""
    return f"session-{on.isoformat()}-{wording.initials(client)}.pdf"


def _born(said: Mapping[str, Any]) -> list[Line]:
    """Return the client's date of birth, where it was known when the record was signed."""
    born = said.get("born")
    if not born:
        return []
    return [Line(_("Date of birth"), wording.day_year(date.fromisoformat(born)))]


def _number(said: Mapping[str, Any]) -> str:
    if said["session_of"]:
        return _("%(number)d of %(of)d") % {
            "number": said["session_number"],
            "of": said["session_of"],
        }
    return str(said["session_number"])


def _phase(each: Mapping[str, Any]) -> Line:
    spent = clock_words(timedelta(seconds=each["seconds"]))
    return Line(
        each["name"],
        ngettext(
            "%(spent)s, planned %(planned)d minute",
            "%(spent)s, planned %(planned)d minutes",
            each["planned_minutes"],
        )
        % {"spent": spent, "planned": each["planned_minutes"]},
    )


def _needle(number: int, each: Mapping[str, Any], zone: ZoneInfo) -> NeedleLine:
    placed = wording.clock(datetime.fromisoformat(each["placed_at"]), zone)
    removed = each["removed_at"]
    out = wording.clock(datetime.fromisoformat(removed), zone) if removed else _("not taken out")
    told = [each.get("label"), each.get("note"), each.get("reaction"), each.get("reason")]
    depth = [f"{each['depth_mm']:g} mm" if each.get("depth_mm") is not None else ""]
    depth.append(str(words_of.LAYERS.get(each.get("layer", ""), "")))
    response = [
        words_of.RESPONSES.get(each.get("response", ""), ""),
        words_of.STIMULATIONS.get(each.get("stimulation", ""), ""),
    ]
    return NeedleLine(
        number=number,
        point=each["code"],
        side=str(words_of.SIDES[each["side"]]),
        region=str(words_of.REGIONS.get(each["region"], each["region"].replace("_", " "))),
        depth=", ".join(filter(None, depth)),
        angle=str(words_of.ANGLES.get(each.get("angle", ""), "")),
        response=", ".join(str(word) for word in response if word),
        size=" ".join(filter(None, (each["size"], each["brand"]))),
        lot=each["lot"],
        times=f"{placed} - {out}",
        note="; ".join(str(word) for word in told if word),
    )


def _counted(said: Mapping[str, Any]) -> str:
    count = said["count"]
    words = ngettext("%(count)d needle in", "%(count)d needles in", count["in"])
    line = _("%(words)s, %(out)d out.") % {
        "words": words % {"count": count["in"]},
        "out": count["out"],
    }
    if said["retained_seconds"]:
        spent = clock_words(timedelta(seconds=said["retained_seconds"]))
        line += " " + _("From the first in to the last out: %(spent)s.") % {"spent": spent}
    return line


def _work(said: Mapping[str, Any], zone: ZoneInfo) -> list[Line]:
    lines = []
    for name, label in (
        ("massage", words_of.PHASES["LYMPHATIC_MASSAGE"]),
        ("roller", words_of.PHASES["JADE_ROLLER"]),
    ):
        done = said[name]
        words = [", ".join(done["areas"]), ", ".join(done["strokes"]), done.get("product", "")]
        if done.get("cold"):
            words.append(_("cold"))
        if done.get("tool"):
            when = done["disinfected_at"]
            clean = (
                _("disinfected %(when)s, %(what)s")
                % {
                    "when": wording.moment(datetime.fromisoformat(when), zone),
                    "what": done["disinfectant"],
                }
                if when
                else _("no cleaning noted")
            )
            words.append(f"{done['tool']} ({clean})")
        words.append(done.get("note", ""))
        if any(words):
            lines.append(Line(str(label), ". ".join(filter(None, words))))
        if done.get("despite"):
            lines.append(_despite(done))
    if said["oil_off_at"]:
        when = wording.clock(datetime.fromisoformat(said["oil_off_at"]), zone)
        lines.append(Line(_("Oil"), _("taken off at %(time)s") % {"time": when}))
    for each in said["left_out"]:
        what = words_of.AREAS.get(each["area"]) or words_of.PHASES[each["phase"]]
        lines.append(Line(_("Left out"), f"{what}: {each['reason']}"))
    return lines


def _despite(done: Mapping[str, Any]) -> Line:
    areas = ", ".join(done["despite"])
    words = _("%(areas)s. Why: %(reason)s") % {"areas": areas, "reason": done["reason"]}
    return Line(_("Though off that day"), words)


def _rating(each: Mapping[str, Any]) -> Line:
    if each["scale"] == "gais":
        words = words_of.GAIS.get(str(each["value"]), each["value"])
        label = _("Compared with the first photo")
        if each["by"] == "client":
            label = _("Compared with the first photo, as the client sees it")
        return Line(label, str(words))
    label = each["of"].replace("_", " ").capitalize() or _("Stress in the last week")
    return Line(label, f"{each['value']} / 10")


def _event(each: Mapping[str, Any], zone: ZoneInfo) -> Line:
    told = _("The client was told what to watch for.") if each.get("told") else ""
    grade = str(words_of.GRADES.get(each["grade"], each["grade"]))
    when = wording.clock(datetime.fromisoformat(each["at"]), zone)
    words = [f"{when}. {grade}", each.get("where", ""), each.get("action", ""), told]
    return Line(each["name"], ". ".join(filter(None, words)))


def _added(version: SessionVersion, zone: ZoneInfo) -> Added:
    return Added(
        number=version.number,
        when=wording.moment(version.at, zone),
        who=version.author.name,
        reason=version.document["reason"],
        text=version.document["text"],
    )
