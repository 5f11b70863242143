"""Sessions: listed, ended, idle, too old; and the quick change of user on a shared computer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.sessions.models import Session
from django.test import Client, override_settings
from django.utils import timezone

from clinic.logins import people
from clinic.models import AuditEntry, OpenSession, User
from clinic.tasks import forget_logins
from tests.factories.clinic import PASSWORD, user

pytestmark = pytest.mark.django_db

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPAD = (
    "Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Safari/604.1"
)


def log_in(mei: User, browser: Client | None = None, **headers: str) -> Client:
    browser = browser or Client(headers=headers, REMOTE_ADDR="192.0.2.7")
    answer = browser.post("/login/", {"username": mei.email, "password": PASSWORD})
    assert answer.status_code == 302
    return browser


def is_in(browser: Client) -> bool:
    return browser.get("/account/").status_code == 200


def set_back(browser: Client, **ago: timedelta) -> None:
    """Make the session as old as the test needs it."""
    session = browser.session
    for name, by in ago.items():
        session[name] -= int(by.total_seconds())
    session.save()


def test_somebody_sees_where_they_are_logged_in_and_nobody_elses() -> None:
    mei = user()
    here = log_in(mei, user_agent=FIREFOX)
    log_in(mei, user_agent=IPAD)
    log_in(user(), user_agent="curl/8")
    text = here.get("/account/").content.decode()
    assert "Firefox, Windows" in text
    assert "Safari, iPad" in text
    assert "192.0.2.…" in text
    assert "192.0.2.7" not in text
    assert text.count("this one ·") == 1
    assert len(here.get("/account/").context["sessions"]) == 2


def test_one_session_is_ended_from_another_device() -> None:
    mei = user()
    here, lost = log_in(mei), log_in(mei)
    row = OpenSession.objects.get(session_key=lost.session.session_key)
    here.post("/account/sessions/", {"session": row.pk})
    assert (is_in(here), is_in(lost)) == (True, False)
    assert AuditEntry.objects.get(verb="login.sessions_ended").after == {"sessions": 1}


def test_all_other_sessions_are_ended_at_once() -> None:
    mei = user()
    here, others = log_in(mei), [log_in(mei), log_in(mei)]
    bystander = log_in(user())
    here.post("/account/sessions/")
    assert is_in(here)
    assert not any(is_in(other) for other in others)
    assert is_in(bystander)


@pytest.mark.parametrize("asked", ["0", "-1", "x", "1e3", "9" * 30, "²"])
def test_nobody_ends_a_session_that_is_not_theirs(asked: str) -> None:
    here, colleague = log_in(user()), log_in(user())
    row = OpenSession.objects.get(session_key=colleague.session.session_key)
    here.post("/account/sessions/", {"session": row.pk})
    assert here.post("/account/sessions/", {"session": asked}).status_code == 302
    assert is_in(colleague)
    assert is_in(here)


def test_logging_out_takes_the_session_from_the_list() -> None:
    browser = log_in(user())
    browser.post("/logout/")
    assert not OpenSession.objects.exists()
    assert AuditEntry.objects.filter(verb="login.ended").count() == 1


@override_settings(IDLE_SECONDS=1800)
def test_a_session_nobody_clicked_in_for_half_an_hour_is_over() -> None:
    browser = log_in(user())
    set_back(browser, seen_at=timedelta(minutes=29))
    assert is_in(browser)
    set_back(browser, seen_at=timedelta(minutes=30))
    answer = browser.get("/desk/")
    assert answer["Location"].startswith("/login/?next=")
    assert not OpenSession.objects.exists()


def test_a_page_that_keeps_itself_in_step_keeps_nobody_logged_in() -> None:
    browser = log_in(user())
    before = OpenSession.objects.get().seen_at
    set_back(browser, seen_at=timedelta(seconds=61))
    assert browser.get("/account/", headers={"X-Background": "yes"}).status_code == 200
    assert OpenSession.objects.get().seen_at == before
    is_in(browser)
    assert OpenSession.objects.get().seen_at > before


@override_settings(IDLE_SECONDS=1800, ABSOLUTE_SECONDS=12 * 3600)
def test_a_session_is_over_after_a_day_of_work_however_busy() -> None:
    browser = log_in(user())
    set_back(browser, started_at=timedelta(hours=12) - timedelta(minutes=1))
    assert is_in(browser)
    set_back(browser, started_at=timedelta(minutes=1))
    assert not is_in(browser)


def test_being_there_is_written_down_once_a_minute_and_no_more() -> None:
    browser = log_in(user())
    before = OpenSession.objects.get().seen_at
    is_in(browser)
    assert OpenSession.objects.get().seen_at == before
    set_back(browser, seen_at=timedelta(seconds=61))
    is_in(browser)
    assert OpenSession.objects.get().seen_at > before


def test_a_session_key_from_before_the_login_is_worth_nothing_after_it() -> None:
    browser = Client()
    browser.post("/login/mail/", {"email": "nobody@example.org"})
    planted = browser.cookies["sessionid"].value
    log_in(user(), browser)
    thief = Client()
    thief.cookies["sessionid"] = planted
    assert browser.session.session_key != planted
    assert not is_in(thief)


def change_password(browser: Client, **fields: str) -> Any:
    new = {"password": "seven grey herons", "again": "seven grey herons", **fields}
    return browser.post("/account/password/", new)


def test_a_new_password_ends_every_other_session_and_keeps_this_one() -> None:
    mei = user()
    here, lost = log_in(mei), log_in(mei)
    assert change_password(here)["Location"] == "/account/"
    assert (is_in(here), is_in(lost)) == (True, False)
    assert len(here.get("/account/").context["sessions"]) == 1
    assert Session.objects.count() == 1
    entry = AuditEntry.objects.get(verb="login.password_changed")
    assert "herons" not in str(vars(entry))


def test_who_finds_a_computer_left_open_cannot_set_a_password() -> None:
    mei = user()
    browser = log_in(mei)
    session = browser.session
    session["account_authentication_methods"][0]["at"] -= 601
    session.save()
    assert change_password(browser)["Location"] == "/account/again/?next=%2Faccount%2Fpassword%2F"
    assert "herons" not in str(dict(browser.session))
    assert (
        browser.post("/account/again/?next=/account/password/", {"password": "wrong"}).status_code
        == 200
    )
    assert AuditEntry.objects.filter(verb="login.failed").count() == 1
    answer = browser.post("/account/again/?next=/account/password/", {"password": PASSWORD})
    assert answer["Location"] == "/account/password/"
    assert change_password(browser)["Location"] == "/account/"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"password": "short", "again": "short"}, b"too short"),
        ({"again": "something else"}, b"The two passwords differ"),
        ({"password": "", "again": ""}, b"Write the new password"),
        ({"password": "x" * 5000, "again": "x" * 5000}, b"at most 1024"),
        ({"password": "12345678901", "again": "12345678901"}, b"entirely numeric"),
    ],
)
def test_a_password_that_will_not_do_is_refused_with_a_reason(
    fields: dict[str, str], sentence: bytes
) -> None:
    browser = log_in(user())
    answer = change_password(browser, **fields)
    assert answer.status_code == 200
    assert sentence in answer.content


def test_the_next_person_at_the_computer_picks_their_name() -> None:
    mei, ines = user(name="Mei Tanaka"), user(name="Ines Carvalho")
    browser = log_in(mei)
    browser.post("/login/switch/")
    assert not is_in(browser)
    log_in(ines, browser)
    page = browser.post("/login/switch/", follow=True)
    text = page.content.decode()
    assert text.index("Ines Carvalho") < text.index("Mei Tanaka")
    assert mei.email not in text
    assert mei.email in browser.get("/login/?who=2").content.decode()
    log_in(mei, browser)
    assert is_in(browser)


def test_a_name_alone_opens_nothing() -> None:
    browser = log_in(user())
    browser.post("/login/switch/")
    browser.get("/login/?who=1")
    assert not is_in(browser)


def test_a_colleague_who_left_is_not_offered() -> None:
    mei = user(name="Mei Tanaka")
    browser = log_in(mei)
    browser.post("/login/switch/")
    User.objects.filter(pk=mei.pk).update(is_active=False)
    assert browser.get("/login/switch/")["Location"] == "/login/"
    assert mei.email not in browser.get("/login/?who=1").content.decode()


def test_the_names_of_a_computer_can_be_forgotten() -> None:
    browser = log_in(user(name="Mei Tanaka"))
    browser.post("/login/switch/", {"forget": ""})
    assert b"Mei" not in browser.get("/login/switch/", follow=True).content


@pytest.mark.parametrize("value", ["", "x", "WzFd:1abc:nonsense", "\xff", "[1]"])
def test_names_that_somebody_made_up_are_no_names(value: str) -> None:
    user()
    browser = Client()
    browser.cookies["people"] = value
    assert browser.get("/login/switch/")["Location"] == "/login/"


@pytest.mark.parametrize("who", ["0", "-1", "7", "x", "²", "99999999999999999999"])
def test_a_number_of_nobody_fills_in_nothing(who: str) -> None:
    browser = log_in(user())
    browser.post("/login/switch/")
    assert b"example.org" not in browser.get("/login/", {"who": who}).content.replace(
        b"name@example.org", b""
    )


def test_only_so_many_names_are_kept_of_a_computer() -> None:
    browser = Client()
    for _ in range(people.MOST + 2):
        log_in(user(), browser)
        browser.post("/login/switch/")
    assert len(browser.get("/login/switch/").context["people"]) == people.MOST


def test_what_is_over_is_forgotten() -> None:
    gone, here = log_in(user()), log_in(user())
    Session.objects.filter(session_key=gone.session.session_key).update(
        expire_date=timezone.now() - timedelta(days=1)
    )
    assert forget_logins() == 1
    assert forget_logins() == 0
    assert [row.session_key for row in OpenSession.objects.all()] == [here.session.session_key]


def test_showing_once_more_that_it_is_you_never_throws_you_out() -> None:
    """An old hash is renewed at the next login, not while its session is open."""
    mei = user()
    mei.password = PBKDF2PasswordHasher().encode(PASSWORD, "salt-of-the-tests-own", 1)
    mei.save()
    browser = Client()
    browser.force_login(mei)
    browser.post("/account/again/", {"password": PASSWORD})
    assert is_in(browser)
