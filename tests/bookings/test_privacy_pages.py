"""What clients ask, who saw their record, and from whom they keep it: the pages of those who answer."""

from __future__ import annotations

import csv
import io
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from bookings.queries.privacy import requests_for
from bookings.queries.record import may_read
from clients import data_requests, outbox
from clients.actions.opening import open_record, withhold
from clients.data_requests import ANSWER_WITHIN, ask
from clients.errors import AskedToday, ErasedByItself, ManyWait
from clients.models import Client, DataRequest, Message, Withholding
from clinic import audit
from clinic.models import AccessEntry, User
from tests.bookings.my_pages import login_of, person, signed_in
from tests.factories import bookings, clinic

pytestmark = pytest.mark.django_db

SECRET = "Zinnia: the seizures were never mine."


def asked(client: Client, kind: str = "CORRECTION", **fields: Any) -> DataRequest:
    said = {
        "now": datetime.now(UTC),
        "user": fields.pop("user", None) or login_of(client),
        "client": client,
        "kind": kind,
        "words": SECRET,
        "key": uuid.uuid4(),
    }
    return ask(**{**said, **fields})


def treats(client: Client) -> User:
    """Return a practitioner who treats a client."""
    user = clinic.user(role="PRACTITIONER", name="Maren Oduya")
    who = clinic.practitioner(user=user)
    bookings.booking(client=client, practitioner=who, starts_at=datetime.now(UTC), status="DONE")
    return user


@pytest.fixture
def owner() -> User:
    return clinic.user(role="OWNER", name="Ruth Castellanos")


def test_a_request_says_by_when_it_is_answered_and_that_it_is_overdue_after_30_days(
    owner: User,
) -> None:
    now, client = datetime.now(UTC), person()
    asked(client, now=now - ANSWER_WITHIN + timedelta(minutes=1))
    page = signed_in(owner).get("/practice/requests/").content.decode()
    assert "To be answered by" in page
    assert "Overdue" not in page
    DataRequest.objects.update(asked_at=now - ANSWER_WITHIN - timedelta(seconds=1))
    page = signed_in(owner).get("/practice/requests/").content.decode()
    assert "Overdue" in page
    assert SECRET in page
    assert f"/practice/clients/{client.uid}/" in page
    looked = AccessEntry.objects.filter(what="DATA_REQUEST", whose=f"client:{client.uid}")
    assert {entry.actor for entry in looked} == {owner}


def test_the_days_page_says_how_many_requests_wait(owner: User) -> None:
    asked(person())
    page = signed_in(owner).get("/practice/").content.decode()
    assert "/practice/requests/" in page
    assert '<span class="tag tag-gold num">1</span>' in page


def test_an_answer_reaches_the_login_that_asked_and_says_nothing_of_what_was_asked(
    owner: User,
) -> None:
    client = person()
    parent = login_of(client, email="parent@example.org")
    row = asked(client, user=parent)
    browser = signed_in(owner)
    for state in ("DONE", "DECLINED"):
        assert browser.post(f"/practice/requests/{row.uid}/", {"state": state}).status_code == 303
    row.refresh_from_db()
    assert (row.state, row.answered_by) == ("DONE", owner), "a second answer changed the first"
    outbox.send_due(clock=lambda: datetime.now(UTC))
    (sent,) = [each for each in mail.outbox if each.to == ["parent@example.org"]]
    said = sent.message().as_bytes().decode()
    assert "/me/" in said
    for word in ("Zinnia", "seizure", "correct", "eras", client.name):
        assert word.lower() not in said.lower()
    assert Message.objects.get(kind=data_requests.ANSWERED).status == "SENT"


def test_an_answer_to_a_login_that_was_switched_off_is_not_sent(owner: User) -> None:
    client = person()
    row = asked(client)
    data_requests.answer(now=datetime.now(UTC), user=owner, request=row, state="DECLINED")
    User.objects.filter(pk=row.asked_by_id).update(is_active=False)
    outbox.send_due(clock=lambda: datetime.now(UTC))
    assert Message.objects.get(kind=data_requests.ANSWERED).status == "WITHDRAWN"
    assert not mail.outbox


def test_an_erasure_is_not_done_by_saying_so(owner: User) -> None:
    row = asked(person(), kind="ERASURE")
    with pytest.raises(ErasedByItself):
        data_requests.answer(now=datetime.now(UTC), user=owner, request=row, state="DONE")
    browser = signed_in(owner)
    browser.post(f"/practice/requests/{row.uid}/", {"state": "DONE"})
    assert "which the owner does" in browser.get("/practice/requests/").content.decode()
    row.refresh_from_db()
    assert row.state == "OPEN"


def test_what_a_client_asks_is_read_by_the_owner_and_by_who_may_read_the_record(
    owner: User,
) -> None:
    client, other = person(), person("Ana Silva", email="ana@example.org")
    maren, noa = treats(client), treats(other)
    row = asked(client)
    for user, sees in ((owner, True), (maren, True), (noa, False)):
        browser = signed_in(user)
        assert (SECRET in browser.get("/practice/requests/").content.decode()) is sees
        day = browser.get("/practice/").content.decode()
        assert ('<span class="tag tag-gold num">1</span>' in day) is sees
    withhold(now=datetime.now(UTC), actor=audit.CLIENT, client=client, user=maren)
    looked = AccessEntry.objects.count()
    assert SECRET not in signed_in(maren).get("/practice/requests/").content.decode()
    assert AccessEntry.objects.count() == looked
    for user in (maren, noa):
        path = f"/practice/requests/{row.uid}/"
        assert signed_in(user).post(path, {"state": "DECLINED"}).status_code == 404
    row.refresh_from_db()
    assert row.state == "OPEN"


def test_a_login_asks_five_times_a_day_and_ten_requests_wait_at_most() -> None:
    client = person()
    one, other = login_of(client), login_of(client, email="parent@example.org")
    now = datetime.now(UTC)
    form = {"client": client, "user": one, "key": uuid.uuid4(), "now": now}
    first = asked(**form)
    for _ in range(4):
        asked(client, user=one, now=now)
    assert asked(**form) == first, "the same form again is no further one"
    with pytest.raises(AskedToday):
        asked(client, user=one, now=now)
    with pytest.raises(AskedToday):
        asked(client, "ERASURE", user=one, now=now + timedelta(hours=23))
    for _ in range(5):
        asked(client, user=other, now=now)
    tomorrow = now + timedelta(days=1, seconds=1)
    with pytest.raises(ManyWait):
        asked(client, user=one, now=tomorrow)
    assert asked(client, "ERASURE", user=one, now=tomorrow).kind == "ERASURE"
    DataRequest.objects.filter(kind="CORRECTION").update(
        state="DECLINED", answered_at=tomorrow, answered_by=one
    )
    assert asked(client, user=one, now=tomorrow).state == "OPEN"


def test_whoever_asks_too_much_reads_so_and_keeps_what_they_typed() -> None:
    client = person()
    login = login_of(client)
    for _ in range(5):
        asked(client, user=login)
    said = {"kind": "CORRECTION", "words": SECRET, "key": str(uuid.uuid4())}
    answer = signed_in(login).post(f"/me/{client.uid}/data/requests/", said)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Please go on tomorrow" in page
    assert "Zinnia" in page


def test_the_requests_are_shown_by_fifties_and_only_those_shown_are_noted(owner: User) -> None:
    for number in range(52):
        one = person(f"Client {number}", email=f"c{number}@example.org")
        asked(one, user=owner, now=datetime.now(UTC) - timedelta(days=80 - number))
    browser = signed_in(owner)
    for path, shown in (("", 50), ("?from=50", 2), ("?from=99", 50), ("?from=-1", 50)):
        before = AccessEntry.objects.count()
        page = browser.get(f"/practice/requests/{path}").content.decode()
        assert page.count(SECRET) == shown, path
        assert AccessEntry.objects.count() - before == shown
    assert "2 more" in page


def test_however_many_ask_it_is_as_many_queries_to_say_whose_words_may_be_read() -> None:
    counts = []
    maren = clinic.user(role="PRACTITIONER")
    who = clinic.practitioner(user=maren)
    for number in range(6):
        client = person(f"Client {number}", email=f"c{number}@example.org")
        at = datetime.now(UTC) - timedelta(days=number)
        bookings.booking(client=client, practitioner=who, starts_at=at, status="DONE")
        asked(client, user=login_of(email=f"l{number}@example.org"))
        with CaptureQueriesContext(connection) as ran:
            found = requests_for(maren, now=datetime.now(UTC))
        assert len(found) == number + 1
        counts.append(len(ran))
    assert counts == [2] * 6


# Who saw


def looked(client: Client, who: User, *, at: datetime, what: str = "RECORD") -> None:
    about = f"client:{client.uid}"
    audit.viewed(now=at, actor=audit.staff(who), what=what, about=about, whose=about)


def test_the_owner_sees_who_looked_on_which_days_and_that_is_noted_too(owner: User) -> None:
    client = person()
    maren = clinic.user(role="PRACTITIONER", name="Maren Oduya")
    other = clinic.user(role="PRACTITIONER", name="Noa Levi")
    bookings.booking()  # a place, whose clock the days are told by: Toronto
    looked(client, maren, at=datetime(2026, 11, 2, 4, 30, tzinfo=UTC))  # the 1st, in Toronto
    looked(client, other, at=datetime(2026, 11, 2, 5, 30, tzinfo=UTC))
    looked(person("Ana", email="a@example.org"), owner, at=datetime(2026, 11, 2, 15, tzinfo=UTC))
    browser, path = signed_in(owner), f"/practice/clients/{client.uid}/seen/"
    page = browser.get(f"{path}?from=2026-11-01&to=2026-11-01").content.decode()
    assert "Maren Oduya" in page
    assert "Noa Levi" not in page
    page = browser.get(f"{path}?from=2026-11-02").content.decode()
    assert "Noa Levi" in page
    assert "Maren Oduya" not in page
    assert browser.get(f"{path}?from=yesterday&to=").status_code == 200
    mine = AccessEntry.objects.filter(what="ACCESS_LOG", whose=f"client:{client.uid}")
    assert [entry.actor for entry in mine] == [owner] * 3


def test_a_look_at_a_record_that_was_merged_is_told_of_the_one_that_stands(owner: User) -> None:
    survivor, twin = person(), person("Priya Ramann", email="p2@example.org")
    looked(twin, clinic.user(name="Maren Oduya"), at=datetime.now(UTC))
    Client.objects.filter(pk=twin.pk).update(status="MERGED", merged_into=survivor)
    page = signed_in(owner).get(f"/practice/clients/{survivor.uid}/seen/").content.decode()
    assert "Maren Oduya" in page


def test_the_table_of_looks_holds_no_formula_and_every_look(owner: User) -> None:
    client = person()
    hostile = clinic.user(role="PRACTITIONER", name="=HYPERLINK(1)")
    looked(client, hostile, at=datetime.now(UTC))
    answer = signed_in(owner).get(f"/practice/clients/{client.uid}/seen/?as=csv")
    assert answer["Content-Type"].startswith("text/csv")
    heading, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert heading[:2] == ["Time", "Who"]
    assert len(rows) == 1
    assert not [cell for cell in rows[0] if cell.startswith(("=", "+", "-", "@"))]
    assert "HYPERLINK" in str(rows)


def test_who_does_not_treat_a_client_does_not_see_who_does() -> None:
    client, other = person(), clinic.user(role="PRACTITIONER")
    treats(client)
    browser = signed_in(other)
    for page in ("seen", "withheld"):
        assert browser.get(f"/practice/clients/{client.uid}/{page}/").status_code == 404
    assert browser.get(f"/practice/clients/{uuid.uuid4()}/seen/").status_code == 404
    assert not AccessEntry.objects.exists()


# Keeping it from somebody


def test_a_client_keeps_the_record_from_somebody_and_gives_it_back(owner: User) -> None:
    client = person()
    maren = treats(client)
    browser, path = signed_in(owner), f"/practice/clients/{client.uid}/withheld/"
    assert "Maren Oduya" in browser.get(path).content.decode()
    for _ in range(2):
        assert browser.post(path, {"keep": str(maren.pk)})["Location"] == path
    assert Withholding.objects.filter(user=maren, ended_at=None).count() == 1
    assert not may_read(maren, client, now=datetime.now(UTC))
    assert "Kept from them since" in browser.get(path).content.decode()
    browser.post(path, {"give": str(maren.pk)})
    assert may_read(maren, client, now=datetime.now(UTC))


def test_who_opens_a_withheld_record_with_a_reason_does_not_take_the_clients_word_back() -> None:
    client = person()
    maren, other = treats(client), clinic.user(role="PRACTITIONER")
    now = datetime.now(UTC)
    withhold(now=now, actor=audit.CLIENT, client=client, user=maren)
    path = f"/practice/clients/{client.uid}/withheld/"
    for user in (maren, other):
        open_record(now=datetime.now(UTC), user=user, client=client, reason="Chest pain, rang us.")
        browser = signed_in(user)
        assert browser.get(path).status_code == 200, "the canary: the record is open to them"
        for name in ("give", "keep"):
            assert browser.post(path, {name: str(maren.pk)}).status_code == 404
    held = Withholding.objects.get()
    assert (held.user, held.ended_at) == (maren, None)


def test_a_colleague_who_treats_the_client_gives_the_record_back_as_the_client_asks() -> None:
    client = person()
    maren, other = treats(client), treats(client)
    withhold(now=datetime.now(UTC), actor=audit.CLIENT, client=client, user=maren)
    path = f"/practice/clients/{client.uid}/withheld/"
    assert signed_in(other).post(path, {"give": str(maren.pk)}).status_code == 303
    assert may_read(maren, client, now=datetime.now(UTC))


def test_who_keeps_a_record_from_themselves_is_led_out() -> None:
    client = person()
    maren = treats(client)
    browser = signed_in(maren)
    path = f"/practice/clients/{client.uid}/withheld/"
    assert browser.post(path, {"keep": str(maren.pk)})["Location"] == "/practice/"
    assert browser.get(path).status_code == 404


@pytest.mark.parametrize("role", ["FRONT_DESK", "CLIENT"])
def test_a_record_is_kept_from_nobody_who_could_not_read_it(role: str, owner: User) -> None:
    client, other = person(), clinic.user(role=role)
    path = f"/practice/clients/{client.uid}/withheld/"
    browser: Browser = signed_in(owner)
    for said in ({"keep": str(other.pk)}, {"keep": "x"}, {}):
        assert browser.post(path, said).status_code == 404
    assert not Withholding.objects.exists()
