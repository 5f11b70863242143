"""Logging in by mail: a code for the browser that asked, a link for any; once, and told to nobody."""

from __future__ import annotations

import re
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinic.audit import CLOCK
from clinic.logins import actions, links, throttle
from clinic.models import AuditEntry, LoginLink, OpenSession, User
from tests.factories.clinic import user
from tests.harness.programs import eventually

pytestmark = pytest.mark.django_db

SLOW = threading.Event()


class SlowBackend(BaseEmailBackend):
    """A mail server that answers when the test says so."""

    sent = 0

    def send_messages(self, email_messages: Any) -> int:
        SLOW.wait(20)
        type(self).sent += len(email_messages)
        return len(email_messages)


def ask(email: str, browser: Client | None = None) -> Any:
    return (browser or Client()).post("/login/mail/", {"email": email}, follow=True)


def the_mail() -> str:
    eventually(lambda: mail.outbox, what="a mail")
    return str(mail.outbox[-1].body)


def code_in(text: str) -> str:
    return re.search(r"^    (\S+)$", text, re.MULTILINE)[1]


def link_in(text: str) -> str:
    return re.search(rf"{settings.SITE_URL}(/login/link/\S+/)", text)[1]


def test_a_mailbox_of_staff_gets_so_many_mails_an_hour_from_all_the_world() -> None:
    mei, sofia = user(), user()
    while throttle.may_mail(mei.email, now=timezone.now()):
        pass
    flooded, other = ask(mei.email), ask(sofia.email)
    assert flooded.redirect_chain == other.redirect_chain
    the_mail()
    assert [each.to for each in mail.outbox] == [[sofia.email]]


def is_logged_in(browser: Client) -> bool:
    return browser.get("/account/").status_code == 200


def strangers() -> dict[str, str]:
    return {
        "unknown": "nobody@example.org",
        "switched off": user(is_active=False).email,
        "a client": user(role="CLIENT").email,
    }


def test_the_code_of_the_mail_logs_in_where_it_was_asked_for() -> None:
    browser = Client()
    page = ask(" " + user(email="mei@example.org").email.upper(), browser)
    assert page.redirect_chain == [("/login/mail/code/", 302)]
    text = the_mail()
    assert mail.outbox[-1].to == ["mei@example.org"]
    answer = browser.post("/login/mail/code/", {"code": code_in(text).lower()})
    assert (answer.status_code, answer["Location"]) == (302, "/desk/")
    assert is_logged_in(browser)
    assert not is_logged_in(Client())


def test_a_code_is_of_no_use_in_another_browser() -> None:
    ask(user().email)
    assert Client().post("/login/mail/code/", {"code": code_in(the_mail())})["Location"] == (
        "/login/mail/"
    )


def test_a_code_that_is_guessed_three_times_is_over() -> None:
    browser = Client()
    ask(user().email, browser)
    code = code_in(the_mail())
    for _ in range(3):
        browser.post("/login/mail/code/", {"code": "BBBB-BBBB"})
    browser.post("/login/mail/code/", {"code": code})
    assert not is_logged_in(browser)
    assert AuditEntry.objects.filter(verb="login.failed").count() == 3


def test_asking_tells_nobody_who_has_a_login() -> None:
    emails = {**strangers(), "known": user().email}
    pages, queries = set(), {}
    for name, email in emails.items():
        with CaptureQueriesContext(connection) as seen:
            answer = ask(email)
            wrong = answer.client.post("/login/mail/code/", {"code": "BBBB-BBBB"})
        queries[name] = len(seen)
        text = answer.content.decode()
        pages.add(text.replace(email, "E-MAIL").replace(str(answer.context["csrf_token"]), "T"))
        text = wrong.content.decode()
        pages.add(text.replace(str(wrong.context["csrf_token"]), "T"))
    assert len(pages) == 2
    assert len(set(queries.values())) == 1, queries
    the_mail()
    assert [message.to for message in mail.outbox] == [[emails["known"]]]


@override_settings(EMAIL_BACKEND=f"{__name__}.SlowBackend")
def test_no_answer_waits_for_the_mail_server() -> None:
    SLOW.clear()
    SlowBackend.sent = 0
    try:
        answer = ask(user().email)
        assert b"Look into your mail" in answer.content
        assert SlowBackend.sent == 0, "the page was there before the mail had left"
    finally:
        SLOW.set()
    eventually(lambda: SlowBackend.sent == 1, what="the mail leaves all the same")


def test_the_mail_says_nothing_but_how_to_log_in() -> None:
    ask(user(name="Mei Tanaka").email)
    message = mail.outbox[-1] if the_mail() else None
    whole = f"{message.subject} {message.body}"
    for word in ("Mei", "Tanaka", "client", "needle", "treatment", "session"):
        assert word not in whole
    assert message.extra_headers["Auto-Submitted"] == "auto-generated"


def test_a_link_that_a_scanner_opens_five_times_still_logs_the_person_in() -> None:
    ask(user().email)
    link = link_in(the_mail())
    for method in ("get", "head", "get", "options", "get"):
        scanner = Client()
        getattr(scanner, method)(link)
        assert not is_logged_in(scanner)
    person = Client()
    assert b"One more tap" in person.get(link).content
    assert person.post(link)["Location"] == "/desk/"
    assert is_logged_in(person)


def test_a_link_works_once() -> None:
    link = f"/login/link/{links.make(user=user(), now=timezone.now())}/"
    assert Client().post(link).status_code == 302
    again = Client()
    assert again.get(link).status_code == 410
    assert again.post(link).status_code == 410
    assert not is_logged_in(again)


@pytest.mark.parametrize("fields", [{"is_active": False}, {"role": "CLIENT"}])
def test_a_link_is_worth_nothing_once_its_owner_has_no_login(fields: dict[str, Any]) -> None:
    mei = user()
    link = f"/login/link/{links.make(user=mei, now=timezone.now())}/"
    User.objects.filter(pk=mei.pk).update(**fields)
    browser = Client()
    assert browser.post(link).status_code == 410
    assert "_auth_user_id" not in browser.session


def test_a_link_is_over_after_a_quarter_of_an_hour() -> None:
    now = timezone.now()
    token = links.make(user=user(), now=now)
    last = now + links.LASTS - timedelta(seconds=1)
    assert links.is_open(token, now=last)
    assert not links.is_open(token, now=now + links.LASTS)
    assert links.use(token, now=now + links.LASTS) is None
    assert links.use(token, now=last) is not None


def test_a_link_for_nobody_opens_nothing() -> None:
    token = links.make(user=None, now=timezone.now())
    assert Client().post(f"/login/link/{token}/").status_code == 410


def test_who_reads_the_database_can_use_no_link() -> None:
    token = links.make(user=user(), now=timezone.now())
    row = LoginLink.objects.get()
    assert token not in str(vars(row))
    assert Client().post(f"/login/link/{row.digest}/").status_code == 410
    assert len(token) * 6 >= 128


@pytest.mark.parametrize("token", ["x", "%00", "a" * 2000, "..%2f..%2fetc", "\u202e"])
def test_a_hostile_link_gets_a_sentence(token: str) -> None:
    for method in ("get", "post"):
        assert getattr(Client(), method)(f"/login/link/{token}/").status_code in {404, 410}


def test_a_link_opened_while_somebody_else_works_ends_their_session() -> None:
    browser = Client()
    browser.force_login(user(name="Ines"))
    browser.post(f"/login/link/{links.make(user=user(name='Mei'), now=timezone.now())}/")
    assert b"Mei" in browser.get("/account/").content
    assert list(OpenSession.objects.values_list("user__name", flat=True)) == ["Mei"]


def test_links_that_are_long_over_are_forgotten() -> None:
    now = timezone.now()
    links.make(user=user(), now=now - timedelta(days=3))
    kept = links.make(user=user(), now=now)
    assert links.forget(now=now) == 1
    assert links.is_open(kept, now=now)


@override_settings(SITE_URL="https://book.example.org/")
def test_a_mailed_link_leads_to_the_clinics_own_address_whatever_host_was_asked() -> None:
    ask(user().email)
    assert "https://book.example.org/login/link/" in the_mail()
    assert "testserver" not in the_mail()


def test_a_new_member_of_staff_comes_in_by_the_invitation_and_sets_a_password(
    django_capture_on_commit_callbacks: Any,
) -> None:
    mei = user(name="Mei", password=None)
    with django_capture_on_commit_callbacks(execute=True):
        actions.invite(now=timezone.now(), actor=CLOCK, user=mei, address=settings.SITE_URL)
    browser = Client()
    answer = browser.post(link_in(the_mail()))
    assert answer["Location"] == "/account/password/"
    asked = browser.get(answer["Location"]).content.decode()
    assert "Set your password" in asked
    assert 'href="/desk/"' in asked
    new = {"password": "seven grey herons", "again": "seven grey herons"}
    assert browser.post("/account/password/", new)["Location"] == "/account/"
    assert is_logged_in(browser)
    answer = Client().post("/login/", {"username": mei.email, "password": new["password"]})
    assert answer["Location"] == "/desk/"


def test_somebody_who_forgot_their_password_sets_a_new_one_after_the_mail() -> None:
    browser = Client()
    mei = user()
    ask(mei.email, browser)
    browser.post("/login/mail/code/", {"code": code_in(the_mail())})
    new = {"password": "seven grey herons", "again": "seven grey herons"}
    assert browser.post("/account/password/", new)["Location"] == "/account/"
    mei.refresh_from_db()
    assert mei.check_password("seven grey herons")
