"""Needle boxes and tools: what came in, what is used up, what was cleaned; whom a lot was used on."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from defusedcsv import csv
from django.db import IntegrityError, transaction

from clients.models import Client
from clinic import audit
from clinic.actions import save
from clinic.audit import Actor, staff
from clinic.models import Location, User
from treatments.errors import CONSTRAINTS, BoxInUse, DisinfectantMissing, LotTooShort
from treatments.models import BoxUse, Cleaning, NeedleBox, Tool
from treatments.needle_stock import SHORTEST_LOT
from treatments.queries.stock import is_used, uses_of_lot

HEADINGS = (
    "Date", "Client", "Client ID", "Practitioner", "Needles", "Lot", "Expires", "Brand", "Model",
    "Diameter mm", "Length mm", "Location",
)  # fmt: skip


def add_box(*, now: datetime, actor: Actor, uid: UUID, values: Mapping[str, object]) -> NeedleBox:
    """Add a box; `values` are fields of `NeedleBox`. `uid` comes with the form, so that a form that
    is sent twice adds one box. Raises NotStored."""
    if found := NeedleBox.objects.filter(uid=uid).first():
        return found
    try:
        return save(
            NeedleBox(uid=uid),
            values,
            now=now,
            actor=actor,
            verb="needle_box.added",
            about=f"needle_box:{uid}",
            known=CONSTRAINTS,
        )
    except IntegrityError:
        found = NeedleBox.objects.filter(uid=uid).first()  # sent twice at one moment
        if found is None:
            raise
        return found


def correct_box(
    *, now: datetime, actor: Actor, box: NeedleBox, values: Mapping[str, object]
) -> NeedleBox:
    """Put right what is written of a box. Raises BoxInUse once a session took needles from it, or
    NotStored."""
    with transaction.atomic():
        # A session that takes its first needle from the box waits, or was before us.
        current = NeedleBox.objects.select_for_update().get(pk=box.pk)
        if is_used(current):
            raise BoxInUse
        return save(
            current,
            values,
            now=now,
            actor=actor,
            verb="needle_box.corrected",
            about=f"needle_box:{box.uid}",
            known=CONSTRAINTS,
        )


def finish_box(*, now: datetime, actor: Actor, box: NeedleBox, on: date | None) -> NeedleBox:
    """Say that a box is used up or thrown away on a local date; None: it is in use after all.
    Raises NotStored for a day before it came."""
    return save(
        box,
        {"finished_on": on},
        now=now,
        actor=actor,
        verb="needle_box.finished" if on else "needle_box.taken_back",
        about=f"needle_box:{box.uid}",
        known=CONSTRAINTS,
    )


def trace_lot(*, now: datetime, user: User, lot: str) -> list[BoxUse]:
    """Return each session that used a lot (any part of it, case ignored), the newest first; who
    looked is noted for each client. Raises LotTooShort."""
    return _traced(now=now, user=user, lot=lot, verb="lot.traced")


def lot_file(*, now: datetime, user: User, lot: str) -> str:
    """Return the same as a CSV file, no cell of which a spreadsheet takes for a formula."""
    uses = _traced(now=now, user=user, lot=lot, verb="lot.exported")
    file = io.StringIO()
    file.write("\ufeff")  # so that spreadsheets know the encoding
    writer = csv.writer(file)
    writer.writerow(HEADINGS)
    for use in uses:
        session, box = use.session, use.box
        day = session.started_at.astimezone(box.location.zone).date()
        writer.writerow(
            (
                day.isoformat(), session.client.name, str(session.client.uid),
                session.practitioner.name, "" if use.needles is None else str(use.needles),
                box.lot, box.expires_on.isoformat(), box.brand, box.model,
                str(box.diameter_mm), str(box.length_mm), box.location.name,
            )
        )  # fmt: skip
    return file.getvalue()


def _traced(*, now: datetime, user: User, lot: str, verb: str) -> list[BoxUse]:
    lot = lot.strip()
    if len(lot) < SHORTEST_LOT:
        raise LotTooShort
    with transaction.atomic():
        uses = uses_of_lot(lot)
        audit.record(
            now=now,
            actor=staff(user),
            verb=verb,
            about="needle_boxes:lot",
            after={"lot": lot, "sessions": len(uses)},
        )
        for client in _clients(uses):
            about = f"client:{client.uid}"
            audit.viewed(now=now, actor=staff(user), what="NEEDLE_LOT", about=about, whose=about)
    return uses


def _clients(uses: Sequence[BoxUse]) -> list[Client]:
    return list({use.session.client_id: use.session.client for use in uses}.values())


def add_tool(*, now: datetime, actor: Actor, location: Location, name: str) -> Tool:
    """Add a tool by the name written on it. Raises NotStored for a name that is there already."""
    tool = Tool()
    return save(
        tool,
        {"location": location, "name": name},
        now=now,
        actor=actor,
        verb="tool.added",
        about=f"tool:{tool.uid}",
        known=CONSTRAINTS,
    )


def use_tool(*, now: datetime, actor: Actor, tool: Tool, is_active: bool) -> Tool:
    """Retire a tool, or take it back into use; its log stays."""
    return save(
        tool,
        {"is_active": is_active},
        now=now,
        actor=actor,
        verb="tool.taken_back" if is_active else "tool.retired",
        about=f"tool:{tool.uid}",
        known=CONSTRAINTS,
    )


def clean_tool(
    *, now: datetime, author: User, tool: Tool, uid: UUID, disinfectant: str
) -> Cleaning:
    """Write down that a tool was cleaned and disinfected just now; once for each `uid`. Raises
    DisinfectantMissing."""
    if not disinfectant.strip():
        raise DisinfectantMissing
    with transaction.atomic():
        made, is_new = Cleaning.objects.get_or_create(
            uid=uid,
            defaults={"tool": tool, "at": now, "by": author, "disinfectant": disinfectant.strip()},
        )
        if is_new:
            audit.record(
                now=now,
                actor=staff(author),
                verb="tool.cleaned",
                about=f"tool:{tool.uid}",
                after={"disinfectant": made.disinfectant},
            )
    return made
