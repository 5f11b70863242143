"""Writing down a session: actions as they come, the signature, and what is added after it."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from clients.models import Client, ClientKey
from clinic import audit
from clinic.audit import staff
from clinic.models import Practitioner, User
from treatments.errors import AddendumEmpty, NeedlesStillIn, SessionSigned
from treatments.models import (
    AdverseEvent,
    BoxUse,
    NeedleBox,
    SessionAction,
    SessionRecord,
    SessionVersion,
    Tool,
    ToolUse,
    Treatment,
)
from treatments.queries.sessions import state_of
from treatments.session_actions import Action, Kind
from treatments.session_facts import follow_up

# How long before its start an action of a session may have happened: a tablet's clock that is off.
EARLIEST = timedelta(minutes=5)
LATE_AFTER = timedelta(hours=24)


def open_session(
    *, now: datetime, client: Client, practitioner: Practitioner, treatment: Treatment
) -> SessionRecord:
    """Return a new record, its phases planned as the treatment has them today."""
    ClientKey.objects.of(client, now=now)
    return SessionRecord.objects.create(
        client=client,
        practitioner=practitioner,
        treatment=treatment,
        treatment_name=treatment.name,
        planned=[[phase.kind, phase.minutes] for phase in treatment.phases.all()],
        started_at=now,
    )


def chart(*, now: datetime, author: User, session: SessionRecord, actions: Sequence[Action]) -> int:
    """Keep the actions that are not kept yet, and return the number of the newest one.

    Each is kept once, however often it is sent. Raises SessionSigned where one of them is new and
    the session is signed; then none is kept.
    """
    with transaction.atomic():
        current = locked(session)
        uids = {action.uid for action in actions}
        known = set(SessionAction.objects.filter(uid__in=uids).values_list("uid", flat=True))
        new = list({a.uid: a for a in actions if a.uid not in known}.values())
        if not new:
            return current.last_number
        if current.is_signed:
            raise SessionSigned
        earliest = current.started_at - EARLIEST
        SessionAction.objects.bulk_create(
            SessionAction(
                uid=action.uid,
                session=current,
                client=current.client,
                number=number,
                kind=action.kind,
                at=min(max(action.at, earliest), now),
                received_at=now,
                actor=author,
                payload=dict(action.payload),
            )
            for number, action in enumerate(new, start=current.last_number + 1)
        )
        current.last_number += len(new)
        current.save(update_fields=["last_number"])
        _note_use(current, new, now)
        _keep_events(current, new, now, author)
    return current.last_number


def sign_session(
    *, now: datetime, author: User, session: SessionRecord, document: Mapping[str, Any]
) -> SessionVersion:
    """Sign a session: what its document says stays for ever, and nothing joins its actions.

    Raises NeedlesStillIn while more needles went in than came out and no incident says why, and
    SessionSigned where it is signed already.
    """
    with transaction.atomic():
        current = locked(session)
        if current.is_signed:
            raise SessionSigned
        state = state_of(current)
        if not state.may_be_signed:
            raise NeedlesStillIn(state.count.still_in)
        counted = Counter(needle.details.get("box") for needle in state.needles)
        for use in current.box_uses.select_related("box"):
            use.needles = counted[str(use.box.uid)]
            use.save(update_fields=["needles"])
        current.signed_at, current.signed_by = now, author
        current.save(update_fields=["signed_at", "signed_by"])
        ended = state.ended_at or current.started_at
        version = _version(
            current, 1, document, now=now, author=author, is_late=now - ended > LATE_AFTER
        )
        audit.record(
            now=now,
            actor=staff(author),
            verb="session.signed",
            about=f"session:{current.uid}",
            after={"digest": version.digest, "late": version.is_late},
        )
    return version


def write_addendum(
    *, now: datetime, author: User, session: SessionRecord, text: str, reason: str
) -> SessionVersion:
    """Add to a signed session, as its next version; what was signed stays as it is.

    Raises AddendumEmpty without a text or a reason.
    """
    if not text.strip() or not reason.strip():
        raise AddendumEmpty
    with transaction.atomic():
        current = locked(session)
        last = current.versions.order_by("-number").first()
        if last is None:
            raise AddendumEmpty
        document = {"text": text.strip(), "reason": reason.strip(), "follows": last.digest}
        version = _version(current, last.number + 1, document, now=now, author=author)
        audit.record(
            now=now,
            actor=staff(author),
            verb="session.added_to",
            about=f"session:{current.uid}",
            after={"number": version.number, "digest": version.digest},
        )
    return version


def locked(session: SessionRecord) -> SessionRecord:
    """Return the session's row, which nobody else adds to or signs until the transaction ends."""
    return (
        SessionRecord.objects.select_for_update(of=("self",))
        .select_related("client__key", "practitioner")
        .get(pk=session.pk)
    )


def digest_of(document: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a document, in hex, over its canonical JSON."""
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _version(
    session: SessionRecord,
    number: int,
    document: Mapping[str, Any],
    *,
    now: datetime,
    author: User,
    is_late: bool = False,
) -> SessionVersion:
    return SessionVersion.objects.create(
        session=session,
        client=session.client,
        number=number,
        type=SessionVersion.Type.SIGNED if number == 1 else SessionVersion.Type.ADDENDUM,
        at=now,
        author=author,
        is_late=is_late,
        digest=digest_of(document),
        document=dict(document),
    )


def _note_use(session: SessionRecord, new: Iterable[Action], now: datetime) -> None:
    """Link the session to the boxes and tools it uses, at once: a recall waits for no signature."""
    boxes = {action.payload["box"] for action in new if action.payload.get("box")}
    for box in NeedleBox.objects.filter(uid__in=boxes):
        BoxUse.objects.get_or_create(session=session, box=box)
    tools = {a.payload["tool"] for a in new if a.kind is Kind.ROLLER and a.payload.get("tool")}
    for tool in Tool.objects.filter(uid__in=tools):
        ToolUse.objects.get_or_create(session=session, tool=tool, defaults={"at": now})


def _keep_events(
    session: SessionRecord, new: Sequence[Action], now: datetime, author: User
) -> None:
    """Make the rows of adverse events what the session's actions say of them."""
    if not any(action.kind in {Kind.EVENT, Kind.UNDO} for action in new):
        return
    told = {UUID(event["event"]): event for event in state_of(session).events}
    kept = {row.uid: row for row in session.adverse_events.select_for_update()}
    for uid, event in told.items():
        row = kept.pop(uid, None) or AdverseEvent(
            uid=uid,
            session=session,
            practitioner=session.practitioner,
            reported_by=AdverseEvent.ReportedBy.PRACTITIONER,
            noticed_at=event["noticed_at"],
            created_at=now,
            created_by=author,
        )
        row.client = session.client
        details = {k: v for k, v in event.items() if k not in {"event", "grade", "noticed_at"}}
        if row._state.adding or (row.grade, row.details["what"]) != (event["grade"], event["what"]):
            row.follow_up_due = follow_up(event["what"], event["grade"], event["noticed_at"])
        row.grade, row.details, row.withdrawn_at = event["grade"], details, None
        row.save()
    for row in kept.values():
        row.withdrawn_at = row.withdrawn_at or now
        row.save(update_fields=["withdrawn_at"])
    audit.record(
        now=now,
        actor=staff(author),
        verb="session.events_noted",
        about=f"session:{session.uid}",
        after={"events": len(told)},
    )
