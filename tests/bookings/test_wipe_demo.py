"""From the demo to a clinic: everything invented goes, one's own login stays, nothing else is touched."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.utils import DatabaseError
from django.test import Client as Browser
from django.utils import timezone

from bookings import seed
from bookings.models import Booking
from bookings.seed import wiping
from clients.models import Client, Message, RuleSet
from clinic import env, readiness
from clinic.models import AuditEntry, Clinic, Location, Practitioner, User
from tests.bookings.test_seed import _definitions
from tests.factories import clinic
from tests.harness import databases
from tests.harness.databases import Database

OWN = "me@clinic.example"


@pytest.fixture(autouse=True)
def var_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(env, "VAR_DIR", tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def seeded(
    django_test_environment: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Database, Path]]:
    """A demo clinic, made once for all who want a copy: its database and its files."""
    files = tmp_path_factory.mktemp("demo")
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(env, "VAR_DIR", files)
        database = databases.clone()
        with databases.pointed_at(database):
            call_command("seed_demo", bookings=40, verbosity=0)
        yield database, files
        databases.drop(database)


@pytest.fixture
def demo(
    seeded: tuple[Database, Path], var_dir: Path, django_db_blocker: Any
) -> Iterator[Database]:
    template, files = seeded
    shutil.copytree(files, var_dir, dirs_exist_ok=True)
    with django_db_blocker.unblock():
        database = databases.create(f"{template.name}_copy", template=template.name)
        with databases.pointed_at(database):
            yield database
        databases.drop(database)


def wipe(**options: Any) -> str:
    said = io.StringIO()
    call_command("wipe_demo", stdout=said, **options)
    return said.getvalue()


def typing(monkeypatch: pytest.MonkeyPatch, words: str | None) -> None:
    def answer(_prompt: str) -> str:
        if words is None:
            raise EOFError
        return words

    monkeypatch.setattr("builtins.input", answer)


def test_the_demo_goes_and_a_login_of_ones_own_stays_with_its_second_factor(
    demo: Database, var_dir: Path
) -> None:
    before = _definitions()
    own = clinic.user(email=OWN, role="OWNER")
    clinic.user(email="ana@example.org", role="CLIENT")
    secret = generate_totp_secret()
    TOTP.activate(own, secret)
    browser = Browser()
    browser.force_login(own)
    said = wipe(yes=True)
    assert f"Kept: {OWN}." in said
    assert [user.email for user in User.objects.all()] == [OWN]
    kept = User.objects.get()
    assert kept.check_password(clinic.PASSWORD)
    assert Authenticator.objects.get().wrap().instance.user == kept
    for model in (Booking, Client, Practitioner, Location, Message, Session):
        assert not model.objects.exists(), model
    assert Clinic.objects.get().name == Clinic._meta.get_field("name").default
    assert RuleSet.objects.exists()
    assert AuditEntry.objects.filter(verb="demo.wiped").count() == 1
    assert not AuditEntry.objects.filter(verb="demo.seeded").exists()
    assert not (var_dir / "demo-login").exists()
    assert _definitions() == before, "constraints, indexes and triggers are all there again"
    assert not readiness.migrations().why
    assert clinic.user().pk > kept.pk, "the next login gets a number of its own"
    with pytest.raises(DatabaseError), transaction.atomic():
        AuditEntry.objects.all().delete()


def test_a_clinic_that_is_no_demo_is_not_touched_and_neither_is_one_that_was_wiped(
    fresh_db: Database,
) -> None:
    clinic.location()
    with pytest.raises(CommandError, match="no demo clinic"):
        wipe(yes=True)
    with pytest.raises(wiping.NoDemo):
        wiping.wipe(now=timezone.now())
    assert Location.objects.count() == 1


def test_a_wiped_clinic_is_not_filled_again_by_the_next_start_nor_wiped_again(
    demo: Database,
) -> None:
    wipe(yes=True)
    call_command("prepare", demo=True, verbosity=0)
    assert seed.is_empty()
    with pytest.raises(CommandError, match="no demo clinic"):
        wipe(yes=True)


@pytest.mark.parametrize("words", ["", "yes", "linden row", None])
def test_whoever_does_not_type_the_clinics_name_wipes_nothing(
    demo: Database, monkeypatch: pytest.MonkeyPatch, words: str | None
) -> None:
    typing(monkeypatch, words)
    with pytest.raises(CommandError, match="not the clinic's name"):
        wipe()
    assert Booking.objects.count() == 40


def test_whoever_types_it_does(demo: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    typing(monkeypatch, f" {Clinic.objects.get().name} ")
    assert "create_owner" in wipe()
    assert not Booking.objects.exists()


def test_a_failure_on_the_way_leaves_the_demo_whole(
    demo: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: Any, **_more: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(wiping, "_put_back", broken)
    with pytest.raises(RuntimeError):
        wiping.wipe(now=timezone.now())
    assert Booking.objects.count() == 40
    assert wiping.is_demo()


def test_a_site_that_still_runs_is_told_to_stop_first(
    demo: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wiping, "PATIENCE", "200ms")
    other = demo.connect()
    try:
        other.cursor().execute("SELECT count(*) FROM bookings_booking")
        with pytest.raises(CommandError, match="Stop the web server"):
            wipe(yes=True)
    finally:
        other.close()
    assert Booking.objects.count() == 40
