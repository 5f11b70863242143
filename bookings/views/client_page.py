"""A client as the desk sees them, in words: contact, bookings, messages, whom they may be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings import lifecycle
from bookings.models import Booking, Merge
from bookings.queries.client_record import ClientRecord
from bookings.views import wording
from bookings.views.desk_grid import book_href
from bookings.views.marks import STATUS, Mark, clock, moment
from bookings.views.message_words import kind_words
from clients.contact import phone_words
from clients.models import Channel, Client, ContactProposal, DuplicateProposal, Message
from clinic.models import Location

MESSAGE_TONES = {
    Message.Status.SENT: ("circle-check", "jade"),
    Message.Status.TOLD: ("circle-check", "jade"),
    Message.Status.PLANNED: ("clock", "slate"),
    Message.Status.SENDING: ("clock", "slate"),
    Message.Status.FAILED: ("circle-alert", "rose"),
    Message.Status.SUPPRESSED: ("info", "gold"),
    Message.Status.EXPIRED: ("info", "gold"),
}

SHARED = {
    "name": gettext_lazy("same name"),
    "likename": gettext_lazy("similar name"),
    "email": gettext_lazy("same e-mail"),
    "phone": gettext_lazy("same phone"),
}


@dataclass(frozen=True, slots=True)
class VisitRow:
    """A booking of the client. `link_uid`: its link can be sent again."""

    when: str
    what: str
    href: str
    status: Mark
    link_uid: str


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message: what it was, when, and what became of it."""

    what: str | Promise
    when: str
    status: str | Promise
    icon: str
    tone: str
    reason: str


@dataclass(frozen=True, slots=True)
class DoubtRow:
    """Somebody this client may be, and why."""

    uid: str
    name: str
    contact: str
    why: str
    merge_href: str
    made: str


@dataclass(frozen=True, slots=True)
class MergeRow:
    """A record merged into this one, which can still be taken out."""

    uid: str
    name: str
    contact: str
    words: str


@dataclass(frozen=True, slots=True)
class Told:
    """What a form said of the contact: for each (what, as it is, as it was told)."""

    uid: str
    day: str
    lines: list[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class ClientPage:
    """Everything the page of a client shows."""

    client: Client
    initials: str
    phone: str
    is_provisional: bool
    language: str
    time_zone: str
    since: str
    consents: list[str]
    coming: list[VisitRow]
    past: list[VisitRow]
    messages: list[MessageRow]
    doubts: list[DoubtRow]
    merges: list[MergeRow]
    told: Told | None
    book_href: str


def client_page(record: ClientRecord, *, place: Location | None, zone: ZoneInfo) -> ClientPage:
    """Return the page of a client; `place` is where a booking is offered, `zone` the clock that
    messages are told by."""
    client = record.client
    return ClientPage(
        client=client,
        initials=wording.initials(client.name),
        phone=phone_words(client.phone) if client.phone else "",
        is_provisional=client.status == Client.Status.PROVISIONAL,
        time_zone=client.time_zone.replace("_", " "),
        language=dict(settings.LANGUAGES).get(client.language, client.language),
        since=day_of(client.created_at, zone),
        consents=[_consent(record, channel) for channel in Channel],
        coming=[visit_row(one) for one in record.coming],
        past=[visit_row(one) for one in record.past],
        messages=[_message(one, zone) for one in record.messages],
        doubts=[doubt_row(one, client, zone) for one in record.doubts],
        merges=[_merge(one, zone) for one in record.merges],
        told=_told(record.told, client, zone) if record.told else None,
        book_href=book_href(place.slug, client=str(client.uid)) if place else "",
    )


def _told(one: ContactProposal, client: Client, zone: ZoneInfo) -> Told:
    none, said = _("none"), one.said
    lines = [
        (_("Name"), client.name, said.get("name", "")),
        (_("E-mail"), client.email, said.get("email", "")),
        (_("Phone"), _number(client.phone), _number(said.get("phone", ""))),
    ]
    return Told(
        uid=str(one.uid),
        day=day_of(one.made_at, zone),
        lines=[(what, was or none, told) for what, was, told in lines if told],
    )


def _number(phone: str) -> str:
    return phone_words(phone) if phone else ""


def visit_row(one: Booking) -> VisitRow:
    location = one.room.location
    can_send = one.status in lifecycle.COMING and bool(one.contact_email)
    return VisitRow(
        when=f"{day_of(one.starts_at, location.zone)}, {clock(one.starts_at, location.zone)}",
        what=_("%(what)s with %(who)s, %(where)s")
        % {"what": one.treatment_name, "who": one.practitioner.name, "where": location.name},
        href=reverse("desk-booking", args=[one.uid]),
        status=STATUS[one.status],
        link_uid=str(one.uid) if can_send else "",
    )


def doubt_row(one: DuplicateProposal, seen_from: Client, zone: ZoneInfo) -> DoubtRow:
    other = one.known if one.newcomer_id == seen_from.pk else one.newcomer
    return DoubtRow(
        uid=str(other.uid),
        name=other.name,
        contact=contact_words(other),
        why=why(one.matched_on),
        merge_href=merge_href(seen_from, other),
        made=day_of(other.created_at, zone),
    )


def _merge(one: Merge, zone: ZoneInfo) -> MergeRow:
    words = _("Merged by %(who)s on %(day)s. It can be taken apart until %(until)s.") % {
        "who": one.by.name,
        "day": day_of(one.at, zone),
        "until": day_of(one.until, zone),
    }
    return MergeRow(str(one.uid), one.merged.name, contact_words(one.merged), words)


def merge_href(one: Client, other: Client) -> str:
    return reverse("desk-merge", args=[one.uid, other.uid])


def why(matched_on: str) -> str:
    """Return a proposal's reasons in words: "same name, same phone"."""
    return ", ".join(str(SHARED.get(word, word)) for word in matched_on.split("+"))


def contact_words(client: Client) -> str:
    """Return phone and e-mail in a line, or that there is neither."""
    parts = [phone_words(client.phone) if client.phone else "", client.email]
    return " · ".join(part for part in parts if part) or _("no phone, no e-mail")


def day_of(at: datetime, zone: ZoneInfo) -> str:
    """Return "Tue 24 Nov 2026"."""
    on = at.astimezone(zone).date()
    return f"{wording.day_short(on)} {on.year}"


def _consent(record: ClientRecord, channel: Channel) -> str:
    said = record.consents.get(channel)
    words = {
        None: _("%(channel)s: never asked"),
        True: _("%(channel)s: yes"),
        False: _("%(channel)s: no"),
    }[said.granted if said else None]
    return words % {"channel": str(channel.label).capitalize()}


def _message(one: Message, zone: ZoneInfo) -> MessageRow:
    icon, tone = MESSAGE_TONES.get(Message.Status(one.status), ("info", "plain"))
    return MessageRow(
        what=kind_words(one.kind),
        when=f"{moment(one.sent_at or one.due_at, zone)}",
        status=Message.Status(one.status).label,
        icon=icon,
        tone=tone,
        reason=one.reason if tone != "jade" else "",
    )


def list_rows(
    clients: Sequence[Client], zone: ZoneInfo, *, same_as: Client | None = None
) -> list[dict[str, object]]:
    """Return clients for a list; each leads to its page, or to being merged with `same_as`."""
    return [
        {
            "href": merge_href(same_as, one) if same_as else reverse("desk-client", args=[one.uid]),
            "name": one.name,
            "initials": wording.initials(one.name),
            "contact": contact_words(one),
            "is_provisional": one.status == Client.Status.PROVISIONAL,
            "since": day_of(one.created_at, zone),
        }
        for one in clients
        if same_as is None or one.pk != same_as.pk
    ]


def pair_rows(doubts: Sequence[DuplicateProposal], zone: ZoneInfo) -> list[dict[str, object]]:
    """Return proposals for the worklist: both records, the reasons, where each decision is taken."""
    return [
        {
            "people": list_rows((one.known, one.newcomer), zone),
            "why": why(one.matched_on),
            "merge_href": merge_href(one.known, one.newcomer),
            "apart_href": reverse("desk-apart", args=[one.known.uid, one.newcomer.uid]),
        }
        for one in doubts
    ]
