"""Records that may be of one person: found again and again, decided once by the desk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import combinations

from django.db import connection, transaction
from django.db.models import Q

from clients.likeness import alike
from clients.models import Client, DuplicateProposal
from clients.search import fold
from clinic import audit
from clinic.audit import Actor

# An address or a number of so many is a family's or a house's, and tells little by itself.
MOST_SHARING = 12
MOST_AT_ONCE = 500

# Who shares something, in groups: of two and more, and where it is no more than an address or a
# number, of few.
_GROUPS = """
SELECT array_agg(id ORDER BY id) FROM clients_client
 WHERE status NOT IN ('MERGED', 'ERASED') AND phone <> ''
 GROUP BY phone HAVING count(*) BETWEEN 2 AND %(most)s
UNION ALL
SELECT array_agg(id ORDER BY id) FROM clients_client
 WHERE status NOT IN ('MERGED', 'ERASED') AND email <> ''
 GROUP BY email HAVING count(*) BETWEEN 2 AND %(most)s
UNION ALL
SELECT (array_agg(id ORDER BY id))[1:%(most)s] FROM clients_client
 WHERE status NOT IN ('MERGED', 'ERASED') AND phone <> ''
 GROUP BY phone, name_key HAVING count(*) > 1
UNION ALL
SELECT (array_agg(id ORDER BY id))[1:%(most)s] FROM clients_client
 WHERE status NOT IN ('MERGED', 'ERASED') AND email <> ''
 GROUP BY email, name_key HAVING count(*) > 1
"""


def propose_duplicates(*, now: datetime, most: int = MOST_AT_ONCE) -> int:
    """Propose to the desk which records may be of one person, and nobody twice, whatever was
    decided; return how many proposals are new."""
    known = {frozenset(pair) for pair in DuplicateProposal.objects.values_list("newcomer", "known")}
    proposals: list[DuplicateProposal] = []
    for one, other, reasons in _pairs():
        pair = frozenset((one.pk, other.pk))
        if pair in known:
            continue
        known.add(pair)
        proposals.append(
            DuplicateProposal(
                newcomer=other, known=one, matched_on="+".join(reasons), created_at=now
            )
        )
        if len(proposals) == most:
            break
    # Somebody who books in this moment may propose the same.
    DuplicateProposal.objects.bulk_create(proposals, ignore_conflicts=True)
    return len(proposals)


def reasons(one: Client, other: Client) -> list[str]:
    """Return why two records may be of one person: two things they share; none otherwise."""
    found = []
    if one.name_key == other.name_key:
        found.append("name")
    elif alike(fold(one.name), fold(other.name)):
        found.append("likename")
    if one.email and one.email == other.email:
        found.append("email")
    if one.phone and one.phone == other.phone:
        found.append("phone")
    return found if len(found) > 1 else []


def tell_apart(*, now: datetime, actor: Actor, one: Client, other: Client) -> bool:
    """Two records are of different people: that is not proposed again. Return whether it had been
    proposed and undecided."""
    pair = Q(newcomer=one, known=other) | Q(newcomer=other, known=one)
    with transaction.atomic():
        decided = DuplicateProposal.objects.filter(pair, state=DuplicateProposal.State.OPEN).update(
            state=DuplicateProposal.State.DIFFERENT
        )
        if decided:
            audit.record(
                now=now,
                actor=actor,
                verb="client.told_apart",
                about=f"client:{one.uid}",
                after={"from": str(other.uid)},
            )
    return bool(decided)


def _pairs() -> Iterator[tuple[Client, Client, list[str]]]:
    """Yield pairs of clients with reasons, the older record first."""
    with connection.cursor() as cursor:
        cursor.execute(_GROUPS, {"most": MOST_SHARING})
        groups = [ids for (ids,) in cursor.fetchall()]
    for start in range(0, len(groups), 200):
        batch = groups[start : start + 200]
        found = Client.objects.in_bulk({pk for ids in batch for pk in ids})
        for ids in batch:
            for one, other in combinations([found[pk] for pk in ids if pk in found], 2):
                why = reasons(one, other)
                if why:
                    yield one, other, why
