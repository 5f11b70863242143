"""Two records of one person become one, and can be taken apart for 30 days (docs/decisions/0013).

What moved is written down row by row. Text keeps the key it was sealed under: the survivor's key
inherits the other, so nothing has to be sealed anew and what may never change doesn't.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bookings import locks, messages
from bookings.actions.knowing import contact_key
from bookings.actions.relations import Relation, moving
from bookings.constraints import is_lost_race
from bookings.errors import CannotUnmerge, ClientBusy, ClientErased, ClientGone, NotMergeable
from bookings.models import Booking, Merge
from clients import logins
from clients.actions.consenting import replace_link
from clients.actions.media import take_back_all
from clients.actions.relinking import renew_forms
from clients.models import Client, ClientKey, DuplicateProposal, IntakeRequest, Message
from clients.sealing import SealedField, reseal
from clinic import audit
from clinic.audit import Actor
from treatments import plan_states
from treatments.models import Plan

UNDO_WITHIN = timedelta(days=30)
FIELDS = ("name", "email", "phone", "language", "time_zone")
_KEPT = (*FIELDS, "name_key", "status")
_BATCH = 500


def merge(
    *,
    now: datetime,
    actor: Actor,
    survivor: Client,
    merged: Client,
    take: Iterable[str] = (),
) -> Merge:
    """Make two records of one person one: everything of `merged` becomes the survivor's, and the
    links of its bookings lead there. Links that show what a record holds end on both sides.
    `unmerge` takes it apart within 30 days.

    take: which of FIELDS the survivor gets from `merged`; the others stay as they are.

    Raises ClientGone where one of them was merged meanwhile, NotMergeable for one record twice, one
    whose health text was erased or two with running plans of one treatment, or ClientBusy. Nothing
    is changed then.
    """
    chosen = frozenset(take)
    if actor.user is None or not chosen <= set(FIELDS):
        raise ValueError("A member of staff merges, and chooses among the fields of a contact.")
    try:
        with transaction.atomic():
            survivor, merged = _locked(survivor, merged)
            if Client.Status.MERGED in (survivor.status, merged.status):
                raise ClientGone
            if Client.Status.ERASED in (survivor.status, merged.status):
                raise ClientErased
            _check_plans(survivor, merged)
            made = Merge(
                survivor=survivor,
                merged=merged,
                by=actor.user,
                at=now,
                until=now + UNDO_WITHIN,
                survivor_was=_columns(survivor),
                merged_was=_columns(merged),
            )
            _inherit(survivor, merged, now=now)
            # Who could open the one record by a link must not open by it what came from the other.
            renew_forms(survivor, merged)
            take_back_all(survivor, merged)
            replace_link(now=now, actor=actor, client=survivor)
            if "email" in chosen and survivor.email != merged.email:
                logins.tell_of_change(survivor, logins.MOVED)
            made.moved = _move(merged, survivor)
            _choose(survivor, merged, chosen)
            made.survivor_became = _columns(survivor)
            merged.status, merged.merged_into = Client.Status.MERGED, survivor
            merged.save(update_fields=["status", "merged_into"])
            made.save()
            _decide(survivor, merged, DuplicateProposal.State.MERGED)
            _write_down(made, "client.merged", now=now, actor=actor, chosen=sorted(chosen))
            return made
    except DatabaseError as error:
        if is_lost_race(error):
            raise ClientBusy from error
        raise


def unmerge(*, now: datetime, actor: Actor, merge: Merge) -> Merge:
    """Take a merge apart: exactly what moved goes back, with the messages of bookings among it.
    What came later stays with the survivor, and so does a contact that was changed since.

    Raises CannotUnmerge after 30 days, when it was taken apart already, or while the survivor is
    itself merged into another; or ClientBusy.
    """
    try:
        with transaction.atomic():
            survivor, merged = _locked(merge.survivor, merge.merged)
            current = Merge.objects.select_for_update(of=("self",)).get(pk=merge.pk)
            if current.undone_at is not None:
                raise CannotUnmerge(_("These records were taken apart already."))
            if now >= current.until:
                raise CannotUnmerge(_("The 30 days in which this could be taken apart are over."))
            if survivor.status == Client.Status.ERASED:
                raise CannotUnmerge(_("Both records were erased."))
            if survivor.status == Client.Status.MERGED:
                raise CannotUnmerge(
                    _("The record was merged into another since. Take that merge apart first.")
                )
            merged.merged_into = None
            _put_back(merged, current.merged_was)
            _restore(survivor, current.survivor_was, current.survivor_became)
            _move_back(current, survivor, merged, now=now)
            _decide(survivor, merged, DuplicateProposal.State.DIFFERENT)
            current.undone_at, current.undone_by = now, actor.user
            current.save(update_fields=["undone_at", "undone_by"])
            _write_down(current, "client.unmerged", now=now, actor=actor)
            return current
    except DatabaseError as error:
        if is_lost_race(error):
            raise ClientBusy from error
        raise


def bring_along() -> int:
    """Move to the survivors what was written for merged records after all, by somebody who had
    read them before the merge; return how many rows."""
    count = 0
    for relation in moving():
        late = relation.model._base_manager.filter(
            **{f"{relation.column}__merged_into__isnull": False}
        )
        for pk in late.order_by().values_list(relation.column, flat=True).distinct()[:_BATCH]:
            count += _bring(relation, Client.objects.get(pk=pk))
    return count


def forget_how(*, now: datetime) -> int:
    """Forget what moved in merges that can't be taken apart any more; return how many."""
    over = Merge.objects.filter(until__lte=now).exclude(moved={}, survivor_was={})
    return over.update(moved={}, survivor_was={}, survivor_became={}, merged_was={})


def _bring(relation: Relation, merged: Client) -> int:
    with transaction.atomic():
        survivor = merged.merged_into
        if survivor is None:
            return 0
        survivor, merged = _locked(survivor, merged)
        if merged.merged_into_id != survivor.pk:
            return 0
        made = Merge.objects.select_for_update().get(merged=merged, undone_at=None)
        if relation.model is IntakeRequest:
            renew_forms(merged)
        moved = _move(merged, survivor, only=[relation])
        for name, keys in moved.items():
            made.moved[name] = [*made.moved.get(name, []), *keys]
        made.save(update_fields=["moved"])
        return sum(map(len, moved.values()))


def _locked(one: Client, other: Client) -> tuple[Client, Client]:
    """Return two clients as they stand, locked with all their bookings: first the queue of whoever
    books with their contact, then bookings, then the clients themselves.

    Whoever adds a row of a client holds its record until they are done, so nothing is on its way
    once the clients' rows are ours. Raises NotMergeable for one client twice, ClientBusy.
    """
    if one.pk == other.pk:
        raise NotMergeable(_("This is one record, not two."))
    pair = [one.pk, other.pk]
    keys = {contact_key(each) for each in Client.objects.filter(pk__in=pair)}
    locks.take(people=keys)
    bookings = Booking.objects.select_for_update(of=("self",)).filter(client__in=pair)
    list(bookings.order_by("pk").values_list("pk", flat=True))
    rows = Client.objects.select_for_update(of=("self",)).filter(pk__in=pair).order_by("pk")
    found = {each.pk: each for each in rows}
    if {contact_key(each) for each in found.values()} != keys:
        raise ClientBusy
    return found[one.pk], found[other.pk]


def _check_plans(*clients: Client) -> None:
    """Raise NotMergeable where both have a running plan of one treatment: which of them is the
    person's is for a practitioner to say."""
    running = Plan.objects.filter(client__in=clients, state__in=plan_states.OPEN)
    each = list(running.values_list("treatment", flat=True))
    if len(each) > len(set(each)):
        raise NotMergeable(
            _(
                "Both records have a running plan for the same treatment. A practitioner stops or "
                "completes one of them first."
            )
        )


def _inherit(survivor: Client, merged: Client, *, now: datetime) -> None:
    keys = {key.client_id: key for key in _keys_of(survivor, merged)}
    if any(key.destroyed_at is not None for key in keys.values()):
        raise NotMergeable(_("The health record of one of them was erased, so they stay apart."))
    if merged.pk not in keys:
        return
    own = keys.get(survivor.pk) or ClientKey.objects.of(survivor, now=now)
    own.inherit(keys[merged.pk])


def _keys_of(*clients: Client) -> list[ClientKey]:
    rows = ClientKey.objects.select_for_update(of=("self",)).select_related("client")
    return list(rows.filter(client__in=clients).order_by("pk"))


def _move(
    merged: Client, survivor: Client, *, only: Sequence[Relation] | None = None
) -> dict[str, list[str]]:
    """Let the rows of a record be the survivor's; return which."""
    moved: dict[str, list[str]] = {}
    for relation in only or moving():
        keys = list(relation.movable(merged, survivor).order_by("pk").values_list("pk", flat=True))
        if keys:
            _give(relation, keys, merged, survivor)
            moved[relation.name] = [str(key) for key in keys]
    return moved


def _give(relation: Relation, keys: Sequence[Any], from_: Client, to: Client) -> None:
    with connection.cursor() as cursor:
        # Rows that never change let themselves be moved, in this transaction alone.
        cursor.execute("SET LOCAL jade.moving_client = 'on'")
        rows = relation.of(from_).filter(pk__in=keys)
        rows.update(**{relation.column: to})
        cursor.execute("SET LOCAL jade.moving_client = 'off'")


def _move_back(current: Merge, survivor: Client, merged: Client, *, now: datetime) -> None:
    former = ClientKey.objects.filter(client=survivor).select_related("client").first()
    own = ClientKey.objects.filter(client=merged).select_related("client").first()
    formerly = former.opening_keys() if former and former.destroyed_at is None else []
    for relation in moving():
        keys = [
            relation.model._meta.pk.to_python(key) for key in current.moved.get(relation.name, [])
        ]
        if not keys:
            continue
        _give(relation, keys, survivor, merged)
        if relation.model is IntakeRequest:
            # Meanwhile they were sent to the survivor's address.
            renew_forms(merged, only=keys)
        if formerly and _seals(relation):
            ClientKey.objects.of(merged, now=now)
            for row in relation.of(merged).filter(pk__in=keys):
                setattr(row, relation.column, merged)
                reseal(row, formerly=formerly)
    if former and own:
        former.give_back(own)
    bookings = current.moved.get("bookings.Booking.client", [])
    about = [messages.about(each) for each in Booking.objects.filter(pk__in=bookings)]
    Message.objects.filter(about__in=about, client=survivor).update(client=merged)


def _seals(relation: Relation) -> bool:
    return any(isinstance(each, SealedField) for each in relation.model._meta.concrete_fields)


def _choose(survivor: Client, merged: Client, chosen: frozenset[str]) -> None:
    for field in chosen:
        setattr(survivor, field, getattr(merged, field))
    if "name" in chosen:
        survivor.name_key = merged.name_key
    if merged.status == Client.Status.ACTIVE:
        survivor.status = Client.Status.ACTIVE
    survivor.save(update_fields=_KEPT)


def _put_back(client: Client, was: Mapping[str, str]) -> None:
    for column, value in was.items():
        setattr(client, column, value)
    client.save(update_fields=[*_KEPT, "merged_into"])


def _restore(survivor: Client, was: Mapping[str, str], became: Mapping[str, str]) -> None:
    """Give the survivor its contact back, but for what was changed after the merge."""
    changed = [
        column
        for column in was
        if was[column] != became[column] and getattr(survivor, column) == became[column]
    ]
    for column in changed:
        setattr(survivor, column, was[column])
    if changed:
        survivor.save(update_fields=changed)


def _columns(client: Client) -> dict[str, str]:
    return {column: str(getattr(client, column)) for column in _KEPT}


def _decide(one: Client, other: Client, state: str) -> None:
    pair = Q(newcomer=one, known=other) | Q(newcomer=other, known=one)
    DuplicateProposal.objects.filter(pair).update(state=state)


def _write_down(made: Merge, verb: str, *, now: datetime, actor: Actor, **also: object) -> None:
    """Write it into the log book, under both records."""
    told: dict[str, Any] = {
        "survivor": str(made.survivor.uid),
        "merged": str(made.merged.uid),
        "moved": {name: len(keys) for name, keys in made.moved.items()},
        **also,
    }
    for client in (made.survivor, made.merged):
        audit.record(now=now, actor=actor, verb=verb, about=f"client:{client.uid}", after=told)
