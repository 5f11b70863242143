"""What the database refuses in a client's record: forms, consents, files, logins and requests."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, models

from clients.actions import consenting, intake
from clients.intake_definition import FormKind
from clients.models import (
    Client,
    ClientKey,
    ClientLogin,
    ConsentDocument,
    ConsentGiven,
    ConsentLink,
    ConsentStillYes,
    ConsentWithdrawn,
    DataRequest,
    Document,
    IntakeDefinition,
    IntakeDraft,
    IntakeRequest,
    IntakeSubmission,
    Photo,
)
from clinic.audit import CLIENT, staff
from tests.copying import Case, copy, refused
from tests.factories import bookings, clinic, media
from tests.factories.consents import signed
from tests.factories.intake import told

pytestmark = pytest.mark.django_db

NOW = datetime(2099, 3, 1, 12, 0, tzinfo=UTC)
ENDED = {"ended_at": NOW.isoformat()}

A_LOGIN = {**ENDED, "relation": "CARER"}
A_TEXT = {"number": 99}
A_SIGNATURE = {"key": str(uuid.uuid4())}
A_VERSION = {"version": 901}
A_REQUEST = {"about": "booking:x", "token_digest": "t", "page_digest": "p"}
A_SUBMISSION: dict[str, object] = {"draft_id": None, "previous_id": None}
A_PHOTO = {"name": "n", "thumb_name": "t", "sha256": "0" * 64}
A_DOCUMENT = {"name": "n", "sha256": "0" * 64}

CASES: dict[str, Case] = {
    "client_merged_has_survivor": (Client, {}, {"status": "MERGED"}),
    "client_erased_is_nobody": (Client, {}, {"status": "ERASED"}),
    "client_login_relation_known": (ClientLogin, A_LOGIN, {"relation": "FRIEND"}),
    "client_login_how_known": (ClientLogin, A_LOGIN, {"how": "GUESS"}),
    "client_login_only_desk_waits": (
        ClientLogin,
        A_LOGIN,
        {"is_pending": True, "how": "NUMBER"},
    ),
    "client_login_ends_after_it_begins": (
        ClientLogin,
        A_LOGIN,
        {"ended_at": (NOW - timedelta(seconds=1)).isoformat()},
    ),
    "consent_text_numbered_from_one": (ConsentDocument, A_TEXT, {"number": 0}),
    "consent_text_kind_known": (ConsentDocument, A_TEXT, {"kind": "LOAN"}),
    "consent_text_digest_sha256": (ConsentDocument, A_TEXT, {"digest": "short"}),
    "consent_text_months_range": (ConsentDocument, A_TEXT, {"months": 121}),
    "consent_method_known": (ConsentGiven, A_SIGNATURE, {"method": "STAMP"}),
    "consent_relation_known": (ConsentGiven, A_SIGNATURE, {"relation": "AUNT"}),
    "consent_on_tablet_has_witness": (ConsentGiven, A_SIGNATURE, {"place": "TABLET"}),
    "consent_has_zone": (ConsentGiven, A_SIGNATURE, {"time_zone": ""}),
    "still_yes_names_a_visit": (ConsentStillYes, {"about": "booking:x"}, {"about": ""}),
    "intake_definition_version_from_one": (IntakeDefinition, A_VERSION, {"version": 0}),
    "intake_definition_digest_sha256": (IntakeDefinition, A_VERSION, {"digest": "short"}),
    "intake_request_kind_known": (IntakeRequest, A_REQUEST, {"kind": "SOME"}),
    "intake_request_forwards": (IntakeRequest, A_REQUEST, {"valid_until": NOW.isoformat()}),
    "intake_submission_kind_known": (IntakeSubmission, A_SUBMISSION, {"kind": "SOME"}),
    "intake_submission_source": (IntakeSubmission, A_SUBMISSION, {"source": "PAPER"}),
    "photo_file_is_measured": (Photo, A_PHOTO, {"size": 0}),
    "photo_stands_or_ended": (Photo, A_PHOTO, {"ending": "WITHDRAWN"}),
    "photo_view_known": (Photo, A_PHOTO, {"view": "BACK"}),
    "photo_milestone_known": (Photo, A_PHOTO, {"milestone": "PARTY"}),
    "photo_size_within_limits": (Photo, A_PHOTO, {"width": 3001}),
    "photo_replaced_by_another": (Photo, A_PHOTO, {**ENDED, "ending": "REPLACED"}),
    "document_file_is_measured": (Document, A_DOCUMENT, {"sha256": "short"}),
    "document_stands_or_ended": (Document, A_DOCUMENT, ENDED),
    "document_kind_known": (Document, A_DOCUMENT, {"kind": "NOVEL"}),
    "document_chart_has_date": (Document, A_DOCUMENT, {"dated": None}),
    "document_type_known": (Document, A_DOCUMENT, {"media_type": "text/html"}),
    "document_is_not_replaced": (Document, A_DOCUMENT, {**ENDED, "ending": "REPLACED"}),
    "data_request_kind_known": (DataRequest, A_SIGNATURE, {"kind": "PRAISE"}),
    "data_request_open_or_answered": (DataRequest, A_SIGNATURE, {"state": "DONE"}),
}
# What takes more than one row to say, or a row's own number, is told apart below.
OF_THEIR_OWN = {
    # tests/bookings/test_erasing.py
    "erasure_by_two_or_later",
    "erasure_ground_known",
    "erasure_one_waits",
    "erasure_waits_or_ended",
    "legal_hold_holds_or_ended",
    "legal_hold_one_holds",
    "client_login_once",
    "client_login_one_self",
    "client_not_merged_into_itself",
    "consent_link_from_one",
    "consent_once_a_form",
    "consent_text_numbered_once",
    "consent_withdrawn_once",
    "data_request_once_a_form",
    "data_request_one_erasure",
    "document_once",
    "intake_one_draft_a_request",
    "intake_one_open_request",
    "intake_submission_not_its_own",
    "photo_not_replaced_by_itself",
    "photo_once",
    "still_yes_once_a_visit",
}


@pytest.fixture
def client(db: None) -> Client:
    made = bookings.client()
    ClientKey.objects.of(made, now=NOW)
    return made


def row(model: type[models.Model], client: Client) -> Any:
    """Return one good row of a table."""
    match model.__name__:
        case "Client":
            return client
        case "ClientLogin":
            user = clinic.user(role="CLIENT")
            return ClientLogin.objects.create(
                user=user, client=client, relation="SELF", how="CLINIC", made_at=NOW
            )
        case "ConsentDocument" | "ConsentGiven":
            given = signed(client)
            return given if model is ConsentGiven else given.document
        case "ConsentStillYes":
            doctor = staff(clinic.user(role="PRACTITIONER"))
            signed(client)
            consenting.still_yes(now=NOW, actor=doctor, client=client, about="booking:1")
            return ConsentStillYes.objects.get()
        case "IntakeDefinition":
            return IntakeDefinition.objects.earliest("version")
        case "IntakeRequest":
            return intake.ask_for_form(
                now=NOW,
                actor=CLIENT,
                client=client,
                kind=FormKind.FULL,
                valid_until=NOW + timedelta(days=1),
                about="booking:1",
            )
        case "IntakeSubmission":
            return told(client=client, at=NOW)
        case "Photo":
            return media.photo(client=client)
        case "Document":
            return media.document(client=client)
        case _:
            return DataRequest.objects.create(
                key=uuid.uuid4(),
                client=client,
                kind="CORRECTION",
                words="My name is spelt with an e.",
                asked_by=clinic.user(role="CLIENT"),
                asked_at=NOW,
            )


@pytest.mark.parametrize("name", CASES)
def test_a_constraint_refuses_what_it_says_and_only_that(name: str, client: Client) -> None:
    model, good, bad = CASES[name]
    first = row(model, client)
    assert refused(lambda: copy(first, **{**good, **bad})) == name
    copy(first, **good)


def test_a_record_is_not_merged_into_itself(client: Client) -> None:
    itself = {"id": 77_777, "merged_into_id": 77_777, "status": "MERGED"}
    assert refused(lambda: copy(client, **itself)) == "client_not_merged_into_itself"
    copy(client, **{**itself, "merged_into_id": client.pk})


def test_a_login_holds_a_client_once_and_is_one_client_themselves(client: Client) -> None:
    login = row(ClientLogin, client)
    assert refused(lambda: copy(login, relation="PARENT")) == "client_login_once"
    child = {"client_id": bookings.client().pk}
    assert refused(lambda: copy(login, **child)) == "client_login_one_self"
    copy(login, **child, relation="PARENT")
    copy(login, **ENDED)


def test_a_signature_a_withdrawal_and_a_still_yes_are_made_once(client: Client) -> None:
    again = row(ConsentStillYes, client)
    given = again.consent
    assert refused(lambda: copy(given.document)) == "consent_text_numbered_once"
    assert refused(lambda: copy(given)) == "consent_once_a_form"
    assert refused(lambda: copy(again)) == "still_yes_once_a_visit"
    consenting.withdraw(now=NOW, actor=CLIENT, consent=given)
    assert refused(lambda: copy(ConsentWithdrawn.objects.get())) == "consent_withdrawn_once"


def test_the_first_link_is_number_one(client: Client) -> None:
    ConsentLink.objects.create(client=client)
    link = ConsentLink.objects.filter(client=client)
    assert refused(lambda: link.update(version=0)) == "consent_link_from_one"


def test_one_form_is_asked_for_and_filled_in_at_a_time(client: Client) -> None:
    asked = row(IntakeRequest, client)
    links = {"token_digest": "t", "page_digest": "p"}
    assert refused(lambda: copy(asked, **links)) == "intake_one_open_request"
    copy(asked, **links, **ENDED)
    draft = intake.begin_form(now=NOW, request=asked, own=True)
    assert refused(lambda: copy(draft)) == "intake_one_draft_a_request"
    IntakeDraft.objects.update(sent_at=NOW)
    copy(draft)


def test_a_form_does_not_follow_itself(client: Client) -> None:
    sent = row(IntakeSubmission, client)
    itself = {"id": 77_777, "previous_id": 77_777, "draft_id": None}
    assert refused(lambda: copy(sent, **itself)) == "intake_submission_not_its_own"
    copy(sent, **{**itself, "previous_id": sent.pk})


def test_the_same_file_stands_once_in_a_record(client: Client) -> None:
    photo, document = row(Photo, client), row(Document, client)
    names = {"name": "n", "thumb_name": "t"}
    assert refused(lambda: copy(photo, **names)) == "photo_once"
    assert refused(lambda: copy(document, name="n")) == "document_once"
    copy(photo, **names, **ENDED, ending="WITHDRAWN")
    copy(document, name="n", **ENDED, ending="WITHDRAWN")


def test_a_photo_is_replaced_by_another(client: Client) -> None:
    photo = row(Photo, client)
    itself = {**A_PHOTO, **ENDED, "ending": "REPLACED", "id": 77_777, "replaced_by_id": 77_777}
    assert refused(lambda: copy(photo, **itself)) == "photo_not_replaced_by_itself"
    copy(photo, **{**itself, "replaced_by_id": photo.pk})


def test_a_request_sent_twice_is_one_and_erasure_is_asked_for_once(client: Client) -> None:
    asked = row(DataRequest, client)
    assert refused(lambda: copy(asked)) == "data_request_once_a_form"
    copy(asked, key=str(uuid.uuid4()), kind="ERASURE")
    again = {"key": str(uuid.uuid4()), "kind": "ERASURE"}
    assert refused(lambda: copy(asked, **again)) == "data_request_one_erasure"


@pytest.mark.parametrize("model", [IntakeDefinition, IntakeSubmission])
def test_a_published_form_and_what_was_sent_never_change(
    client: Client, model: type[models.Model]
) -> None:
    row(IntakeSubmission, client)
    name = "forms_do_not_change" if model is IntakeDefinition else "submissions_do_not_change"
    table, key = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what is pending hinders a TRUNCATE
        for statement in (
            f"UPDATE {table} SET {key} = {key}",  # noqa: S608
            f"DELETE FROM {table}",  # noqa: S608
            f"TRUNCATE {table} CASCADE",
        ):
            assert refused(lambda statement=statement: cursor.execute(statement)) == name
    assert model._default_manager.exists()
