"""The ways into the staff's side in a real browser, with a passkey on a virtual authenticator."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from playwright.sync_api import Page, expect

from clinic.logins import throttle
from clinic.models import AuditEntry, User
from tests.clinic.test_login_factors import app_code
from tests.factories import clinic
from tests.harness.browser import Visits
from tests.harness.programs import Site, eventually


@pytest.fixture
def make_user(site: Site) -> Callable[..., User]:
    def make(**fields: Any) -> User:
        person = clinic.user(**fields)
        # The real server knows the real hash only, not the quick one of the tests' settings.
        person.password = PBKDF2PasswordHasher().encode(clinic.PASSWORD, "salt-of-the-tests-own", 1)
        person.save()
        return person

    clinic.location()
    return make


def add_authenticator(page: Page) -> tuple[Any, str]:
    """Give the page's browser a device that keeps passkeys and knows its owner's finger."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    made = devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return devtools, made["authenticatorId"]


def log_in(page: Page, email: str, path: str = "/desk/") -> None:
    page.goto(path)
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(clinic.PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def log_out(page: Page) -> None:
    page.goto("/account/")
    page.get_by_role("button", name="Log out").click()
    heading(page, "Log in to work")


def mailed(site: Site, pattern: str) -> str:
    """Return what the newest mail of the site's mailbox says where the pattern looks."""

    def found() -> Any:
        files = sorted(site.mailbox.glob("*.eml"), key=lambda file: file.stat().st_mtime_ns)
        text = files[-1].read_bytes().decode().replace("=\r\n", "") if files else ""
        return re.search(pattern, text, re.MULTILINE)

    return str(eventually(found, what=f"a mail with {pattern}")[1])


def test_a_new_member_of_staff_adds_a_passkey_and_works_with_it_alone(
    start_site: Callable[..., Site], make_user: Callable[..., User], desktop: Callable[..., Page]
) -> None:
    site = start_site(SECOND_FACTOR="on")
    mei = make_user(name="Mei Tanaka")
    page = desktop(site)
    devtools, authenticator = add_authenticator(page)
    log_in(page, mei.email)
    heading(page, "A second key for your login")
    page.goto("/desk/")
    heading(page, "A second key for your login")
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name of this passkey").fill("The tablet")
    page.get_by_role("button", name="Add a passkey").click()
    heading(page, "Recovery codes")
    expect(page.locator(".st-codes code")).to_have_count(10)
    kept = devtools.send("WebAuthn.getCredentials", {"authenticatorId": authenticator})
    assert [key["isResidentCredential"] for key in kept["credentials"]] == [True]
    page.get_by_role("link", name="Go to the day").click()
    expect(page).to_have_url(re.compile("/desk/"))

    log_out(page)
    page.goto("/desk/?day=2026-11-24")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_url(re.compile("/desk/.day=2026-11-24"))
    done = AuditEntry.objects.filter(verb="login.done").order_by("-pk").first()
    assert done is not None
    assert (done.actor, done.after["how"]) == (mei, ["webauthn"])


def test_a_passkey_is_the_second_step_after_a_password(
    site: Site, make_user: Callable[..., User], desktop: Callable[..., Page]
) -> None:
    mei = make_user()
    page = desktop(site)
    devtools, authenticator = add_authenticator(page)
    log_in(page, mei.email, "/account/")
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_role("button", name="Add a passkey").click()
    heading(page, "Recovery codes")
    log_out(page)
    log_in(page, mei.email, "/account/")
    heading(page, "Second step")
    # Taken off the device and put back: refused, said, and tried again.
    kept = devtools.send("WebAuthn.getCredentials", {"authenticatorId": authenticator})
    devtools.send("WebAuthn.clearCredentials", {"authenticatorId": authenticator})
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("The passkey was not used")
    devtools.send(
        "WebAuthn.addCredential",
        {"authenticatorId": authenticator, "credential": kept["credentials"][0]},
    )
    page.get_by_role("button", name="Use a passkey").click()
    heading(page, "Your login")
    page.get_by_role("link", name=re.compile("Remove")).click()
    page.get_by_role("button", name="Remove the passkey").click()
    heading(page, "Your login")
    assert not Authenticator.objects.exists()


def test_a_device_without_the_passkey_says_so_and_leaves_the_other_ways(
    site: Site, make_user: Callable[..., User], phone: Callable[..., Page]
) -> None:
    mei = make_user()
    page = phone(site)
    add_authenticator(page)
    page.goto("/login/")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("The passkey was not used")
    log_in(page, mei.email, "/desk/")
    page.get_by_role("link", name="Your login").click()
    heading(page, "Your login")


def test_without_javascript_one_logs_in_by_mail_and_is_told_what_needs_it(
    site: Site, make_user: Callable[..., User], phone: Callable[..., Page]
) -> None:
    mei = make_user()
    page = phone(site, javascript=False)
    page.goto("/login/")
    expect(page.get_by_role("button", name="Use a passkey")).to_be_hidden()
    page.get_by_role("link", name="Get a login mail").click()
    page.get_by_label("E-mail").fill(mei.email)
    page.get_by_role("button", name="Send the mail").click()
    heading(page, "Look into your mail")
    page.get_by_label("Code from the mail").fill(mailed(site, r"^    ([A-Z]{4}-[A-Z]{4})\r?$"))
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url(re.compile("/desk/"))
    page.goto("/account/")
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Password").fill(clinic.PASSWORD)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("A passkey needs a browser that knows it")).to_be_visible()


def test_the_link_of_the_mail_opens_another_device(
    site: Site, make_user: Callable[..., User], phone: Callable[..., Page], visits: Visits
) -> None:
    visits.expected.append("status of 410")
    mei = make_user()
    page = phone(site)
    page.goto("/login/mail/")
    page.get_by_label("E-mail").fill(mei.email)
    page.get_by_role("button", name="Send the mail").click()
    heading(page, "Look into your mail")
    link = mailed(site, r"(http://localhost:\d+/login/link/\S+/)")
    other = visits.open(site, 1440, 900)
    other.goto(link)
    heading(other, "One more tap")
    other.get_by_role("button", name="Log in").click()
    expect(other).to_have_url(re.compile("/desk/"))
    page.goto(link)
    heading(page, "This link is used up")


def test_colleagues_take_turns_at_one_computer(
    site: Site, make_user: Callable[..., User], desktop: Callable[..., Page]
) -> None:
    page = desktop(site)
    for name in ("Mei Tanaka", "Ines Carvalho"):
        log_in(page, make_user(name=name).email, "/account/")
        page.get_by_role("button", name="Switch user").click()
        heading(page, "Who are you?")
    page.get_by_role("link", name="Mei Tanaka").click()
    page.get_by_label("Password").fill(clinic.PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()
    page.goto("/account/")
    expect(page.locator(".st-name")).to_contain_text("Mei Tanaka")


def test_every_page_of_the_logins_can_be_used_by_everybody(
    site: Site, make_user: Callable[..., User], visits: Visits
) -> None:
    visits.expected += ["status of 410", "status of 429"]
    mei = make_user(name="Mei Tanaka")
    page = visits.open(site, 390, 844)

    def look(what: str, title: str) -> None:
        heading(page, title)
        visits.look(page, what)

    add_authenticator(page)
    for path, title in (
        ("/login/", "Log in to work"),
        ("/login/mail/", "Get a login mail"),
        ("/login/link/none/", "This link is used up"),
    ):
        page.goto(path)
        look(path, title)
    page.goto("/login/mail/")
    page.get_by_role("button", name="Send the mail").click()
    expect(page.locator(".invalid")).to_be_visible()
    look("mail without an address", "Get a login mail")
    page.get_by_label("E-mail").fill("nobody@example.org")
    page.get_by_role("button", name="Send the mail").click()
    look("code", "Look into your mail")
    page.get_by_label("Code from the mail").fill("BBBB-BBBB")
    page.get_by_role("button", name="Log in").click()
    expect(page.locator(".invalid")).to_be_visible()
    look("wrong code", "Look into your mail")
    log_in(page, mei.email, "/account/")
    look("account", "Your login")
    for path, title in (
        ("/account/password/", "New password"),
        ("/account/set-up/", "A second key for your login"),
        ("/account/passkey/", "Add a passkey"),
    ):
        page.goto(path)
        look(path, title)
    page.goto("/account/pin/")
    page.get_by_label("PIN").fill("111111")
    page.get_by_role("button", name="Set the PIN").click()
    expect(page.locator(".invalid")).to_be_visible()
    look("a PIN one can guess", "A PIN for the quick change of user")
    page.get_by_label("PIN").fill("274918")
    page.get_by_role("button", name="Set the PIN").click()
    look("account with a PIN", "Your login")
    page.goto("/account/app/")
    look("app", "Add an authenticator app")
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Add the app").click()
    expect(page.locator(".invalid")).to_be_visible()
    look("wrong app code", "Add an authenticator app")
    secret = page.locator(".st-secret").inner_text()
    page.get_by_label("Code").fill(app_code(secret))
    page.get_by_role("button", name="Add the app").click()
    look("recovery codes", "Recovery codes")
    page.goto("/account/codes/new/")
    look("new codes", "New recovery codes?")
    page.goto("/account/passkey/")
    page.get_by_role("button", name="Add a passkey").click()
    look("account with factors", "Your login")
    page.goto("/account/app/remove/")
    look("remove the app", "Remove the authenticator app?")
    page.goto("/account/")
    page.get_by_role("link", name=re.compile("Remove Passkey")).click()
    look("remove the passkey", "Remove this passkey?")
    for path in ("/account/again/", "/account/again/code/", "/account/again/passkey/"):
        page.goto(path)
        look(path, "Is it you?")
    page.goto("/account/")
    page.get_by_role("button", name="Switch user").click()
    look("switch", "Who are you?")
    page.get_by_role("link", name="Mei Tanaka").click()
    page.get_by_label("PIN").fill("000000")
    page.get_by_role("button", name="Continue").click()
    expect(page.locator(".invalid")).to_be_visible()
    look("wrong PIN", "Mei Tanaka")
    log_in(page, mei.email, "/account/")
    look("second step", "Second step")
    for _ in range(throttle.TRIES_BY_NAME.most + 1):
        if page.get_by_label("Code").count() == 0:
            break
        page.get_by_label("Code").fill("000000")
        with page.expect_navigation():
            page.get_by_role("button", name="Log in").click()
    look("too many tries", "Too many tries")
