"""A client's data in their own hands: messages, documents, the download, who looked."""

from __future__ import annotations

import html
import io
import json
import re
import uuid
from datetime import UTC, datetime
from typing import Any
from zipfile import ZipFile

import pytest
from django.db import IntegrityError, transaction
from django.test import Client as Browser
from fhir.resources.R4B.bundle import Bundle

from bookings import fhir
from bookings.queries.own_data import own_data
from bookings.views.me import record
from clients import data_requests
from clients.actions import consenting
from clients.consent_rules import Kind
from clients.contact_consents import choose, holding
from clients.models import Client, ContactConsent, DataRequest
from clinic import audit
from clinic.audit import CLIENT
from clinic.errors import constraint_of
from clinic.models import AccessEntry, AuditEntry
from tests.bookings.my_pages import ask, code_in, login_of, person, signed_in, text_of, the_mail
from tests.bookings.test_me_pages import answered, visit
from tests.bookings.world import raw_table
from tests.clients.record import submitted
from tests.factories import clinic, consents
from tests.factories.house import House, house

pytestmark = pytest.mark.django_db

HOSTILE = '<img src=x onerror=alert(1)> "Zoë" 😀 \u202eevil'


@pytest.fixture
def home() -> House:
    return house()


def entered(client: Client) -> Browser:
    """Return a browser in which somebody has signed in a moment ago."""
    login_of(client)
    browser = Browser()
    ask(client.email, browser)
    browser.post("/me/login/code/", {"code": code_in(the_mail())})
    return browser


def unpacked(answer: Any) -> dict[str, bytes]:
    with ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as file:
        assert file.testzip() is None
        return {name: file.read(name) for name in file.namelist()}


def full(home: House, name: str = HOSTILE) -> Client:
    """Return a client with something of everything."""
    client = person(name)
    visit(home, client, home.at(10, ahead=-7), status="DONE")
    for number, status in enumerate(("BOOKED", "REQUESTED", "CANCELLED", "NO_SHOW", "DECLINED")):
        visit(home, client, home.at(10 + number), status=status, practitioner=None, room=None)
    answered(
        home, client, home.day(-7),
        bq_procedures={"items": {"botulinum": home.day(-300).isoformat()}},
        bq_review={"items": {"epilepsy": None}},
    )  # fmt: skip
    signed = consents.signed(client, at=datetime.now(UTC))
    consents.signed(client, Kind.PHOTO, at=datetime.now(UTC))
    consenting.withdraw(
        now=datetime.now(UTC), actor=CLIENT, consent=signed, reason="I changed my mind"
    )
    choose(
        now=datetime.now(UTC), actor=CLIENT, client=client,
        granted={"care_email": True, "care_sms": False, "news_email": True, "news_sms": False},
    )  # fmt: skip
    return client


def test_the_download_holds_every_answer_in_words_json_and_fhir(home: House) -> None:
    client = full(home)
    row = submitted(client)
    browser = entered(client)
    answer = browser.post(f"/me/{client.uid}/data/download/")
    assert answer.status_code == 200
    assert answer["Content-Disposition"] == 'attachment; filename="my-record.zip"'
    files = unpacked(answer)
    kept = json.loads(files["my-record.json"])
    page = html.unescape(re.sub(r"<[^>]+>", " ", files["my-record.html"].decode()))
    squeezed = " ".join(page.split())
    (form,) = kept["forms"]
    assert {one["code"] for one in form["answers"]} == set(row.answers)
    said = [*form["answers"], *kept["safety_answers"][0]["answers"]]
    assert len(said) > 10
    for one in said:
        assert " ".join(one["question"].split()) in squeezed, one["code"]
        assert " ".join(one["words"].split()) in squeezed, one["code"]
    assert kept["person"]["name"] == client.name
    assert b"<img" not in files["my-record.html"]
    assert len(kept["visits"]) == 6
    assert [one["kind"] for one in kept["consents"]] == ["PHOTO", "TREATMENT"]
    assert kept["consents"][1]["withdrawn_at"]
    made = Bundle.model_validate_json(files["fhir.json"])
    kinds = [entry.resource.get_resource_type() for entry in made.entry]
    assert {*kinds} == {"Patient", "Appointment", "QuestionnaireResponse", "Consent"}
    assert kinds.count("Appointment") == 6
    assert kinds.count("QuestionnaireResponse") == 2
    pdfs = [content for name, content in files.items() if name.endswith(".pdf")]
    assert len(pdfs) == 2
    assert all(pdf.startswith(b"%PDF") for pdf in pdfs)


def test_the_download_of_somebody_of_whom_nothing_is_known_is_whole_as_well() -> None:
    client = person(email="", phone="")
    document = json.loads(json.dumps(own_data(client, now=datetime.now(UTC))))
    made = Bundle.model_validate(fhir.bundle(document))
    assert [entry.resource.get_resource_type() for entry in made.entry] == ["Patient"]


def test_taking_the_data_is_written_down_and_needs_a_sign_in_of_a_moment_ago(home: House) -> None:
    client = full(home)
    user = login_of(client)
    browser = signed_in(user)
    answer = browser.post(f"/me/{client.uid}/data/download/")
    assert answer["Location"].startswith("/me/login/?again=1&next=%2Fme%2F")
    assert not AccessEntry.objects.filter(what="OWN_DATA").exists()
    ask(client.email, browser, next=f"/me/{client.uid}/data/")
    # Somebody who is signed in asks by the page that asks anew.
    browser.post("/me/login/?again=1", {"email": client.email})
    browser.post("/me/login/code/", {"code": code_in(the_mail())})
    assert unpacked(browser.post(f"/me/{client.uid}/data/download/"))
    entry = AccessEntry.objects.get(what="OWN_DATA")
    assert (entry.actor, entry.whose) == (user, f"client:{client.uid}")
    assert AuditEntry.objects.filter(verb="client.data_taken").count() == 1
    assert "epilepsy" not in str(list(AuditEntry.objects.values_list("before", "after")))


def test_the_data_are_taken_a_few_times_an_hour_at_most(home: House) -> None:
    client = person()
    browser = entered(client)
    answers = []
    for _ in range(record.DOWNLOADS.most + 1):
        answer = browser.post(f"/me/{client.uid}/data/download/")
        answers.append(answer.status_code)
        if answer.streaming:
            assert unpacked(answer)
    assert answers == [200] * record.DOWNLOADS.most + [429]


def test_a_signed_form_is_a_file_for_its_client_alone(home: House) -> None:
    client, other = person(), person("Ana", email="ana@example.org")
    mine, theirs = consents.signed(client), consents.signed(other)
    browser = signed_in(login_of(client))
    assert "signed" in text_of(browser.get(f"/me/{client.uid}/documents/"))
    answer = browser.get(f"/me/{client.uid}/documents/{mine.uid}/")
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    assert AccessEntry.objects.filter(what="CONSENT").count() == 1
    assert browser.get(f"/me/{client.uid}/documents/{theirs.uid}/").status_code == 404


def test_what_may_be_sent_is_chosen_by_adding_rows_and_holds_at_once() -> None:
    client = person()
    browser = signed_in(login_of(client))
    address = f"/me/{client.uid}/messages/"
    assert holding(client) == dict.fromkeys(holding(client), False)
    browser.post(address, {"care_email": "on", "news_sms": "on"})
    assert [name for name, yes in holding(client).items() if yes] == ["care_email", "news_sms"]
    assert ContactConsent.objects.count() == 2
    browser.post(address, {"care_email": "on", "news_sms": "on"})
    assert ContactConsent.objects.count() == 2, "nothing changed, nothing was added"
    browser.post(address, {"care_email": "on"})
    assert holding(client)["news_sms"] is False
    assert ContactConsent.objects.count() == 3, "the yes stays readable"
    page = browser.get(address).content.decode()
    assert re.findall(r'name="(\w+)"[^>]* checked', page) == ["care_email"]


def test_what_a_client_asks_is_sealed_read_by_those_who_answer_and_answered_once() -> None:
    client = person()
    user = login_of(client)
    browser, address = signed_in(user), f"/me/{client.uid}/data/requests/"
    form = {"kind": "CORRECTION", "words": "My allergy is to zinc.", "key": str(uuid.uuid4())}
    for _ in range(2):
        assert browser.post(address, form).status_code == 303
    asked = DataRequest.objects.get()
    assert "zinc" not in raw_table("clients_datarequest")
    assert "zinc" not in raw_table("clinic_auditentry")
    for _ in range(2):
        browser.post(address, {**form, "kind": "ERASURE", "key": str(uuid.uuid4())})
    assert DataRequest.objects.filter(kind="ERASURE").count() == 1
    assert browser.post(address, {**form, "words": "  "}).status_code == 422
    owner = signed_in(clinic.user(role="OWNER"))
    assert "zinc" in text_of(owner.get("/practice/requests/"))
    assert AccessEntry.objects.filter(what="DATA_REQUEST", whose=f"client:{client.uid}").exists()
    answer = f"/practice/requests/{asked.uid}/"
    assert owner.post(answer, {"state": "OPEN"}).status_code == 404
    owner.post(answer, {"state": "DECLINED"})
    owner.post(answer, {"state": "DONE"})
    asked.refresh_from_db()
    assert asked.state == "DECLINED"
    assert "Declined" in text_of(browser.get(address))


def test_what_the_database_refuses_of_a_request() -> None:
    client, user, now = person(), clinic.user(role="CLIENT"), datetime.now(UTC)
    made = data_requests.ask(
        now=now, user=user, client=client, kind="ERASURE", words="x", key=uuid.uuid4()
    )
    fields = {
        "client": client,
        "kind": "CORRECTION",
        "words": "x",
        "asked_by": user,
        "asked_at": now,
    }
    wrong: dict[str, dict[str, Any]] = {
        "data_request_once_a_form": {"key": made.key},
        "data_request_one_erasure": {"kind": "ERASURE"},
        "data_request_kind_known": {"kind": "WISH"},
        "data_request_open_or_answered": {"state": "DONE"},
    }
    for name, change in wrong.items():
        with pytest.raises(IntegrityError) as refused, transaction.atomic():
            DataRequest.objects.create(**{**fields, "key": uuid.uuid4(), **change})
        assert constraint_of(refused.value) == name


def test_a_client_reads_who_saw_their_record_in_plain_words(home: House) -> None:
    client, other = person(), person("Ana", email="ana@example.org")
    for one, who in ((client, "practitioner: Mei Tanaka"), (other, "owner: Somebody Else")):
        audit.viewed(
            now=datetime.now(UTC), actor=audit.Actor(who), what="SCREENING_ANSWERS",
            about=f"booking:{one.uid}", whose=f"client:{one.uid}",
        )  # fmt: skip
    page = text_of(signed_in(login_of(client)).get(f"/me/{client.uid}/data/seen/"))
    assert "Mei Tanaka" in page
    assert "Safety answers" in page
    assert "Somebody Else" not in page
