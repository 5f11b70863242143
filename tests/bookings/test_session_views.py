"""The session's pages: run, finished, signed, read; and what of them nobody else sees."""

from __future__ import annotations

import io
import json
import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from bookings.models import Booking
from bookings.queries.plans import by_uid
from clinic.models import AccessEntry, User
from tests.bookings.test_practice_views import asked, text_of
from tests.factories import clinic, plans
from tests.factories.house import NOTHING_APPLIES, House, house
from tests.factories.intake import told
from treatments.models import AdverseEvent, SessionAction, SessionRecord, SessionVersion
from treatments.queries.sessions import state_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(db: None) -> House:
    made = house()
    made.people[0].user = clinic.user(role="PRACTITIONER", name="Mei Tanaka")
    made.people[0].title = "ND"
    made.people[0].save()
    return made


@pytest.fixture
def mei(home: House) -> Client:
    browser = Client()
    assert home.people[0].user
    browser.force_login(home.people[0].user)
    return browser


@pytest.fixture
def running(home: House, mei: Client) -> SessionRecord:
    booking = asked(home, status="ARRIVED")
    mei.post(f"/practice/visit/{booking.uid}/answers/", NOTHING_APPLIES)
    answer = mei.post(f"/practice/visit/{booking.uid}/session/")
    session = SessionRecord.objects.get()
    assert answer["Location"] == at(session)
    return session


def at(session: SessionRecord, part: str = "") -> str:
    return f"/practice/session/{session.uid}/{part}"


def send(browser: Client, session: SessionRecord, *actions: dict[str, Any]) -> Any:
    return browser.post(
        at(session, "log/"), json.dumps({"actions": actions}), content_type="application/json"
    )


def action(kind: str, **payload: Any) -> dict[str, Any]:
    now = round(timezone.now().timestamp() * 1000)
    return {"id": str(uuid.uuid4()), "kind": kind, "at": now, "payload": payload}


def needle(**more: Any) -> dict[str, Any]:
    spot = {"needle": str(uuid.uuid4()), "code": "ST4", "side": "L", "region": "mouth"}
    return action("PLACE", **{**spot, **more})


FINISHED = {"plan": "Jaw again, lighter.", "rationale": "Local and distal points.", "sign": "yes"}


def test_two_tablets_hear_of_each_others_needles(mei: Client, running: SessionRecord) -> None:
    first = needle()
    said = send(mei, running, first).json()
    assert [each["id"] for each in said["actions"]] == [first["id"]]
    assert send(mei, running, first).json()["last"] == said["last"] == 1
    heard = mei.get(at(running, "log/?after=0")).json()
    assert heard["actions"] == said["actions"]
    assert mei.get(at(running, f"log/?after={heard['last']}")).json()["actions"] == []
    assert mei.get(at(running, "log/?after=nonsense")).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        "", "[]", "{}", '{"actions": 1}', '{"actions": [{"id": "x"}]}', "\xff", "null",
        pytest.param("[" * 50_000, id="nested without end"),
    ],
)  # fmt: skip
def test_a_body_that_is_none_is_refused_and_nothing_of_it_kept(
    mei: Client, running: SessionRecord, body: str
) -> None:
    answer = mei.post(at(running, "log/"), body, content_type="application/json")
    assert answer.status_code == 422
    assert not SessionAction.objects.exists()


def test_a_session_is_run_and_signed_without_javascript(
    mei: Client, running: SessionRecord
) -> None:
    act = at(running, "act/")
    for typed in (
        {"kind": "PHASE", "phase": "LYMPHATIC_MASSAGE"},
        {"kind": "MASSAGE", "areas": ["jaw", "cheek"], "strokes": ["sweep"], "product": "Jojoba"},
        {
            "kind": "SKIP",
            "phase": "LYMPHATIC_MASSAGE",
            "area": "neck_side",
            "reason": "Asked not to",
        },
        {"kind": "OIL_OFF"},
        {"kind": "PHASE", "phase": "NEEDLING"},
        {"kind": "PLACE", "point": "ST4:L:mouth"},
        {"kind": "PLACE", "point": "ST4:R:mouth"},
        {"kind": "NOTE", "text": "Relaxed"},
        {"kind": "EVENT", "what": "spot_bleed", "grade": "MINOR", "told": "yes"},
        {"kind": "EXTEND", "phase": "NEEDLING", "minutes": "5"},
    ):
        assert mei.post(act, typed).status_code == 303, typed
    page = text_of(mei.get(at(running)))
    assert "2 still in. Take all out before the roller." in page
    assert "Side of the neck: Asked not to" in page
    assert mei.post(act, {"kind": "SKIP", "phase": "JADE_ROLLER", "reason": ""}).status_code == 422
    refused = mei.post(at(running, "finish/"), FINISHED)
    assert refused.status_code == 409
    assert "2 needles are still in" in text_of(refused)
    assert mei.post(act, {"kind": "REMOVE_ALL"}).status_code == 303
    done = mei.post(at(running, "finish/"), {**FINISHED, "aftercare": ["rest"]})
    assert (done.status_code, done["Location"]) == (303, at(running, "record/?did=signed"))
    record = text_of(mei.get(done["Location"]))
    for words in ("ST4", "2 needles in, 2 out.", "Jojoba", "Side of the neck: Asked not to", "Jaw again, lighter.", "A drop of blood",
                  "No heavy exercise for 24 hours", "Signed by Mei Tanaka"):  # fmt: skip
        assert words in record, words
    assert mei.get(at(running))["Location"] == at(running, "record/")
    assert Booking.objects.get().status == "DONE"
    assert AdverseEvent.objects.count() == 1


def test_what_no_form_of_the_page_sends_is_refused(mei: Client, running: SessionRecord) -> None:
    for typed in (
        {},
        {"kind": "SING"},
        {"kind": "PLACE", "point": "<b>"},
        {"kind": "PHASE", "phase": "LUNCH"},
        {"kind": "EXTEND", "phase": "NEEDLING", "minutes": "many"},
        {"kind": "NOTE", "text": "x" * 4001},
    ):
        assert mei.post(at(running, "act/"), typed).status_code == 422, typed
    assert not SessionAction.objects.exists()


def test_the_last_page_keeps_what_was_typed_and_the_record_is_composed_from_what_was_done(
    mei: Client, running: SessionRecord
) -> None:
    send(mei, running, needle(), needle(side="R"), action("REMOVE_ALL"))
    page = text_of(mei.get(at(running, "finish/")))
    assert "ST4 both. 2 needles in, 2 out." in page
    assert mei.post(at(running, "finish/"), {"plan": "Mine.", "stress": "11"}).status_code == 422
    kept = mei.post(at(running, "finish/"), {"plan": "Mine.", "stress": "4"})
    assert kept["Location"] == at(running)
    state = state_of(running)
    assert state.words["PLAN"] == "Mine."
    assert state.ratings["stress_0_10", "", ""] == 4
    assert "Mine." in text_of(mei.get(at(running, "finish/")))


def test_the_time_for_the_paper_is_no_part_of_the_treatment(
    mei: Client, running: SessionRecord
) -> None:
    send(mei, running, action("PHASE", phase="JADE_ROLLER"))
    left = mei.post(at(running, "act/"), {"kind": "END", "then": "finish"})
    assert (left.status_code, left["Location"]) == (303, at(running, "finish/"))
    ended = state_of(running).ended_at
    assert ended
    back = mei.get(at(running)).context["page"]
    assert (back.pause_kind, back.pause_words) == ("RESUME", "Go on")
    mei.get(at(running, "finish/"))
    mei.post(at(running, "finish/"), FINISHED)
    version = SessionVersion.objects.get()
    version.client = running.client
    assert version.document["ended_at"] == ended.isoformat()


def test_nothing_can_be_taken_out_where_no_needle_is_in(
    mei: Client, running: SessionRecord
) -> None:
    hidden = "data-remove-all hidden>"
    assert hidden in mei.get(at(running)).content.decode()
    send(mei, running, needle())
    assert hidden not in mei.get(at(running)).content.decode()
    send(mei, running, action("REMOVE_ALL"))
    assert hidden in mei.get(at(running)).content.decode()


def test_a_first_visit_says_that_it_begins_with_a_talk(
    mei: Client, running: SessionRecord, home: House
) -> None:
    assert "to talk" not in text_of(mei.get(at(running)))
    SessionRecord.objects.filter(pk=running.pk).update(treatment=home.first_visit)
    page = text_of(mei.get(at(running)))
    assert "Before it: 30 minutes to talk, not timed here." in page
    assert "since the last visit" not in page


def test_a_point_that_is_off_takes_a_reason_however_it_is_sent(
    mei: Client, running: SessionRecord
) -> None:
    placed = {"kind": "PLACE", "point": "BL1:L:eye_medial"}
    assert mei.post(at(running, "act/"), placed).status_code == 422
    assert not SessionAction.objects.exists()
    silent = needle(code="BL1", region="eye_medial")
    send(mei, running, silent, action("REMOVE_ALL"))
    refused = mei.post(at(running, "finish/"), FINISHED)
    assert refused.status_code == 409
    assert "BL1 left: off or to be used with care today" in text_of(refused)
    said = action("ADJUST", needle=silent["payload"]["needle"], reason="Agreed.")
    send(mei, running, said)
    assert mei.post(at(running, "finish/"), FINISHED).status_code == 303


def test_whose_answers_forbid_the_neck_and_four_points_is_treated_without_them(
    home: House, mei: Client
) -> None:
    booking = asked(home, status="ARRIVED")
    told = {**NOTHING_APPLIES, "q-bq_review": ["carotid", "lymphoedema"]}
    mei.post(f"/practice/visit/{booking.uid}/answers/", told)
    seen = {"decision": "ACCEPT", "reason": "No neck, no arms.", "despite_absolute": "on"}
    assert mei.post(f"/practice/visit/{booking.uid}/review/", seen).status_code == 303
    assert mei.post(f"/practice/visit/{booking.uid}/session/").status_code == 303
    session = SessionRecord.objects.get()
    answer = mei.get(at(session))
    massage = text_of(answer).split("Lymphatic massage", 1)[1].split("Needling", 1)[0]
    assert "Leave out: neck" in massage
    marks = answer.context["page"].data["marks"]
    for code in ("ST9", "LI4", "LI11", "TE5", "TE6"):
        assert {marks[f"{code}:{side}"]["level"] for side in "LR"} == {"OFF"}, code
    assert "ST4:L" not in marks
    placed = {"kind": "PLACE", "point": "LI4:R:body"}
    assert mei.post(at(session, "act/"), placed).status_code == 422
    assert (
        mei.post(at(session, "act/"), {"kind": "PLACE", "point": "ST4:R:mouth"}).status_code == 303
    )
    mei.post(at(session, "act/"), {"kind": "REMOVE_ALL"})
    mei.post(at(session, "finish/"), FINISHED)
    assert "Leave out: neck" in text_of(mei.get(at(session, "record/")))


def test_the_plan_goes_on_by_the_signature_and_the_next_time_is_within_its_window(
    home: House, mei: Client, running: SessionRecord
) -> None:
    first = Booking.objects.get()
    now = timezone.now()
    plan = plans.plan(
        now=now, client=first.client, treatment=first.treatment,
        practitioner=home.people[0], agreed=True,
    )  # fmt: skip
    first_group = mei.get(at(running)).context["page"].sets[0]
    assert first_group["name"] == "In the plan"
    assert [one["code"] for one in first_group["sets"]] == ["frown_lines", "sleep"]
    page = mei.get(at(running, "finish/"))
    assert "Finish session 1, Priya Raman" in text_of(page)
    offers = page.context["page"].offers
    assert offers[0].chosen
    done = mei.post(at(running, "finish/"), {**FINISHED, "next_start": offers[0].value})
    assert done["Location"].endswith("did=booked")
    found = by_uid(plan.client, plan.uid, now=now, zone=home.location.zone)
    assert found
    assert (found.position.count, found.position.next_number) == (1, 2)
    (booked,) = found.position.coming
    assert found.position.without(booked).gap_warning(booked) is None
    assert "1 of 10" in text_of(mei.get(done["Location"]))


def test_the_next_session_is_booked_by_signing(
    home: House, mei: Client, running: SessionRecord
) -> None:
    page = mei.get(at(running, "finish/"))
    offers = [offer.value for offer in page.context["page"].offers]
    assert len(offers) == 3
    first = Booking.objects.get()
    done = mei.post(at(running, "finish/"), {**FINISHED, "next_start": offers[0]})
    assert done["Location"].endswith("did=booked")
    booked = Booking.objects.exclude(pk=first.pk).get()
    assert (booked.client, booked.practitioner) == (first.client, first.practitioner)
    assert booked.starts_at - first.starts_at >= timedelta(days=1)


def test_a_time_taken_meanwhile_is_told_and_nothing_is_signed_yet(
    home: House, mei: Client, running: SessionRecord
) -> None:
    page = mei.get(at(running, "finish/"))
    start = page.context["page"].offers[0].value
    home.taken(datetime.fromisoformat(start))
    answer = mei.post(at(running, "finish/"), {**FINISHED, "next_start": start})
    assert answer.status_code == 422
    said = text_of(answer)
    assert "That time has just been taken." in said
    assert "Jaw again, lighter." in said
    assert not SessionVersion.objects.exists()


def test_what_comes_after_the_signature_is_an_addendum_with_a_reason(
    mei: Client, home: House, running: SessionRecord
) -> None:
    mei.post(at(running, "finish/"), FINISHED)
    assert send(mei, running, needle()).status_code == 409
    add = at(running, "record/add/")
    assert mei.post(add, {"text": "Lot A13.", "reason": ""}).status_code == 422
    assert mei.post(add, {"text": "Lot A13.", "reason": "Misread."}).status_code == 303
    page = text_of(mei.get(at(running, "record/")))
    assert "Lot A13." in page
    assert "Why: Misread." in page
    paper = mei.get(at(running, "record/pdf/"))
    assert paper["Content-Type"] == "application/pdf"
    day = running.started_at.astimezone(home.location.zone).date().isoformat()
    assert paper["Content-Disposition"] == f'attachment; filename="session-{day}-PR.pdf"'
    assert paper.content.startswith(b"%PDF-")


def test_a_record_on_paper_says_whose_it_is_and_nothing_of_the_screen(
    mei: Client, running: SessionRecord
) -> None:
    told(client=running.client, at=timezone.now(), answers={"dob": "1985-09-09"})
    done = mei.post(at(running, "finish/"), FINISHED)
    page = mei.get(done["Location"]).content.decode()
    assert "Date of birth</dt><dd>9 Sep 1985" in page
    told_at = page.index("Signed.")
    assert "no-print" in page[page.rindex("<p", 0, told_at) : told_at]
    paper = PdfReader(io.BytesIO(mei.get(at(running, "record/pdf/")).content))
    assert "9 Sep 1985" in paper.pages[0].extract_text()


def test_nobody_but_the_practitioner_runs_a_session_or_reads_what_was_signed(
    mei: Client, running: SessionRecord
) -> None:
    mei.post(at(running, "finish/"), FINISHED)
    strangers: list[User] = [
        clinic.user(role=role) for role in ("PRACTITIONER", "OWNER", "FRONT_DESK")
    ]
    for user in strangers:
        browser = Client()
        browser.force_login(user)
        for part in ("", "log/", "finish/", "record/", "record/pdf/"):
            assert browser.get(at(running, part)).status_code == 404, (user.role, part)
        assert (
            browser.post(at(running, "record/add/"), {"text": "x", "reason": "x"}).status_code
            == 404
        )


def test_what_changed_since_the_last_visit_stands_beside_the_chart(
    mei: Client, running: SessionRecord
) -> None:
    told(client=running.client, at=timezone.now() - timedelta(days=3), answers={"stress": 3})
    told(client=running.client, at=timezone.now() - timedelta(hours=3), answers={"stress": 8})
    page = mei.get(at(running))
    (change,) = page.context["page"].changed
    assert [(part.old, part.new) for part in change.was] == [("3 of 10", "8 of 10")]
    assert "before: 3 of 10 now: 8 of 10" in text_of(page)


def test_every_look_at_a_session_is_noted(mei: Client, running: SessionRecord) -> None:
    mei.get(at(running))
    mei.get(at(running, "finish/"))
    mei.post(at(running, "finish/"), FINISHED)
    mei.get(at(running, "record/"))
    mei.get(at(running, "record/pdf/"))
    looked = list(
        AccessEntry.objects.filter(about=f"session:{running.uid}")
        .order_by("pk")
        .values_list("what", flat=True)
    )
    assert looked == ["SESSION"] * 3 + ["SESSION_RECORD"] * 2


def test_at_a_review_the_end_of_a_session_leads_to_the_progress_with_both_views_of_it(
    mei: Client, home: House, running: SessionRecord
) -> None:
    plan = plans.plan(
        now=timezone.now(),
        counts_from=timezone.now() - timedelta(days=2),
        client=running.client,
        practitioner=home.people[0],
        treatment=running.treatment,
        of=plans.template(reviews_at=[1]),
        agreed=True,
    )
    progress = f"/practice/clients/{running.client.uid}/plan/{plan.uid}/progress/"
    send(mei, running, action("PHASE", phase="NEEDLING"))
    assert progress in mei.get(at(running, "finish/")).content.decode()
    said = {**FINISHED, "gais": "improved", "gais_client": "no_change", "stress": "4"}
    signed = mei.post(at(running, "finish/"), said)
    assert signed.status_code == 303
    record = mei.get(signed["Location"])
    assert progress in record.content.decode()
    assert "as the client sees it" in text_of(record)
    page = mei.get(progress).context["page"]
    assert sorted((one.who, str(one.words)) for one in page.judged) == [
        ("The client", "no change"),
        ("The practitioner", "improved"),
    ]
    assert [plot.now for plot in page.plots] == ["4"]
