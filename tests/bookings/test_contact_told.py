"""A form that tells another name, address or number: proposed at the desk, never written by itself."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client as Browser

from bookings.actions import knowing, merging
from bookings.actions.contact_told import leave_contact, take_contact
from bookings.errors import DecidedMeanwhile
from bookings.queries.client_record import contact_told
from clients.models import Client, ContactProposal
from clinic import audit
from clinic.errors import constraint_of
from clinic.models import AuditEntry
from tests.bookings.my_pages import text_of
from tests.bookings.test_intake_forms import Device, Told, sent_by_page
from tests.bookings.world import raw_table
from tests.factories import bookings, clinic
from tests.factories.filled_form import parts

pytestmark = pytest.mark.django_db


@pytest.fixture
def front() -> Browser:
    browser = Browser()
    browser.force_login(clinic.user(role="FRONT_DESK"))
    return browser


def tell(one: Told, **about: str) -> Client:
    """Send the form with other answers about the client themself; return the client."""
    device = one.begin()
    fields = parts()
    fields["about"] |= {f"q-{code}": text for code, text in about.items()}
    device.fill(fields)
    assert device.send().status_code == 303
    return Client.objects.get(pk=one.booking.client_id)


def decide(front: Browser, client: Client, answer: str, proposal: Any = None) -> Any:
    uid = (proposal or contact_told(client)).uid
    path = f"/desk/clients/{client.uid}/told/"
    return front.post(path, {"proposal": uid, "answer": answer}, follow=True)


def test_what_a_form_tells_of_the_contact_changes_nothing_until_the_desk_takes_it_over(
    front: Browser,
) -> None:
    one = Told()
    client = tell(one, email="Priya.New@example.org", phone="416 555 0199")
    assert (client.email, client.phone) == ("priya@example.org", "+14165550142")
    page = text_of(front.get(f"/desk/clients/{client.uid}/"))
    assert "Told in the health form" in page
    for words in ("priya.new@example.org", "+1 416-555-0199", "priya@example.org"):
        assert words in page
    assert "Name:" not in page
    assert "The contact is saved." in text_of(decide(front, client, "take"))
    client.refresh_from_db()
    assert (client.name, client.email) == ("Priya Raman", "priya.new@example.org")
    assert client.phone == "+14165550199"
    one.booking.refresh_from_db()
    assert one.booking.contact_email == "priya.new@example.org", "coming bookings follow"
    assert "Told in the health form" not in text_of(front.get(f"/desk/clients/{client.uid}/"))
    entry = AuditEntry.objects.get(verb="client.contact_taken")
    assert entry.after == {"told": ["email", "phone"]}


def test_the_desk_reads_the_contact_and_nothing_else_of_the_form(front: Browser) -> None:
    client = tell(Told(), phone="416 555 0199", family_doctor="Dr Zinnia", address="1 Zinnia Way")
    assert "Zinnia" not in front.get(f"/desk/clients/{client.uid}/").content.decode()
    assert "0199" not in raw_table("clients_contactproposal"), "it came with a form, so is sealed"
    assert "0199" not in raw_table("clinic_historyentry")


def test_what_was_left_is_not_proposed_again_by_a_form_that_says_the_same(front: Browser) -> None:
    one = Told()
    client = tell(one, email="other@example.org")
    assert "The contact stays as it was." in text_of(decide(front, client, "leave"))
    tell(one, email="other@example.org", occupation="Gardener")
    assert contact_told(client) is None
    tell(one, email="third@example.org")
    tell(one, email="fourth@example.org")
    found = contact_told(client)
    assert found is not None
    assert found.said == {"email": "fourth@example.org"}
    states = ContactProposal.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["LEFT", "REPLACED", "OPEN"]


def test_the_same_contact_in_another_writing_is_no_news() -> None:
    client = tell(Told(), legal_name="  PRIYA   Råman ", email="PRIYA@example.org")
    assert contact_told(client) is None


def test_somebody_who_typed_a_known_clients_name_proposes_nothing() -> None:
    one = Told()
    one.send()
    sent = sent_by_page(one)
    assert sent.source == "PAGE"
    assert not ContactProposal.objects.exists()
    again = one.book(13, ahead=5)
    form = again.client.intake_requests.filter(ended_at=None).latest("pk")
    form.kind = "FULL"
    form.save()
    stranger = Device(one.url(own=False, form=form))
    stranger.browser.post(stranger.url)
    fields = parts()
    fields["about"]["q-email"] = "thief@example.org"
    stranger.fill(fields)
    assert stranger.send().status_code == 303
    assert not ContactProposal.objects.exists()


def test_two_at_the_desk_decide_once(front: Browser) -> None:
    client = tell(Told(), phone="416 555 0199")
    proposal = contact_told(client)
    decide(front, client, "leave")
    late = decide(front, client, "take", proposal)
    assert late.status_code == 409
    assert "This was decided meanwhile." in text_of(late)
    assert proposal is not None
    for action in (take_contact, leave_contact):
        with pytest.raises(DecidedMeanwhile):
            action(now=datetime.now(UTC), actor=audit.CLOCK, proposal=proposal)
    client.refresh_from_db()
    assert client.phone == "+14165550142"


def test_what_the_desk_corrected_since_stays_where_the_form_said_nothing_of_it(
    front: Browser,
) -> None:
    client = tell(Told(), phone="416 555 0199")
    desk = audit.staff(clinic.user(role="FRONT_DESK"))
    knowing.change_contact(
        now=datetime.now(UTC), actor=desk, client=client,
        name="Priya R. Raman", email=client.email, phone=client.phone,
    )  # fmt: skip
    decide(front, client, "take")
    client.refresh_from_db()
    assert (client.name, client.phone) == ("Priya R. Raman", "+14165550199")


def test_a_proposal_moves_with_a_merge_and_is_still_read() -> None:
    client = tell(Told(), phone="416 555 0199")
    other = bookings.client(name="Priya Ramann")
    desk = audit.staff(clinic.user(role="FRONT_DESK"))
    merging.merge(now=datetime.now(UTC), actor=desk, survivor=other, merged=client)
    found = contact_told(other)
    assert found is not None
    assert found.said == {"phone": "+14165550199"}


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({}, "contact_proposal_one_open"),
        ({"state": "TAKEN"}, "contact_proposal_open_or_ended"),
        ({"state": "LEFT", "ended_at": datetime(2026, 1, 1, tzinfo=UTC)},
         "contact_proposal_open_or_ended"),
    ],
)  # fmt: skip
def test_the_database_refuses_what_no_proposal_can_be(wrong: dict[str, Any], name: str) -> None:
    client = tell(Told(), phone="416 555 0199")
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        ContactProposal.objects.create(
            client=client, said={"phone": "+1"}, made_at=datetime(2026, 1, 1, tzinfo=UTC), **wrong
        )
    assert constraint_of(refused.value) == name
