"""Reads of the intake: the form in force, and what clients told us."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from django.db.models import Q

from clients.differences import Change, Told, differences, same
from clients.intake_definition import Definition, FormKind, IntakeInvalid, read
from clients.intake_draft import Draft
from clients.intake_form import Filling
from clients.intake_links import digest
from clients.intake_words import words
from clients.models import (
    Client,
    IntakeDefinition,
    IntakeDraft,
    IntakeRequest,
    IntakeSubmission,
)
from clients.queries.rules import rule_set, rule_sets
from clinic.models import Location

# What a form is about that staff fill in themselves; it has no link.
TOLD = "told"


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


def form_as(version: int, digest: str) -> Definition:
    """Return a version of the form whose digest was read with something else (no query, once it is
    known)."""
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


def called(client: Client) -> str:
    """Return the name a client likes to be called by, as their newest whole form says; "" where it
    says none (one query)."""
    rows = IntakeSubmission.objects.filter(client=client, kind=FormKind.FULL)
    newest = rows.select_related("client__key").order_by("-submitted_at", "-pk").first()
    return " ".join(str(newest.answers.get("preferred_name") or "").split()) if newest else ""


def request_by_token(token: str) -> tuple[IntakeRequest, bool] | None:
    """Return the form a link leads to, and whether it is the client's own link; None for any other
    text (one query)."""
    known = digest(token)
    rows = IntakeRequest.objects.select_related("client__key")
    found = rows.filter(token_digest=known).first() or rows.filter(page_digest=known).first()
    return (found, found.token_digest == known) if found else None


def to_fill_in(client: Client, now: datetime) -> IntakeRequest | None:
    """Return the form a client is asked to fill in now, the soonest due first (one query)."""
    rows = IntakeRequest.objects.filter(client=client, ended_at__isnull=True, valid_until__gt=now)
    return rows.exclude(about=TOLD).order_by("valid_until", "pk").first()


def told_request(client: Client) -> IntakeRequest | None:
    """Return what staff are writing down of a client and have not sent yet (one query)."""
    unsent = Q(drafts__sent_at__isnull=True, drafts__isnull=False)
    rows = IntakeRequest.objects.filter(unsent, client=client, about=TOLD)
    # What was put aside is ended, and nothing of it was sent.
    open_ = rows.filter(Q(ended_at__isnull=True) | Q(submissions__isnull=False))
    return open_.select_related("client__key").order_by("-pk").first()


def draft_of(request: IntakeRequest) -> IntakeDraft | None:
    """Return what is typed into a form that was not sent yet (one query)."""
    rows = IntakeDraft.objects.select_related("client__key", "request")
    return rows.filter(request=request, sent_at__isnull=True).first()


def filling_of(
    draft: IntakeDraft,
    *,
    before: IntakeSubmission | None,
    today: date,
    country: str,
    by_staff: bool = False,
) -> Filling:
    """Return a form as far as it is filled in, read with the versions it was begun with. `before`
    is the record as it stands."""
    kind, content = FormKind(draft.request.kind), Draft.of(draft.content)
    return Filling(
        form=form_of(draft.definition_id),
        rules=rule_set(draft.rule_set_id),
        kind=kind,
        typed=content.typed,
        today=today,
        before=before.answers if before else {},
        country=country,
        by_staff=by_staff,
        only=content.seen if by_staff and kind is FormKind.WHAT_CHANGED else None,
    )


def told(submissions: Iterable[IntakeSubmission]) -> list[Told]:
    """Return submissions with the forms and rules they are read with (two queries)."""
    rows = list(submissions)
    known = forms({row.definition_id for row in rows})
    rules = rule_sets({row.rule_set_id for row in rows})
    return [Told(known[row.definition_id], rules[row.rule_set_id], row.answers) for row in rows]


@dataclass(frozen=True, slots=True)
class Moment:
    """What a client said to one question, from this submission on. `words` is "" where they said
    nothing any more."""

    submission: IntakeSubmission
    answer: object
    words: str


@dataclass(frozen=True, slots=True)
class ChangedAt:
    """What changed with one submission."""

    submission: IntakeSubmission
    changes: tuple[Change, ...]


def history_of(client: Client, question: str) -> list[Moment]:
    """Return what a client said to a question, each time it changed, the newest first (three
    queries, whatever the length)."""
    rows = submissions_of(client)
    return moments(rows, told(rows), question)


def moments(
    submissions: list[IntakeSubmission], records: list[Told], question: str
) -> list[Moment]:
    """Return what was said to a question in submissions, newest first as they are (no query)."""
    found: list[Moment] = []
    last: object = None
    for row, record in reversed(list(zip(submissions, records, strict=True))):
        answer = record.answers.get(question)
        asked = record.form.by_code.get(question)
        # What belongs to one visit is not taken back by a form that does not ask it.
        if same(answer, last) or (answer is None and question not in record.form.intake_codes):
            continue
        said = words(record.form, record.rules, asked, answer) if asked else str(answer)
        found.append(Moment(row, answer, said))
        last = answer
    return found[::-1]


def changes_since(client: Client, at: datetime) -> list[ChangedAt]:
    """Return what changed with each submission after an instant, the newest first; the first
    submission of all is no change (three queries, whatever the length)."""
    rows = submissions_of(client)
    return changes(rows, told(rows), at)


def changes(
    submissions: list[IntakeSubmission], records: list[Told], at: datetime | None = None
) -> list[ChangedAt]:
    """Return what changed with each of some submissions, newest first as they are (no query)."""
    pairs = list(zip(submissions, records, strict=True))
    return [
        ChangedAt(row, _of_the_record(differences(before, record), record))
        for (row, record), (_earlier, before) in pairwise(pairs)
        if at is None or row.submitted_at > at
    ]


def _of_the_record(found: tuple[Change, ...], record: Told) -> tuple[Change, ...]:
    """Leave out what belonged to an earlier visit alone: that it is not said again is no change."""
    codes = record.form.intake_codes
    return tuple(each for each in found if each.new is not None or each.code in codes)


def home() -> tuple[ZoneInfo, str]:
    """Return the zone and the country of the clinic's first location (one query)."""
    place = Location.objects.filter(is_active=True).order_by("pk").first()
    return (place.zone, place.country) if place else (ZoneInfo("UTC"), "CA")
