"""Consents in words: for the desk in one mark, for the practitioner with all there is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import formats
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings import lifecycle
from bookings.models import Booking
from bookings.views.marks import Mark, moment
from clients.consent_links import consent_url
from clients.consent_rules import Kind, Standing
from clients.consent_words import STAFF, STAFF_KINDS, Words
from clients.models import Client, ConsentGiven, ConsentStillYes, ConsentWithdrawn
from clients.queries import consents

SIGNED = Mark(gettext_lazy("Consent: signed"), "check", "jade")
MISSING = Mark(gettext_lazy("Consent: missing"), "pencil", "gold")


def mark_of(client: Client | None, at: datetime) -> Mark | None:
    """Return whether the treatment is signed for, which is all the desk is told (one query)."""
    if client is None:
        return None
    return SIGNED if consents.standing(client, Kind.TREATMENT, at).holds else MISSING


@dataclass(frozen=True, slots=True)
class State:
    """How it stands with one kind."""

    kind: Words
    mark: Mark
    why: str
    until: str


@dataclass(frozen=True, slots=True)
class VisitConsents:
    """The consents as the page of a visit shows them. `again`: when a yes was said at this visit."""

    states: list[State]
    holds: bool
    again: str
    may_hand_over: bool


def visit_consents(booking: Booking, *, now: datetime) -> VisitConsents | None:
    """Return how it stands at a visit (two queries)."""
    if booking.client is None:
        return None
    zone = booking.room.location.zone
    stand = consents.standings([booking.client.pk], now)[booking.client.pk]
    again = ConsentStillYes.objects.filter(about=f"booking:{booking.uid}").first()
    return VisitConsents(
        states=[state(kind, one, zone) for kind, one in stand.items()],
        holds=stand[Kind.TREATMENT].holds,
        again=moment(again.at, zone) if again else "",
        may_hand_over=booking.status not in lifecycle.DEAD,
    )


def state(kind: Kind, stand: Standing, zone: ZoneInfo) -> State:
    """Return how it stands with one kind, in words."""
    if stand.holds:
        no_photos = kind is Kind.PHOTO and not stand.yes
        mark = Mark(_("No photos") if no_photos else _("Signed"), "check", "jade")
    else:
        tone = "gold" if kind is Kind.TREATMENT else "slate"
        mark = Mark(_("Not signed"), "pencil", tone)
    until = ""
    if stand.until and stand.holds:  # a year ahead, so the year is said
        until = formats.date_format(stand.until.astimezone(zone), "j F Y")
    why = ", ".join(str(STAFF[reason]) for reason in stand.reasons)
    return State(STAFF_KINDS[kind], mark, capfirst(why), until)


@dataclass(frozen=True, slots=True)
class SignedRow:
    """One signature. `gone`: when it was taken back, by whom, and why."""

    given: ConsentGiven
    kind: Words
    when: str
    version: str
    how: str
    choices: list[tuple[str, bool]]
    gone: str
    why: str
    is_newest: bool


@dataclass(frozen=True, slots=True)
class ConsentsPage:
    """All that a client ever signed, the newest first. `link` is for their own practitioner."""

    booking: Booking
    is_own: bool
    name: str
    states: list[State]
    rows: list[SignedRow]
    link: str
    visit: VisitConsents


def consents_page(
    booking: Booking, client: Client, *, now: datetime, is_own: bool = True
) -> ConsentsPage:
    """Return the page; it opens the reasons of what was taken back."""
    zone = booking.room.location.zone
    visit = visit_consents(booking, now=now)
    if visit is None:
        raise ValueError("A booking without a client has no consents.")
    seen: set[str] = set()
    rows = []
    for given in consents.signed(client):
        kind = given.document.kind
        rows.append(_row(given, zone, is_newest=kind not in seen))
        seen.add(kind)
    return ConsentsPage(
        booking=booking,
        is_own=is_own,
        name=client.name,
        states=visit.states,
        rows=rows,
        link=consent_url(client) if is_own else "",
        visit=visit,
    )


def _row(given: ConsentGiven, zone: ZoneInfo, *, is_newest: bool) -> SignedRow:
    document, kind = given.document, Kind(given.document.kind)
    gone = next(iter(given.withdrawals.all()), None)
    how = _("%(how)s, %(where)s") % {
        "how": given.get_method_display(),
        "where": given.get_place_display(),
    }
    if given.witness:
        how = _("%(how)s, witness %(who)s") % {"how": how, "who": given.witness.name}
    return SignedRow(
        given=given,
        kind=STAFF_KINDS[kind],
        when=moment(given.at, zone),
        version=_("version %(number)s, %(hash)s")
        % {"number": document.number, "hash": given.digest[:12]},
        how=how,
        choices=_choices(given) if kind is Kind.PHOTO else [],
        gone=_gone(gone, zone) if gone else "",
        why=gone.reason if gone else "",
        is_newest=is_newest and gone is None,
    )


def _choices(given: ConsentGiven) -> list[tuple[str, bool]]:
    return [
        (item.heading, given.choices.get(item.code) is True) for item in given.document.text.items
    ]


def _gone(gone: ConsentWithdrawn, zone: ZoneInfo) -> str:
    who: str | Promise = gone.user.name if gone.user else _("the client")
    return _("Taken back %(when)s by %(who)s") % {"when": moment(gone.at, zone), "who": who}
