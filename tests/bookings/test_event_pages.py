"""Adverse events: followed up by whoever held the session and the owner, sealed, never at the desk."""

from __future__ import annotations

import re
import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from clients.models import Withholding
from clinic.models import AccessEntry, AuditEntry, Practitioner, User
from tests.bookings.world import raw_table
from tests.factories import bookings, clinic, stock
from treatments import actions
from treatments.errors import EventClosed, FollowUpEmpty, NobodyTreated
from treatments.models import AdverseEvent, EventNote, SessionRecord
from treatments.queries import events as found

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
SECRET = "Zinnia bruise beside the nose"


@pytest.fixture
def mei() -> User:
    user = clinic.user(role="PRACTITIONER", name="Mei Tanaka")
    clinic.practitioner(user=user, name="Mei Tanaka")
    return user


@pytest.fixture
def session(mei: User) -> SessionRecord:
    now = timezone.now() - DAY
    client = bookings.client(name="Priya Raman")
    return stock.session(at=now, user=mei, practitioner=who(mei), client=client)


def who(user: User) -> Practitioner:
    return Practitioner.objects.get(user=user)


def event(session: SessionRecord, **fields: Any) -> AdverseEvent:
    now = timezone.now() - DAY
    fields = {"where": SECRET, **fields}
    return stock.event(client=session.client, practitioner=session.practitioner, at=now, **fields)


def browser(user: User) -> Client:
    made = Client()
    made.force_login(user)
    return made


def text_of(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_the_worklist_is_of_who_held_the_session_and_of_the_owner_and_each_look_is_noted(
    mei: User, session: SessionRecord
) -> None:
    event(session)
    colleague = clinic.user(role="PRACTITIONER")
    owner = clinic.user(role="OWNER")
    for user, sees in ((mei, True), (owner, True), (colleague, False)):
        page = text_of(browser(user).get("/practice/events/"))
        assert (SECRET in page) is sees
    looks = AccessEntry.objects.filter(what="ADVERSE_EVENTS")
    assert {look.actor for look in looks} == {mei, owner}
    assert {look.whose for look in looks} == {f"client:{session.client.uid}"}
    desk = browser(clinic.user(role="FRONT_DESK"))
    assert desk.get("/practice/events/").status_code == 404


def test_the_longest_overdue_stands_first_and_what_is_over_or_taken_back_nowhere(
    mei: User, session: SessionRecord
) -> None:
    now = timezone.now()
    late, soon = event(session, due=now - 3 * DAY), event(session, due=now + DAY)
    event(session, due=now - DAY)
    AdverseEvent.objects.exclude(pk__in=[late.pk, soon.pk]).update(withdrawn_at=now)
    over = event(session)
    AdverseEvent.objects.filter(pk=over.pk).update(resolved_at=now)
    AdverseEvent.objects.filter(pk=event(session, what="spot_bleed").pk).update(follow_up_due=None)
    assert found.followed_up_by(mei, now=now) == [late, soon]
    assert found.how_many(mei, now=now) == 2
    page = text_of(browser(mei).get("/practice/events/"))
    assert page.index("Overdue since") < page.index("Ask ")
    assert "2 reactions to follow up" in text_of(browser(mei).get("/practice/"))


def test_what_a_client_withholds_from_somebody_is_closed_to_them_here_as_well(
    mei: User, session: SessionRecord
) -> None:
    one = event(session)
    now = timezone.now()
    Withholding.objects.create(client=session.client, user=mei, at=now)
    assert found.how_many(mei, now=now) == 0
    answer = browser(mei).get(f"/practice/events/{one.uid}/")
    assert (answer.status_code, "open" in answer["Location"]) == (302, True)
    posted = browser(mei).post(f"/practice/events/{one.uid}/note/", {"text": "Better"})
    assert posted.status_code == 404


def test_a_follow_up_is_kept_once_moves_the_day_and_ends_it(
    mei: User, session: SessionRecord
) -> None:
    one, mine = event(session), browser(mei)
    page = f"/practice/events/{one.uid}/"
    said = {"text": "Yellow now, no pain.", "again_in": "3", "key": str(uuid.uuid4())}
    for _ in range(2):
        assert mine.post(f"{page}note/", said).status_code == 303
    assert EventNote.objects.count() == 1
    one.refresh_from_db()
    assert one.follow_up_due
    assert timedelta(days=2.9) < one.follow_up_due - timezone.now() < timedelta(days=3)
    assert mine.post(f"{page}note/", {"text": "  "}).status_code == 422
    assert mine.post(f"{page}note/", {"text": "x", "again_in": "1000"}).status_code == 422
    assert mine.post(f"{page}note/", {"text": "Gone.", "over": "1"}).status_code == 303
    one.refresh_from_db()
    assert one.resolved_at
    text = text_of(mine.get(page))
    assert text.index("Yellow now") < text.index("Gone.")
    assert mine.post(f"{page}note/", {"text": "Gone again.", "over": "1"}).status_code == 409
    assert mine.post(f"{page}reopen/").status_code == 303
    assert mine.post(f"{page}reopen/").status_code == 409
    verbs = list(
        AuditEntry.objects.filter(about=f"adverse_event:{one.uid}")
        .order_by("pk").values_list("verb", flat=True)
    )  # fmt: skip
    assert verbs == ["event.followed_up", "event.resolved", "event.reopened"]


def test_nothing_of_an_event_stands_readable_in_a_table_or_in_the_log_book(
    mei: User, session: SessionRecord
) -> None:
    one = event(session)
    actions.note_event(now=timezone.now(), author=mei, event=one, uid=uuid.uuid4(), text=SECRET)
    tables = (
        "treatments_adverseevent", "treatments_eventnote", "clinic_auditentry",
        "clinic_historyentry", "clinic_historytext",
    )  # fmt: skip
    for table in tables:
        assert "Zinnia" not in raw_table(table)
    assert EventNote.objects.select_related("client__key").get().text == SECRET, "the canary"


@pytest.mark.parametrize("how", ["UPDATE {} SET at = now()", "DELETE FROM {}", "TRUNCATE {}"])
def test_a_note_never_changes(mei: User, session: SessionRecord, how: str) -> None:
    actions.note_event(
        now=timezone.now(), author=mei, event=event(session), uid=uuid.uuid4(), text="Fine."
    )
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
            cursor.execute(how.format("treatments_eventnote"))


def test_what_a_client_tells_by_telephone_is_kept_once_and_due_at_once_when_it_is_late(
    mei: User, session: SessionRecord
) -> None:
    mine, client = browser(mei), session.client
    page = f"/practice/clients/{client.uid}/event/"
    now = timezone.now()
    form = {
        "key": str(uuid.uuid4()), "what": "bruise", "grade": "", "where": SECRET,
        "day": (now - 5 * DAY).date().isoformat(), "time": "", "session": str(session.uid),
        "action": "Cool, then warm.", "referred_to": "",
    }  # fmt: skip
    answers = [mine.post(page, form) for _ in range(2)]
    assert {answer.status_code for answer in answers} == {303}
    one = AdverseEvent.objects.select_related("client__key").get()
    assert (one.grade, one.reported_by, one.session) == ("MINOR", "CLIENT", session)
    assert one.details == {
        "what": "bruise", "where": SECRET, "action": "Cool, then warm.", "told": True,
    }  # fmt: skip
    assert one.follow_up_due
    assert abs(one.follow_up_due - now) < timedelta(minutes=5)
    assert "Cool, then warm." in text_of(mine.get(answers[0]["Location"]))
    record = text_of(mine.get(f"/practice/clients/{client.uid}/"))
    assert "Adverse event" in record
    assert "Not resolved yet." in record


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("what", ""), ("what", "plague"), ("grade", "AWFUL"), ("day", "2999-01-01"),
        ("day", "0001-01-01"), ("time", "25:00"), ("session", str(uuid.UUID(int=9))),
        ("where", "x" * 201), ("action", "x" * 4001),
    ],
)  # fmt: skip
def test_what_is_no_event_is_refused_with_a_sentence(
    mei: User, session: SessionRecord, field: str, value: str
) -> None:
    form = {"what": "bruise", "day": timezone.now().date().isoformat(), field: value}
    answer = browser(mei).post(f"/practice/clients/{session.client.uid}/event/", form)
    assert answer.status_code == 422
    assert not AdverseEvent.objects.exists()


def test_refusals_leave_nothing_behind(mei: User, session: SessionRecord) -> None:
    now: datetime = timezone.now()
    one = event(session)
    AdverseEvent.objects.filter(pk=one.pk).update(withdrawn_at=now)
    with pytest.raises(EventClosed):
        actions.note_event(now=now, author=mei, event=one, uid=uuid.uuid4(), text="Fine.")
    with pytest.raises(FollowUpEmpty):
        actions.note_event(now=now, author=mei, event=one, uid=uuid.uuid4(), text=" ")
    with pytest.raises(NobodyTreated):
        actions.report_event(
            now=now, author=mei, client=session.client, uid=uuid.uuid4(), session=None,
            practitioner=None, grade="MINOR", noticed_at=now, details={"what": "bruise"},
        )  # fmt: skip
    assert not EventNote.objects.exists()
    assert browser(mei).get(f"/practice/events/{one.uid}/").status_code == 404
