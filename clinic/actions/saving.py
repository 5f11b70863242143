"""Saving a setting: one row, its audit entry, and the database's no in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from clinic import audit
from clinic.audit import Actor
from clinic.errors import CONSTRAINTS, Constraints, NotStored, refusal_of

Row = TypeVar("Row", bound=models.Model)


def plain(value: object) -> object:
    """Return a value as the log book keeps it: text, number, truth, or the key of a row."""
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    return value


def changed(row: models.Model, values: Mapping[str, object]) -> list[str]:
    """Return the names of the values that differ from what the row holds."""
    if row._state.adding:
        return list(values)
    return [name for name, value in values.items() if getattr(row, name) != value]


def save(
    row: Row,
    values: Mapping[str, object],
    *,
    now: datetime,
    actor: Actor,
    verb: str,
    about: str,
    known: Constraints = CONSTRAINTS,
    unsaid: frozenset[str] = frozenset(),
) -> Row:
    """Give a row these values, save it and write down what changed; return it as it stands now.

    A row that is there already is read anew and locked, so that two owners who save at once leave
    a true log. Without a difference nothing is written. known: the constraints that become
    refusals. unsaid: fields whose values stay out of the log book. `about` may hold "%s" for the
    key of a new row.

    Raises clinic.errors.NotStored.
    """
    try:
        with transaction.atomic():
            found = None if row._state.adding else _locked(row)
            current = row if found is None else found
            fields = changed(current, values)
            if not fields:
                return current
            before = {} if found is None else {name: getattr(current, name) for name in fields}
            for name in fields:
                setattr(current, name, values[name])
            _check(current, fields)
            current.save()
            audit.record(
                now=now,
                actor=actor,
                verb=verb,
                about=about % current.pk if "%s" in about else about,
                before=_said(before, unsaid),
                after=_said({name: values[name] for name in fields}, unsaid),
            )
            return current
    except IntegrityError as error:
        refusal = refusal_of(error, known)
        if refusal is None:
            raise
        raise refusal from error


def _locked(row: Row) -> Row | None:
    return type(row)._default_manager.select_for_update(of=("self",)).filter(pk=row.pk).first()


def _check(row: models.Model, fields: list[str]) -> None:
    """Raise NotStored for a value its field won't take: too long, no zone, no choice."""
    kept = {field.name for field in row._meta.fields if not field.is_relation} & set(fields)
    try:
        row.clean_fields(exclude={field.name for field in row._meta.fields} - kept)
    except ValidationError as problem:
        field, sentences = next(iter(problem.message_dict.items()))
        raise NotStored(field, sentences[0]) from None


def _said(values: Mapping[str, object], unsaid: frozenset[str]) -> dict[str, Any]:
    return {
        name: "…" if name in unsaid and value else plain(value) for name, value in values.items()
    }
