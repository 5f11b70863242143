"""Answers told in the room or on paper: written down by whoever treats the client, and by nobody
else; kept with how and when they were told. And the form's link, sent by staff."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from bookings import form_notices
from bookings.actions.relinking import FORM_LINK
from clients import outbox
from clients.actions.opening import open_record, withhold
from clients.consent_links import token_of
from clients.models import Client as Person
from clients.models import IntakeDraft, IntakeRequest, IntakeSubmission, Message
from clients.queries.intake import to_fill_in
from clinic.audit import CLIENT
from clinic.models import AccessEntry
from tests.bookings.test_practice_views import logged_in, practitioner_login, text_of
from tests.bookings.test_record import FULL, visit
from tests.factories import bookings, clinic
from tests.factories.filled_form import FORM, parts
from tests.factories.house import House, house
from tests.factories.intake import told

pytestmark = pytest.mark.django_db

TODAY = timezone.now().astimezone(ZoneInfo("America/Toronto")).date()


@pytest.fixture
def home() -> House:
    return house()


@pytest.fixture
def mei(home: House) -> Client:
    return logged_in(practitioner_login(home, 0))


@pytest.fixture
def priya(home: House) -> Person:
    person = bookings.client(name="Priya Raman", email="priya@example.org")
    visit(home, person, ahead=3)
    return person


def at(person: Person, rest: str = "") -> str:
    return f"/practice/clients/{person.uid}/told/{rest}"


def begin(mei: Client, person: Person, **said: Any) -> None:
    how = {"source": "IN_ROOM", "kind": "WHAT_CHANGED", "told_on": TODAY.isoformat()} | said
    answer = mei.post(at(person), how)
    assert (answer.status_code, answer["Location"]) == (303, at(person))


def keep(mei: Client, person: Person, part: str, fields: dict[str, Any]) -> Any:
    page = mei.get(at(person, f"part/{part}/")).content.decode()
    hidden = dict(re.findall(r'name="(draft|revision)" value="([^"]*)"', page))
    section = next(s for s in FORM.told_in_passing if s.code == part)
    asks = [question.code for question in section.questions]
    return mei.post(at(person, f"part/{part}/"), {"asks": asks, "go": "next", **hidden, **fields})


def test_a_few_things_told_in_the_room_stand_on_the_record_with_who_wrote_them_down(
    mei: Client, priya: Person
) -> None:
    told(client=priya, at=timezone.now() - timedelta(days=9), answers=FULL)
    begin(mei, priya)
    keep(mei, priya, "lifestyle", {"q-smoking": "past"})
    keep(
        mei,
        priya,
        "practitioner",
        {"q-glogau": "II", "q-bp-systolic": "118", "q-bp-diastolic": "76"},
    )
    assert mei.post(at(priya, "send/"))["Location"].endswith("?did=told")
    newest = IntakeSubmission.objects.latest("pk")
    assert (newest.source, newest.told_on, newest.kind) == ("IN_ROOM", TODAY, "WHAT_CHANGED")
    assert newest.answers["smoking"] == "past"
    assert newest.answers["dob"] == FULL["dob"], "what was not opened stays as it was"
    assert newest.asked == {
        q.code
        for s in FORM.told_in_passing
        for q in s.questions
        if s.code in {"lifestyle", "practitioner"}
    }
    shown = text_of(mei.get(f"/practice/clients/{priya.uid}/"))
    assert "Told in the room, entered by" in shown
    assert "In the past" in shown


def test_a_paper_form_counts_from_the_day_it_was_filled_in(mei: Client, priya: Person) -> None:
    day = TODAY - timedelta(days=400)
    begin(mei, priya, source="PAPER", kind="FULL", told_on=day.isoformat())
    for code, fields in parts().items():
        keep(mei, priya, code, fields)
    assert mei.post(at(priya, "send/")).status_code == 303
    kept = IntakeSubmission.objects.get()
    assert (kept.source, kept.told_on, kept.kind) == ("PAPER", day, "FULL")
    assert f"{day.day} {day:%b %Y}" in text_of(mei.get(f"/practice/clients/{priya.uid}/"))


def test_an_old_paper_never_takes_the_place_of_newer_answers(mei: Client, priya: Person) -> None:
    told(client=priya, at=timezone.now() - timedelta(days=9), answers=FULL)
    begin(mei, priya, source="PAPER", told_on=(TODAY - timedelta(days=50)).isoformat())
    keep(mei, priya, "lifestyle", {"q-smoking": "past"})
    refused = mei.post(at(priya, "send/"))
    assert refused.status_code == 409
    assert "Newer answers are known" in text_of(refused)
    mei.post(at(priya), {"source": "PAPER", "told_on": TODAY.isoformat()})
    assert mei.post(at(priya, "send/")).status_code == 303


def test_whoever_is_shown_answers_stands_in_the_access_log_whatever_led_to_the_page(
    mei: Client, priya: Person
) -> None:
    begin(mei, priya)
    hidden = {"asks": ["smoking"], "draft": "", "revision": "0", "q-smoking": "past"}
    quiet = {"Accept": "application/json"}
    for path, said, status, headers in (
        ("send/", {}, 422, {}),
        ("part/lifestyle/", {**hidden, "go": "more:smoking"}, 200, {}),
        ("part/lifestyle/", {**hidden, "go": "next"}, 303, {}),
        ("part/lifestyle/", hidden, 200, quiet),
        ("", {"source": "PAPER", "told_on": "tomorrow"}, 422, {}),
    ):
        before = AccessEntry.objects.filter(what="INTAKE_ANSWERS").count()
        answer = mei.post(at(priya, path), said, headers=headers)
        assert answer.status_code == status, path
        shown = AccessEntry.objects.filter(what="INTAKE_ANSWERS").count() - before
        assert shown == (answer["Content-Type"].startswith("text/html") and status != 303), path


def test_a_day_still_to_come_is_refused_and_nothing_is_begun(mei: Client, priya: Person) -> None:
    said = {"source": "PAPER", "kind": "FULL", "told_on": (TODAY + timedelta(days=2)).isoformat()}
    refused = mei.post(at(priya), said)
    assert (refused.status_code, "still to come" in text_of(refused)) == (422, True)
    assert not IntakeDraft.objects.exists()


def test_nothing_opened_is_nothing_to_keep(mei: Client, priya: Person) -> None:
    begin(mei, priya)
    assert mei.post(at(priya, "send/")).status_code == 422
    assert not IntakeSubmission.objects.exists()


def test_what_was_begun_by_mistake_is_put_aside_and_another_can_be_begun(
    mei: Client, priya: Person
) -> None:
    begin(mei, priya)
    keep(mei, priya, "lifestyle", {"q-smoking": "past"})
    assert mei.post(at(priya, "put-aside/")).status_code == 303
    assert mei.get(at(priya, "part/lifestyle/")).status_code == 404
    begin(mei, priya)
    assert 'value="past" selected' not in mei.get(at(priya, "part/lifestyle/")).content.decode()
    assert IntakeDraft.objects.count() == 2, "what was typed is kept"


def test_what_staff_write_down_is_no_form_for_the_client_to_fill_in(
    mei: Client, priya: Person
) -> None:
    begin(mei, priya)
    asked = to_fill_in(priya, timezone.now())
    assert asked is None or asked.about != "told"


def test_two_practitioners_write_into_one_draft(mei: Client, home: House, priya: Person) -> None:
    other = logged_in(practitioner_login(home, 1))
    assert other.get(at(priya)).status_code == 404, "it is not theirs"
    begin(mei, priya)
    begin(mei, priya, source="PAPER")
    assert IntakeRequest.objects.filter(about="told").count() == 1


def test_the_desk_sends_the_form_and_never_sees_its_link(mei: Client, priya: Person) -> None:
    desk = logged_in(clinic.user(role="FRONT_DESK"))
    where = f"/desk/clients/{priya.uid}/form/"
    sent = desk.post(where, follow=True)
    assert "The form is on its way." in text_of(sent)
    assert "/forms/" not in sent.content.decode()
    assert desk.post(where).status_code == 409, "a double tap sends it once"
    message = Message.objects.get(kind=FORM_LINK)
    described = form_notices.describe([message], timezone.now())[message.pk]
    assert isinstance(described, outbox.Notice)
    assert [way.to for way in described.ways] == ["priya@example.org"]
    assert "/forms/" in described.context["link"]


def test_the_practitioner_sees_the_link_to_hand_it_over(mei: Client, priya: Person) -> None:
    where = f"/practice/clients/{priya.uid}/form/"
    page = mei.post(where, {"do": "show"}, follow=True).content.decode()
    link = re.search(r'value="[^"]*(/forms/[^"]+)"', page)
    assert link
    assert Client().get(link[1]).status_code == 200
    assert mei.post(where, {"do": "nonsense"}).status_code == 404


def test_who_opened_a_record_for_a_while_is_not_handed_a_link_that_stays_open(
    mei: Client, home: House, priya: Person
) -> None:
    user = practitioner_login(home, 1)
    noa = logged_in(user)
    open_record(now=timezone.now(), user=user, client=priya, reason="Chest pain, she rang us.")
    home_, form = f"/practice/clients/{priya.uid}/", f"/practice/clients/{priya.uid}/form/"
    refused = noa.post(form, {"do": "show"})
    assert refused.status_code == 409
    assert "Send it to the client instead" in text_of(refused)
    mei.post(form, {"do": "show"})
    assert "/forms/" in mei.get(f"{home_}?did=form").content.decode(), "the canary"
    assert "/forms/" not in noa.get(f"{home_}?did=form").content.decode()
    assert noa.post(form, {"do": "send"}).status_code == 303


def test_who_may_not_read_a_record_any_more_does_not_read_on_by_its_links(
    mei: Client, home: House, priya: Person
) -> None:
    page = mei.post(f"/practice/clients/{priya.uid}/form/", {"do": "show"}, follow=True)
    found = re.search(r'value="[^"]*(/forms/[^"]+)"', page.content.decode())
    assert found
    consent = f"/consent/{token_of(priya)}/"
    links = [found[1], consent]
    assert [Client().get(link).status_code for link in links] == [200, 200]
    treats = home.people[0].user
    assert treats is not None
    withhold(now=timezone.now(), actor=CLIENT, client=priya, user=treats)
    assert [Client().get(link).status_code for link in links] == [404, 404]


def test_without_an_address_the_form_is_not_sent(mei: Client, home: House) -> None:
    person = bookings.client(name="Ana Silva", email="")
    visit(home, person, ahead=2)
    refused = mei.post(f"/practice/clients/{person.uid}/form/", {"do": "send"})
    assert refused.status_code == 409
    assert "no e-mail address" in text_of(refused)
