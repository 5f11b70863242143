"""Reads of the intake: the form in force, and what clients told us."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from clients.intake_definition import Definition, IntakeInvalid, read
from clients.models import Client, IntakeDefinition, IntakeSubmission


def current_form(now: datetime) -> Definition:
    """Return the form that holds now: the highest version published by then. One small query.

    Raises IntakeDefinition.DoesNotExist when none is published; `load_defaults` does that.
    """
    found = (
        IntakeDefinition.objects.filter(published_at__lte=now)
        .order_by("-version")
        .values_list("version", "digest")
        .first()
    )
    if found is None:
        raise IntakeDefinition.DoesNotExist(
            "No intake form is published yet; `manage.py load_defaults` publishes the first."
        )
    return _read(*found)


def form_of(version: int) -> Definition:
    """Return a version of the form, however old. Raises IntakeDefinition.DoesNotExist."""
    digest = IntakeDefinition.objects.values_list("digest", flat=True).get(version=version)
    return _read(version, digest)


def forms(versions: set[int]) -> dict[int, Definition]:
    """Return versions of the form by number (one query)."""
    found = IntakeDefinition.objects.filter(version__in=versions).values_list("version", "digest")
    return {version: _read(version, digest) for version, digest in found}


# A published version never changes, so what was read once is read for good; the digest tells two
# databases of one process apart.
@lru_cache(maxsize=16)
def _read(version: int, digest: str) -> Definition:
    row = IntakeDefinition.objects.get(version=version)
    form = read(row.document, version=version)
    if form.digest != digest:
        raise IntakeInvalid(f"Version {version} of the form is not what was published.")
    return form


def submissions_of(client: Client) -> list[IntakeSubmission]:
    """Return all that a client told us, the newest first (one query)."""
    return list(
        IntakeSubmission.objects.filter(client=client)
        .select_related("client__key", "entered_by")
        .order_by("-submitted_at", "-pk")
    )


def latest_submission(client: Client) -> IntakeSubmission | None:
    """Return the record as it stands; None where nothing was ever told (one query)."""
    return (
        IntakeSubmission.objects.filter(client=client)
        .select_related("client__key")
        .order_by("-submitted_at", "-pk")
        .first()
    )
