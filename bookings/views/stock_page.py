"""What the pages of needle boxes and tools show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.views import wording
from bookings.views.marks import Mark, moment
from clients.models import Client
from clinic.models import Location
from treatments.models import BoxUse, Cleaning, NeedleBox
from treatments.needle_stock import Shelf, shelf
from treatments.queries.stock import Box, ToolState


@dataclass(frozen=True, slots=True)
class BoxRow:
    """A box in words. `mark`: how it stands with its expiry; None where all is well."""

    uid: str
    name: str
    size: str
    lot: str
    expires: str
    left: str
    mark: Mark | None
    note: str
    may_be_corrected: bool


@dataclass(frozen=True, slots=True)
class Shelves:
    """The boxes of a location."""

    location: Location
    rows: list[BoxRow]
    words: str


def shelves(places: Sequence[Location], boxes: Sequence[Box], *, now: datetime) -> list[Shelves]:
    """Return the boxes by location; a location that is closed is shown while it has some."""
    known = {place.pk: place for place in places}
    for box in boxes:
        known.setdefault(box.row.location_id, box.row.location)
    found = []
    for place in known.values():
        today = now.astimezone(place.zone).date()
        own = [box for box in boxes if box.row.location_id == place.pk]
        states = [shelf(box.row.expires_on, today) for box in own]
        rows = [_row(box, state) for box, state in zip(own, states, strict=True)]
        found.append(Shelves(place, rows, _summary(states)))
    return found


def _row(box: Box, state: Shelf) -> BoxRow:
    day = wording.day_year(box.row.expires_on)
    marks = {
        Shelf.EXPIRED: Mark(_("Expired, not to be used"), "circle-alert", "rose"),
        Shelf.SOON: Mark(_("Expires soon"), "hourglass", "gold"),
    }
    note = ""
    if box.unsigned:
        note = ngettext(
            "%(count)d session that is not signed yet used it as well.",
            "%(count)d sessions that are not signed yet used it as well.",
            box.unsigned,
        ) % {"count": box.unsigned}
    return BoxRow(
        uid=str(box.row.uid),
        name=f"{box.row.brand} {box.row.model}".strip(),
        size=size_of(box.row),
        lot=box.row.lot,
        expires=day,
        left=_("at most %(left)d of %(pieces)d left")
        % {"left": box.most_left, "pieces": box.row.pieces},
        mark=marks.get(state),
        note=note,
        may_be_corrected=not box.sessions,
    )


def size_of(box: NeedleBox) -> str:
    """Return "0.16 x 15 mm"."""
    return _("%(thick)s x %(long)s mm") % {
        "thick": box.diameter_mm,
        "long": f"{box.length_mm:.1f}".removesuffix(".0"),
    }


def _summary(states: Sequence[Shelf]) -> str:
    count = len(states)
    words = [ngettext("%(count)d box", "%(count)d boxes", count) % {"count": count}]
    if expired := states.count(Shelf.EXPIRED):
        words.append(_("%(count)d expired") % {"count": expired})
    if soon := states.count(Shelf.SOON):
        words.append(_("%(count)d to expire soon") % {"count": soon})
    return ", ".join(words)


@dataclass(frozen=True, slots=True)
class LotUse:
    """A session in which a box of a lot was used."""

    when: str
    client: str
    client_uid: str
    is_erased: bool
    practitioner: str
    needles: str
    box: str


@dataclass(frozen=True, slots=True)
class Lot:
    """Whom a lot was used on, and the boxes it is on."""

    words: str
    uses: list[LotUse]
    boxes: list[str]


def lot_page(uses: Sequence[BoxUse], boxes: Sequence[Box]) -> Lot:
    clients = len({use.session.client_id for use in uses})
    words = _("%(clients)s in %(sessions)s") % {
        "clients": ngettext("%(count)d client", "%(count)d clients", clients) % {"count": clients},
        "sessions": ngettext("%(count)d session", "%(count)d sessions", len(uses))
        % {"count": len(uses)},
    }
    return Lot(words, [_use(use) for use in uses], [_box_words(box) for box in boxes])


def _use(use: BoxUse) -> LotUse:
    session, box = use.session, use.box
    day = session.started_at.astimezone(box.location.zone).date()
    counted = _("not counted yet")
    if use.needles is not None:
        counted = ngettext("%(count)d needle", "%(count)d needles", use.needles) % {
            "count": use.needles
        }
    return LotUse(
        when=wording.day_year(day),
        client=session.client.name,
        client_uid=str(session.client.uid),
        is_erased=session.client.status == Client.Status.ERASED,
        practitioner=session.practitioner.name,
        needles=counted,
        box=_("lot %(lot)s, %(brand)s %(size)s")
        % {"lot": box.lot, "brand": box.brand, "size": size_of(box)},
    )


def _box_words(box: Box) -> str:
    row = box.row
    state = _("used up") if row.finished_on else _("still in use")
    words = _("%(place)s: lot %(lot)s, %(brand)s %(size)s, expires %(day)s, %(state)s")
    return words % {
        "place": row.location.name,
        "lot": row.lot,
        "brand": row.brand,
        "size": size_of(row),
        "day": wording.day_year(row.expires_on),
        "state": state,
    }


@dataclass(frozen=True, slots=True)
class ToolRow:
    """A tool in words."""

    uid: str
    name: str
    mark: Mark
    note: str
    is_active: bool


@dataclass(frozen=True, slots=True)
class ToolShelf:
    """The tools of a location. `disinfectant`: what was used there last."""

    location: Location
    rows: list[ToolRow]
    retired: list[ToolRow]
    disinfectant: str
    words: str


def tool_shelves(places: Sequence[Location], tools: Sequence[ToolState]) -> list[ToolShelf]:
    """Return the tools by location, those that must be cleaned first."""
    known = {place.pk: place for place in places}
    for tool in tools:
        if tool.row.is_active:
            known.setdefault(tool.row.location_id, tool.row.location)
    return [_tool_shelf(place, tools) for place in known.values()]


def _tool_shelf(place: Location, tools: Sequence[ToolState]) -> ToolShelf:
    own = [tool for tool in tools if tool.row.location_id == place.pk]
    used = sorted((tool for tool in own if tool.row.is_active), key=lambda tool: tool.is_clean)
    unclean = sum(not tool.is_clean for tool in used)
    words = _("All are clean.") if used else ""
    if unclean:
        words = ngettext("%(count)d to be cleaned", "%(count)d to be cleaned", unclean) % {
            "count": unclean
        }
    return ToolShelf(
        location=place,
        rows=[tool_row(tool, place.zone) for tool in used],
        retired=[tool_row(tool, place.zone) for tool in own if not tool.row.is_active],
        disinfectant=_last_disinfectant(own or tools),
        words=words,
    )


def _last_disinfectant(tools: Iterable[ToolState]) -> str:
    cleaned = [(tool.cleaned_at, tool.disinfectant) for tool in tools if tool.cleaned_at]
    return max(cleaned, default=(None, ""))[1]


def tool_row(tool: ToolState, zone: ZoneInfo) -> ToolRow:
    cleaned = moment(tool.cleaned_at, zone) if tool.cleaned_at else ""
    if tool.is_clean:
        mark = Mark(_("Clean since %(when)s") % {"when": cleaned}, "circle-check", "jade")
        note = _("%(who)s, %(disinfectant)s") % {
            "who": tool.cleaned_by,
            "disinfectant": tool.disinfectant,
        }
    elif tool.used_at:
        used = moment(tool.used_at, zone)
        mark = Mark(_("Used %(when)s, not cleaned") % {"when": used}, "circle-alert", "rose")
        note = _("Cleaned last on %(when)s.") % {"when": cleaned} if cleaned else ""
    else:
        mark = Mark(_("No cleaning written down yet"), "hourglass", "gold")
        note = ""
    return ToolRow(str(tool.row.uid), tool.row.name, mark, note, tool.row.is_active)


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line of a tool's log."""

    at: datetime
    when: str
    words: str
    is_cleaning: bool


def tool_log(
    cleanings: Sequence[Cleaning], uses: Sequence[datetime], zone: ZoneInfo
) -> list[LogLine]:
    """Return a tool's cleanings and uses, the newest first; not on whom it was used."""
    lines = [
        LogLine(
            one.at,
            moment(one.at, zone),
            _("Cleaned by %(who)s with %(disinfectant)s")
            % {"who": one.by.name, "disinfectant": one.disinfectant},
            is_cleaning=True,
        )
        for one in cleanings
    ]
    lines += [
        LogLine(at, moment(at, zone), _("Used in a session"), is_cleaning=False) for at in uses
    ]
    return sorted(lines, key=lambda line: line.at, reverse=True)
