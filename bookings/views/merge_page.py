"""Two records side by side before they are merged: what differs, and what each one holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.actions import doubting
from bookings.actions.merging import FIELDS
from bookings.actions.relations import moving
from bookings.views import client_page
from clients.contact import phone_words
from clients.models import Client

LABELS: Mapping[str, str | Promise] = {
    "name": gettext_lazy("Name"),
    "email": gettext_lazy("E-mail"),
    "phone": gettext_lazy("Phone"),
    "language": gettext_lazy("Language"),
    "time_zone": gettext_lazy("Time zone"),
}
HELD: Mapping[str, str | Promise] = {
    "bookings.Booking.client": gettext_lazy("Bookings"),
    "bookings.Review.client": gettext_lazy("Decisions on safety answers"),
    "bookings.CancelReason.client": gettext_lazy("Reasons given for cancelling"),
    "clients.ClientNote.client": gettext_lazy("Notes"),
    "clients.ConsentGiven.client": gettext_lazy("Consents signed"),
    "clients.ConsentStillYes.client": gettext_lazy("Consents confirmed"),
    "clients.ConsentWithdrawn.client": gettext_lazy("Consents taken back"),
    "clients.ContactConsent.client": gettext_lazy("Consents to messages"),
    "clients.Document.client": gettext_lazy("Documents"),
    "clients.Photo.client": gettext_lazy("Photos"),
    "clients.IntakeRequest.client": gettext_lazy("Health forms asked for"),
    "clients.IntakeDraft.client": gettext_lazy("Health forms begun"),
    "clients.IntakeSubmission.client": gettext_lazy("Health forms sent"),
    "clients.Message.client": gettext_lazy("Messages"),
    "clients.Screening.client": gettext_lazy("Sets of safety answers"),
    "clients.Withholding.client": gettext_lazy("Staff the record is kept from"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A field of the contact in both records. `same`: there is nothing to choose."""

    name: str
    label: str | Promise
    values: tuple[str, str]
    same: bool
    chosen: str


@dataclass(frozen=True, slots=True)
class Holding:
    """How much of something hangs on each record."""

    label: str | Promise
    counts: tuple[int, int]


@dataclass(frozen=True, slots=True)
class MergePage:
    """Everything the preview shows. `keep` is the uid of the record that survives."""

    clients: tuple[Client, Client]
    made: tuple[str, str]
    keep: str
    choices: list[Choice]
    holdings: list[Holding]
    reasons: str


def merge_page(
    one: Client, other: Client, *, zone: ZoneInfo, typed: Mapping[str, str]
) -> MergePage:
    """Return the preview; `typed` is what was chosen before. The older record is the one proposed
    to survive, with what only the other knows."""
    first, second = sorted((one, other), key=lambda each: (each.created_at, each.pk))
    keep = typed.get("keep") or str(first.uid)
    return MergePage(
        clients=(first, second),
        made=(
            client_page.day_of(first.created_at, zone),
            client_page.day_of(second.created_at, zone),
        ),
        keep=keep,
        choices=[_choice(name, first, second, typed) for name in FIELDS],
        holdings=_holdings(first, second),
        reasons=client_page.why("+".join(doubting.reasons(first, second))),
    )


def _choice(name: str, first: Client, second: Client, typed: Mapping[str, str]) -> Choice:
    own = (getattr(first, name), getattr(second, name))
    chosen = typed.get(name) or str(first.uid)
    if name not in typed and not own[0] and own[1]:
        chosen = str(second.uid)
    shown = tuple(_shown(name, value) for value in own)
    return Choice(name, LABELS[name], (shown[0], shown[1]), own[0] == own[1], chosen)


def _shown(name: str, value: str) -> str:
    if name == "time_zone":
        return value.replace("_", " ") or _("the clinic's")
    if not value:
        return _("none")
    if name == "language":
        return dict(settings.LANGUAGES).get(value, value)
    return phone_words(value) if name == "phone" else value


def _holdings(first: Client, second: Client) -> list[Holding]:
    found = []
    for relation in moving():
        counts = (relation.of(first).count(), relation.of(second).count())
        if any(counts):
            label = HELD.get(relation.name) or relation.model._meta.verbose_name_plural
            found.append(Holding(str(label).capitalize(), counts))
    return found
