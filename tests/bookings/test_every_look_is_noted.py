"""Whatever page shows a member of staff what is sealed of a client: that they were shown it is noted.

A text is planted in every sealed field that can hold one, and looked for in every page there is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest
from django.apps import apps

from bookings.actions import erasing
from bookings.models import CancelReason
from clients.actions import consenting
from clients.actions.hearing import hear
from clients.actions.notes import write_note
from clients.actions.opening import open_record
from clients.models import (
    Client,
    ClientKey,
    Erasure,
    RecordOpening,
    TextMessage,
)
from clients.sealing import SealedField
from clinic.audit import CLIENT
from clinic.models import AccessEntry
from tests.access_matrix import cells
from tests.access_walk import REASON, Walk, routes
from tests.factories import media

pytestmark = pytest.mark.django_db

MARK = "Zinnia"
STAFF = ("desk", "practitioner", "colleague", "owner")
# Sealed, and without words of anybody's own: codes, numbers, a drawing, or what is only kept.
NO_WORDS = {
    "clients.Screening.answers",
    "clients.Screening.results",
    "clients.ConsentGiven.signature",
    "clients.ConsentGiven.circumstances",
    "clients.IntakeDraft.content",
    "clients.Document.original_name",
    # How somebody is called and reached: the desk's to read, as the contact itself is.
    "clients.ContactProposal.said",
}
# Of sessions and plans nothing is shown by the walk; their own tests look at who notes what.
TREATED = "treatments."


CELLS = cells()
# What everybody with the link is shown is nobody's look.
ROUTES = [route for route in routes() if CELLS[route, "GET", "nobody"] != "200"]


@dataclass(frozen=True)
class Look:
    """A page that showed something sealed: who saw what of whom, and of whom it was noted."""

    who: str
    route: str
    client: Client
    texts: tuple[str, ...]
    noted: frozenset[str]


def sealed_fields() -> dict[str, tuple[Any, str]]:
    return {
        f"{model._meta.label}.{field.name}": (model, field.name)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, SealedField)
    }


def leaves(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for each in value.values() for text in leaves(each)]
    if isinstance(value, list):
        return [text for each in value for text in leaves(each)]
    return [value] if isinstance(value, str) else []


def planted() -> dict[str, set[tuple[Client, str]]]:
    """Return, for each sealed field, the marked texts of clients it holds."""
    return {
        name: {
            (row.conversation.client if model is TextMessage else row.client, text)
            for row in model._default_manager.select_related(
                "conversation__client__key" if model is TextMessage else "client__key"
            )
            for text in leaves(getattr(row, field))
            if MARK in text
        }
        for name, (model, field) in sealed_fields().items()
    }


def plant(walk: Walk) -> None:
    """Put a text into each sealed field that takes one, of clients whom the walk comes past."""
    now, client, maren = datetime.now(UTC), walk.reviewed.client, walk.people["practitioner"]
    assert client is not None
    ClientKey.objects.of(client, now=now)
    write_note(now=now, author=maren, client=client, text=f"{MARK} in a note.")
    media.document(client=client, title=f"{MARK} on a paper", data=media.PDF + b"\n")
    CancelReason.objects.create(
        booking=walk.reviewed, client=client, text=f"{MARK} on a cancelling.", at=now
    )
    consenting.withdraw(
        now=now, actor=CLIENT, consent=walk.consent, reason=f"{MARK} takes it back."
    )
    owner = walk.people["owner"]
    erasing.hold(now=now, user=owner, client=client, reason=f"{MARK} complains.")
    Erasure.objects.create(
        client=client, ground="ORDERED", words=f"{MARK} is to go.", proposed_by=owner,
        proposed_at=now,
    )  # fmt: skip
    Client.objects.filter(pk=client.pk).update(phone=walk.talk.phone)
    hear(
        now=now, phone=walk.talk.phone, text=f"{MARK} by text.", provider="twilio",
        provider_id="SM2",
    )  # fmt: skip
    other = walk.people["colleague"]
    open_record(now=now, user=other, client=client, reason=f"{MARK} rang a colleague.")
    RecordOpening.objects.update(until=now.replace(microsecond=0, year=now.year + 1))


def looks(walk: Walk) -> list[Look]:
    texts = {pair for found in planted().values() for pair in found}
    seen = []
    for who in STAFF:
        for route in ROUTES:
            if CELLS[route, "GET", who] != "200":
                continue
            before = AccessEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
            body = unescape(walk.look(who, route)[1])
            entries = AccessEntry.objects.filter(pk__gt=before, actor=walk.people[who])
            noted = frozenset(entries.values_list("whose", flat=True))
            for client in {client for client, _text in texts}:
                shown = tuple(t for whose, t in texts if whose == client and t in body)
                if shown:
                    seen.append(Look(who, route, client, shown, noted))
    return seen


def unnoted(found: list[Look]) -> list[str]:
    return [
        f"{look.route} showed {look.who} {look.texts}"
        for look in found
        if f"client:{look.client.uid}" not in look.noted
    ]


def test_whoever_is_shown_something_sealed_is_written_down(settings: Any, tmp_path: Any) -> None:
    settings.MAILBOX, settings.MAILBOX_DIR = True, tmp_path / "mailbox"
    walk = Walk()
    plant(walk)
    without = {name for name, found in planted().items() if not found}
    forgotten = {name for name in without - NO_WORDS if not name.startswith(TREATED)}
    assert not forgotten, "plant a text there, or say why it holds none"
    found = looks(walk)
    assert unnoted(found) == []
    # What clients write back is the desk's to answer (docs/decisions/0018).
    health = [look for look in found if look.route != "/desk/inbox/<uuid:uid>/"]
    assert not [look for look in health if look.who == "desk"], "the desk was shown health text"
    # The canary: what was shown is found where it is known to stand, and would be told.
    blind = [Look(look.who, look.route, look.client, look.texts, frozenset()) for look in found]
    told = " ".join(unnoted(blind))
    for route in (
        "/practice/clients/<uuid:uid>/",
        "/practice/clients/<uuid:uid>/answers/",
        "/practice/visit/<uuid:uid>/",
        "/practice/requests/",
        "/desk/inbox/<uuid:uid>/",
        "/settings/openings/",
        "/settings/keeping/<uuid:uid>/",
    ):
        assert f"{route} showed" in told
    assert REASON in told
