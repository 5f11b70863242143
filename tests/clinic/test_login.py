"""The way in for members of staff, and how little it tells anybody else."""

from __future__ import annotations

import io
import sys
from typing import Any

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.management import CommandError, call_command
from django.test import Client, override_settings

from clinic.models import AuditEntry, User
from tests.factories.clinic import PASSWORD, user

pytestmark = pytest.mark.django_db

WRONG = "belong together"


class CountingHasher(MD5PasswordHasher):
    """Knows how often a password was hashed: what a login's time consists of."""

    algorithm = "md5"
    hashed = 0

    def encode(self, password: str, salt: str) -> str:
        type(self).hashed += 1
        return str(super().encode(password, salt))


def log_in(email: str, password: str = PASSWORD, **options: Any) -> Any:
    browser = options.pop("browser", None) or Client()
    return browser.post("/login/", {"username": email, "password": password, **options})


@pytest.mark.parametrize("role", ["OWNER", "PRACTITIONER", "FRONT_DESK"])
def test_staff_who_log_in_land_on_the_day(role: str) -> None:
    answer = log_in(user(role=role).email)
    assert (answer.status_code, answer["Location"]) == (302, "/desk/")


@pytest.mark.parametrize("typed", ["  MEI@Example.ORG ", "Mei@example.org", "mei@example.org"])
def test_an_address_typed_with_capitals_or_spaces_is_the_same_address(typed: str) -> None:
    user(email="mei@example.org")
    assert log_in(typed).status_code == 302


def refusals() -> dict[str, tuple[str, str]]:
    return {
        "unknown": ("nobody@example.org", PASSWORD),
        "wrong password": (user().email, "not this one"),
        "no password set": (user(password=None).email, PASSWORD),
        "switched off": (user(is_active=False).email, PASSWORD),
        "a client": (user(role="CLIENT").email, PASSWORD),
    }


def test_no_answer_tells_who_has_a_login() -> None:
    pages = set()
    for email, password in refusals().values():
        answer = log_in(email, password)
        assert answer.status_code == 200
        text = answer.content.decode()
        assert WRONG in text
        assert "_auth_user_id" not in answer.client.session
        token = answer.context["csrf_token"]
        pages.add(text.replace(email, "E-MAIL").replace(str(token), "TOKEN"))
    assert len(pages) == 1


def test_no_answer_takes_longer_for_somebody_who_has_a_login() -> None:
    work = {}
    for name, (email, password) in refusals().items():
        with override_settings(PASSWORD_HASHERS=[f"{__name__}.CountingHasher"]):
            CountingHasher.hashed = 0
            log_in(email, password)
            work[name] = CountingHasher.hashed
    assert set(work.values()) == {1}, work


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("", ""),
        ("no address", "x"),
        ("a" * 300 + "@example.org", "x"),
        ("mei@example.org", "x" * 20_000),
        ("mei\x00@example.org", "x"),
        ("mei@example.org", "x\x00y"),
        ("' OR 1=1 --@example.org", "x"),
        ("<script>@example.org", "\u202e"),
    ],
)
def test_a_hostile_login_gets_a_sentence(email: str, password: str) -> None:
    answer = log_in(email, password)
    assert answer.status_code == 200
    assert b'class="invalid"' in answer.content or WRONG.encode() in answer.content
    assert b"<script>@" not in answer.content


def test_a_wrong_password_keeps_the_address_and_never_the_password() -> None:
    email = user().email
    text = log_in(email, "not this one").content.decode()
    assert email in text
    assert "not this one" not in text


def test_after_logging_in_one_is_where_one_wanted_to_be() -> None:
    browser = Client()
    asked = browser.get("/desk/?day=2026-11-24")
    assert asked["Location"] == "/login/?next=/desk/%3Fday%3D2026-11-24"
    answer = log_in(user().email, next="/desk/?day=2026-11-24", browser=browser)
    assert answer["Location"] == "/desk/?day=2026-11-24"


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/login/", "\\\\evil"],
)
def test_nobody_is_led_away_by_a_link_to_the_login(target: str) -> None:
    assert log_in(user().email, next=target)["Location"] == "/desk/"


def test_somebody_logged_in_is_not_sent_round_in_circles() -> None:
    browser = Client()
    browser.force_login(user())
    assert browser.get("/login/", {"next": "/login/?next=/login/"})["Location"] == "/desk/"


def test_a_link_or_a_mail_scanner_logs_nobody_out() -> None:
    browser = Client()
    browser.force_login(user())
    assert browser.get("/logout/").status_code == 405
    assert browser.get("/desk/").status_code == 200
    assert browser.post("/logout/")["Location"] == "/login/"
    assert browser.get("/desk/").status_code == 302


def test_a_login_switched_off_ends_the_session_that_is_open() -> None:
    mei = user()
    browser = Client()
    browser.force_login(mei)
    User.objects.filter(pk=mei.pk).update(is_active=False)
    assert browser.get("/desk/")["Location"].startswith("/login/")


def test_the_login_form_needs_its_own_token() -> None:
    answer = Client(enforce_csrf_checks=True).post(
        "/login/", {"username": user().email, "password": PASSWORD}
    )
    assert answer.status_code == 403
    assert b"Nothing was done" in answer.content


def create_owner(monkeypatch: pytest.MonkeyPatch, *arguments: str, password: str) -> str:
    said = io.StringIO()
    monkeypatch.setattr(sys, "stdin", io.StringIO(password + "\n"))
    call_command("create_owner", *arguments, "--password-stdin", stdout=said)
    return said.getvalue()


def test_the_first_owner_can_log_in(monkeypatch: pytest.MonkeyPatch) -> None:
    create_owner(monkeypatch, " Ana@Example.org", "Ana  Lima", password="seven grey herons")
    ana = User.objects.get(email="ana@example.org")
    assert (ana.name, ana.role, ana.is_superuser) == ("Ana Lima", "OWNER", False)
    assert log_in("ana@example.org", "seven grey herons").status_code == 302
    entry = AuditEntry.objects.get(verb="user.created", about=f"user:{ana.pk}")
    assert entry.actor_label == "command line"
    assert "seven" not in str(entry.after)


@pytest.mark.parametrize("needed", [True, False])
def test_the_first_owner_is_told_how_to_log_in(
    monkeypatch: pytest.MonkeyPatch, needed: bool
) -> None:
    with override_settings(SECOND_FACTOR=needed, SITE_URL="https://clinic.example"):
        said = create_owner(monkeypatch, "ana@example.org", "Ana", password="seven grey herons")
    assert "https://clinic.example/login/" in said
    assert ("passkey" in said) is needed
    assert "herons" not in said


@pytest.mark.parametrize(
    ("email", "name", "password", "sentence"),
    [
        ("taken@example.org", "Ana", "seven grey herons", "has a login already"),
        ("no address", "Ana", "seven grey herons", "valid email"),
        ("ana@example.org", "", "seven grey herons", "blank"),
        ("ana@example.org", "Ana", "short", "too short"),
        ("ana@example.org", "Ana", "", "too short"),
    ],
)
def test_an_owner_who_cannot_be_made_leaves_nothing_behind(
    monkeypatch: pytest.MonkeyPatch, email: str, name: str, password: str, sentence: str
) -> None:
    user(email="taken@example.org")
    with pytest.raises(CommandError, match=sentence):
        create_owner(monkeypatch, email, name, password=password)
    assert User.objects.count() == 1
    assert not AuditEntry.objects.filter(verb="user.created").exists()
