"""Links in hands they were not meant for: they end with a merge and with a corrected address."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from typing import Any

import pytest
from django.core import mail
from django.test import Client as Browser

from bookings import links
from bookings.actions import asking, knowing, merging
from bookings.actions.relinking import FORM_LINK
from bookings.models import Booking
from bookings.views.answers import manage_path
from clients import consent_links, outbox
from clients.intake_links import form_path
from clients.models import Client, IntakeDraft, IntakeRequest, Message
from clinic.audit import Actor, staff
from tests.bookings.my_pages import login_of, signed_in
from tests.bookings.test_intake_forms import Device, Told
from tests.factories import clinic
from tests.factories.filled_form import parts

pytestmark = pytest.mark.django_db

SECRET = "Zinnia gardener"


class Two(Told):
    """Priya told us all; somebody else booked with another address, and is taken for her."""

    def __init__(self) -> None:
        super().__init__()
        told = parts()
        told["about"]["q-occupation"] = SECRET
        device = self.begin()
        device.fill(told)
        assert device.send().status_code == 303
        self.priya = self.booking.client
        other = self.book(12, ahead=4, email="eve@example.org", phone="+14165550199")
        self.eve = other.client
        self.eves_booking = other
        self.eves = IntakeRequest.objects.get(about=f"booking:{other.uid}")
        self.actor: Actor = staff(clinic.user(role="FRONT_DESK"))

    def merge(self, survivor: Client, merged: Client) -> Any:
        return merging.merge(
            now=datetime.now(UTC), actor=self.actor, survivor=survivor, merged=merged
        )


def shown(path: str) -> str:
    """Return all that a link shows to whoever begins at it."""
    browser = Browser()
    answers = [browser.get(path), browser.post(path, follow=True), browser.get(path)]
    answers.append(browser.get(f"{path}part/about/", follow=True))
    return "".join(answer.content.decode() for answer in answers)


@pytest.mark.parametrize("stays", ["priya", "eve"])
def test_a_merge_shows_nobody_by_an_old_link_what_came_from_the_other_record(stays: str) -> None:
    one = Two()
    begun = Device(one.url(form=one.eves))
    begun.browser.post(begun.url)
    old = [one.url(own=own, form=form) for form in (one.form, one.eves) for own in (True, False)]
    old += [f"/consent/{consent_links.token_of(each)}/" for each in (one.priya, one.eve)]
    assert [Browser().get(path).status_code for path in old] == [200] * 6, "the canary"
    other = "eve" if stays == "priya" else "priya"
    made = one.merge(getattr(one, stays), getattr(one, other))
    assert [Browser().get(path).status_code for path in old] == [404] * 6
    assert not any(SECRET in shown(path) for path in old)
    # By the new link, which goes to the survivor's address, it shows what the survivor told.
    form = IntakeRequest.objects.get(pk=one.eves.pk)
    assert form.client == getattr(one, stays)
    assert IntakeDraft.objects.get(request=form).client == getattr(one, stays)
    again = form_path(form, own=True)
    assert Browser().get(again).status_code == 200
    page = Browser().get(manage_path(Booking.objects.get(pk=one.eves_booking.pk)), follow=True)
    assert page.status_code == 200, "a booking's own link goes on working"
    assert "/consent/" not in page.content.decode()
    merging.unmerge(now=datetime.now(UTC), actor=one.actor, merge=made)
    form.refresh_from_db()
    if stays == "priya":
        assert form.client == one.eve
        assert Browser().get(again).status_code == 404, "it was the survivor's meanwhile"
    assert [Browser().get(path).status_code for path in old[:4]] == [404] * 4
    assert Browser().get(form_path(form, own=True)).status_code == 200
    for each in (one.priya, one.eve):
        token = consent_links.token_of(Client.objects.get(pk=each.pk))
        assert consent_links.client_of(token) == each


def test_after_a_merge_the_link_on_a_page_begins_with_nobodys_number() -> None:
    one = Two()
    one.merge(one.priya, one.eve)
    form = IntakeRequest.objects.get(pk=one.eves.pk)
    text = shown(form_path(form, own=False))
    for known in (SECRET, one.priya.email, "555-0142", "5550142"):
        assert known not in text


def test_a_form_that_comes_to_a_merged_record_late_is_brought_along_with_another_link() -> None:
    one = Two()
    IntakeRequest.objects.filter(pk=one.eves.pk).update(client=one.priya)
    made = one.merge(one.priya, one.eve)
    late = IntakeRequest.objects.get(pk=one.eves.pk)
    IntakeRequest.objects.filter(pk=late.pk).update(client=one.eve)
    old = form_path(late, own=True)
    assert merging.bring_along() == 1
    late.refresh_from_db()
    assert (late.client, Browser().get(old).status_code) == (one.priya, 404)
    assert made.survivor == one.priya


def sent_to() -> list[tuple[str, str]]:
    outbox.send_due(clock=lambda: datetime.now(UTC))
    return [(each.to[0], text_in(each.message().as_bytes())) for each in mail.outbox]


def text_in(letter: bytes) -> str:
    """Return the words of a letter as they are read."""
    walked = message_from_bytes(letter).walk()
    found = [each for each in walked if each.get_content_type() == "text/plain"]
    return "".join(str(each.get_payload(decode=True), "utf-8") for each in found)


def correct(one: Told, **fields: str) -> None:
    client = Client.objects.get(pk=one.booking.client_id)
    kept = {"name": client.name, "email": client.email, "phone": client.phone}
    knowing.change_contact(
        now=datetime.now(UTC),
        actor=staff(clinic.user(role="FRONT_DESK")),
        client=client,
        **{**kept, **fields},
    )
    one.booking.refresh_from_db()
    one.form.refresh_from_db()


def test_whoever_got_the_mails_by_a_slip_has_no_link_left_and_the_client_gets_new_ones() -> None:
    one = Told()
    client = one.booking.client
    home = asking.send_form_link(
        now=datetime.now(UTC), actor=staff(clinic.user()), client=client, today=one.home.day(0)
    )
    assert sent_to()
    half = one.begin()
    half.open("about")
    half.keep("about", {"q-occupation": SECRET}, go="later")
    old = [
        manage_path(one.booking), one.url(), one.url(own=False),
        f"/consent/{consent_links.token_of(client)}/",
    ]  # fmt: skip
    assert [Browser().get(path).status_code for path in old] == [200] * 4, "the canary"
    mail.outbox.clear()
    correct(one, email="priya.raman@example.org")
    assert [Browser().get(path).status_code for path in old] == [404] * 4
    now = sent_to()
    assert {to for to, _text in now} == {"priya.raman@example.org"}
    text = "".join(words for _to, words in now)
    assert links.manage_url(one.booking) in text
    assert form_path(one.form, own=True) in text
    assert Message.objects.filter(kind=FORM_LINK, status="SENT").exclude(pk=home.pk).count() == 1
    assert SECRET in shown(form_path(one.form, own=True)), "what she had typed is kept"


@pytest.mark.parametrize("fields", [{"name": "Priya R."}, {"phone": "+14165550100"}])
def test_a_corrected_name_or_number_leaves_links_that_were_mailed_as_they_are(
    fields: dict[str, str],
) -> None:
    one = Told()
    paths = [manage_path(one.booking), one.url()]
    correct(one, **fields)
    assert [Browser().get(path).status_code for path in paths] == [200, 200]


def test_a_booking_somebody_made_with_their_own_address_keeps_its_link() -> None:
    one = Told()
    Booking.objects.update(contact_email="mother@example.org")
    path = manage_path(one.booking)
    correct(one, email="priya.raman@example.org")
    assert Browser().get(path).status_code == 200


def test_a_form_link_on_its_way_when_the_address_is_corrected_is_the_new_one() -> None:
    one = Told()
    asking.send_form_link(
        now=datetime.now(UTC),
        actor=staff(clinic.user()),
        client=one.booking.client,
        today=one.home.day(0),
    )
    old = one.url()
    correct(one, email="priya.raman@example.org")
    text = "".join(each for _to, each in sent_to())
    assert old not in text
    assert form_path(one.form, own=True) in text


def test_the_desk_is_told_of_a_login_that_the_old_address_still_has() -> None:
    one = Told()
    client = one.booking.client
    login_of(client)
    browser = signed_in(clinic.user(role="FRONT_DESK"))
    said = {"name": client.name, "email": "priya.raman@example.org", "phone": client.phone}
    page = browser.post(f"/desk/clients/{client.uid}/edit/", said, follow=True).content.decode()
    assert "priya@example.org still logs in" in page
    page = browser.post(f"/desk/clients/{client.uid}/edit/", said, follow=True).content.decode()
    assert "still logs in" not in page
