"""Second factors: added, asked for, used once, renewed, removed; and needed where the setting says."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import struct
import time
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client, override_settings

from clinic.models import AuditEntry, User
from tests.factories.clinic import PASSWORD, user
from tests.harness.programs import eventually

pytestmark = pytest.mark.django_db

NEEDED = override_settings(SECOND_FACTOR=True)


def app_code(secret: str, *, steps: int = 0) -> str:
    """Return what an authenticator app shows so many steps of 30 s from now (RFC 6238)."""
    counter = struct.pack(">Q", int(time.time()) // 30 + steps)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 10**6:06}"


def first_step(mei: User) -> Client:
    browser = Client()
    browser.post("/login/", {"username": mei.email, "password": PASSWORD})
    return browser


def is_in(browser: Client) -> bool:
    return browser.get("/account/").status_code == 200


@pytest.fixture
def on_commit(django_capture_on_commit_callbacks: Any) -> Callable[..., Any]:
    return lambda: django_capture_on_commit_callbacks(execute=True)


def with_app(mei: User, on_commit: Callable[..., Any]) -> str:
    """Give somebody an authenticator app the way they do it, and return its secret."""
    browser = first_step(mei)
    page = browser.get("/account/app/")
    secret = page.context["form"].secret
    with on_commit():
        answer = browser.post("/account/app/", {"code": app_code(secret)})
    assert answer["Location"] == "/account/codes/"
    browser.post("/logout/")
    return secret


def recovery_codes(mei: User) -> list[str]:
    return Authenticator.objects.get(user=mei, type="recovery_codes").wrap().get_unused_codes()


def test_after_the_password_comes_the_code_of_the_app(on_commit: Any) -> None:
    mei = user()
    secret = with_app(mei, on_commit)
    browser = Client()
    answer = browser.post(
        "/login/", {"username": mei.email, "password": PASSWORD, "next": "/desk/?day=2026-11-24"}
    )
    assert answer["Location"] == "/login/second/"
    assert not is_in(browser)
    answer = browser.post("/login/second/", {"code": app_code(secret)})
    assert answer["Location"] == "/desk/?day=2026-11-24"
    assert is_in(browser)
    done = AuditEntry.objects.filter(verb="login.done").order_by("-pk").first()
    assert done.after["how"] == ["password", "totp"]


@pytest.mark.parametrize("code", ["", "000000", "x", "9" * 50, "\x00", "١٢٣٤٥٦"])
def test_a_wrong_code_opens_nothing(on_commit: Any, code: str) -> None:
    mei = user()
    with_app(mei, on_commit)
    browser = first_step(mei)
    assert browser.post("/login/second/", {"code": code}).status_code == 200
    assert not is_in(browser)


def test_a_code_somebody_looked_over_the_shoulder_for_is_used_up(on_commit: Any) -> None:
    mei = user()
    secret = with_app(mei, on_commit)
    code = app_code(secret)
    assert first_step(mei).post("/login/second/", {"code": code}).status_code == 302
    thief = first_step(mei)
    for stolen in (code, app_code(secret, steps=-1)):
        assert thief.post("/login/second/", {"code": stolen}).status_code == 200
    assert not is_in(thief)
    assert (
        first_step(mei).post("/login/second/", {"code": app_code(secret, steps=1)}).status_code
        == 302
    )


def test_a_recovery_code_logs_in_once(on_commit: Any) -> None:
    mei = user()
    with_app(mei, on_commit)
    code = recovery_codes(mei)[0]
    assert first_step(mei).post("/login/second/", {"code": code}).status_code == 302
    assert first_step(mei).post("/login/second/", {"code": code}).status_code == 200
    assert code not in recovery_codes(mei)


def test_the_second_step_cannot_be_guessed_through(on_commit: Any) -> None:
    mei = user()
    secret = with_app(mei, on_commit)
    browser = first_step(mei)
    answers = [browser.post("/login/second/", {"code": f"{n:06}"}).status_code for n in range(12)]
    assert answers[-1] == 429
    assert first_step(mei).post("/login/second/", {"code": app_code(secret)}).status_code == 429
    elsewhere = Client(REMOTE_ADDR="198.51.100.9")
    elsewhere.post("/login/", {"username": mei.email, "password": PASSWORD})
    assert elsewhere.post("/login/second/", {"code": app_code(secret)}).status_code == 302


def test_the_second_step_leads_nobody_in_without_the_first() -> None:
    assert Client().get("/login/second/")["Location"] == "/login/"
    assert Client().post("/login/second/", {"code": "000000"})["Location"] == "/login/"


def test_a_login_switched_off_between_the_steps_stays_out(on_commit: Any) -> None:
    mei = user()
    secret = with_app(mei, on_commit)
    browser = first_step(mei)
    User.objects.filter(pk=mei.pk).update(is_active=False)
    browser.post("/login/second/", {"code": app_code(secret)})
    assert not is_in(browser)
    assert browser.get("/desk/").status_code == 302


def test_a_mail_is_no_way_round_the_second_factor(on_commit: Any) -> None:
    from django.utils import timezone

    from clinic.logins import links

    mei = user()
    with_app(mei, on_commit)
    browser = Client()
    token = links.make(user=mei, now=timezone.now())
    assert browser.post(f"/login/link/{token}/")["Location"] == "/login/second/"
    assert not is_in(browser)


def test_what_the_database_holds_of_a_factor_opens_nothing(on_commit: Any) -> None:
    mei = user()
    secret = with_app(mei, on_commit)
    codes = recovery_codes(mei)
    kept = json.dumps(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in kept
    assert not [code for code in codes if code in kept]


def test_its_owner_is_told_when_a_factor_is_added_and_the_log_book_too(on_commit: Any) -> None:
    mei = user()
    with_app(mei, on_commit)
    eventually(lambda: mail.outbox, what="a notice")
    assert mail.outbox[0].to == [mei.email]
    assert "an authenticator app was added" in mail.outbox[0].body
    kinds = AuditEntry.objects.filter(verb="login.factor_added", about=f"user:{mei.pk}")
    assert sorted(entry.after["kind"] for entry in kinds) == ["recovery_codes", "totp"]


def test_who_finds_a_computer_left_open_changes_no_factor(on_commit: Any) -> None:
    mei = user()
    browser = first_step(mei)
    session = browser.session
    session["account_authentication_methods"][0]["at"] -= 601
    session.save()
    for page in ("/account/app/", "/account/passkey/"):
        assert browser.get(page)["Location"].startswith("/account/again/")


def test_new_recovery_codes_end_the_old_ones(on_commit: Any) -> None:
    mei = user()
    secret = with_app(mei, on_commit)
    old = recovery_codes(mei)
    browser = first_step(mei)
    browser.post("/login/second/", {"code": app_code(secret)})
    with on_commit():
        assert browser.post("/account/codes/new/")["Location"] == "/account/codes/"
    new = recovery_codes(mei)
    assert not set(old) & set(new)
    page = browser.get("/account/codes/")
    assert all(code in page.content.decode() for code in new)
    file = browser.get("/account/codes/file/")
    assert file.content.decode().split() == new
    assert "no-store" in file["Cache-Control"]
    assert first_step(mei).post("/login/second/", {"code": old[0]}).status_code == 200


def test_the_app_is_removed_and_its_recovery_codes_with_it(on_commit: Any) -> None:
    mei = user()
    secret = with_app(mei, on_commit)
    browser = first_step(mei)
    browser.post("/login/second/", {"code": app_code(secret)})
    assert browser.post("/account/app/remove/")["Location"] == "/account/"
    assert not Authenticator.objects.exists()
    assert AuditEntry.objects.filter(verb="login.factor_removed").count() == 2
    assert is_in(first_step(mei))


@NEEDED
def test_without_a_second_factor_staff_reach_the_set_up_and_nothing_else() -> None:
    browser = first_step(user(role="OWNER", is_superuser=True))
    for page in ("/desk/", "/account/", "/admin/", "/", "/mailbox/", "/account/codes/new/"):
        for method in ("get", "post"):
            assert getattr(browser, method)(page)["Location"] == "/account/set-up/", page
    for page in ("/account/set-up/", "/account/app/", "/account/passkey/", "/account/password/"):
        assert browser.get(page).status_code == 200, page
    assert browser.post("/logout/").status_code == 302


@NEEDED
def test_with_a_second_factor_the_way_is_free(on_commit: Any) -> None:
    mei = user()
    secret = with_app(mei, on_commit)
    browser = first_step(mei)
    browser.post("/login/second/", {"code": app_code(secret)})
    assert is_in(browser)
    assert browser.get("/account/set-up/")["Location"] == "/desk/"


@NEEDED
def test_whoever_is_not_logged_in_is_led_nowhere() -> None:
    assert Client().get("/login/").status_code == 200
    assert Client().get("/desk/")["Location"] == "/login/?next=/desk/"


@NEEDED
def test_the_last_second_factor_stays_where_one_is_needed(on_commit: Any) -> None:
    mei = user()
    secret = with_app(mei, on_commit)
    browser = first_step(mei)
    browser.post("/login/second/", {"code": app_code(secret)})
    assert b"only second factor" in browser.get("/account/app/remove/").content
    browser.post("/account/app/remove/")
    assert Authenticator.objects.filter(type="totp").exists()


def test_a_second_factor_is_needed_in_production_unless_it_is_said_otherwise() -> None:
    import subprocess
    import sys

    from tools.check import production

    def setting(**variables: str) -> str:
        done = subprocess.run(
            [
                sys.executable,
                "-c",
                "from clinic import env; print(env.SECOND_FACTOR, env.IDLE_MINUTES)",
            ],
            env={**variables},
            cwd=".",
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    assert setting(**production()) == "True 30"
    assert setting() == "False 720"
    assert setting(**production(), SECOND_FACTOR="off") == "False 30"


@pytest.mark.parametrize(
    "credential",
    [
        "",
        "x",
        "null",
        "[]",
        "1",
        "{}",
        '{"id": 1, "response": {}}',
        '{"id":"eA","rawId":"eA","type":"public-key","response":{"clientDataJSON":"eA","authenticatorData":"eA","signature":"eA","userHandle":"OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5"}}',
        '{"response": {"userHandle": "\\u0000"}}',
    ],
)
def test_a_made_up_passkey_gets_a_sentence(credential: str) -> None:
    browser = Client()
    browser.get("/login/passkey/", headers={"x-requested-with": "XMLHttpRequest"})
    answer = browser.post("/login/passkey/", {"credential": credential}, follow=True)
    assert answer.redirect_chain == [("/login/", 302)]
    assert b"_auth_user_id" not in str(dict(browser.session)).encode()
    browser.force_login(user())
    assert browser.post("/account/passkey/", {"credential": credential}).status_code in {200, 302}
    assert not Authenticator.objects.exists()
