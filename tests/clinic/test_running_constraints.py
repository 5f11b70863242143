"""What the database refuses in the tables of logins, logs, limits and seals."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, models, transaction

from clinic.errors import constraint_of
from clinic.models import (
    AccessEntry,
    AddressProof,
    HandedOver,
    Heartbeat,
    LoginLink,
    Logo,
    OpenSession,
    PinPass,
    RateCount,
    Seal,
)
from tests.factories import clinic

pytestmark = pytest.mark.django_db
NOW = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def access(what: str) -> models.Model:
    return AccessEntry(at=NOW, actor_label="x", what=what, about="booking:1", request_id="-")


def link(until: timedelta) -> models.Model:
    return LoginLink(digest=str(until), made_at=NOW, expires_at=NOW + until)


def handed(until: timedelta) -> models.Model:
    return HandedOver(by=clinic.user(), at=NOW, until=NOW + until)


def pin_pass(until: timedelta) -> PinPass:
    return PinPass(user=clinic.user(), browser=str(until), made_at=NOW, expires_at=NOW + until)


def proof(until: timedelta) -> models.Model:
    digest = str(until)
    return AddressProof(
        email="a@example.org",
        opens=False,
        code_digest=digest,
        link_digest=digest,
        made_at=NOW,
        expires_at=NOW + until,
    )


def logo(content_type: str) -> models.Model:
    return Logo(digest=content_type, data=b"x", content_type=content_type)


def session(seen: timedelta) -> models.Model:
    return OpenSession(
        user=clinic.user(), session_key=str(seen), started_at=NOW, seen_at=NOW + seen
    )


def seal(until: int) -> models.Model:
    return Seal(
        number=until,
        at=NOW,
        previous=f"p{until}",
        digest=f"d{until}",
        contents="c",
        from_tx=5,
        until_tx=until,
        **dict.fromkeys(
            (
                "audit_above",
                "audit_last",
                "audit_rows",
                "access_above",
                "access_last",
                "access_rows",
            ),
            0,
        ),
    )


CASES: dict[str, tuple[Callable[[], models.Model], Callable[[], models.Model]]] = {
    "address_proof_ends_after_it_begins": (lambda: proof(MINUTE), lambda: proof(-MINUTE)),
    "access_what_is_a_code": (lambda: access("SCREENING_ANSWERS"), lambda: access("botox")),
    "handed_over_ends_after_it_begins": (lambda: handed(MINUTE), lambda: handed(-MINUTE)),
    "heartbeat_name_known": (
        lambda: Heartbeat(name="BACKUP", tried_at=NOW),
        lambda: Heartbeat(name="OTHER", tried_at=NOW),
    ),
    "login_link_ends_after_it_begins": (lambda: link(MINUTE), lambda: link(-MINUTE)),
    "logo_type_known": (lambda: logo("image/png"), lambda: logo("text/html")),
    "open_session_seen_after_it_began": (lambda: session(MINUTE), lambda: session(-MINUTE)),
    "pin_pass_ends_after_it_begins": (lambda: pin_pass(MINUTE), lambda: pin_pass(-MINUTE)),
    "seal_forwards": (lambda: seal(6), lambda: seal(4)),
}

OF_THEIR_OWN = {"pin_pass_once_a_browser", "rate_count_once"}


@pytest.mark.parametrize("name", CASES)
def test_a_constraint_refuses_what_it_says_and_only_that(name: str) -> None:
    good, bad = CASES[name]
    good().save(force_insert=True)
    with pytest.raises(IntegrityError) as told, transaction.atomic():
        bad().save(force_insert=True)
    assert constraint_of(told.value) == name


def test_one_counter_counts_an_address() -> None:
    RateCount.objects.create(bucket="b", who="w", count=1, ends_at=NOW)
    with pytest.raises(IntegrityError) as told, transaction.atomic():
        RateCount.objects.create(bucket="b", who="w", count=1, ends_at=NOW)
    assert constraint_of(told.value) == "rate_count_once"


def test_a_login_leaves_one_pass_in_a_browser() -> None:
    first = pin_pass(MINUTE)
    first.save(force_insert=True)
    again = PinPass(
        user=first.user, browser=first.browser, made_at=NOW, expires_at=NOW + 2 * MINUTE
    )
    with pytest.raises(IntegrityError) as told, transaction.atomic():
        again.save(force_insert=True)
    assert constraint_of(told.value) == "pin_pass_once_a_browser"
