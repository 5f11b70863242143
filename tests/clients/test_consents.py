"""Signing, taking back and publishing consents, against the database that keeps them."""

from __future__ import annotations

import copy
import threading
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from clients import consent_links, consent_text
from clients.actions import consenting
from clients.consent_rules import Event, Kind, Layer, Reason
from clients.consent_text import Text
from clients.errors import (
    AlreadyWithdrawn,
    ChoicesMissing,
    EditedMeanwhile,
    NothingChanged,
    NothingToConfirm,
    TextChanged,
    WithdrawalReasonMissing,
)
from clients.models import (
    Client,
    ClientKey,
    ConsentDocument,
    ConsentGiven,
    ConsentLink,
    ConsentStillYes,
    ConsentWithdrawn,
)
from clients.queries import consents
from clients.sealing import KeyDestroyed
from clinic.audit import CLIENT, CLOCK, staff
from clinic.models import AuditEntry
from tests.bookings.world import raw_table
from tests.factories import clinic
from tests.factories.bookings import client
from tests.factories.consents import SIGNED_AT, STROKES, signed
from tests.harness.databases import Database

LATER = SIGNED_AT + timedelta(days=1)
DAY = timedelta(days=1)


def document(kind: Kind = Kind.TREATMENT, at: datetime = LATER) -> ConsentDocument:
    found = consents.current_document(kind, "en-ca", at)
    assert found is not None
    return found


def edited(kind: Kind = Kind.TREATMENT, words: str = "And one more thing.") -> Text:
    said = consent_text.write(document(kind).text)
    said["items"][0] = {**said["items"][0], "text": words}
    return consent_text.read(said)


def publish(words: str, *, at: datetime = LATER, asks_again: bool = True) -> ConsentDocument:
    return consenting.publish(
        edited(words=words),
        now=at,
        actor=CLOCK,
        source="Dr Adler",
        asks_again=asks_again,
        after=document(at=at).number,
    )


@pytest.mark.django_db
def test_a_clinic_begins_with_both_texts_as_they_stand_in_the_file() -> None:
    found = consents.current_documents("en-ca", LATER)
    assert {kind: len(each.items) for kind, each in found.items()} == {
        Kind.TREATMENT: 14,
        Kind.PHOTO: 3,
    }
    assert all(each.digest == each.text.digest for each in found.values())


@pytest.mark.django_db
def test_a_newcomer_is_asked_for_both_and_after_signing_for_nothing() -> None:
    who = client(name="Priya Raman")
    asked = consents.to_sign(who, SIGNED_AT)
    assert [(one.kind, one.needed, one.reasons) for one in asked] == [
        (Kind.TREATMENT, True, (Reason.NEVER_GIVEN,)),
        (Kind.PHOTO, False, (Reason.NEVER_GIVEN,)),
    ]
    signed(who)
    assert [one.kind for one in consents.to_sign(who, LATER)] == [Kind.PHOTO]
    signed(who, Kind.PHOTO, no=("record", "teaching", "publication"))
    assert consents.to_sign(who, LATER) == []
    assert consents.photo_consent(who, LATER) == frozenset()


@pytest.mark.django_db
def test_a_client_whose_language_has_no_text_reads_the_clinics() -> None:
    who = client(language="fr-ca")
    assert consents.to_sign(who, SIGNED_AT)[0].document.language == "en-ca"
    assert consents.to_sign(client(), datetime(2020, 1, 1, tzinfo=UTC)) == []


@pytest.mark.django_db
def test_photos_may_be_used_for_what_was_said_yes_to_and_for_no_longer_than_that() -> None:
    who = client()
    assert consents.photo_consent(who, LATER) == frozenset()
    given = signed(who, Kind.PHOTO, no=("publication",))
    assert consents.photo_consent(who, SIGNED_AT - DAY) == frozenset()
    assert consents.photo_consent(who, LATER) == {Layer.RECORD, Layer.TEACHING}
    consenting.withdraw(now=LATER + DAY, actor=CLIENT, consent=given)
    assert consents.photo_consent(who, LATER) == {Layer.RECORD, Layer.TEACHING}
    assert consents.photo_consent(who, LATER + DAY) == frozenset()
    assert Kind.PHOTO not in [one.kind for one in consents.to_sign(who, LATER + DAY)]
    signed(who, Kind.PHOTO, at=LATER + 2 * DAY, no=("record",))
    assert consents.photo_consent(who, LATER + 3 * DAY) == frozenset(), "teaching needs a record"


@pytest.mark.django_db
def test_a_new_plan_asks_for_the_treatments_consent_again_and_not_for_the_photos() -> None:
    who = client()
    signed(who)
    signed(who, Kind.PHOTO)
    plan = Event(Reason.NEW_PLAN, LATER)
    asked = consents.to_sign(who, LATER, events=[plan])
    assert [(one.kind, one.reasons) for one in asked] == [(Kind.TREATMENT, (Reason.NEW_PLAN,))]
    signed(who, at=LATER + DAY)
    assert consents.to_sign(who, LATER + 2 * DAY, events=[plan]) == []
    grown_up = Event(Reason.CAPACITY_CHANGED, LATER + 2 * DAY)
    assert len(consents.to_sign(who, LATER + 2 * DAY, events=[grown_up])) == 2


@pytest.mark.django_db
def test_who_took_it_back_and_signs_anew_has_both_on_record() -> None:
    who = client()
    first = signed(who)
    consenting.withdraw(now=LATER, actor=CLIENT, consent=first, reason="I would rather wait.")
    assert consents.standing(who, Kind.TREATMENT, LATER).reasons == (Reason.WITHDRAWN,)
    second = signed(who, at=LATER + DAY)
    assert consents.standing(who, Kind.TREATMENT, LATER + DAY).holds
    kept = consents.signed(who)
    assert [one.pk for one in kept] == [second.pk, first.pk]
    assert kept[1].withdrawals.all()[0].reason == "I would rather wait."
    with pytest.raises(AlreadyWithdrawn):
        consenting.withdraw(now=LATER + 2 * DAY, actor=CLIENT, consent=first)


@pytest.mark.django_db
def test_staff_say_how_they_know_that_a_client_takes_it_back() -> None:
    given, desk = signed(client()), clinic.user(role="PRACTITIONER")
    with pytest.raises(WithdrawalReasonMissing):
        consenting.withdraw(now=LATER, actor=staff(desk), consent=given, reason=" ")
    made = consenting.withdraw(now=LATER, actor=staff(desk), consent=given, reason="By telephone.")
    assert made.user == desk


@pytest.mark.django_db
def test_a_form_sent_twice_is_one_signature() -> None:
    who, key = client(), uuid.uuid4()
    first = signed(who, key=key)
    assert signed(who, key=key, at=LATER) == first
    assert ConsentGiven.objects.count() == 1
    other = client()
    assert signed(other, key=key).client == other, "a key is the client's own"


@pytest.mark.django_db
@pytest.mark.parametrize("left", [{}, {"who": True}, {"all": False}])
def test_every_part_of_the_treatments_text_is_agreed_to(left: dict[str, bool]) -> None:
    choices = dict.fromkeys(document().text.codes, False) if "all" in left else left
    with pytest.raises(ChoicesMissing) as refused:
        signed(client(), choices=choices)
    assert len(refused.value.codes) == 14 - len(left) + ("all" in left)
    assert not ConsentGiven.objects.exists()


@pytest.mark.django_db
def test_nobody_signs_a_text_that_was_replaced_while_they_read() -> None:
    who, before = client(), document()
    publish("Only the wording.", at=SIGNED_AT, asks_again=False)
    with pytest.raises(TextChanged):
        signed(who, digest=before.digest, at=LATER)
    assert not ConsentGiven.objects.exists()


@pytest.mark.django_db
def test_a_change_of_substance_ends_signatures_and_a_change_of_wording_none() -> None:
    people = [client() for _ in range(4)]
    for who in people[:3]:
        signed(who)
    consenting.withdraw(now=LATER, actor=CLIENT, consent=people[2].consents_given.get())
    assert consents.asked_again_by(document(), LATER) == 2
    publish("The wording.", asks_again=False)
    assert consents.standing(people[0], Kind.TREATMENT, LATER).holds
    assert consents.asked_again_by(document(), LATER) == 2
    newest = publish("The substance.", at=LATER + DAY)
    assert newest.number == 3
    assert consents.standing(people[0], Kind.TREATMENT, LATER + DAY).reasons == (
        Reason.TEXT_CHANGED,
    )
    assert consents.asked_again_by(newest, LATER + DAY) == 0
    assert consents.asked_again_by(newest, LATER) == 2, "as it was before"


@pytest.mark.django_db
def test_of_two_who_edit_the_same_version_the_second_is_told() -> None:
    number = document().number
    publish("The first edit.")
    with pytest.raises(EditedMeanwhile):
        consenting.publish(
            edited(words="The second."),
            now=LATER,
            actor=CLOCK,
            source="x",
            asks_again=True,
            after=number,
        )
    with pytest.raises(NothingChanged):
        consenting.publish(
            document().text, now=LATER, actor=CLOCK, source="x", asks_again=True, after=2
        )


@pytest.mark.django_db
def test_at_a_visit_the_client_says_yes_again_once_and_only_to_what_holds() -> None:
    who, doctor = client(), staff(clinic.user(role="PRACTITIONER"))
    with pytest.raises(NothingToConfirm):
        consenting.still_yes(now=LATER, actor=doctor, client=who, about="booking:1")
    given = signed(who)
    with pytest.raises(NothingToConfirm):
        consenting.still_yes(now=LATER, actor=CLIENT, client=who, about="booking:1")
    made = consenting.still_yes(now=LATER, actor=doctor, client=who, about="booking:1")
    again = consenting.still_yes(now=LATER + DAY, actor=doctor, client=who, about="booking:1")
    assert (made.consent, again) == (given, made)
    consenting.withdraw(now=LATER + DAY, actor=CLIENT, consent=given)
    with pytest.raises(NothingToConfirm):
        consenting.still_yes(now=LATER + DAY, actor=doctor, client=who, about="booking:2")


@pytest.mark.django_db
def test_what_was_signed_is_sealed_and_in_no_log() -> None:
    who = client(name="Zinnia Quartz")
    made = signed(
        who,
        name="Zinnia's Mother",
        strokes=STROKES,
        interpreter="Ana Wexford",
        questions="About my thyroid",
        address="203.0.113.9",
        device="A telephone",
    )
    consenting.withdraw(now=LATER, actor=CLIENT, consent=made, reason="Thyroid again")
    fresh = consents.signed(who)[0]
    assert fresh.signature["name"] == "Zinnia's Mother"
    assert fresh.signature["strokes"] == [[list(point) for point in one] for one in STROKES]
    assert fresh.circumstances["questions"] == "About my thyroid"
    for table in ("clients_consentgiven", "clients_consentwithdrawn", "clinic_auditentry"):
        stored = raw_table(table)
        for word in ("Mother", "Wexford", "hyroid", "203.0.113.9", "telephone"):
            assert word not in stored
    verbs = set(AuditEntry.objects.values_list("verb", flat=True))
    assert {"consent.given", "consent.withdrawn"} <= verbs
    ClientKey.objects.get(client=who).destroy(now=LATER)
    with pytest.raises(KeyDestroyed):
        _ = consents.signed(who)[0].signature


def refused(statement: str, params: list[Any] | None = None) -> str:
    """Return the constraint that refuses a statement."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what is deferred hinders a TRUNCATE
        with pytest.raises(DatabaseError) as error, transaction.atomic():
            cursor.execute(statement, params)
    return str(error.value.__cause__.diag.constraint_name)  # type: ignore[union-attr]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "model", [ConsentDocument, ConsentGiven, ConsentWithdrawn, ConsentStillYes]
)
def test_the_database_changes_and_deletes_nothing_that_was_agreed_to(model: Any) -> None:
    given = signed(client())
    doctor = staff(clinic.user(role="PRACTITIONER"))
    consenting.still_yes(now=LATER, actor=doctor, client=given.client, about="booking:1")
    consenting.withdraw(now=LATER, actor=CLIENT, consent=given)
    table = model._meta.db_table
    assert model.objects.exists()
    for field in model._meta.local_concrete_fields:
        name = connection.ops.quote_name(field.column)
        assert refused(f"UPDATE {table} SET {name} = {name}") == "consents_do_not_change"  # noqa: S608
    assert refused(f"DELETE FROM {table}") == "consents_do_not_change"  # noqa: S608
    assert refused(f"TRUNCATE {table} CASCADE") == "consents_do_not_change"


@pytest.mark.django_db
def test_a_signature_moves_to_another_client_and_nothing_else_of_it_changes() -> None:
    who, other = client(), client()
    signed(who)
    table = ConsentGiven._meta.db_table
    move = f"UPDATE {table} SET client_id = %s, signature = signature"  # noqa: S608
    assert refused(move, [other.pk]) == "consents_do_not_change"
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL jade.moving_client = 'on'")
        cursor.execute(move, [other.pk])
    assert other.consents_given.count() == 1
    for change in ("choices = '{}'", "at = now()", "digest = repeat('0', 64)"):
        assert refused(f"UPDATE {table} SET {change}") == "consents_do_not_change"  # noqa: S608
    assert refused(f"DELETE FROM {table}") == "consents_do_not_change"  # noqa: S608
    assert refused("UPDATE clients_consentdocument SET intro = ''") == "consents_do_not_change"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("consent_method_known", {"method": "SPOKEN"}),
        ("consent_relation_known", {"relation": "FRIEND"}),
        ("consent_on_tablet_has_witness", {"place": "TABLET"}),
        ("consent_on_tablet_has_witness", {"place": "ELSE"}),
        ("consent_has_zone", {"time_zone": ""}),
        ("consent_names_its_text", {"digest": "0" * 64}),
        ("consent_names_its_text", {"at": datetime(2020, 1, 1, tzinfo=UTC)}),
        ("consent_once_a_form", {"uid": uuid.uuid4(), "key": None}),
    ],
)
def test_the_database_refuses_a_signature_that_proves_nothing(
    name: str, change: dict[str, Any]
) -> None:
    row = signed(client())
    _ = row.signature, row.circumstances
    row.pk, row._state.adding = None, True
    row.uid, row.key = uuid.uuid4(), row.key if "key" in change else uuid.uuid4()
    for field, value in change.items():
        setattr(row, field, value or row.key if field == "key" else value)
    with pytest.raises(DatabaseError) as error, transaction.atomic():
        row.save()
    assert error.value.__cause__.diag.constraint_name == name  # type: ignore[union-attr]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("consent_text_numbered_once", {}),
        ("consent_text_numbered_from_one", {"number": 0}),
        ("consent_text_kind_known", {"number": 9, "kind": "MONEY"}),
        ("consent_text_digest_sha256", {"number": 9, "digest": "no hash"}),
        ("consent_text_months_range", {"number": 9, "months": 0}),
    ],
)
def test_the_database_refuses_a_text_that_is_none(name: str, change: dict[str, Any]) -> None:
    row = document()
    row.pk, row.uid, row._state.adding = None, uuid.uuid4(), True
    for field, value in change.items():
        setattr(row, field, value)
    with pytest.raises(DatabaseError) as error, transaction.atomic():
        row.save()
    assert error.value.__cause__.diag.constraint_name == name  # type: ignore[union-attr]


@pytest.mark.django_db
def test_the_database_knows_whose_consent_is_taken_back_or_confirmed() -> None:
    given, other, user = signed(client()), client(), clinic.user(role="PRACTITIONER")
    ClientKey.objects.of(other, now=LATER)
    ClientKey.objects.of(given.client, now=LATER)

    def withdrawn(**fields: Any) -> ConsentWithdrawn:
        said = {"client": given.client, "consent": given, "reason": "", "at": LATER, **fields}
        return ConsentWithdrawn.objects.create(**said)

    def confirmed(**fields: Any) -> ConsentStillYes:
        said = {"client": given.client, "consent": given, "user": user, "at": LATER, **fields}
        return ConsentStillYes.objects.create(**{"about": "booking:1", **said})

    def name_of(make: Any, **fields: Any) -> str:
        with pytest.raises(DatabaseError) as error, transaction.atomic():
            make(**fields)
        return str(error.value.__cause__.diag.constraint_name)  # type: ignore[union-attr]

    for make in (withdrawn, confirmed):
        assert name_of(make, client=other) == "consent_is_the_clients"
        assert name_of(make, at=SIGNED_AT - DAY) == "consent_is_the_clients"
    assert name_of(confirmed, about="") == "still_yes_names_a_visit"
    confirmed()
    assert name_of(confirmed) == "still_yes_once_a_visit"
    withdrawn()
    assert name_of(withdrawn) == "consent_withdrawn_once"
    with pytest.raises(DatabaseError) as error, transaction.atomic():
        ConsentLink.objects.create(client=other, version=0)
    assert error.value.__cause__.diag.constraint_name == "consent_link_from_one"  # type: ignore[union-attr]


@pytest.mark.django_db
def test_a_link_opens_for_its_client_alone_and_only_the_newest_does() -> None:
    who, other = client(), client()
    first = consent_links.token_of(who)
    assert consent_links.client_of(first) == who
    assert first == consent_links.token_of(Client.objects.get(pk=who.pk)), "it is always the same"
    assert consent_links.token_of(other) != first
    consenting.replace_link(now=LATER, actor=CLOCK, client=who)
    second = consent_links.token_of(Client.objects.get(pk=who.pk))
    assert consent_links.client_of(first) is None
    assert consent_links.client_of(second) == who
    assert str(who.uid) not in second


@pytest.mark.django_db
def test_a_link_with_another_letter_anywhere_opens_nothing() -> None:
    token = consent_links.token_of(client())
    for place, letter in enumerate(token):
        wrong = f"{token[:place]}{'A' if letter != 'A' else 'B'}{token[place + 1 :]}"
        assert consent_links.client_of(wrong) is None
    plus = token.replace("-", "+").replace("_", "/")
    for wrong in ("", token[:-1], f"{token}A", "é" * 48, "=" * 48, "A" * 48, token[::-1]):
        assert consent_links.client_of(wrong) is None
    assert plus == token or consent_links.client_of(plus) is None


@pytest.mark.django_db
def test_how_many_clients_stand_takes_one_query(django_assert_num_queries: Any) -> None:
    people = [client() for _ in range(12)]
    for who in people[:4]:
        signed(who)
    with django_assert_num_queries(1):
        found = consents.standings([who.pk for who in people], LATER, kinds=[Kind.TREATMENT])
    assert [found[who.pk][Kind.TREATMENT].holds for who in people].count(True) == 4


def test_of_eight_who_send_the_same_form_at_once_one_signs(fresh_db: Database) -> None:
    who, key, made = client(), uuid.uuid4(), []

    def send() -> None:
        try:
            made.append(signed(who, key=key).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 8
    assert len(set(made)) == 1
    assert ConsentGiven.objects.count() == 1


@pytest.mark.django_db
def test_texts_the_clinic_published_are_left_alone_by_a_start() -> None:
    from clinic.management.commands.load_defaults import publish_consent_texts

    newer = [
        consent_text.read(
            {**copy.deepcopy(consent_text.write(document(kind).text)), "intro": "New"}
        )
        for kind in Kind
    ]
    publish("The clinic's own.")
    done = publish_consent_texts(newer, now=LATER + DAY)
    assert done == ["consent text PHOTO en-ca, version 2"]
    assert publish_consent_texts(newer, now=LATER + DAY) == []
    assert document().source == "Dr Adler"
