"""What a message about a booking says, from the facts at the moment of sending."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Max, OuterRef, Subquery
from django.utils.translation import override

from bookings import followups, ical, lifecycle, links
from bookings.messages import (
    ASKED_AT,
    NO_ADDRESS,
    NO_WAY,
    addresses_of,
    as_standing,
    facts,
    staff_email_of,
)
from bookings.models import Booking, Review, Schedule
from bookings.queries.forms import open_forms
from bookings.recalls import NO_CONSENT
from bookings.saying_when import clock, long_date, moment, short_date, zone_words
from bookings.schedules import Schedules
from bookings.ways import Said
from bookings.ways import ways as allowed_ways
from clients.channels.base import Invite, Way
from clients.consent_links import consent_url
from clients.consent_rules import Kind
from clients.contact import phone_words
from clients.intake_links import form_url
from clients.models import Channel, Client, ContactConsent, IntakeRequest, Message, Purpose
from clients.outbox import Described, Notice, Postponed, Suppressed, Withdrawn
from clients.queries.consents import standings
from clients.stop_links import stop_url
from clients.wording import known_language
from clinic import colours
from clinic.models import Clinic

SWITCHED_OFF = "Such messages are switched off."
LONGEST_GREETING = 30
# A name typed by anybody is shown to whoever reads the mail: nothing a mail program makes a link of.
_LINK_LIKE = re.compile(r"[/:@<>\\]|\w\.\w{2,}|^www\b", re.IGNORECASE)


# What a practitioner said who turned a booking down: from which day on the client is welcome.
_DECLINED = Review.objects.filter(
    booking=OuterRef("pk"), decision=Review.Decision.DECLINE, ended_at__isnull=True
)


@dataclass(frozen=True, slots=True)
class _Known:
    """All that was read for a batch: a fixed number of queries, however many messages."""

    clinic: Clinic
    schedules: Schedules
    bookings: Mapping[str, Booking]
    standing: Mapping[str, Sequence[Message]]
    consents: Mapping[int, Said]
    last_visits: Mapping[int, datetime]
    forms: Mapping[str, IntakeRequest]
    to_sign: frozenset[int]


def describe(messages: Sequence[Message], now: datetime) -> dict[int, Described]:
    """Describe messages about bookings as they stand at `now` (seven queries, and one more where the owner
    calls some of them advertising)."""
    known = _read(messages, now)
    return {message.pk: _one(message, known, now) for message in messages}


def _read(messages: Sequence[Message], now: datetime) -> _Known:
    abouts = {message.about for message in messages}
    bookings = {
        f"booking:{booking.uid}": booking
        for booking in Booking.objects.filter(
            uid__in=[UUID(about.partition(":")[2]) for about in abouts]
        )
        .select_related("client__consent_link", "room__location", "practitioner__user")
        .annotate(welcome_from=Subquery(_DECLINED.values("not_before")[:1]), asked_at=ASKED_AT)
    }
    standing: dict[str, list[Message]] = defaultdict(list)
    for each in Message.objects.filter(about__in=abouts):
        standing[each.about].append(each)
    clients = {booking.client_id for booking in bookings.values() if booking.client_id}
    newest = (
        ContactConsent.objects.filter(client__in=clients)
        .order_by("client", "channel", "purpose", "-at", "-pk")
        .distinct("client", "channel", "purpose")
    )
    said: dict[int, dict[tuple[str, str], bool]] = defaultdict(dict)
    for one in newest:
        said[one.client_id][one.channel, one.purpose] = one.granted
    schedules = Schedule.objects.by_kind()
    advertise = any(_advertises(message.kind, schedules) for message in messages)
    standing_of = standings(clients, now, kinds=[Kind.TREATMENT])
    return _Known(
        clinic=Clinic.objects.the_only(),
        schedules=schedules,
        bookings=bookings,
        standing=standing,
        consents=said,
        last_visits=_last_visits(clients) if advertise else {},
        forms=open_forms(abouts, now=now),
        to_sign=frozenset(pk for pk, of in standing_of.items() if not of[Kind.TREATMENT].holds),
    )


def _advertises(kind: str, schedules: Schedules) -> bool:
    return kind in schedules and schedules[kind].purpose == Purpose.MARKETING


def _last_visits(clients: Collection[int]) -> dict[int, datetime]:
    """Return when each client was last here: for so long as the law says, that is a yes."""
    rows = Booking.objects.filter(client__in=clients, status=lifecycle.DONE)
    newest = rows.order_by().values("client").annotate(newest=Max("ends_at"))
    return dict(newest.values_list("client", "newest"))


def _one(message: Message, known: _Known, now: datetime) -> Described:
    booking = known.bookings.get(message.about)
    if booking is None or booking.client is None:
        return Withdrawn("The booking is gone.")
    location = booking.room.location
    now_facts = facts(
        booking,
        location=location,
        clinic=known.clinic,
        asked_at=getattr(booking, "asked_at", None),
    )
    others = [as_standing(each) for each in known.standing[message.about] if each.pk != message.pk]
    stale = _out_of_date(message, now_facts, others, known)
    if stale is not None:
        return stale
    may_go = followups.not_before(message.kind, now_facts, at=now, schedules=known.schedules)
    if may_go > now:
        return Postponed(may_go)
    ways = _ways(message, booking, known, now)
    if isinstance(ways, Suppressed):
        return ways
    email = next((way.to for way in ways if way.channel == Channel.EMAIL), "")
    language = _language(message, booking.client)
    with override(language):
        context = _context(message, booking, known, others, now)
        if _asks_consent(message, booking, known, context, ways):
            context["consent"] = consent_url(booking.client)
        stop = _stop(message, booking.client, email)
        if stop:
            context["stop"] = stop
        return Notice(
            ways=ways,
            context=context,
            carries=followups.tells(now_facts) if _is_tidings(message) else message.carries,
            sender_name=location.sender_name or known.clinic.name,
            language=language,
            reply_to=known.clinic.email,
            invite=_invite(message, booking, known, others, email, now) if email else None,
            unsubscribe=stop,
        )


def ways_of(messages: Sequence[Message], now: datetime) -> dict[int, list[Way] | Suppressed]:
    """Return by which ways messages about bookings would go at their moment as things are, the first
    to be tried first, or why by none (as many queries as to describe them)."""
    known = _read(messages, now)
    found = {}
    for message in messages:
        booking = known.bookings.get(message.about)
        if booking is not None:
            found[message.pk] = _ways(message, booking, known, message.due_at)
    return found


def preview(message: Message, now: datetime) -> tuple[dict[str, str | bool], str] | None:
    """Return what a message about a booking would say now, and in which language; None where there
    is no such booking any more."""
    known = _read([message], now)
    booking = known.bookings.get(message.about)
    if booking is None or booking.client is None:
        return None
    others = [as_standing(each) for each in known.standing[message.about] if each.pk != message.pk]
    language = _language(message, booking.client)
    ways = _ways(message, booking, known, now)
    ways = [] if isinstance(ways, Suppressed) else ways
    email = next((way.to for way in ways if way.channel == Channel.EMAIL), "")
    with override(language):
        context = _context(message, booking, known, others, now)
        if ways and _asks_consent(message, booking, known, context, ways):
            context["consent"] = consent_url(booking.client)
        stop = _stop(message, booking.client, email)
        return ({**context, "stop": stop} if stop else context), language


def _language(message: Message, client: Client) -> str:
    """Return the language to write in: the client's own, and to staff the clinic's."""
    to_staff = message.kind in followups.STAFF
    return known_language("" if to_staff else client.language)


def _asks_consent(
    message: Message,
    booking: Booking,
    known: _Known,
    context: Mapping[str, str | bool],
    ways: Sequence[Way],
) -> bool:
    """Return whether a message brings the link by which a client reads and signs: before the visit,
    while there is something to sign, and to nobody but the client's own address."""
    client = booking.client
    if client is None or client.pk not in known.to_sign:
        return False
    if message.kind != followups.PREPARATION and not context.get("prepare"):
        return False
    return all(way.to in (client.email, client.phone) for way in ways)


def _stop(message: Message, client: Client, email: str) -> str:
    """Return where a client ends messages such as this one, "" for what answers them, and for an
    address that is not their own."""
    if _is_answer(message) or message.kind in followups.STAFF or email != client.email:
        return ""
    return stop_url(client, Channel.EMAIL, message.purpose) if email else ""


def _is_tidings(message: Message) -> bool:
    return message.kind in followups.TIDINGS


def _is_answer(message: Message) -> bool:
    """Return whether a message answers what somebody just did, rather than being our own idea."""
    return _is_tidings(message) or message.kind in followups.ASKED_FOR


def _out_of_date(
    message: Message,
    present: followups.Facts,
    others: Sequence[followups.Standing],
    known: _Known,
) -> Withdrawn | None:
    """Return why a message no longer fits its booking, or None."""
    if message.kind in known.schedules and not known.schedules[message.kind].is_on:
        return Withdrawn(SWITCHED_OFF)
    if not followups.fits(message.kind, message.carries, present):
        return Withdrawn("The booking has changed since.")
    if _is_tidings(message) and followups.reached(
        each for each in others if each.status in (Message.Status.SENT, Message.Status.TOLD)
    ) == followups.tells(present):
        return Withdrawn("Another message has said so already.")
    if message.kind == followups.CANCELLED and not _may_know(message, others):
        return Withdrawn("Nothing was said that it would take back.")
    return None


def _may_know(message: Message, others: Sequence[followups.Standing]) -> bool:
    """Return whether the client may have heard of the booking before this message."""
    return any(each.kind in followups.TIDINGS and each.status not in _NEVER_LEFT for each in others)


_NEVER_LEFT = (Message.Status.WITHDRAWN, Message.Status.SUPPRESSED, Message.Status.EXPIRED)


def _ways(
    message: Message, booking: Booking, known: _Known, now: datetime
) -> list[Way] | Suppressed:
    """Return the channels and addresses a message may go by, the first to be tried first, or why
    there is none.

    An answer to what somebody did goes by e-mail without being asked for; what we send of our own
    accord does not go where it was refused. A text message always needs a yes.
    """
    if message.kind in followups.STAFF:
        to = message.staff_email or staff_email_of(booking, clinic=known.clinic)
        return [Way(Channel.EMAIL, to)] if to else Suppressed("Nobody here has an e-mail address.")
    addresses, client = addresses_of(booking), booking.client_id or 0
    said = known.consents.get(client, {})
    if _advertises(message.kind, known.schedules):
        last, schedule = known.last_visits.get(client), known.schedules[message.kind]
        may_go = allowed_ways(schedule, addresses, said, last_visit=last, at=now)
        found = [Way(Channel(channel), to) for channel, to in may_go]
        return found or Suppressed(NO_CONSENT if any(addresses.values()) else NO_ADDRESS)
    refused = said.get((Channel.EMAIL, Purpose.CARE)) is False and not _is_answer(message)
    may = {
        Channel.EMAIL: not refused,
        Channel.SMS: said.get((Channel.SMS, Purpose.CARE), False),
    }
    order = known.schedules[message.kind].channels if message.kind in known.schedules else Channel
    ways = [Way(one, addresses[one]) for one in order if addresses[one] and may[Channel(one)]]
    if ways:
        return ways
    if not any(addresses.values()):
        return Suppressed(NO_ADDRESS)
    if not any(addresses[one] for one in order):
        return Suppressed(NO_WAY)
    if addresses[Channel.EMAIL] and refused:
        return Suppressed("The client doesn't want such e-mail.")
    return Suppressed("The client has not agreed to text messages.")


def _invite(
    message: Message,
    booking: Booking,
    known: _Known,
    others: Sequence[followups.Standing],
    to: str,
    now: datetime,
) -> Invite | None:
    method = None
    if message.kind in (followups.CONFIRMATION, followups.MOVED):
        method = ical.REQUEST
    elif message.kind == followups.CANCELLED and any(
        each.kind in (followups.CONFIRMATION, followups.MOVED)
        and each.status not in (*_NEVER_LEFT, Message.Status.TOLD)
        for each in others
    ):
        # Who never got an invite has nothing in the calendar to take out.
        method = ical.CANCEL
    if method is None:
        return None
    return ical.invite(booking, method=method, to=to, clinic_name=known.clinic.name, now=now)


def _context(
    message: Message,
    booking: Booking,
    known: _Known,
    others: Sequence[followups.Standing],
    now: datetime,
) -> dict[str, str | bool]:
    location = booking.room.location
    starts = booking.starts_at.astimezone(location.zone)
    context: dict[str, str | bool] = {
        "first_name": first_name(booking.booked_by or booking.contact_name),
        "clinic": known.clinic.name,
        "date": long_date(starts),
        "short_date": short_date(starts),
        "time": clock(starts),
        "zone": zone_words(starts, location.time_zone),
        "place": location.name,
        "address": location.address,
        "directions": location.directions,
        "phone": phone_words(location.phone),
        "link": links.manage_url(booking),
        **colours_of(known.clinic),
    }
    welcome_from: date | None = getattr(booking, "welcome_from", None)
    if message.kind in (followups.DECLINED, followups.CANCELLED) and welcome_from is not None:
        context["from_date"] = long_date(welcome_from)
    if message.kind in (followups.QUESTIONS, followups.ASKED_AGAIN):
        context["link"] = links.answers_url(booking)
    if message.kind == followups.CHECK_IN:
        context["link"] = links.check_in_url(booking)
    if message.kind in followups.STAFF:
        # Staff read it behind their own login; the client's link is not theirs.
        context |= {"link": f"{settings.SITE_URL.rstrip('/')}/desk/", "first_name": ""}
    if booking.respond_by is not None:
        by = booking.respond_by.astimezone(location.zone)
        context["answer_by"] = moment(by)
    if message.kind in (followups.CONFIRMATION, followups.MOVED):
        separate = any(
            each.kind == followups.PREPARATION
            and each.carries == str(int(booking.starts_at.timestamp()))
            and each.status != Message.Status.WITHDRAWN
            for each in others
        )
        context["prepare"] = not separate and now < booking.starts_at
    if message.kind == followups.REMINDER and booking.status == lifecycle.BOOKED:
        context["confirm"] = f"{links.manage_url(booking)}confirm/"
    if message.kind == followups.PREPARATION or context.get("prepare"):
        form = known.forms.get(message.about)
        if form is not None:
            context["form"] = form_url(form)
    return context


def colours_of(clinic: Clinic) -> dict[str, str | bool]:
    """Return the clinic's own colour for buttons and lines, on light screens and on dark ones."""
    if not clinic.accent:
        return {}
    light, dark = (colours.tokens(clinic.accent, dark=dark) for dark in (False, True))
    return {
        "colour": light["jade"],
        "dark_colour": dark["jade"],
        "on_dark_colour": dark["on-jade"],
    }


def first_name(name: str) -> str:
    """Return how to greet somebody, "" for what is too long or could be taken for a link."""
    first = name.split(maxsplit=1)[0] if name.split() else ""
    return "" if len(first) > LONGEST_GREETING or _LINK_LIKE.search(name) else first
