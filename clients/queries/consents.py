"""Reads about consents: what a client should sign, and whether what they signed holds."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, QuerySet
from django.db.models.functions import JSONObject

from clients.consent_rules import (
    EVENTS_OF,
    NEEDED,
    Event,
    Given,
    Kind,
    Layer,
    Reason,
    Standing,
    Version,
    judge,
)
from clients.models import Client, ConsentDocument, ConsentEvent, ConsentGiven

FALLBACK_LANGUAGE = "en-ca"


@dataclass(frozen=True, slots=True)
class ToSign:
    """A document a client should sign, and why. `needed`: the treatment waits for it."""

    kind: Kind
    document: ConsentDocument
    reasons: tuple[Reason, ...]

    @property
    def needed(self) -> bool:
        return self.kind in NEEDED


def current_document(kind: Kind, language: str, at: datetime) -> ConsentDocument | None:
    """Return the newest version of a kind in a language, or else in the clinic's own (one query)."""
    return _current(language, at, [kind]).get(kind)


def current_documents(language: str, at: datetime) -> dict[Kind, ConsentDocument]:
    """Return the newest version of every kind (one query)."""
    return _current(language, at, list(Kind))


def _current(language: str, at: datetime, kinds: Collection[Kind]) -> dict[Kind, ConsentDocument]:
    rows = (
        ConsentDocument.objects.filter(
            kind__in=kinds, language__in={language, FALLBACK_LANGUAGE}, published_at__lte=at
        )
        .order_by("kind", "language", "-number")
        .distinct("kind", "language")
    )
    found: dict[Kind, ConsentDocument] = {}
    for row in rows:
        kind = Kind(row.kind)
        if kind not in found or row.language == language:
            found[kind] = row
    return {kind: found[kind] for kind in Kind if kind in found}


def signed(client: Client) -> list[ConsentGiven]:
    """Return all that a client ever signed, the newest first, with what became of it (two queries)."""
    return list(_signed().filter(client=client).order_by("-at", "-pk"))


def signed_by_uid(client: Client, uid: UUID) -> ConsentGiven | None:
    """Return one of a client's own signatures."""
    return _signed().filter(client=client, uid=uid).first()


def _signed() -> QuerySet[ConsentGiven]:
    rows = ConsentGiven.objects.select_related("document", "client__key", "witness")
    return rows.prefetch_related("withdrawals__user", "withdrawals__client__key")


def standings(
    clients: Collection[int],
    at: datetime,
    *,
    events: Mapping[int, Iterable[Event]] | None = None,
    kinds: Collection[Kind] = tuple(Kind),
) -> dict[int, dict[Kind, Standing]]:
    """Return how it stands with clients' consents at a moment, by primary key (one query).

    What has come up for a client since, such as a new plan, is known (`ConsentEvent`). events: what
    has come up besides.
    """
    rows = (
        ConsentGiven.objects.filter(client__in=clients, document__kind__in=kinds)
        .annotate(withdrawn_at=F("withdrawals__at"), came_up=_CAME_UP, versions=_VERSIONS)
        .order_by("client", "document__kind", "-at", "-pk")
        .values_list(
            "client",
            "document__kind",
            "document__language",
            "document__number",
            "document__months",
            "at",
            "withdrawn_at",
            "choices",
            "came_up",
            "versions",
        )
    )
    given: dict[tuple[int, Kind], list[tuple[str, Given]]] = {}
    came: dict[int, list[Event]] = {}
    versions: dict[tuple[Kind, str], list[Version]] = {}
    for pk, code, language, number, months, signed_at, ended_at, choices, came_up, texts in rows:
        yes = frozenset(item for item, said in choices.items() if said is True)
        one = Given(number, signed_at, months, ended_at, yes)
        given.setdefault((pk, Kind(code)), []).append((language, one))
        came[pk] = [_event(each) for each in came_up]
        if (Kind(code), language) not in versions:
            versions[Kind(code), language] = [_version(each) for each in texts]
    told = events or {}
    found: dict[int, dict[Kind, Standing]] = {}
    for pk in clients:
        found[pk] = {}
        for kind in kinds:
            of_kind = given.get((pk, kind), [])
            newest = next((each for each in of_kind if each[1].at <= at), None)
            found[pk][kind] = judge(
                [one for _language, one in of_kind],
                versions=versions.get((kind, newest[0]), []) if newest else [],
                at=at,
                events=[
                    one
                    for one in (*came.get(pk, ()), *told.get(pk, ()))
                    if one.reason in EVENTS_OF[kind]
                ],
            )
    return found


# What came up matters only to those who have signed something, so it is read with that.
_CAME_UP = ArraySubquery(
    ConsentEvent.objects.filter(client=OuterRef("client"))
    .order_by("at")
    .values(json=JSONObject(reason="reason", at="at"))
)
# A signature is judged by the published versions of its text, in its language.
_VERSIONS = ArraySubquery(
    ConsentDocument.objects.filter(
        kind=OuterRef("document__kind"), language=OuterRef("document__language")
    )
    .order_by("number")
    .values(json=JSONObject(number="number", at="published_at", asks_again="asks_again"))
)


def _event(row: Mapping[str, str]) -> Event:
    return Event(Reason(row["reason"]), datetime.fromisoformat(row["at"]))


def _version(row: Mapping[str, Any]) -> Version:
    return Version(row["number"], datetime.fromisoformat(row["at"]), row["asks_again"])


def _versions(kinds: Collection[Kind]) -> dict[tuple[Kind, str], list[Version]]:
    """Return the published versions by kind and language (one query)."""
    found: dict[tuple[Kind, str], list[Version]] = {}
    rows = ConsentDocument.objects.filter(kind__in=kinds).values_list(
        "kind", "language", "number", "published_at", "asks_again"
    )
    for kind, language, number, published_at, asks_again in rows:
        found.setdefault((Kind(kind), language), []).append(
            Version(number, published_at, asks_again)
        )
    return found


def standing(client: Client, kind: Kind, at: datetime, *, events: Iterable[Event] = ()) -> Standing:
    """Return how it stands with one kind of a client's consent at a moment (one query)."""
    return standings([client.pk], at, events={client.pk: list(events)}, kinds=[kind])[client.pk][
        kind
    ]


def photo_consent(client: Client, at: datetime) -> frozenset[Layer]:
    """Return what photos of a client may be used for at a moment; empty: none may be taken.

    Teaching and publication are uses of photos of the record, so they need that layer too.
    """
    said = standing(client, Kind.PHOTO, at).yes
    layers = frozenset(layer for layer in Layer if layer.value.lower() in said)
    return layers if Layer.RECORD in layers else frozenset()


def photos_withdrawn(client: Client, at: datetime) -> bool:
    """Whether a client has taken back their consent to photos, which then stay in the record alone."""
    return Reason.WITHDRAWN in standing(client, Kind.PHOTO, at).reasons


def to_sign(client: Client, at: datetime, *, events: Iterable[Event] = ()) -> list[ToSign]:
    """Return what a client should sign now, and why (two queries).

    Of photos a signature with no to all is an answer; it is not asked for again.
    """
    told = list(events)
    stand = standings([client.pk], at, events={client.pk: told})[client.pk]
    if all(one.holds for one in stand.values()):
        return []
    documents = current_documents(client.language, at)
    return [
        ToSign(kind, documents[kind], one.reasons)
        for kind, one in stand.items()
        if not one.holds and kind in documents and _is_asked(kind, one)
    ]


def _is_asked(kind: Kind, standing: Standing) -> bool:
    """Return whether to ask: who took back their photos is not asked for them again."""
    return kind in NEEDED or Reason.WITHDRAWN not in standing.reasons


def asked_again_by(document: ConsentDocument, at: datetime) -> int:
    """Return how many clients' signatures end when a next version that asks again is published:
    those of the kind and language that hold at the moment."""
    newest = (
        ConsentGiven.objects.filter(document__kind=document.kind)
        .exclude(client__status__in=Client.GONE)
        .order_by("client", "-at", "-pk")
        .distinct("client")
        .values("pk")
    )
    kind = Kind(document.kind)
    came_up = ConsentEvent.objects.filter(client=OuterRef("client"), at__gt=OuterRef("at"))
    rows = ConsentGiven.objects.filter(
        ~Exists(came_up),
        document__language=document.language,
        withdrawals__isnull=True,
        pk__in=newest,
    ).values_list("document__number", "document__months", "at")
    versions = _versions([kind]).get((kind, document.language), [])
    return sum(
        judge([Given(number, signed_at, months)], versions=versions, at=at).holds
        for number, months, signed_at in rows
    )
