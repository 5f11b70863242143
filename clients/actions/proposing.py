"""What a form says of how a client is called and reached is proposed, and never written by itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from clients.contact import LONGEST_EMAIL, LONGEST_NAME, clean_text, email_key, name_key
from clients.models import Client, ContactProposal

NAME, EMAIL, PHONE = "legal_name", "email", "phone"


def propose_contact(
    *, now: datetime, client: Client, answers: Mapping[str, Any], before: Mapping[str, Any]
) -> ContactProposal | None:
    """Propose what a form told of a client's contact, in the caller's transaction, which holds the
    client's row. What the form before it said already was decided about; None where nothing is new.
    """
    said = {code: answers[code] for code in (NAME, EMAIL, PHONE) if answers.get(code)}
    news = _differing(client, {c: text for c, text in said.items() if before.get(c) != text})
    if not news:
        return None
    waiting = ContactProposal.objects.filter(client=client, state=ContactProposal.State.OPEN)
    waiting.update(state=ContactProposal.State.REPLACED, ended_at=now)
    return ContactProposal.objects.create(client=client, said=news, made_at=now)


def _differing(client: Client, said: Mapping[str, str]) -> dict[str, str]:
    found = {}
    name = clean_text(said.get(NAME, ""))
    if name and len(name) <= LONGEST_NAME and name_key(name) != client.name_key:
        found["name"] = name
    email = email_key(said.get(EMAIL, ""))
    if email and len(email) <= LONGEST_EMAIL and email != client.email:
        found["email"] = email
    if said.get(PHONE) and said[PHONE] != client.phone:
        found["phone"] = said[PHONE]
    return found
