"""Clients and appointments of another system are taken over: once, tried before, told row by row."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client

from bookings.actions import importing
from bookings.errors import FileUnreadable, ImportBusy
from bookings.models import Booking, Import, ImportedKey, ImportRow
from clients.models import Client as Person
from clients.models import ContactConsent, Message
from clinic.audit import Actor, staff
from clinic.models import AuditEntry
from tests.bookings.world import NOW, World, overlaps, raw_table, world
from tests.factories import bookings, clinic
from tests.factories.house import house

pytestmark = pytest.mark.django_db

PEOPLE = """Patient Number,First Name,Last Name,Email,Mobile Phone,Health Card
1,Zoë,Étienne,zoe@example.org,(416) 555-0123,secret 1
2,Bo,Berg,,,secret 2
3,Bo,Berg,,,secret 3
4,Ana,Silva,not an address,,secret 4
5,,,x@example.org,,secret 5
"""


@pytest.fixture
def owner() -> Actor:
    return staff(clinic.user(role="OWNER"))


@pytest.fixture
def home() -> World:
    return world(name="Facial rejuvenation")


def upload(owner: Actor, text: str | bytes, name: str = "jane.csv") -> Import:
    data = text if isinstance(text, bytes) else text.encode()
    return importing.upload(now=NOW, actor=owner, filename=name, data=data)


def check(owner: Actor, home: World, what: Import, **options: Any) -> Import:
    said = {"location": str(home.location.uid), "country": "CA", **options}
    importing.check(now=NOW, actor=owner, what=what, mapping=what.mapping, options=said)
    importing.work(clock=lambda: NOW)
    what.refresh_from_db()
    return what


def run(owner: Actor, home: World, text: str | bytes, **options: Any) -> Import:
    what = check(owner, home, upload(owner, text), **options)
    importing.start(now=NOW, actor=owner, what=what)
    importing.work(clock=lambda: NOW)
    what.refresh_from_db()
    return what


def states(what: Import) -> list[tuple[str, str]]:
    return list(what.rows.order_by("number").values_list("state", "problem"))


def test_clients_are_taken_over_and_the_rows_that_cannot_say_why(owner: Actor, home: World) -> None:
    what = run(owner, home, PEOPLE)
    assert what.status == "DONE"
    assert states(what) == [
        ("MADE", ""), ("MADE", ""), ("MADE", ""), ("ERROR", "EMAIL"), ("ERROR", "UNKNOWN_CLIENT"),
    ]  # fmt: skip
    zoe = Person.objects.get(email="zoe@example.org")
    assert (zoe.name, zoe.phone, zoe.status) == ("Zoë Étienne", "+14165550123", "ACTIVE")
    assert Person.objects.filter(name="Bo Berg").count() == 2
    assert not ContactConsent.objects.exists(), "nobody asked them"
    assert AuditEntry.objects.filter(verb="client.imported").count() == 3


def test_trying_takes_nothing_over_and_tells_what_would_happen(owner: Actor, home: World) -> None:
    what = check(owner, home, upload(owner, PEOPLE))
    assert what.status == "CHECKED"
    assert [state for state, _why in states(what)] == ["READY"] * 3 + ["ERROR"] * 2
    assert not Person.objects.exists()
    assert not ImportedKey.objects.exists()


def test_the_same_file_twice_makes_nothing_twice(owner: Actor, home: World) -> None:
    run(owner, home, PEOPLE)
    before = Person.objects.count()
    again = run(owner, home, PEOPLE)
    assert Person.objects.count() == before
    assert [state for state, _why in states(again)] == ["KNOWN"] * 3 + ["ERROR"] * 2


def test_a_file_without_numbers_twice_makes_nothing_twice(owner: Actor, home: World) -> None:
    text = "Name,Email\nAna Silva,ana@example.org\nBo Berg,\nAna Silva,ANA@example.org\nbo  berg,\n"
    for _ in range(2):
        run(owner, home, text)
        assert Person.objects.count() == 2


def test_what_is_not_chosen_is_kept_nowhere(owner: Actor, home: World) -> None:
    what = upload(owner, PEOPLE)
    assert "secret" not in raw_table("bookings_import")
    check(owner, home, what)
    importing.start(now=NOW, actor=owner, what=what)
    importing.work(clock=lambda: NOW)
    for table in ("bookings_import", "bookings_importrow", "clinic_auditentry"):
        assert "secret" not in raw_table(table)
    what.refresh_from_db()
    assert what.data is None
    assert not what.rows.exclude(values={}).exists(), "not even of the rows that could not be"
    assert "x@example.org" not in raw_table("bookings_importrow")


def test_a_file_that_stops_the_work_ends_and_holds_up_no_other(owner: Actor, home: World) -> None:
    poisoned, good = upload(owner, PEOPLE), upload(owner, PEOPLE)
    Import.objects.filter(pk=poisoned.pk).update(data=b"no seal of ours", status="CHECKING")
    what = check(owner, home, good)
    poisoned.refresh_from_db()
    assert (poisoned.status, poisoned.data, poisoned.finished_at) == ("FAILED", None, NOW)
    assert what.status == "CHECKED"
    assert AuditEntry.objects.filter(verb="import.failed").count() == 1
    assert importing.work(clock=lambda: NOW) == 0, "it is not begun again"
    browser = Client()
    browser.force_login(owner.user)
    page = browser.get(f"/settings/clients/import/{poisoned.uid}/").content.decode()
    assert "stopped the work" in page


VISITS = """Appointment ID,Patient Number,Patient Name,Email,Staff Member,Treatment,Start At,End At,State
a1,7,Ana Silva,ana@example.org,{who},Facial rejuvenation,2027-03-08 10:00,2027-03-08 10:50,Booked
a2,8,Bo Berg,,{who},Facial rejuvenation,2027-03-08 10:30,2027-03-08 11:20,Booked
a3,8,Bo Berg,,{who},Facial rejuvenation,2027-03-08 13:00,2027-03-08 14:30,Booked
a4,7,Ana Silva,ana@example.org,{who},Facial rejuvenation,2027-03-09 10:00,,Cancelled
a5,7,Ana Silva,ana@example.org,{who},Facial rejuvenation,2027-02-01 10:00,,Arrived
a6,7,Ana Silva,ana@example.org,Nobody Here,Facial rejuvenation,2027-03-10 10:00,,Booked
a7,7,Ana Silva,ana@example.org,{who},Hot stones,2027-03-10 10:00,,Booked
a8,7,Ana Silva,ana@example.org,{who},Facial rejuvenation,2027-03-10 22:00,,Booked
a9,7,Ana Silva,ana@example.org,{who},Facial rejuvenation,2027-03-14 02:30,,Booked
"""


def visits(home: World) -> str:
    return VISITS.format(who=home.practitioners[0].name)


def test_coming_appointments_become_bookings_and_clashes_are_told(
    owner: Actor, home: World
) -> None:
    what = run(owner, home, visits(home))
    assert states(what) == [
        ("MADE", ""),
        ("ERROR", "slot_taken"),
        ("MADE", ""),
        ("LEFT_OUT", "CANCELLED"),
        ("LEFT_OUT", "PAST"),
        ("ERROR", "UNKNOWN_PRACTITIONER"),
        ("ERROR", "UNKNOWN_TREATMENT"),
        ("MADE", ""),
        ("ERROR", "SKIPPED_HOUR"),
    ]
    assert overlaps() == 0
    made = Booking.objects.order_by("starts_at")
    assert [each.minutes for each in made] == [50, 90, home.offering.minutes]
    assert {each.client.name for each in made if each.client} == {"Ana Silva", "Bo Berg"}
    assert Person.objects.count() == 2
    told = Message.objects.filter(kind="CONFIRMATION").values_list("status", flat=True)
    assert set(told) <= {"TOLD"}, "nobody hears of what they know"
    questions = Message.objects.filter(kind="QUESTIONS").values_list("status", flat=True)
    assert "PLANNED" not in questions


def test_the_same_appointments_twice_are_booked_once(owner: Actor, home: World) -> None:
    run(owner, home, visits(home))
    before = Booking.objects.count()
    again = run(owner, home, visits(home))
    assert Booking.objects.count() == before
    assert [state for state, _why in states(again)].count("KNOWN") == 3


def test_each_is_asked_the_questions_where_the_owner_says_so(owner: Actor, home: World) -> None:
    run(owner, home, visits(home), ask=True)
    assert Message.objects.filter(kind="QUESTIONS", status="PLANNED", client__email__gt="").exists()


def test_names_here_that_the_file_does_not_know_are_chosen(owner: Actor, home: World) -> None:
    text = "Name,Email,Starts at,Service\nAna Silva,ana@example.org,2027-03-08 10:00,Massage\n"
    what = run(owner, home, text, treatment=str(home.treatment.uid))
    assert states(what) == [("MADE", "")]


def test_a_name_that_several_clients_have_is_not_guessed(owner: Actor, home: World) -> None:
    for _ in range(2):
        bookings.client(name="Bo Berg", name_key="bo berg")
    text = "Patient,Starts at,Appointment type\nBo Berg,2027-03-08 10:00,Facial rejuvenation\n"
    assert states(run(owner, home, text)) == [("ERROR", "SEVERAL_CLIENTS")]


def test_a_worker_that_died_goes_on_where_it_stopped(
    owner: Actor, home: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH", 1)
    what = check(owner, home, upload(owner, PEOPLE))
    importing.start(now=NOW, actor=owner, what=what)
    ticks = iter([NOW, NOW, NOW, NOW + timedelta(hours=1)])
    importing.work(clock=lambda: next(ticks, NOW + timedelta(hours=1)))
    assert Person.objects.count() == 1
    importing.work(clock=lambda: NOW)
    assert Person.objects.count() == 3


def test_a_file_is_started_once_it_was_tried_and_only_once(owner: Actor, home: World) -> None:
    what = upload(owner, PEOPLE)
    with pytest.raises(ImportBusy):
        importing.start(now=NOW, actor=owner, what=what)
    check(owner, home, what)
    for _ in range(2):
        importing.start(now=NOW, actor=owner, what=what)
    with pytest.raises(ImportBusy):
        importing.check(now=NOW, actor=owner, what=what, mapping={}, options={})
    assert AuditEntry.objects.filter(verb="import.started").count() == 1


def test_another_choice_of_columns_tries_all_rows_again(owner: Actor, home: World) -> None:
    what = check(owner, home, upload(owner, PEOPLE))
    what.mapping.pop("email")
    again = check(owner, home, what)
    assert [state for state, _why in states(again)] == ["READY"] * 4 + ["ERROR"]


def test_a_file_nobody_took_over_is_forgotten(owner: Actor, home: World) -> None:
    what = check(owner, home, upload(owner, PEOPLE))
    assert importing.forget_files(now=NOW + timedelta(hours=23)) == 0
    assert importing.forget_files(now=NOW + timedelta(days=1)) == 1
    importing.forget_files(now=NOW + timedelta(days=30))
    assert not what.rows.exclude(values={}).exists()


def test_what_is_no_table_is_refused(owner: Actor) -> None:
    for data in (b"", b"PK\x03\x04\x00"):
        with pytest.raises(FileUnreadable):
            upload(owner, data)
    assert not Import.objects.exists()


def test_what_makes_no_sense_is_refused_by_the_database(owner: Actor) -> None:
    what = upload(owner, PEOPLE)
    bad = [
        (lambda: Import.objects.filter(pk=what.pk).update(status="X"), "import_status_known"),
        (
            lambda: ImportRow.objects.create(of=what, number=2, state="ERROR"),
            "import_error_has_reason",
        ),
        (lambda: ImportedKey.objects.create(digest="x"), "imported_key_names_one_thing"),
        (
            lambda: [ImportRow.objects.create(of=what, number=9) for _ in range(2)],
            "import_row_once",
        ),
    ]
    for act, constraint in bad:
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            act()


@pytest.fixture
def browser() -> Client:
    made = Client()
    made.force_login(clinic.user(role="OWNER"))
    return made


def test_the_owner_uploads_tries_and_takes_over(browser: Client) -> None:
    home = house()
    file = SimpleUploadedFile("<b>jane.csv", PEOPLE.encode(), content_type="text/csv")
    answer = browser.post("/settings/clients/", {"file": file})
    assert answer.status_code == 303
    what = Import.objects.get()
    page = browser.get(answer["Location"]).content.decode()
    assert "<b>jane" not in page
    typed = {**{name: str(column) for name, column in what.mapping.items()}}
    typed |= {"location": str(home.location.uid)}
    assert browser.post(answer["Location"], typed).status_code == 303
    assert "data-at-work" in browser.get(answer["Location"]).content.decode()
    importing.work(clock=lambda: NOW)
    page = browser.get(answer["Location"]).content.decode()
    assert "Take over 3 rows" in page
    assert "This is no e-mail address." in page
    assert browser.post(f"{answer['Location']}start/").status_code == 303
    importing.work(clock=lambda: NOW)
    assert "What was taken over" in browser.get(answer["Location"]).content.decode()
    assert Person.objects.count() == 3


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04\x00"])
def test_a_file_that_is_no_table_is_said_at_its_field(browser: Client, data: bytes) -> None:
    answer = browser.post("/settings/clients/", {"file": SimpleUploadedFile("x.csv", data)})
    assert answer.status_code == 422
    assert not Import.objects.exists()


def test_columns_without_a_name_or_half_a_start_are_refused(browser: Client) -> None:
    home = house()
    owner = staff(clinic.user(role="OWNER"))
    what = upload(owner, PEOPLE)
    for typed in ({"email": "3"}, {"name": "1", "day": "2"}, {"name": "99"}):
        answer = browser.post(
            f"/settings/clients/import/{what.uid}/",
            {**typed, "location": str(home.location.uid)},
        )
        assert answer.status_code == 422


def test_who_came_in_the_evening_is_taken_elsewhere_with_that_day(browser: Client) -> None:
    house()
    bookings.client(name="Eve", created_at=datetime(2026, 12, 3, 2, 30, tzinfo=UTC))
    assert ",2026-12-02\r\n" in browser.post("/settings/clients/export/").content.decode()


def test_what_is_taken_elsewhere_is_no_formula_and_holds_no_health(browser: Client) -> None:
    house()
    for name in ("=cmd|'/C calc'!A0", "@SUM(A1)", "+1", "-2+3", "Ana Silva"):
        bookings.client(name=name, name_key=name.casefold(), phone="+14165550123")
    gone = bookings.client(name="Merged Away")
    Person.objects.filter(pk=gone.pk).update(status="MERGED", merged_into=Person.objects.first())
    answer = browser.post("/settings/clients/export/")
    assert answer["Content-Disposition"] == 'attachment; filename="clients.csv"'
    text = answer.content.decode()
    assert text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text[1:])))
    assert len(rows) == 6
    assert "Merged Away" not in text
    assert not [cell for row in rows for cell in row if cell[:1] in tuple("=+-@\t\r")]
    entry = AuditEntry.objects.get(verb="clients.exported")
    assert entry.after == {"rows": 5}


def test_what_was_taken_elsewhere_can_be_brought_back(browser: Client, owner: Actor) -> None:
    home = world()
    bookings.client(name="Ana Silva", name_key="ana silva", phone="+14165550123")
    text = browser.post("/settings/clients/export/").content
    assert states(run(owner, home, text)) == [("KNOWN", "")]
