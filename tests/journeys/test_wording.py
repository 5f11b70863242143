"""The owner writes a message's words in a real browser, with and without script."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from clients.models import MessageWording
from tests.factories.house import House
from tests.harness.browser import Visits
from tests.harness.programs import Site
from tests.journeys.test_settings import enter, home, owner

__all__ = ["home", "owner"]
WORDS = "/settings/wording/reminder/fr-ca/"


def test_the_words_are_seen_as_they_are_written_and_saved(
    site: Site, home: House, owner: str, desktop: Callable[..., Page], visits: Visits
) -> None:
    page = desktop(site)
    visits.expected.append("status of 422")
    enter(page, owner, WORDS)
    frame = page.frame_locator("iframe[name=preview]")
    expect(frame.get_by_text("Bonjour Ana,")).to_be_visible()
    visits.look(page, "the words of a message")
    page.get_by_label("E-mail").fill("Salut[ {first_name}]!\n\nLe voir : {link}")
    expect(frame.get_by_role("paragraph").filter(has_text="Salut Ana!")).to_be_visible()
    expect(frame.get_by_role("link", name="Le voir", exact=True)).to_be_visible()
    page.get_by_label("Text message").fill("ç" * 80 + " {link}")
    expect(page.get_by_text("3 text messages, each paid for")).to_be_visible()
    page.get_by_label("Text message").fill("Rappel : {treatment} {link}")
    expect(frame.get_by_text("can't be put in here")).to_be_visible()
    page.get_by_label("Text message").fill("Rappel : {link}")
    expect(page.get_by_text("1 text message:")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. Messages say it from now on.")).to_be_visible()
    assert MessageWording.objects.get().short == "Rappel : {link}"


def test_without_script_a_button_shows_the_message(
    site: Site, home: House, owner: str, phone: Callable[..., Page]
) -> None:
    page = phone(site, javascript=False)
    enter(page, owner, WORDS)
    page.get_by_label("Subject").fill("À demain")
    page.get_by_role("button", name="Look at it").click()
    frame = page.frame_locator("iframe[name=preview]")
    expect(frame.get_by_text("À demain")).to_be_visible()
    expect(page.get_by_label("Subject")).to_have_value("À demain")
