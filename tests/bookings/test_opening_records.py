"""Who may read a record: those who treat the client, unless the client says no; others with a reason."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client as Browser

from bookings.queries.record import may_read
from clients.actions.opening import let_read, open_record, withhold
from clients.errors import ReasonTooShort
from clients.models import Client, RecordOpening, Withholding
from clinic import audit
from clinic.models import AccessEntry, AuditEntry, Clinic, User
from tests.bookings.world import raw_table
from tests.factories import bookings, clinic

pytestmark = pytest.mark.django_db

NOW = datetime(2027, 3, 1, 14, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
REASON = "Zinnia rang with chest pain."


def treated(*, ago: timedelta, status: str = "DONE") -> tuple[User, Client]:
    """Return a practitioner and the client whose visit with them began so long ago."""
    user = clinic.user(role="PRACTITIONER")
    made = bookings.booking(
        practitioner=clinic.practitioner(user=user), starts_at=NOW - ago, status=status
    )
    assert made.client is not None
    return user, made.client


def somebody(role: str) -> User:
    return clinic.user(role=role)


@pytest.mark.parametrize(
    ("months", "day", "open_"),
    [
        (12, datetime(2026, 3, 1, 14, 0, tzinfo=UTC), True),
        (12, datetime(2026, 3, 1, 13, 59, tzinfo=UTC), False),
        (6, datetime(2026, 8, 31, tzinfo=UTC), False),
        (6, datetime(2026, 9, 2, tzinfo=UTC), True),
        (1, NOW + timedelta(days=90), True),
    ],
)
def test_a_record_closes_when_the_last_visit_is_as_long_ago_as_the_clinic_says(
    months: int, day: datetime, open_: bool
) -> None:
    Clinic.objects.update_or_create(pk=1, defaults={"treating_months": months})
    user, client = treated(ago=NOW - day)
    assert may_read(user, client, now=NOW) is open_


@pytest.mark.parametrize("role", ["OWNER", "PRACTITIONER", "FRONT_DESK", "CLIENT"])
def test_nobody_reads_the_record_of_a_client_they_do_not_treat(role: str) -> None:
    _, client = treated(ago=MINUTE)
    assert not may_read(somebody(role), client, now=NOW)


def test_a_hold_that_lapsed_opens_nothing() -> None:
    user, client = treated(ago=MINUTE)
    client.bookings.update(status="EXPIRED")
    assert not may_read(user, client, now=NOW)


def test_a_record_opened_with_a_reason_closes_at_the_minute() -> None:
    _, client = treated(ago=MINUTE)
    owner = somebody("OWNER")
    made = open_record(now=NOW, user=owner, client=client, reason=REASON)
    assert made.until == NOW + timedelta(minutes=60)
    for offset, open_ in ((0, True), (59, True), (60, False), (61, False)):
        assert may_read(owner, client, now=NOW + offset * MINUTE) is open_
    assert not may_read(owner, client, now=NOW - MINUTE)
    assert not may_read(somebody("OWNER"), client, now=NOW), "it opened for somebody else too"
    assert not may_read(owner, bookings.client(), now=NOW), "it opened another record too"


def test_a_reason_never_opens_a_record_to_the_desk() -> None:
    _, client = treated(ago=MINUTE)
    desk = somebody("FRONT_DESK")
    open_record(now=NOW, user=desk, client=client, reason=REASON)
    assert not may_read(desk, client, now=NOW)


def test_a_client_keeps_the_record_from_the_one_who_treats_them_and_gives_it_back() -> None:
    user, client = treated(ago=MINUTE)
    opened = open_record(now=NOW - MINUTE, user=user, client=client, reason=REASON)
    for _ in range(2):
        withhold(now=NOW, actor=audit.CLIENT, client=client, user=user)
    assert Withholding.objects.count() == 1
    assert not may_read(user, client, now=NOW), "what was opened before outlasts the client's no"
    assert RecordOpening.objects.get(pk=opened.pk).until == NOW
    emergency = open_record(now=NOW, user=user, client=client, reason=REASON)
    assert emergency.withheld
    assert may_read(user, client, now=NOW)
    let_read(now=NOW, actor=audit.CLIENT, client=client, user=user)
    assert may_read(user, client, now=NOW + timedelta(days=1))
    verbs = list(
        AuditEntry.objects.filter(about=f"client:{client.uid}").values_list("verb", flat=True)
    )
    assert verbs.count("record.withheld") == verbs.count("record.let_read") == 1


def test_a_reason_is_asked_for_kept_sealed_and_told_to_nobody_but_the_owner() -> None:
    _, client = treated(ago=MINUTE)
    user = somebody("PRACTITIONER")
    with pytest.raises(ReasonTooShort):
        open_record(now=NOW, user=user, client=client, reason="  because  ")
    open_record(now=NOW, user=user, client=client, reason=REASON)
    for table in ("clients_recordopening", "clinic_auditentry", "clinic_historyentry"):
        assert "chest pain" not in raw_table(table)


def test_the_guard_is_one_query(django_assert_num_queries: Any) -> None:
    user, client = treated(ago=MINUTE)
    with django_assert_num_queries(1):
        may_read(user, client, now=NOW)


def test_the_way_in_by_a_reason_is_logged_and_stands_in_the_owners_list(client: Browser) -> None:
    made = bookings.booking(starts_at=datetime.now(UTC) - timedelta(days=2), status="DONE")
    whose = made.client
    assert whose is not None
    owner = somebody("OWNER")
    client.force_login(owner)
    home, door = f"/practice/clients/{whose.uid}/", f"/practice/clients/{whose.uid}/open/"
    assert client.get(home)["Location"] == door
    assert client.get(door).status_code == 200
    refused = client.post(door, {"reason": "short"})
    assert (refused.status_code, b"short" in refused.content) == (422, True)
    assert not AccessEntry.objects.exists(), "a look was noted though nothing was shown"
    assert client.post(door, {"reason": REASON})["Location"] == home
    assert client.get(home).status_code == 200
    entry = AccessEntry.objects.get()
    assert (entry.actor, entry.whose) == (owner, f"client:{whose.uid}")
    listed = client.get("/settings/openings/").content.decode()
    assert REASON in listed
    assert whose.name in listed


def test_a_visit_of_ones_own_is_closed_while_the_client_withholds_the_record(
    client: Browser,
) -> None:
    user = somebody("PRACTITIONER")
    visit = bookings.booking(
        practitioner=clinic.practitioner(user=user), starts_at=datetime.now(UTC), status="ARRIVED"
    )
    assert visit.client is not None
    client.force_login(user)
    page = f"/practice/visit/{visit.uid}/"
    assert client.get(page).status_code == 200
    withhold(now=datetime.now(UTC), actor=audit.CLIENT, client=visit.client, user=user)
    assert client.get(page)["Location"].endswith("/open/")
    assert client.get(f"{page}answers/").status_code == 404


@pytest.mark.parametrize("model", ["opening", "withholding"])
def test_neither_ends_before_it_begins(model: str) -> None:
    user, client = treated(ago=MINUTE)
    open_record(now=NOW, user=user, client=client, reason=REASON)
    withhold(now=NOW, actor=audit.CLIENT, client=client, user=user)
    rows: Any = RecordOpening.objects if model == "opening" else Withholding.objects
    early = {"opening": {"until": NOW - MINUTE}, "withholding": {"ended_at": NOW - MINUTE}}[model]
    with pytest.raises(IntegrityError, match=f"{model}_forwards"), transaction.atomic():
        rows.filter(client=client).update(**early)
