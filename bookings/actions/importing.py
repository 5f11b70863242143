"""Clients and coming appointments taken over from another system's file.

A file is uploaded, its columns are named, every row is tried and taken back (a rehearsal by the very
actions that then do it), and taken over, each row in a transaction of its own. What was taken over is
known by its number in the other system, so the same file twice makes nothing twice; a worker that
dies goes on where it stopped.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext_lazy as _

from bookings import csv_file
from bookings.actions.imported_row import Plan, Result, plan_of, take_over
from bookings.errors import FileUnreadable, ImportBusy
from bookings.import_rows import RowInvalid, recognised, system_of
from bookings.models import Import, ImportRow
from clients import sealing
from clients.contact import clean_text
from clients.models import Client
from clinic import audit
from clinic.audit import Actor
from clinic.errors import Refusal

log = logging.getLogger(__name__)

State = ImportRow.State
Status = Import.Status
BATCH = 50
LASTS = timedelta(seconds=40)
KEEP_FILE = timedelta(days=1)
KEEP_ROWS = timedelta(days=30)

UNREADABLE = {
    "EMPTY": _("There is nothing in this file."),
    "TOO_LONG": _("This file is larger than 20 MB. Please split it."),
    "TOO_MANY_ROWS": _("This file has more than 100,000 rows. Please split it."),
    "TOO_MANY_COLUMNS": _("This file has more than 200 columns."),
    "NOT_TEXT": _("This is no CSV file. In a spreadsheet, save the table as “CSV”."),
    "BROKEN": _("This file can't be read as a table. In a spreadsheet, save it as “CSV” again."),
}


def upload(*, now: datetime, actor: Actor, filename: str, data: bytes) -> Import:
    """Keep a file, sealed, and look at its headings. Raises FileUnreadable."""
    if actor.user is None:
        raise ValueError("A person uploads a file.")
    try:
        table = csv_file.read(data)
    except csv_file.Unreadable as unreadable:
        raise FileUnreadable(UNREADABLE[unreadable.why]) from unreadable
    key = sealing.new_data_key()
    made = Import(
        by=actor.user,
        created_at=now,
        filename=clean_text(filename)[:120] or "file.csv",
        system=system_of(table.headings),
        headings=[heading[:120] for heading in table.headings],
        mapping={str(field): column for field, column in recognised(table.headings).items()},
        total=len(table.rows),
    )
    made.key_id, made.wrapped = sealing.wrap(key, client_uid=made.uid)
    made.data = sealing.seal(key, data, place=_place(made))
    with transaction.atomic():
        made.save()
        _write_down(made, "import.uploaded", now=now, actor=actor)
    return made


def check(
    *,
    now: datetime,
    actor: Actor,
    what: Import,
    mapping: Mapping[str, int],
    options: Mapping[str, object],
) -> Import:
    """Have every row tried, with these columns (field to column) read in this way; nothing is
    taken over. What was tried before is forgotten. Raises ImportBusy."""
    with transaction.atomic():
        current = _locked(what, Status.NEW, Status.CHECKED)
        if current.data is None:
            raise ImportBusy
        current.rows.all().delete()
        current.mapping, current.options = dict(mapping), dict(options)
        current.status = Status.CHECKING
        current.save(update_fields=["mapping", "options", "status"])
        _write_down(current, "import.checked", now=now, actor=actor)
        return current


def start(*, now: datetime, actor: Actor, what: Import) -> Import:
    """Take over the rows that can be. Starting again changes nothing. Raises ImportBusy while they
    are still being tried."""
    with transaction.atomic():
        current = _locked(what, Status.CHECKED, Status.RUNNING, Status.DONE)
        if current.status == Status.CHECKED:
            current.status, current.data = Status.RUNNING, None
            current.save(update_fields=["status", "data"])
            _write_down(current, "import.started", now=now, actor=actor)
        return current


def work(*, clock: Callable[[], datetime], lasts: timedelta = LASTS) -> int:
    """Try or take over rows until nothing is left or the time is over; return how many."""
    until = clock() + lasts
    count = 0
    for pk in list(
        Import.objects.filter(status__in=[Status.CHECKING, Status.RUNNING])
        .order_by("pk")
        .values_list("pk", flat=True)
    ):
        with _alone(pk) as is_mine:
            while is_mine and clock() < until:
                done = _batch_or_fail(pk, now=clock())
                if done is None:
                    break
                count += done
    return count


def _batch_or_fail(pk: int, *, now: datetime) -> int | None:
    """Work on some rows of a file; one that can't be worked on ends, and holds up no other."""
    try:
        with transaction.atomic():
            what = Import.objects.select_related("by").get(pk=pk)
        return _batch(what, now=now)
    except OperationalError:
        raise  # the database, not the file: it goes on where it stopped
    except Exception as mistake:
        log.error("A file could not be taken over: %s", type(mistake).__name__)
        _fail(pk, now=now)
        return None


def _fail(pk: int, *, now: datetime) -> None:
    with transaction.atomic():
        current = Import.objects.select_for_update(of=("self",)).get(pk=pk)
        current.status, current.finished_at, current.data = Status.FAILED, now, None
        current.save(update_fields=["status", "finished_at", "data"])
        current.rows.update(values={})
        _write_down(current, "import.failed", now=now, actor=audit.CLOCK)


def forget_files(*, now: datetime) -> int:
    """Forget files nobody took over within a day, and after 30 days what rows said; return how
    many files."""
    ImportRow.objects.filter(of__created_at__lte=now - KEEP_ROWS).exclude(values={}).update(
        values={}
    )
    old = Import.objects.filter(created_at__lte=now - KEEP_FILE, data__isnull=False)
    return old.filter(status__in=[Status.NEW, Status.CHECKED]).update(data=None)


def rewrap_files(*, most: int = BATCH) -> int:
    """Wrap up to `most` keys of files that are still kept under the newest master key; return how
    many. Those that no key of MASTER_KEY opens stay as they are: see `unopened_files`."""
    _newest, *former = sealing.master_keys()
    with transaction.atomic():
        kept = Import.objects.filter(data__isnull=False, key_id__in=former)
        old = kept.select_for_update(of=("self",)).only("uid", "key_id", "wrapped")
        done = list(old.order_by("pk")[:most])
        for each in done:
            key = sealing.unwrap(each.key_id, bytes(each.wrapped), client_uid=each.uid)
            each.key_id, each.wrapped = sealing.wrap(key, client_uid=each.uid)
            each.save(update_fields=["key_id", "wrapped"])
    return len(done)


def unopened_files() -> int:
    """Return how many files that are still kept no key of MASTER_KEY opens (one query)."""
    kept = Import.objects.filter(data__isnull=False)
    return kept.exclude(key_id__in=list(sealing.master_keys())).count()


def table_of(what: Import) -> csv_file.Table | None:
    """Return an import's file as a table; None once it is forgotten."""
    if what.data is None:
        return None
    key = sealing.unwrap(what.key_id, bytes(what.wrapped), client_uid=what.uid)
    return csv_file.read(sealing.unseal(key, bytes(what.data), place=_place(what)))


def _batch(what: Import, *, now: datetime) -> int | None:
    """Work on some rows; return how many, None when it is done."""
    if what.status not in (Status.CHECKING, Status.RUNNING):
        return None
    is_trial = what.status == Status.CHECKING
    if is_trial and not what.rows.exists() and _lay_out(what):
        return 0
    rows = list(
        what.rows.filter(state=State.WAITING if is_trial else State.READY).order_by("number")[
            :BATCH
        ]
    )
    if not rows:
        _finish(what, now=now)
        return None
    plan = plan_of(what)
    for row in rows:
        _one(row, plan, now=now, is_trial=is_trial)
    return len(rows)


def _one(row: ImportRow, plan: Plan, *, now: datetime, is_trial: bool) -> None:
    try:
        with transaction.atomic():
            result = take_over(row, plan, now=now)
            if is_trial:
                transaction.set_rollback(True)
            else:
                _keep(row, result)
    except RowInvalid as invalid:
        result = Result(State.ERROR, invalid.problem.value)
    except Refusal as refusal:
        result = Result(State.ERROR, refusal.code[:30])
    except Exception as mistake:  # of ours: the other rows are taken over all the same
        log.error("A row could not be taken over: %s", type(mistake).__name__)
        result = Result(State.ERROR, "UNEXPECTED")
    else:
        if not is_trial:
            return
        if result.state == State.MADE:
            result = Result(State.READY)
        elif result.state == State.KNOWN:
            result = Result(State.KNOWN, client=_saved(result.client), booking=result.booking)
    _keep(row, result)


def _saved(client: Client | None) -> Client | None:
    """Return a client if it outlived the trial."""
    return client if client and Client.objects.filter(pk=client.pk).exists() else None


def _keep(row: ImportRow, result: Result) -> None:
    row.state, row.problem = result.state, result.problem
    row.client, row.booking = result.client, result.booking
    row.save(update_fields=["state", "problem", "client", "booking"])


def _lay_out(what: Import) -> bool:
    """Make a row for each line of the file, of the chosen columns alone; return whether there are
    any."""
    table = table_of(what)
    if table is None or not table.rows:
        return False
    columns = [(field, column) for field, column in what.mapping.items()]
    with transaction.atomic():
        ImportRow.objects.bulk_create(
            (
                ImportRow(
                    of=what,
                    number=number,
                    values={field: line[column] for field, column in columns if line[column]},
                )
                for number, line in enumerate(table.rows, start=2)
            ),
            batch_size=2000,
        )
    return True


def _finish(what: Import, *, now: datetime) -> None:
    with transaction.atomic():
        current = Import.objects.select_for_update(of=("self",)).get(pk=what.pk)
        if current.status == Status.CHECKING:
            current.status = Status.CHECKED
        elif current.status == Status.RUNNING:
            current.status, current.finished_at = Status.DONE, now
            # Also of rows that could not be: they stand in the file, by their number.
            current.rows.update(values={})
            _write_down(current, "import.done", now=now, actor=audit.CLOCK)
        current.save(update_fields=["status", "finished_at"])


def _locked(what: Import, *allowed: str) -> Import:
    current = Import.objects.select_for_update(of=("self",)).get(pk=what.pk)
    if current.status not in allowed:
        raise ImportBusy
    return current


@contextmanager
def _alone(pk: int) -> Iterator[bool]:
    """Keep other workers from a file while its rows are worked on, each in its own transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_LOCK, pk])
        is_mine = bool(cursor.fetchone()[0])
    try:
        yield is_mine
    finally:
        if is_mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_LOCK, pk])


_LOCK = 7


def _place(what: Import) -> str:
    return f"import {what.uid}"


def _write_down(what: Import, verb: str, *, now: datetime, actor: Actor) -> None:
    counts = {"rows": what.total, "system": what.system}
    audit.record(now=now, actor=actor, verb=verb, about=f"import:{what.uid}", after=counts)
