"""What a client's first page and their list of visits say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import quote

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings import lifecycle, links
from bookings.forms.choosing import Choice
from bookings.models import Booking
from bookings.policy import changeable_until
from bookings.queries import next_visit, of_client, plans
from bookings.queries.next_visit import NextVisit
from bookings.queries.plans import Standing
from bookings.queries.practice import clinic_zone
from bookings.views import wording
from bookings.views.manage_page import MAPS
from bookings.views.me.theirs import Me
from bookings.views.plan_words import PlanLine, plan_line
from clients.queries import intake
from clinic.opening import instant_of

NOON, EVENING = 12, 17


@dataclass(frozen=True, slots=True)
class Visit:
    """A booking in a client's own list. `token` opens its own page, which moves and cancels it."""

    token: str
    ahead: str
    day: str
    time: str
    zone_words: str
    session: str
    status: str
    tone: str
    directions_href: str
    can_change: bool
    asks: bool


@dataclass(frozen=True, slots=True)
class Pick:
    """A time to book with one tap."""

    value: str
    when: str
    who: str
    initials: str
    words: str
    is_usual: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """The client's own plan: its name, how far it is, and the line that was written for them."""

    name: str
    line: PlanLine
    done: str
    words: str


@dataclass(frozen=True, slots=True)
class HomePage:
    greeting: str
    coming: list[Visit]
    picks: list[Pick]
    plan: Plan | None

    @property
    def first(self) -> Visit | None:
        return self.coming[0] if self.coming else None

    @property
    def later(self) -> list[Visit]:
        return self.coming[1:]

    @property
    def to_answer(self) -> list[Visit]:
        """The visits whose safety questions nobody has answered yet."""
        return [visit for visit in self.coming if visit.asks]


def home_page(me: Me, *, now: datetime) -> HomePage:
    coming = of_client.coming(me.client, now=now)
    standing = plan_of(me, now=now)
    following = next_visit.next_visit(me.client, now=now, due=due_on(standing))
    return HomePage(
        greeting=_greeting(me, now, coming, following),
        coming=[visit(one, now=now) for one in coming],
        picks=picks(following) if following else [],
        plan=_plan(standing) if standing else None,
    )


def plan_of(me: Me, *, now: datetime, treatment: int | None = None) -> Standing | None:
    """Return the client's running plan (two queries)."""
    return plans.open_plan(me.client, now=now, zone=clinic_zone(), treatment=treatment)


def due_on(standing: Standing | None) -> date | None:
    """Return the day the next session is due by the plan."""
    window = standing.position.window if standing and standing.is_running else None
    return window.target if window else None


def _plan(standing: Standing) -> Plan:
    plan, count = standing.plan, standing.position.count
    if plan.sessions is None:
        done = ngettext("%(count)d session", "%(count)d sessions", count) % {"count": count}
    else:
        done = _("%(count)d of %(of)d done") % {
            "count": min(count, plan.sessions),
            "of": plan.sessions,
        }
    return Plan(plan.name, plan_line(standing), done, plan.aims.get("words", ""))


def _greeting(me: Me, now: datetime, coming: list[Booking], following: NextVisit | None) -> str:
    name = intake.called(me.client) or me.client.first_name
    if me.link.relation != "SELF":
        return _("%(name)s's visits") % {"name": name}
    place = coming[0].room.location if coming else following.location if following else None
    if place is None:
        return _("Hello, %(name)s") % {"name": name}
    hour = now.astimezone(place.zone).hour
    words = _("Good evening, %(name)s")
    if hour < EVENING:
        words = _("Good morning, %(name)s") if hour < NOON else _("Good afternoon, %(name)s")
    return words % {"name": name}


def visit(booking: Booking, *, now: datetime) -> Visit:
    location = booking.room.location
    zone = location.zone
    day = booking.starts_at.astimezone(zone).date()
    is_coming = booking.status in lifecycle.COMING and now < booking.starts_at
    until = changeable_until(booking.starts_at, booking.window_minutes)
    status, tone = _status(booking, now)
    return Visit(
        token=links.token(booking.uid, version=booking.token_version),
        ahead=_ahead((day - now.astimezone(zone).date()).days) if is_coming else "",
        day=wording.day(day) if is_coming else f"{wording.day_short(day)} {day.year}",
        time=wording.clock(booking.starts_at, zone),
        zone_words=wording.zone_words(zone, booking.starts_at),
        session=_("%(session)s with %(who)s, %(minutes)s")
        % {
            "session": booking.treatment_name,
            "who": booking.practitioner.name,
            "minutes": wording.minutes(booking.minutes),
        },
        status=status,
        tone=tone,
        directions_href=MAPS + quote(location.address),
        can_change=is_coming and now < until,
        asks=is_coming and booking.screening_id is None and booking.outcome == "NOT_ASKED",
    )


def _status(booking: Booking, now: datetime) -> tuple[str, str]:
    if booking.status == lifecycle.REQUESTED and now < booking.starts_at:
        return _("Awaiting review"), "gold"
    if booking.status in {lifecycle.CANCELLED, lifecycle.DECLINED}:
        return _("Cancelled"), "slate"
    if booking.status == lifecycle.NO_SHOW:
        return _("Missed"), "slate"
    return "", ""


def _ahead(days: int) -> str:
    if days == 0:
        return _("Today")
    if days == 1:
        return _("Tomorrow")
    return ngettext("In %(days)d day", "In %(days)d days", days) % {"days": days}


def picks(following: NextVisit) -> list[Pick]:
    names = {one.pk: one for one in following.people}
    found = []
    for opening in following.openings:
        who = names.get(opening.practitioner)
        if who is None:
            continue
        starts_at = instant_of(opening.minute)
        usual = following.is_usual(opening)
        found.append(
            Pick(
                value=str(Choice(starts_at, who.slug)),
                when=wording.moment(starts_at, following.location.zone),
                who=who.name,
                initials=wording.initials(who.name),
                words=_habit(following, usual=usual),
                is_usual=usual,
            )
        )
    return sorted(found, key=lambda pick: not pick.is_usual)


def _habit(following: NextVisit, *, usual: bool) -> str:
    if not following.has_habit:
        return _("As last time") if usual else following.offering.name
    return _("Your usual time") if usual else _("Close to your usual time")
