"""Writes about people: who a booking is for, and what they said about being written to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from clients.contact import Contact, email_key, name_key
from clients.models import Channel, Client, ContactConsent, DuplicateProposal, Purpose
from clients.wording import known_language
from clinic.models.adding import add, add_all, made
from clinic.prepared import Prepared

CONSENT_WORDING = "care-1"
MOST_PROPOSALS = 5

# Each half by its own index, even where the statement was planned while the table was small.
_SHARING = Prepared("""
SELECT id FROM (
    SELECT id, name_key FROM clients_client WHERE email = %(email)s AND email <> ''
     UNION ALL
    SELECT id, name_key FROM clients_client
     WHERE phone = %(phone)s AND phone <> '' AND (email = '' OR email <> %(email)s)
) AS sharing
 ORDER BY name_key <> %(key)s, id
 LIMIT 50
""")


@dataclass(frozen=True, slots=True)
class Resolved:
    """The client a contact stands for; `known` when we have met them before."""

    client: Client
    known: bool


def resolve(contact: Contact, *, now: datetime, source: str, asked: bool = True) -> Resolved:
    """Return the client with exactly this name, e-mail and phone, or make a provisional one.

    A contact address is not an identity: whoever shares only part of it is proposed to the desk as
    a possible duplicate, and nothing of an existing client is edited. asked: whether the contact
    says what they think of being written to; where nobody asked, neither a yes nor a no is kept.
    Runs in the caller's transaction.
    """
    key, email, phone = name_key(contact.name), email_key(contact.email), contact.phone
    similar = _sharing(key, email, phone)
    # Whose record was merged into another is found under what they wrote then, too.
    for each in sorted(similar, key=lambda one: one.status == Client.Status.MERGED):
        if each.status == Client.Status.ERASED:
            continue
        if (each.name_key, each.email, each.phone) == (key, email, phone):
            known = each.survivor
            if asked:
                _add_first_consents(known, contact, now=now, source=source)
            return Resolved(known, known=True)
    newcomer = add(
        made(
            Client,
            name=contact.name,
            name_key=key,
            email=email,
            phone=phone,
            language=known_language(contact.language),
            time_zone=contact.time_zone,
            created_at=now,
        )
    )
    if asked:
        add_all(_consents(newcomer, contact, now=now, source=source))
    similar = [each for each in similar if each.status not in Client.GONE]
    if similar:
        _propose(newcomer, similar, now=now)
    return Resolved(newcomer, known=False)


def _sharing(key: str, email: str, phone: str) -> list[Client]:
    """Return the clients with the same e-mail or phone: those of the same name first, so that they
    are found on an address that many share; then the oldest (at most 50)."""
    ids = [pk for (pk,) in _SHARING.rows({"key": key, "email": email, "phone": phone})]
    # Most who book are new, so that there is nobody to load.
    found = Client.objects.in_bulk(ids) if ids else {}
    return [found[pk] for pk in ids]


def _consents(
    client: Client, contact: Contact, *, now: datetime, source: str
) -> list[ContactConsent]:
    said = {Channel.EMAIL: contact.by_email, Channel.SMS: contact.by_sms}
    return [
        made(
            ContactConsent,
            client=client,
            channel=channel,
            purpose=Purpose.CARE,
            granted=granted,
            at=now,
            source=source,
            wording=CONSENT_WORDING,
        )
        for channel, granted in said.items()
    ]


def _add_first_consents(client: Client, contact: Contact, *, now: datetime, source: str) -> None:
    """Keep what was said at the form for channels never spoken of before.

    Anybody may type a known client's name, e-mail and phone: that must not undo their "stop".
    """
    spoken = set(
        ContactConsent.objects.filter(client=client, purpose=Purpose.CARE).values_list(
            "channel", flat=True
        )
    )
    ContactConsent.objects.bulk_create(
        consent
        for consent in _consents(client, contact, now=now, source=source)
        if consent.channel not in spoken
    )


def _propose(newcomer: Client, similar: list[Client], *, now: datetime) -> None:
    proposals = []
    for known in similar:
        shared = [
            word
            for word, same in (
                ("name", known.name_key == newcomer.name_key),
                ("email", bool(newcomer.email) and known.email == newcomer.email),
                ("phone", bool(newcomer.phone) and known.phone == newcomer.phone),
            )
            if same
        ]
        if len(shared) >= 2:
            proposals.append(
                DuplicateProposal(
                    newcomer=newcomer, known=known, matched_on="+".join(shared), created_at=now
                )
            )
    DuplicateProposal.objects.bulk_create(proposals[:MOST_PROPOSALS])
