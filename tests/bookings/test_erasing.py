"""A record ends: not before its time, not by one person in one step, not against a hold; and whole."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client as Browser

from bookings.actions import desk, erasing, importing, merging
from bookings.actions.exporting import export_clients
from bookings.errors import (
    ClientErased,
    ErasureGone,
    HeldAlready,
    NotErasable,
    NotOffered,
)
from bookings.models import Booking, CancelReason, ImportRow
from bookings.queries import keeping
from bookings.queries.digest import digest
from clients import data_requests, reach, search, vault
from clients.actions import consenting, hearing
from clients.actions.notes import write_note
from clients.actions.opening import open_record
from clients.actions.people import resolve
from clients.consent_links import client_of, token_of
from clients.contact import Contact
from clients.errors import ReasonTooShort
from clients.models import (
    Client,
    ClientKey,
    ClientNote,
    Conversation,
    DataRequest,
    Erasure,
    IntakeRequest,
    LegalHold,
    Message,
)
from clients.queries import trouble
from clients.queries.reach import unreachable
from clients.sealing import KeyDestroyed
from clinic import audit, history, seals
from clinic.audit import CLIENT, staff
from clinic.models import AccessEntry, AuditEntry, Clinic, User
from tests.bookings.my_pages import link, login_of, person, signed_in
from tests.bookings.world import raw_table, row_counts
from tests.factories import bookings, clinic, consents, media
from tests.factories.clients import message
from tests.factories.intake import told
from tests.harness.databases import Database

ZONE = ZoneInfo("America/Toronto")
NOW = datetime(2027, 3, 1, 14, 0, tzinfo=UTC)
DAY = timedelta(days=1)
LONG_AGO = datetime(2014, 5, 5, 15, 0, tzinfo=UTC)
MARK = "Quillfeather"
EMAIL = "quillfeather@example.org"
PHONE = "+14165550187"
WORDS = "Quillfeather asks, nobody was treated."


def owner(name: str = "Ruth Castellanos") -> User:
    return clinic.user(role="OWNER", name=name)


def old(**fields: Any) -> Client:
    """Return a client whose last visit was long ago."""
    client = person(
        **{
            "name": f"Zinnia {MARK}",
            "email": EMAIL,
            "phone": PHONE,
            "created_at": LONG_AGO,
            **fields,
        }
    )
    bookings.booking(
        client=client, starts_at=LONG_AGO, status="DONE", contact_name=client.name,
        contact_email=client.email, contact_phone=client.phone, booked_by=f"Otto {MARK}",
    )  # fmt: skip
    return client


def propose(user: User, client: Client, *, now: datetime = NOW, **said: Any) -> Erasure:
    ground = {"ground": "TIME_OVER", "words": "", **said}
    return erasing.propose(now=now, user=user, client=client, zone=ZONE, **ground)


def carry_out(user: User, client: Client, *, now: datetime = NOW) -> None:
    erasing.carry_out(now=now, user=user, client=client, zone=ZONE)


def erase(client: Client, *, now: datetime = NOW, **said: Any) -> None:
    propose(owner(), client, now=now, **said)
    carry_out(owner("Noa Levi"), client, now=now)


# When, and by whom


@pytest.mark.django_db
def test_a_record_is_not_erased_before_its_day_and_the_refusal_names_it() -> None:
    client, one, other = old(), owner(), owner("Noa Levi")
    last = datetime(2024, 5, 5, 23, 0, tzinfo=UTC).astimezone(ZONE)  # still the 5th in Toronto
    with pytest.raises(NotErasable, match="not_erasable") as refused:
        propose(one, client, now=last)
    assert "5 May 2024" in str(refused.value.sentence)
    propose(one, client, now=last + DAY)
    Clinic.objects.update_or_create(pk=1, defaults={"keep_years": 15})
    with pytest.raises(NotErasable):
        carry_out(other, client, now=last + 2 * DAY)
    assert client.name == Client.objects.get(pk=client.pk).name


@pytest.mark.django_db
def test_a_childs_record_is_kept_until_ten_years_after_the_18th_birthday() -> None:
    client = old()
    told(client=client, at=LONG_AGO, answers={"dob": "2004-03-02"})
    found = keeping.standing(client, now=NOW, zone=ZONE)
    assert found.kept.until.isoformat() == "2032-03-02"
    assert keeping.ended(now=NOW, zone=ZONE) == ([], False)
    with pytest.raises(NotErasable):
        propose(owner(), client)


@pytest.mark.django_db
def test_the_list_has_every_record_that_may_go_and_no_other(django_assert_num_queries: Any) -> None:
    over = {old(name=f"Over {n}", email=f"o{n}@example.org") for n in range(3)}
    young = person("Young", email="y@example.org", created_at=NOW - 100 * DAY)
    bookings.booking(client=old(name="Came", email="c@example.org"), starts_at=NOW - DAY)
    bookings.booking(client=old(name="Comes", email="d@example.org"), starts_at=NOW + DAY)
    gone = old(name="Cancelled", email="e@example.org")
    bookings.booking(client=gone, starts_at=NOW - DAY, status="CANCELLED")
    Clinic.objects.the_only()
    with django_assert_num_queries(5):
        found, is_cut = keeping.ended(now=NOW, zone=ZONE)
    assert {one.client for one in found} == over | {gone}
    assert young not in {one.client for one in found}
    assert not is_cut


@pytest.mark.django_db
def test_one_owner_does_not_carry_out_what_they_proposed_while_there_is_another() -> None:
    client, one, other = old(), owner(), owner("Noa Levi")
    made = propose(one, client)
    assert propose(other, client) == made, "proposed twice"
    with pytest.raises(NotErasable):
        carry_out(one, client, now=NOW + 30 * DAY)
    carry_out(other, client)
    assert Erasure.objects.values_list("state", "ended_by").get(pk=made.pk) == ("ERASED", other.pk)
    verbs = AuditEntry.objects.filter(about=f"client:{client.uid}", verb__startswith="client.eras")
    assert [entry.verb for entry in verbs.order_by("pk")] == [
        "client.erasure_proposed",
        "client.erased",
    ]


@pytest.mark.django_db
def test_an_owner_alone_waits_a_week_between_the_two_steps() -> None:
    client, one = old(), owner()
    clinic.user(role="OWNER", is_active=False)
    propose(one, client)
    with pytest.raises(NotErasable):
        carry_out(one, client, now=NOW + 7 * DAY - timedelta(seconds=1))
    carry_out(one, client, now=NOW + 7 * DAY)
    with pytest.raises(ClientErased):
        propose(one, client)


@pytest.mark.django_db
def test_the_database_itself_wants_two_people_or_a_week() -> None:
    one = owner()
    made = propose(one, old())
    rows = Erasure.objects.filter(pk=made.pk)
    early = {"state": "ERASED", "ended_by": one, "ended_at": NOW + 7 * DAY - timedelta(seconds=1)}
    with pytest.raises(IntegrityError, match="erasure_by_two_or_later"), transaction.atomic():
        rows.update(**early)
    rows.update(**{**early, "ended_at": NOW + 7 * DAY})
    for name, change in {
        "erasure_ground_known": {"ground": "BORED"},
        "erasure_waits_or_ended": {"ended_by": None},
    }.items():
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            rows.update(**change)
    client = old(name="Other", email="x@example.org")
    propose(one, client)
    with pytest.raises(IntegrityError, match="erasure_one_waits"), transaction.atomic():
        rows.update(client=client, state="WAITING", ended_at=None, ended_by=None)


@pytest.mark.django_db
def test_a_hold_stops_what_was_proposed_and_nothing_passes_it() -> None:
    client, one, other = old(), owner(), owner("Noa Levi")
    propose(one, client)
    with pytest.raises(ReasonTooShort):
        erasing.hold(now=NOW, user=one, client=client, reason="  because ")
    hold = erasing.hold(now=NOW, user=one, client=client, reason="A complaint is open.")
    assert "complaint" not in raw_table("clients_legalhold")
    with pytest.raises(HeldAlready):
        erasing.hold(now=NOW, user=other, client=client, reason="A complaint is open.")
    with pytest.raises(ErasureGone):
        carry_out(other, client)
    for ground in Erasure.Ground.values:
        with pytest.raises(NotErasable):
            propose(one, client, ground=ground, words=WORDS)
    for _ in range(2):
        erasing.lift(now=NOW + DAY, user=other, client=client)
    hold.refresh_from_db()
    assert hold.ended_by == other
    propose(one, client)
    with pytest.raises(IntegrityError, match="legal_hold_holds_or_ended"), transaction.atomic():
        LegalHold.objects.update(ended_at=hold.at - DAY)
    erasing.hold(now=NOW, user=one, client=client, reason="A complaint is open.")
    with pytest.raises(IntegrityError, match="legal_hold_one_holds"), transaction.atomic():
        LegalHold.objects.update(ended_at=None, ended_by=None)


@pytest.mark.django_db
def test_a_hold_on_a_record_that_was_merged_holds_the_one_that_stands() -> None:
    survivor, twin = old(), old(name="Twin", email="t@example.org")
    erasing.hold(now=NOW, user=owner(), client=twin, reason="A complaint is open.")
    merging.merge(now=NOW, actor=staff(owner()), survivor=survivor, merged=twin)
    with pytest.raises(NotErasable):
        propose(owner(), survivor)


@pytest.mark.django_db
def test_a_client_who_is_still_to_come_is_not_erased() -> None:
    client, one, other = old(), owner(), owner("Noa Levi")
    propose(one, client)
    bookings.booking(client=client, starts_at=NOW + DAY)
    with pytest.raises(NotErasable):
        carry_out(other, client)


@pytest.mark.django_db
@pytest.mark.parametrize("ground", ["BY_MISTAKE", "NO_DUTY", "ORDERED"])
def test_before_its_time_a_record_is_erased_only_on_a_ground_with_words(ground: str) -> None:
    client = old(created_at=NOW)
    with pytest.raises(ReasonTooShort):
        propose(owner(), client, ground=ground, words="short")
    made = propose(owner(), client, ground=ground, words=WORDS)
    assert MARK not in raw_table("clients_erasure")
    assert made.words == WORDS
    carry_out(owner("Noa Levi"), client)
    assert Client.objects.get(pk=client.pk).status == "ERASED"


@pytest.mark.django_db
def test_what_was_stopped_is_not_carried_out() -> None:
    client, one, other = old(), owner(), owner("Noa Levi")
    propose(one, client)
    erasing.stop(now=NOW, user=other, client=client)
    for act in (
        lambda: erasing.stop(now=NOW, user=one, client=client),
        lambda: carry_out(other, client),
    ):
        with pytest.raises(ErasureGone):
            act()


# What is left


def everything(client: Client) -> User:
    """Keep a little of everything that can be said about a client; return their login."""
    user = login_of(client, email=client.email)
    maren = clinic.user(role="PRACTITIONER", name="Maren Oduya")
    visit = client.bookings.get()
    told(client=client, at=LONG_AGO, answers={"dob": "1980-01-01", "other": f"{MARK} answers"})
    write_note(now=LONG_AGO, author=maren, client=client, text=f"{MARK} note")
    CancelReason.objects.create(booking=visit, client=client, text=f"{MARK} cancels", at=LONG_AGO)
    signed = consents.signed(client)
    consenting.withdraw(
        now=consents.SIGNED_AT, actor=CLIENT, consent=signed, reason=f"{MARK} no more"
    )
    media.photo(client=client)
    media.document(client=client, title=f"{MARK} chart", original_name=f"{MARK}.pdf")
    open_record(now=LONG_AGO, user=maren, client=client, reason=f"{MARK} rang.")
    ask = {"user": user, "client": client, "words": f"{MARK} asks"}
    for kind in ("ERASURE", "CORRECTION"):
        data_requests.ask(now=NOW - DAY, kind=kind, key=uuid.uuid4(), **ask)
    file = importing.upload(now=NOW, actor=staff(maren), filename="x.csv", data=b"Name\nx")
    ImportRow.objects.create(
        of=file, number=1, client=client, state="MADE", values={"name": client.name}
    )
    audit.viewed(
        now=LONG_AGO, actor=staff(user), what="RECORD", about="x", whose=f"client:{client.uid}"
    )
    Message.objects.create(
        dedupe_key="x", about=f"booking:{visit.uid}", client=client, kind="AFTERCARE",
        channel="EMAIL", due_at=NOW + DAY, expires_at=NOW + 2 * DAY, created_at=NOW,
    )  # fmt: skip
    IntakeRequest.objects.create(
        client=client, kind="FULL", token_digest="a", page_digest="b", created_at=NOW,
        valid_until=NOW + DAY,
    )  # fmt: skip
    client.name = f"Zinnia New {MARK}"
    client.save()
    return user


def whole_database() -> dict[str, str]:
    return {table: raw_table(table).lower() for table in row_counts()}


def found_in(database: dict[str, str], *texts: str) -> dict[str, list[str]]:
    return {
        text: sorted(table for table, said in database.items() if text.lower() in said)
        for text in texts
    }


MARKS = (MARK, EMAIL, PHONE, PHONE[2:], "555-0187")


@pytest.mark.django_db
def test_after_an_erasure_no_table_says_who_it_was_or_what_they_told() -> None:
    client = old()
    user = everything(client)
    before = found_in(whole_database(), *MARKS)
    assert {"clients_client", "clinic_historytext", "bookings_booking"} <= set(before[MARK]), (
        "the canary stands nowhere"
    )
    photo, paper = client.photos.get(), client.documents.get()
    names = [photo.name, photo.thumb_name, paper.name]
    assert all(vault.storage().exists(name) for name in names)
    counted = row_counts()
    with transaction.atomic():
        erase(client)
    assert found_in(whole_database(), *MARKS) == {text: [] for text in MARKS}
    # What must stay does: that somebody came, what was signed, who saw and who did.
    after = row_counts()
    kept = (
        "bookings_booking clients_intakesubmission clients_consentgiven clients_clientnote "
        "clients_photo clients_document clinic_accessentry clients_datarequest clients_message"
    )
    assert {table: after[table] for table in kept.split()} == {
        table: counted[table] for table in kept.split()
    }
    assert after["clinic_auditentry"] > counted["clinic_auditentry"]
    user.refresh_from_db()
    assert not user.is_active
    states = dict(DataRequest.objects.values_list("kind", "state"))
    assert states == {"ERASURE": "DONE", "CORRECTION": "DECLINED"}
    assert Message.objects.get(dedupe_key="x").status == "WITHDRAWN"
    assert IntakeRequest.objects.get(token_digest="a").ended_at == NOW
    with pytest.raises(KeyDestroyed):
        _ = ClientNote.objects.select_related("client__key").get().text


def wrote(text: str, *, phone: str = PHONE) -> None:
    hearing.hear(
        now=NOW, phone=phone, text=text, provider="gateway", provider_id=uuid.uuid4().hex
    )  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("known", [True, False], ids=["known", "number noted down later"])
def test_what_a_client_wrote_by_text_ends_and_waits_for_nobody(known: bool) -> None:
    client = old(phone=PHONE if known else "")
    wrote(f"{MARK} is my name")
    Client.objects.filter(pk=client.pk).update(phone=PHONE)
    erase(client)
    talk = Conversation.objects.get()
    assert (talk.phone, talk.wrapped, talk.waiting_since) == ("", None, None)
    assert digest(now=NOW).replies == 0


@pytest.mark.django_db
def test_what_was_written_from_a_number_of_two_stays_until_both_are_erased() -> None:
    one, other = old(), old(name="Otto", email="otto@example.org")
    wrote("Which of us is it?")
    erase(one)
    assert Conversation.objects.get().wrapped is not None
    erase(other)
    assert Conversation.objects.get().wrapped is None


@pytest.mark.django_db
def test_nobody_at_the_desk_is_asked_to_reach_or_tell_whom_an_erasure_forgot() -> None:
    client = old()
    sent = message(
        due_at=NOW, client=client, staff_email="", kind="AFTERCARE", status="FAILED"
    )  # fmt: skip
    reach.note(sent, "EMAIL", reach.digest("EMAIL", EMAIL), reason="x", dead=True, now=NOW)
    reach.flag(sent)
    assert [each.client for each in unreachable()] == [client]
    assert trouble.count(now=NOW) == 1
    erase(client)
    assert (unreachable(), trouble.count(now=NOW)) == ([], 0)


@pytest.mark.django_db
def test_the_files_go_from_the_storage_when_the_erasure_is_certain(
    django_capture_on_commit_callbacks: Any,
) -> None:
    client = old()
    photo, paper = media.photo(client=client), media.document(client=client)
    names = [photo.name, photo.thumb_name, paper.name]
    with django_capture_on_commit_callbacks(execute=False) as later:
        erase(client)
    assert all(vault.storage().exists(name) for name in names), "gone before it was certain"
    for call in later:
        call()
    assert not any(vault.storage().exists(name) for name in names)


def test_the_seals_and_the_history_hold_after_an_erasure(fresh_db: Database) -> None:
    client = old()
    everything(client)
    seals.make(now=NOW)
    erase(client)
    seals.make(now=NOW + timedelta(seconds=15))
    assert seals.verify().breaks == []
    assert list(history.faults()) == []


@pytest.mark.django_db
def test_a_record_that_was_merged_is_erased_with_the_one_that_stands() -> None:
    survivor, twin = old(), old(name=f"Twin {MARK}", email="quillfeather2@example.org")
    write_note(now=LONG_AGO, author=owner(), client=twin, text="Said long ago.")
    merging.merge(now=NOW, actor=staff(owner()), survivor=survivor, merged=twin)
    erase(survivor)
    marks = (MARK, EMAIL, PHONE)
    assert found_in(whole_database(), *marks) == {text: [] for text in marks}
    assert {key.wrapped for key in ClientKey.objects.all()} == {None}
    with pytest.raises(KeyDestroyed):
        _ = ClientNote.objects.select_related("client__key").get().text
    twin.refresh_from_db()
    assert (twin.status, twin.merged_into) == ("MERGED", survivor)


@pytest.mark.django_db
def test_a_login_that_acts_for_somebody_else_too_stays_theirs() -> None:
    client, child = old(), old(name="Child", email="child@example.org")
    user = login_of(client, email="parent@example.org")
    link(user, child, "PARENT")
    erase(client)
    user.refresh_from_db()
    assert (user.is_active, user.email) == (True, "parent@example.org")
    browser = signed_in(user)
    assert browser.get(f"/me/{client.uid}/").status_code == 404
    assert browser.get(f"/me/{child.uid}/").status_code == 200


@pytest.mark.django_db
def test_nobody_finds_books_merges_or_opens_an_erased_record() -> None:
    client = old()
    everything(client)
    token, manage = token_of(client), client.bookings.get()
    erase(client)
    client.refresh_from_db()
    assert search.find("erased") == []
    assert search.find(MARK) == []
    assert client_of(token) is None
    assert client_of(token_of(client)) is None
    known = resolve(Contact(name="Erased", email="", phone=""), now=NOW, source="DESK")
    assert known.client != client
    with pytest.raises(ClientErased):
        merging.merge(now=NOW, actor=staff(owner()), survivor=known.client, merged=client)
    with pytest.raises(NotOffered):
        desk._refuse_merged(client)
    browser = signed_in(owner("Third"))
    for path in (
        f"/practice/clients/{client.uid}/", f"/practice/clients/{client.uid}/seen/",
        f"/practice/clients/{client.uid}/photos/", f"/settings/keeping/{client.uid}/",
        f"/desk/clients/{client.uid}/", f"/desk/clients/{client.uid}/edit/",
        f"/desk/clients/{client.uid}/logins/",
    ):  # fmt: skip
        assert browser.get(path).status_code == 404, path
    assert Booking.objects.get(pk=manage.pk).token_digest is None
    exported = "".join(export_clients(now=NOW, actor=staff(owner("Fourth"))))
    assert str(client.uid) not in exported
    for path in ("/settings/openings/", "/settings/keeping/", "/practice/requests/"):
        page = browser.get(path)
        assert page.status_code == 200, path
        assert MARK not in page.content.decode()


@pytest.mark.django_db
def test_an_erasure_that_fails_half_way_leaves_the_record_whole(monkeypatch: Any) -> None:
    client = old()
    everything(client)
    one, other = owner(), owner("Noa Levi")
    propose(one, client)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION no_delete() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'no'; END $$;"
            "CREATE TRIGGER no_delete BEFORE DELETE ON clinic_historytext "
            "FOR EACH ROW EXECUTE FUNCTION no_delete();"
        )
    with pytest.raises(Exception, match="no"), transaction.atomic():
        carry_out(other, client)
    fresh = Client.objects.select_related("key").get(pk=client.pk)
    assert (fresh.name, fresh.status) == (client.name, "ACTIVE")
    assert ClientNote.objects.get().text == f"{MARK} note"


# The pages


def said(browser: Browser, client: Client, step: str, **typed: str) -> Any:
    return browser.post(f"/settings/keeping/{client.uid}/{step}/", typed)


@pytest.mark.django_db
def test_two_owners_erase_a_record_on_the_pages_and_each_look_is_noted() -> None:
    client, one, other = old(), owner(), owner("Noa Levi")
    told(client=client, at=LONG_AGO, answers={"dob": "1980-01-01"})
    first, second = signed_in(one), signed_in(other)
    assert client.name in first.get("/settings/keeping/").content.decode()
    page = f"/settings/keeping/{client.uid}/"
    assert "Propose to erase it" in first.get(page).content.decode()
    assert said(first, client, "propose", ground="TIME_OVER")["Location"] == page
    assert "another owner carries it out" in first.get(page).content.decode()
    assert said(first, client, "erase", sure="yes").status_code == 409
    assert said(second, client, "erase").status_code == 409, "erased without a tick"
    assert said(second, client, "erase", sure="yes")["Location"] == "/settings/keeping/"
    for _ in range(2):
        assert said(second, client, "erase", sure="yes").status_code == 404
    listed = second.get("/settings/keeping/").content.decode()
    assert client.name not in listed
    assert "The record is erased." in listed
    assert "Noa Levi" in listed
    looks = AccessEntry.objects.filter(what="KEEPING", whose=f"client:{client.uid}")
    assert {entry.actor for entry in looks} == {one, other}


@pytest.mark.django_db
def test_what_was_typed_is_kept_when_a_step_is_refused() -> None:
    client, browser = old(created_at=datetime.now(UTC)), signed_in(owner())
    refused = said(browser, client, "propose", ground="NO_DUTY", words="<b>short")
    assert refused.status_code == 422
    assert "&lt;b&gt;short" in refused.content.decode()
    assert said(browser, client, "propose", words=WORDS).status_code == 409
    assert said(browser, client, "propose", ground="TIME_OVER").status_code == 409
    assert said(browser, client, "dance").status_code == 404
    assert said(browser, client, "stop").status_code == 409
    assert not Erasure.objects.exists()


@pytest.mark.django_db
def test_the_years_are_the_clinics_to_set_within_reason() -> None:
    browser = signed_in(owner())
    for typed, status in (("0", 422), ("51", 422), ("ten", 422), ("15", 303)):
        assert browser.post("/settings/keeping/", {"keep_years": typed}).status_code == status
    assert Clinic.objects.the_only().keep_years == 15
    with pytest.raises(IntegrityError, match="clinic_keep_range"), transaction.atomic():
        Clinic.objects.update(keep_years=0)


@pytest.mark.django_db
def test_a_client_is_told_until_when_the_law_keeps_their_record() -> None:
    client = old(created_at=datetime(2020, 1, 5, 15, tzinfo=UTC))
    bookings.booking(client=client, starts_at=datetime(2024, 6, 7, 15, tzinfo=UTC), status="DONE")
    page = signed_in(login_of(client)).get(f"/me/{client.uid}/data/requests/").content.decode()
    assert "7 Jun 2034" in page
