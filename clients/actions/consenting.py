"""Writes about consents: publishing a text, signing it, taking it back, saying yes again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from clients.consent_rules import Kind, Method, Place, Reason, Relation
from clients.consent_text import Text, write
from clients.errors import (
    AlreadyWithdrawn,
    ChoicesMissing,
    EditedMeanwhile,
    NothingChanged,
    NothingToConfirm,
    TextChanged,
    WithdrawalReasonMissing,
)
from clients.models import (
    Client,
    ClientKey,
    ConsentDocument,
    ConsentEvent,
    ConsentGiven,
    ConsentLink,
    ConsentStillYes,
    ConsentWithdrawn,
)
from clients.queries import consents
from clients.signature import Strokes
from clinic import audit
from clinic.audit import Actor
from clinic.models import User


@dataclass(frozen=True, slots=True)
class Signed:
    """What somebody signed, and how. `name` is the signer's own; `strokes` where it was drawn.
    `digest` is of the text that was on the page. `witness`: the member of staff at the tablet."""

    key: UUID
    digest: str
    choices: Mapping[str, bool]
    name: str
    time_zone: str
    strokes: Strokes = field(default_factory=list)
    relation: Relation = Relation.SELF
    interpreter: str = ""
    questions: str = ""
    address: str = ""
    device: str = ""
    about: str = ""
    witness: User | None = None

    @property
    def method(self) -> Method:
        return Method.DRAWN if self.strokes else Method.TYPED

    @property
    def place(self) -> Place:
        return Place.TABLET if self.witness else Place.LINK


def publish(
    text: Text, *, now: datetime, actor: Actor, source: str, asks_again: bool, after: int | None
) -> ConsentDocument:
    """Save `text` as the next version of its kind and language, and return it.

    source: where it comes from, in words. asks_again: it differs in substance, so that clients
    sign anew. after: the number of the version it was made from (None: there is none yet).

    Raises EditedMeanwhile when that is not the newest, NothingChanged when it says the same.
    """
    with transaction.atomic():
        lock()
        newest = (
            ConsentDocument.objects.filter(kind=text.kind, language=text.language)
            .order_by("-number")
            .first()
        )
        if (newest.number if newest else None) != after:
            raise EditedMeanwhile
        if newest is not None and newest.digest == text.digest:
            raise NothingChanged
        document = write(text)
        made = ConsentDocument.objects.create(
            kind=text.kind.value,
            language=text.language,
            number=(after or 0) + 1,
            title=text.title,
            intro=text.intro,
            items=document["items"],
            months=text.months,
            asks_again=asks_again,
            digest=text.digest,
            source=source,
            published_at=now,
        )
        audit.record(
            now=now,
            actor=actor,
            verb="consent_text.published",
            about=f"consent_text:{made.uid}",
            after={"kind": made.kind, "number": made.number, "digest": made.digest},
        )
    return made


def lock() -> None:
    """Keep others from publishing until the caller's transaction ends; reads go on."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE clients_consentdocument IN SHARE ROW EXCLUSIVE MODE")


def sign(*, now: datetime, actor: Actor, client: Client, kind: Kind, said: Signed) -> ConsentGiven:
    """Keep a signature under the newest text of a kind, sealed; a form sent twice is one.

    Raises TextChanged when the text on the page is no longer the newest, ChoicesMissing when an
    item was left open or, of a treatment's, not agreed to.
    """
    with transaction.atomic():
        # Those who sign for one client at once take turns.
        Client.objects.select_for_update(no_key=True).only("pk").get(pk=client.pk)
        known = ConsentGiven.objects.filter(client=client, key=said.key).first()
        if known is not None:
            return known
        document = consents.current_document(kind, client.language, now)
        if document is None or document.digest != said.digest:
            raise TextChanged
        missing = _missing(kind, document.text.codes, said.choices)
        if missing:
            raise ChoicesMissing(missing)
        ClientKey.objects.of(client, now=now)
        made = ConsentGiven.objects.create(
            key=said.key,
            client=client,
            document=document,
            digest=document.digest,
            choices={code: said.choices[code] for code in document.text.codes},
            method=said.method.value,
            relation=said.relation.value,
            place=said.place.value,
            witness=said.witness,
            about=said.about,
            signature={"name": said.name, "strokes": said.strokes},
            circumstances={
                "interpreter": said.interpreter,
                "questions": said.questions,
                "address": said.address,
                "device": said.device,
            },
            time_zone=said.time_zone,
            at=now,
        )
        audit.record(
            now=now,
            actor=actor,
            verb="consent.given",
            about=f"consent:{made.uid}",
            after={
                "client": str(client.uid),
                "kind": document.kind,
                "number": document.number,
                "digest": made.digest,
                "method": made.method,
                "place": made.place,
            },
        )
    return made


def _missing(kind: Kind, codes: Sequence[str], choices: Mapping[str, bool]) -> list[str]:
    """Return the items that are open. A treatment's are agreed to one by one; of photos a no is an
    answer."""
    if kind is Kind.TREATMENT:
        return [code for code in codes if choices.get(code) is not True]
    return [code for code in codes if code not in choices]


def withdraw(
    *, now: datetime, actor: Actor, consent: ConsentGiven, reason: str = ""
) -> ConsentWithdrawn:
    """A client takes a consent back, from now on; what was signed stays as it is.

    reason: their own words, if they gave any; staff who note it for them must say how they know.

    Raises AlreadyWithdrawn, WithdrawalReasonMissing.
    """
    if actor.user is not None and not reason.strip():
        raise WithdrawalReasonMissing
    client = consent.client
    with transaction.atomic():
        Client.objects.select_for_update(no_key=True).only("pk").get(pk=client.pk)
        if ConsentWithdrawn.objects.filter(consent=consent).exists():
            raise AlreadyWithdrawn
        made = ConsentWithdrawn.objects.create(
            client=client, consent=consent, user=actor.user, reason=reason.strip(), at=now
        )
        audit.record(
            now=now,
            actor=actor,
            verb="consent.withdrawn",
            about=f"consent:{consent.uid}",
            after={"client": str(client.uid), "kind": consent.document.kind},
        )
    return made


def still_yes(*, now: datetime, actor: Actor, client: Client, about: str) -> ConsentStillYes:
    """At a visit the client says yes again to the treatment; once a visit.

    about: the visit as text, such as `booking:<uid>`. Raises NothingToConfirm unless they have
    signed and it still holds.
    """
    if actor.user is None:
        raise NothingToConfirm
    with transaction.atomic():
        Client.objects.select_for_update(no_key=True).only("pk").get(pk=client.pk)
        known = ConsentStillYes.objects.filter(about=about).first()
        if known is not None:
            return known
        if not consents.standing(client, Kind.TREATMENT, now).holds:
            raise NothingToConfirm
        newest = ConsentGiven.objects.filter(
            client=client, document__kind=Kind.TREATMENT.value, at__lte=now
        ).order_by("-at", "-pk")[0]
        made = ConsentStillYes.objects.create(
            client=client, consent=newest, about=about, user=actor.user, at=now
        )
        audit.record(
            now=now,
            actor=actor,
            verb="consent.still_yes",
            about=about,
            after={"consent": str(newest.uid)},
        )
    return made


def ask_again(*, now: datetime, client: Client, reason: Reason, about: str) -> None:
    """Something has come up that no consent signed before spoke of; once for each `about`.

    Part of the caller's transaction, which writes down what it was.
    """
    ConsentEvent.objects.get_or_create(
        about=about, reason=reason.value, defaults={"client": client, "at": now}
    )


def replace_link(*, now: datetime, actor: Actor, client: Client) -> None:
    """End a client's consent link, which may have come into other hands; a new one opens."""
    with transaction.atomic():
        link, _made = ConsentLink.objects.select_for_update().get_or_create(client=client)
        link.version += 1
        link.save(update_fields=["version"])
        audit.record(
            now=now, actor=actor, verb="consent.link_replaced", about=f"client:{client.uid}"
        )
