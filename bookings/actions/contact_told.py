"""What a form told of a client's contact: a person takes it over, or leaves it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from bookings.actions.knowing import change_contact, locked_client
from bookings.errors import DecidedMeanwhile
from clients.models import Client, ContactProposal
from clinic import audit
from clinic.audit import Actor


def take_contact(*, now: datetime, actor: Actor, proposal: ContactProposal) -> Client:
    """Write down what was proposed as the client's contact; what the form did not change stays.

    Raises DecidedMeanwhile, or as `change_contact` does.
    """
    with transaction.atomic():
        client = locked_client(proposal.client)
        said = _end(proposal, ContactProposal.State.TAKEN, now=now, actor=actor).said
        return change_contact(
            now=now,
            actor=actor,
            client=client,
            name=said.get("name", client.name),
            email=said.get("email", client.email),
            phone=said.get("phone", client.phone),
        )


def leave_contact(*, now: datetime, actor: Actor, proposal: ContactProposal) -> None:
    """Leave the contact as it is. Raises DecidedMeanwhile, ClientGone or ClientBusy."""
    with transaction.atomic():
        locked_client(proposal.client)
        _end(proposal, ContactProposal.State.LEFT, now=now, actor=actor)


def _end(
    proposal: ContactProposal, state: ContactProposal.State, *, now: datetime, actor: Actor
) -> ContactProposal:
    rows = ContactProposal.objects.select_for_update(of=("self",)).select_related("client__key")
    row = rows.filter(
        pk=proposal.pk, client=proposal.client, state=ContactProposal.State.OPEN
    ).first()
    if row is None:
        raise DecidedMeanwhile
    row.state, row.ended_at, row.ended_by = state, now, actor.user
    row.save(update_fields=["state", "ended_at", "ended_by"])
    audit.record(
        now=now,
        actor=actor,
        verb=f"client.contact_{state.lower()}",
        about=f"client:{row.client.uid}",
        after={"told": sorted(row.said)},
    )
    return row
