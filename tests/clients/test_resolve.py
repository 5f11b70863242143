"""Whom a booking is for: linked in silence, made anew, or proposed to the desk."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from clients.actions import MOST_PROPOSALS, resolve
from clients.contact import Contact
from clients.models import Client, ContactConsent, DuplicateProposal
from tests.factories import bookings

pytestmark = pytest.mark.django_db

NOW = datetime(2027, 3, 1, 14, 0, tzinfo=UTC)
ADA = Contact(
    name="Ada Lovelace", email="ada@example.org", phone="+14165550123", by_email=True, by_sms=True
)


def come(contact: Contact = ADA, *, now: datetime = NOW) -> Any:
    return resolve(contact, now=now, source="ONLINE")


def like(contact: Contact = ADA, **fields: Any) -> Contact:
    same = {name: getattr(contact, name) for name in Contact.__slots__}
    return Contact(**{**same, **fields})


def proposals() -> list[tuple[int, int, str]]:
    return list(DuplicateProposal.objects.values_list("newcomer", "known", "matched_on"))


def test_somebody_new_becomes_a_provisional_client() -> None:
    found = come()
    assert not found.known
    assert found.client.status == "PROVISIONAL"
    assert (found.client.name, found.client.email, found.client.phone) == (
        ADA.name,
        ADA.email,
        ADA.phone,
    )
    assert proposals() == []


@pytest.mark.parametrize("name", ["Ada Lovelace", "ADA  lovelace", "Ada Lovelace\u0301"])
def test_the_same_person_is_known_again_and_nothing_of_theirs_is_edited(name: str) -> None:
    first = come().client
    before = Client.objects.filter(pk=first.pk).values().get()
    again = come(like(name=name, email="ADA@Example.org"), now=NOW + timedelta(days=9))
    assert (again.client, again.known) == (first, True)
    assert Client.objects.filter(pk=first.pk).values().get() == before
    assert Client.objects.count() == 1
    assert proposals() == []


def test_a_client_the_desk_knows_is_found_too_and_stays_what_they_are() -> None:
    first = come().client
    Client.objects.update(status="ACTIVE", language="fr-ca")
    assert come().client == first
    first.refresh_from_db()
    assert (first.status, first.language) == ("ACTIVE", "fr-ca")


def test_whose_record_was_merged_is_known_by_its_contact_as_the_survivor() -> None:
    first = come().client
    survivor = bookings.client()
    Client.objects.filter(pk=first.pk).update(status="MERGED", merged_into=survivor)
    again = come()
    assert again.known
    assert again.client == survivor
    assert proposals() == []


def test_a_merged_record_is_proposed_to_nobody() -> None:
    first = come().client
    Client.objects.filter(pk=first.pk).update(status="MERGED", merged_into=bookings.client())
    come(like(phone="+14165550199"))
    assert proposals() == []


@pytest.mark.parametrize(
    ("fields", "matched_on"),
    [
        ({"name": "Augusta King"}, "email+phone"),
        ({"phone": "+14165550199"}, "name+email"),
        ({"email": "ada@elsewhere.example"}, "name+phone"),
        ({"phone": ""}, "name+email"),
        ({"email": ""}, "name+phone"),
    ],
)
def test_who_shares_two_of_three_is_somebody_else_and_proposed_to_the_desk(
    fields: dict[str, str], matched_on: str
) -> None:
    first = come().client
    other = come(like(**fields))
    assert not other.known
    assert other.client != first
    assert proposals() == [(other.client.pk, first.pk, matched_on)]


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "Annabella Byron", "phone": "+14165550199"},
        {"name": "Annabella Byron", "email": "anna@example.org"},
        {"email": "other@example.org", "phone": "+14165550199"},
    ],
)
def test_a_family_that_shares_one_address_is_not_proposed(fields: dict[str, str]) -> None:
    first = come().client
    other = come(like(**fields))
    assert other.client != first
    assert proposals() == []


def test_a_family_on_one_address_and_number_keeps_a_record_each() -> None:
    names = ["Ada Lovelace", "Annabella Byron", "Byron King", "Ralph King"]
    made = [come(like(name=name)).client for name in names]
    assert len({client.pk for client in made}) == 4
    assert [come(like(name=name)).client for name in names] == made
    assert {matched for _new, _known, matched in proposals()} == {"email+phone"}
    assert len(proposals()) == 3 + 2 + 1


def test_a_house_of_fifty_makes_no_flood_of_proposals() -> None:
    for number in range(8):
        come(like(name=f"Resident {number}"))
    newest = come(like(name="One more")).client
    assert DuplicateProposal.objects.filter(newcomer=newest).count() == MOST_PROPOSALS


def test_a_known_client_on_an_address_that_many_share_is_still_found() -> None:
    # A family practice, an assistant, a shelter: one address, any number of people.
    first = [come(like(name=f"Resident {number}")).client for number in range(55)]
    last = come(like(name="Resident 54"))
    assert (last.client, last.known) == (first[54], True)


def test_a_contact_without_mail_and_number_is_linked_to_nobody() -> None:
    nobody = Contact(name="A. Smith")
    one, two = come(nobody), come(nobody)
    assert one.client != two.client
    assert not two.known
    assert proposals() == []


def test_empty_addresses_are_no_address_shared() -> None:
    come(like(email=""))
    come(like(name="Somebody Else", email="", phone="+14165550199"))
    assert proposals() == []


# Consents


def consents(client: Client) -> list[tuple[str, bool]]:
    rows = ContactConsent.objects.filter(client=client).order_by("at", "channel")
    return [(row.channel, row.granted) for row in rows]


def test_what_a_newcomer_says_is_kept_for_each_channel_with_its_wording() -> None:
    client = come(like(by_sms=False)).client
    assert consents(client) == [("EMAIL", True), ("SMS", False)]
    kept = ContactConsent.objects.first()
    assert kept is not None
    assert (kept.at, kept.source, kept.purpose) == (NOW, "ONLINE", "CARE")
    assert kept.wording


@pytest.mark.parametrize("says", [True, False])
def test_a_form_in_a_known_clients_name_changes_none_of_their_consents(says: bool) -> None:
    client = come(like(by_email=False, by_sms=not says)).client
    come(like(by_email=says, by_sms=says), now=NOW + timedelta(days=1))
    assert consents(client) == [("EMAIL", False), ("SMS", not says)]


def test_a_channel_never_spoken_of_is_heard_the_first_time() -> None:
    client = come().client
    ContactConsent.objects.filter(channel="SMS").delete()
    come(like(by_email=False, by_sms=True), now=NOW + timedelta(days=1))
    assert consents(client) == [("EMAIL", True), ("SMS", True)]


def test_consent_to_care_says_nothing_of_marketing() -> None:
    come()
    assert set(ContactConsent.objects.values_list("purpose", flat=True)) == {"CARE"}


def test_a_newcomer_who_resembles_a_client_has_consents_of_their_own() -> None:
    first = come().client
    other = come(like(name="Augusta King", by_email=False, by_sms=False)).client
    assert consents(first) == [("EMAIL", True), ("SMS", True)]
    assert consents(other) == [("EMAIL", False), ("SMS", False)]
