"""What was done in the demo clinic's last sessions: charted, counted and signed.

The last few sessions of the clients who were here lately, by practitioners who have a login; of a
larger clinic the others have none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from bookings import lifecycle
from bookings.models import Booking
from bookings.queries.record import sent_by
from bookings.seed import coming, signed
from bookings.seed.people import uuid
from bookings.session_document import document_of
from clients import trends
from clients.models import Client, ClientKey
from clients.phases import Phase
from treatments import soap
from treatments.actions.charting import digest_of
from treatments.atlas import Point, load
from treatments.models import BoxUse, NeedleBox, SessionAction, SessionRecord, SessionVersion, Tool
from treatments.progress import BEFORE, CONCERN, GAIS, WEEK_STRESS, Span, What, paths
from treatments.session_actions import Action, Kind, Side, View, read
from treatments.session_log import SessionState, fold

MOST = 60
EACH = 3
LATELY = timedelta(days=75)
MINUTE = timedelta(minutes=1)
# Used where a client's form names no concern that has points.
USUAL = ("frown_lines", "nasolabial_folds")
MOST_POINTS = 6
_NOTES = (
    "Relaxed, slept for ten minutes.",
    "Left masseter tender, softer at the end.",
    "Cheeks a little flushed, gone after five minutes.",
    "A warm feeling along the jaw.",
)


def run(*, now: datetime, seed: int) -> int:
    """Write down the last sessions; return how many. Forms must be told, boxes received."""
    random = Random(f"{seed} sessions")
    visits = _visits(now)
    _keys(visits, now)
    signed.sign_past(visits)
    coming.screen_past(visits)
    boxes = list(NeedleBox.objects.filter(finished_on__isnull=True).order_by("pk"))
    tools = list(Tool.objects.filter(is_active=True).order_by("pk"))
    numbers: dict[int, int] = defaultdict(int)
    for visit in visits:
        numbers[visit.client_id or 0] += 1
        here = visit.room.location_id
        box = next((one for one in boxes if one.location_id == here), None)
        tool = next((one for one in tools if one.location_id == here), None)
        _session(visit, random, box=box, tool=tool, number=numbers[visit.client_id or 0])
    Booking.objects.bulk_update(visits, ["session"])
    return len(visits)


def _visits(now: datetime) -> list[Booking]:
    """Return the visits to write down, the oldest first."""
    rows = (
        Booking.objects.filter(
            status=lifecycle.DONE,
            starts_at__gt=now - LATELY,
            client__isnull=False,
            practitioner__user__isnull=False,
        )
        .select_related("client__key", "practitioner__user", "room__location", "treatment")
        .prefetch_related("treatment__phases")
        .order_by("-starts_at", "uid")
    )
    kept: list[Booking] = []
    had: dict[int, int] = defaultdict(int)
    for visit in rows[: MOST * 4]:
        if had[visit.client_id or 0] < EACH and len(kept) < MOST:
            had[visit.client_id or 0] += 1
            kept.append(visit)
    return kept[::-1]


def _keys(visits: Sequence[Booking], now: datetime) -> None:
    """Give every client their key; visits of one client share it."""
    clients: dict[int, Client] = {}
    for visit in visits:
        if visit.client is not None:
            known = clients.setdefault(visit.client.pk, visit.client)
            visit.client = known
    for client in clients.values():
        ClientKey.objects.of(client, now=now)


def _session(
    visit: Booking, random: Random, *, box: NeedleBox | None, tool: Tool | None, number: int
) -> None:
    client, user = visit.client, visit.practitioner.user
    if client is None or user is None:
        return
    session = SessionRecord.objects.create(
        uid=uuid(random),
        client=client,
        practitioner=visit.practitioner,
        treatment=visit.treatment,
        treatment_name=visit.treatment_name,
        planned=[[phase.kind, phase.minutes] for phase in visit.treatment.phases.all()],
        started_at=visit.starts_at + MINUTE,
    )
    concerns = _concerns(client)
    made = [
        Action(uuid(random), kind, visit.starts_at + after * MINUTE, read(kind, said))
        for after, kind, said in (
            *_done(client, list(concerns), random, box=box, tool=tool),
            *_told(client, list(concerns), random, number=number, on=visit.starts_at.date()),
        )
    ]
    SessionAction.objects.bulk_create(
        SessionAction(
            uid=each.uid, session=session, client=client, number=place, kind=each.kind,
            at=each.at, received_at=each.at, actor=user, payload=dict(each.payload),
        )
        for place, each in enumerate(made, start=1)
    )  # fmt: skip
    state = fold(made)
    if box is not None:
        BoxUse.objects.create(session=session, box=box, needles=state.count.put_in)
    visit.session = session
    _sign(visit, session, state, concerns, random, number=number, actions=len(made))


def _sign(
    visit: Booking,
    session: SessionRecord,
    state: SessionState,
    concerns: dict[str, str],
    random: Random,
    *,
    number: int,
    actions: int,
) -> None:
    user = visit.practitioner.user
    if user is None:
        return
    at = visit.ends_at + random.randint(1, 12) * MINUTE
    document = document_of(
        visit,
        session,
        state,
        now=at,
        words=soap.compose(state, soap.Known(concerns=concerns)),
        session_number=number,
        session_of=None,
        safety=(),
        despite={},
        born=_born(session.client),
        salt=f"{random.getrandbits(128):032x}",
    )
    SessionVersion.objects.create(
        uid=uuid(random), session=session, client=session.client, number=1,
        type=SessionVersion.Type.SIGNED, at=at, author=user, digest=digest_of(document),
        document=document,
    )  # fmt: skip
    session.last_number = actions
    session.signed_at, session.signed_by = at, user
    session.save(update_fields=["last_number", "signed_at", "signed_by"])


def _born(client: Client) -> str:
    sent = sent_by(client)
    return str(sent[-1].row.answers.get("dob") or "") if sent else ""


def _concerns(client: Client) -> dict[str, str]:
    """Return what the client's newest form is most about, in words by code."""
    sent = sent_by(client)
    named = sent[-1].told.answers.get("top3") if sent else None
    names = load().concerns
    found = [code for code in named or () if load().commonly_used_for(code)]
    return {code: names[code] for code in found or USUAL}


def _points(concerns: Sequence[str]) -> list[Point]:
    atlas = load()
    found = {
        point.code: point
        for concern in concerns
        for point in atlas.commonly_used_for(concern)
        if point.enabled_by_default and not point.is_body and point.pregnancy == "none"
    }
    return list(found.values())[:MOST_POINTS]


def _done(
    client: Client,
    concerns: Sequence[str],
    random: Random,
    *,
    box: NeedleBox | None,
    tool: Tool | None,
) -> Iterator[tuple[float, Kind, dict[str, Any]]]:
    """Yield what is done in a session: minutes after its start, and what is said of it."""
    yield 1, Kind.PHASE, {"phase": Phase.LYMPHATIC_MASSAGE}
    yield (
        12,
        Kind.MASSAGE,
        {
            "areas": ["collarbone_hollow", "jaw", "cheek", "forehead"],
            "strokes": ["stationary_circles", "sweep"],
            "product": "Jojoba oil",
        },
    )
    yield 13.5, Kind.OIL_OFF, {}
    yield 14, Kind.PHASE, {"phase": Phase.NEEDLING}
    place = 0
    for point in _points(concerns):
        usual = point.usual_mm or (2, 5)
        for side in point.sides:
            place += 1
            yield (
                14 + place * 0.3,
                Kind.PLACE,
                _needle(point, side, random, box, depth=random.randint(*usual)),
            )
    if random.random() < 0.6:
        yield 30, Kind.NOTE, {"note": str(uuid(random)), "text": random.choice(_NOTES)}
    yield 39, Kind.REMOVE_ALL, {}
    if random.random() < 0.15:
        yield (
            40,
            Kind.EVENT,
            {
                "event": str(uuid(random)),
                "what": "spot_bleed",
                "grade": "MINOR",
                "action": "Pressed for a minute.",
                "told": True,
            },
        )
    yield 41, Kind.PHASE, {"phase": Phase.JADE_ROLLER}
    yield (
        48,
        Kind.ROLLER,
        {
            "areas": ["jaw", "cheek", "forehead"],
            "strokes": ["outward", "upward"],
            "cold": random.random() < 0.5,
            "tool": str(tool.uid) if tool else None,
        },
    )
    yield 49, Kind.AFTERCARE, {"given": ["hands_off", "rest", "heat", "sunscreen"]}


def _told(
    client: Client, concerns: Sequence[str], random: Random, *, number: int, on: date
) -> Iterator[tuple[float, Kind, dict[str, Any]]]:
    """Yield what a client says at the end of a session, near what their forms say; and the end."""
    known = _scores(client, on)
    for what in (*((CONCERN, code) for code in concerns), WEEK_STRESS):
        value = known.get(what, 7 - number) + random.choice((-1, 0, 0))
        scale, of = what
        said = {"scale": scale, "of": of, "by": "", "value": min(max(round(value), 0), 10)}
        yield 49.5, Kind.RATING, said
    if number > 1:
        for by in ("", "client"):
            word = random.choice(("no_change", "improved", "improved", "much_improved"))
            yield 49.5, Kind.RATING, {"scale": GAIS, "of": "", "by": by, "value": word}
    yield 50, Kind.END, {}


def _scores(client: Client, on: date) -> dict[What, float]:
    """Return what the client's forms last said of each thing, up to a day."""
    sent = [one for one in sent_by(client) if one.row.told_on <= on]
    forms = [trends.Form(one.row.told_on, one.form, one.row.asked, one.row.answers) for one in sent]
    found = paths(trends.series(forms), (), Span(date.min + BEFORE, on))
    return {what: points[-1].value for what, points in found.items()}


def _needle(
    point: Point, side: Side, random: Random, box: NeedleBox | None, *, depth: int
) -> dict[str, Any]:
    at = load().places_of(point.code, side).get(View.FRONT)
    spot = {"view": View.FRONT, "x": at.x, "y": at.y} if at else {}
    return {
        "needle": str(uuid(random)),
        "code": point.code,
        "side": side,
        "region": point.region,
        "depth_mm": depth,
        "angle": {"perpendicular": "PERPENDICULAR", "oblique": "OBLIQUE"}.get(
            next(iter(point.angles), ""), "SUBCUTANEOUS"
        ),
        "response": random.choice(["NONE", "DE_QI"]),
        "stimulation": "NONE",
        "box": str(box.uid) if box else None,
        **spot,
    }
