"""The quick change of user by PIN: what it opens, and all that it must not."""

from __future__ import annotations

from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.hashers import identify_hasher
from django.test import Client
from django.utils import timezone

from clinic import audit
from clinic.actions import people
from clinic.logins import pins, sessions
from clinic.logins.actions import set_password
from clinic.models import AuditEntry, Pin, PinPass, User
from tests.factories import clinic

pytestmark = pytest.mark.django_db
PIN = "274918"
CHANGES: dict[str, list[dict[str, Any]]] = {
    "off and on": [{"is_active": False}, {}],
    "role and back": [{"role": "PRACTITIONER"}, {}],
    "address": [{"email": "mei.tanaka@example.org"}],
}


@pytest.fixture
def mei() -> User:
    user = clinic.user(role="FRONT_DESK", name="Mei Tanaka")
    pins.set_pin(now=timezone.now(), user=user, pin=PIN)
    return user


def log_in(browser: Client, user: User) -> None:
    sent = {"username": user.email, "password": clinic.PASSWORD}
    assert browser.post("/login/", sent).status_code == 302


def switch(browser: Client) -> None:
    browser.post("/login/switch/")
    assert "_auth_user_id" not in browser.session


def here(user: User) -> Client:
    """Return a browser in which somebody has logged in fully and switched away."""
    browser = Client()
    log_in(browser, user)
    switch(browser)
    return browser


def typed(browser: Client, pin: str = PIN, who: int = 1) -> Any:
    return browser.post(f"/login/pin/?who={who}", {"pin": pin})


def who(browser: Client) -> int | None:
    found = browser.session.get("_auth_user_id")
    return int(found) if found else None


def test_whoever_logged_in_here_today_comes_back_with_their_pin(mei: User) -> None:
    browser = here(mei)
    assert "/login/pin/?who=1" in browser.get("/login/switch/").content.decode()
    assert "Mei Tanaka" in browser.get("/login/pin/?who=1").content.decode()
    assert typed(browser)["Location"] == "/desk/"
    assert who(browser) == mei.pk
    assert browser.get("/desk/").status_code == 200
    entry = AuditEntry.objects.filter(verb="login.done").latest("pk")
    assert entry.after["how"] == ["pin"]


def test_a_pin_opens_nothing_where_its_owner_has_not_logged_in(mei: User) -> None:
    at_home, thief = here(mei), Client()
    assert typed(thief)["Location"].startswith("/login/?who=1")
    thief.cookies[settings.PEOPLE_COOKIE_NAME] = at_home.cookies[settings.PEOPLE_COOKIE_NAME].value
    assert typed(thief)["Location"].startswith("/login/?who=1")
    for made_up in ("x", "", "\xe9", PinPass.objects.get().browser):
        thief.cookies[settings.PIN_COOKIE_NAME] = made_up
        assert typed(thief)["Location"].startswith("/login/?who=1")
    assert who(thief) is None


def test_a_cookie_copied_or_planted_before_a_full_login_opens_nothing_after_it(mei: User) -> None:
    browser = here(mei)
    copied = Client()
    copied.cookies = deepcopy(browser.cookies)
    sofia = clinic.user(role="PRACTITIONER")
    log_in(browser, sofia)
    switch(browser)
    assert typed(copied)["Location"].startswith("/login/?who=1")
    assert who(copied) is None
    typed(browser, who=2)
    assert who(browser) == mei.pk, "in the browser itself, the colleague's login took nothing away"


def test_five_wrong_tries_and_only_the_password_helps(mei: User) -> None:
    browser = here(mei)
    for _ in range(4):
        answer = typed(browser, "000000")
        assert "That is not your PIN" in answer.content.decode()
    assert typed(browser, "000000")["Location"].startswith("/login/")
    assert typed(browser)["Location"].startswith("/login/"), "the right one comes too late"
    assert who(browser) is None
    assert AuditEntry.objects.filter(verb="login.failed", after__how="pin").count() == 5
    log_in(browser, mei)
    switch(browser)
    typed(browser)
    assert who(browser) == mei.pk


def test_a_pin_is_its_owners_alone(mei: User) -> None:
    browser = here(mei)
    sofia = clinic.user(role="PRACTITIONER")
    log_in(browser, sofia)
    switch(browser)
    assert typed(browser, who=1)["Location"].startswith("/login/?who=1"), "she has set none"
    pins.set_pin(now=timezone.now(), user=sofia, pin="835026")
    typed(browser, PIN, who=1)
    assert who(browser) is None


@pytest.mark.parametrize(
    "end",
    [
        "log out", "forget", "password", "sessions", "hours", "off", "role", "removed",
        "owner's password", "off and on", "role and back", "address",
    ],
)  # fmt: skip
def test_what_ends_the_way_back_by_pin(mei: User, end: str) -> None:
    browser = here(mei)
    now = timezone.now()
    if end == "log out":
        log_in(browser, mei)
        browser.post("/logout/")
    elif end == "forget":
        browser.post("/login/switch/", {"forget": ""})
    elif end == "password":
        set_password(now=now, user=mei, password="a river in the morning")
    elif end == "sessions":
        sessions.end(now=now, actor=audit.staff(mei), user=mei)
    elif end == "hours":
        PinPass.objects.update(made_at=now - timedelta(hours=9), expires_at=now)
        assert pins.forget(now=now) == 1
    elif end == "owner's password":
        people.set_password(now=now, actor=audit.CLOCK, user=mei, password="a river in the morning")
    elif end in CHANGES:
        kept = {"email": mei.email, "name": mei.name, "role": mei.role, "is_active": True}
        for changes in CHANGES[end]:
            people.change_user(now=now, actor=audit.CLOCK, user=mei, **{**kept, **changes})
    elif end == "removed":
        pins.remove_pin(now=now, user=mei)
    else:
        User.objects.update(**({"is_active": False} if end == "off" else {"role": "CLIENT"}))
    answer = typed(browser)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/login/")
    assert who(browser) is None


def test_a_session_begun_by_pin_changes_no_login_and_lasts_no_longer_than_the_full_one(
    mei: User,
) -> None:
    browser = here(mei)
    began = timezone.now() - timedelta(hours=7)
    PinPass.objects.update(made_at=began)
    typed(browser)
    for address in ("/account/password/", "/account/pin/", "/account/app/", "/account/passkey/"):
        assert browser.get(address)["Location"].startswith("/account/again"), address
    assert browser.session[sessions.STARTED] == int(began.timestamp())
    assert PinPass.objects.get().made_at == began, "a PIN leaves no new pass"


def test_a_pin_is_set_by_whoever_has_just_logged_in_and_is_kept_as_a_hash(mei: User) -> None:
    sofia, browser = clinic.user(role="PRACTITIONER"), Client()
    log_in(browser, sofia)
    for weak in (
        "",
        "12345",
        "123456789",
        "111111",
        "123456",
        "654321",
        "121212",
        "\uff11\uff12\uff14\uff13\uff15\uff16",
    ):
        answer = browser.post("/account/pin/", {"pin": weak})
        assert answer.status_code == 200, weak
        assert "invalid" in answer.content.decode(), weak
    assert not Pin.objects.filter(user=sofia).exists()
    assert browser.post("/account/pin/", {"pin": "835026"})["Location"] == "/account/"
    kept = Pin.objects.get(user=sofia).hash
    assert "835026" not in kept
    assert identify_hasher(kept)
    assert "835026" not in str(list(AuditEntry.objects.values_list("after", flat=True)))
    browser.post("/account/pin/remove/")
    assert not Pin.objects.filter(user=sofia).exists()


def test_the_cookie_is_kept_from_scripts_and_says_nothing(mei: User) -> None:
    browser = here(mei)
    cookie = browser.cookies[settings.PIN_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert int(cookie["max-age"]) == settings.PIN_HOURS * 3600
    assert cookie.value not in str(list(PinPass.objects.values()))


def test_a_client_gets_no_pass(mei: User) -> None:
    browser = Client()
    browser.force_login(clinic.user(role="CLIENT"))
    browser.get("/")
    assert settings.PIN_COOKIE_NAME not in browser.cookies


def test_each_role_may_be_away_for_as_long_as_is_set_for_it(mei: User, settings: Any) -> None:
    settings.IDLE_SECONDS, settings.IDLE_SECONDS_OF = 1800, {"OWNER": 300}
    owner = clinic.user(role="OWNER")
    for user, away, is_in in ((mei, 1700, True), (mei, 1801, False), (owner, 301, False)):
        browser = Client()
        browser.force_login(user)
        browser.get("/desk/")
        session = browser.session
        session[sessions.SEEN] = int(timezone.now().timestamp()) - away
        session.save()
        assert (browser.get("/desk/").status_code == 200) is is_in
