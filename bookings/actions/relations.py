"""What becomes of everything that points to a client when two records are merged.

One line for each relation. A test walks the models and fails for one that nobody decided about.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import (
    Exists,
    Field,
    ForeignKey,
    Model,
    OuterRef,
    Q,
    QuerySet,
    UniqueConstraint,
)

from clients.models import Client


class How(StrEnum):
    """MOVES: the row becomes the survivor's, and comes back when the merge is taken apart. Where
    the survivor has one already and may have one only, it stays. STAYS: it is about the record and
    not about the person."""

    MOVES = "MOVES"
    STAYS = "STAYS"


RELATIONS = {
    "bookings.Booking.client": How.MOVES,
    "bookings.CancelReason.client": How.MOVES,
    "bookings.CheckIn.client": How.MOVES,
    "bookings.ImportRow.client": How.STAYS,
    "bookings.ImportedKey.client": How.STAYS,
    "bookings.Merge.merged": How.STAYS,
    "bookings.Merge.survivor": How.STAYS,
    "bookings.Review.client": How.MOVES,
    "bookings.StaffTask.client": How.MOVES,
    "clients.Client.merged_into": How.STAYS,
    "clients.ClientKey.client": How.STAYS,  # the survivor's key inherits it
    "clients.ClientNote.client": How.MOVES,
    # Who may see one record must not see another by being taken for its owner; the desk allows it.
    "clients.ClientLogin.client": How.STAYS,
    "clients.ConsentEvent.client": How.MOVES,
    "clients.ConsentGiven.client": How.MOVES,
    "clients.ConsentLink.client": How.STAYS,
    "clients.ConsentStillYes.client": How.MOVES,
    "clients.ConsentWithdrawn.client": How.MOVES,
    "clients.ContactConsent.client": How.MOVES,
    "clients.ContactFailure.client": How.MOVES,
    "clients.Conversation.client": How.MOVES,
    "clients.ContactProposal.client": How.MOVES,
    "clients.DataRequest.client": How.MOVES,
    "clients.Document.client": How.MOVES,
    "clients.DuplicateProposal.known": How.STAYS,
    "clients.DuplicateProposal.newcomer": How.STAYS,
    "clients.Erasure.client": How.STAYS,
    "clients.IntakeDraft.client": How.MOVES,
    "clients.IntakeRequest.client": How.MOVES,
    "clients.IntakeSubmission.client": How.MOVES,
    "clients.LegalHold.client": How.MOVES,
    "clients.Message.client": How.MOVES,
    "clients.Photo.client": How.MOVES,
    # Opened with a reason for this record, not for what another one holds.
    "clients.RecordOpening.client": How.STAYS,
    "clients.Screening.client": How.MOVES,
    "clients.Withholding.client": How.MOVES,
    "treatments.AdverseEvent.client": How.MOVES,
    "treatments.EventNote.client": How.MOVES,
    # Two running plans of one treatment are for a practitioner to decide about first (merging).
    "treatments.Plan.client": How.MOVES,
    "treatments.PlanEvent.client": How.MOVES,
    "treatments.SessionAction.client": How.MOVES,
    "treatments.SessionRecord.client": How.MOVES,
    "treatments.SessionVersion.client": How.MOVES,
}


class Undecided(Exception):
    """A relation to clients of which RELATIONS doesn't say what becomes of it."""


@dataclass(frozen=True, slots=True)
class Relation:
    """A column that points to clients; `name` is its line in RELATIONS."""

    name: str
    model: type[Model]
    column: str

    def of(self, *clients: Client) -> QuerySet[Any]:
        """Return the rows that point to one of some clients."""
        return self.model._base_manager.filter(**{f"{self.column}__in": clients})

    def movable(self, merged: Client, survivor: Client) -> QuerySet[Any]:
        """Return the rows of a record that can become the survivor's: all but those of which the
        survivor has one already and may have only one."""
        rows = self.of(merged)
        for fields, condition in self._once():
            there = self.of(survivor).filter(**{name: OuterRef(name) for name in fields})
            rows = rows.exclude(condition & Q(Exists(there.filter(condition))))
        return rows

    def _once(self) -> Iterator[tuple[list[str], Q]]:
        """Yield what a client may have only once: the other columns, and for which rows."""
        if getattr(self.model._meta.get_field(self.column), "unique", False):
            yield [], Q()
        for names in self.model._meta.unique_together:
            if self.column in names:
                yield [name for name in names if name != self.column], Q()
        for rule in self.model._meta.constraints:
            if isinstance(rule, UniqueConstraint) and self.column in rule.fields:
                others = [name for name in rule.fields if name != self.column]
                yield others, rule.condition or Q()


def relations() -> list[Relation]:
    """Return every column of any model that points to clients."""
    return [
        Relation(f"{model._meta.label}.{field.name}", model, field.name)
        for model, field in sorted(_pointing(), key=lambda one: str(one[1]))
    ]


def _pointing() -> Iterator[tuple[type[Model], Field[Any, Any]]]:
    for relation in Client._meta.get_fields(include_hidden=True):
        field = getattr(relation, "field", None)
        if relation.auto_created and isinstance(field, ForeignKey):
            yield field.model, field


def moving() -> list[Relation]:
    """Return the relations whose rows move. Raises Undecided, so that nothing is left behind."""
    found = relations()
    unknown = [each.name for each in found if each.name not in RELATIONS]
    if unknown:
        raise Undecided(", ".join(unknown))
    return [each for each in found if RELATIONS[each.name] is How.MOVES]
