"""How a plan goes, on pages: in the practice, and on the page a client is given."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pypdf import PdfReader

from clients.actions import consenting
from clients.consent_rules import Kind
from clients.models import Document, Photo
from clinic.audit import CLIENT
from clinic.models import AccessEntry
from tests.bookings.my_pages import login_of, signed_in
from tests.bookings.test_desk_panels import desk, home, text_of
from tests.bookings.test_plan_views import SECRET, had, mei, planned, practice, words
from tests.bookings.test_practice_views import logged_in, practitioner_login
from tests.factories import bookings, consents, media
from tests.factories.house import House
from tests.factories.intake import told
from treatments.models import Plan, SessionRecord, SessionVersion

pytestmark = pytest.mark.django_db
__all__ = ["desk", "home", "mei"]

ZONES = {"forehead": {"rest": 2, "motion": 3}}


def signed(home: House, plan: Plan, ago: int, *ratings: tuple[str, str, str, int | str]) -> None:
    """Let a session of a plan have been signed so many days ago."""
    at, author = home.at(10, ahead=-ago), home.people[0].user
    session = SessionRecord.objects.create(
        client=plan.client,
        practitioner=home.people[0],
        treatment=home.session,
        treatment_name="Facial",
        planned=[],
        started_at=at,
        signed_at=at,
        signed_by=author,
    )
    said: Mapping[str, Any] = {
        "started_at": at.isoformat(),
        "time_zone": "America/Toronto",
        "ratings": [dict(zip(("scale", "of", "by", "value"), one, strict=True)) for one in ratings],
        "words": {"SUBJECTIVE": SECRET},
    }
    SessionVersion.objects.create(
        session=session,
        client=plan.client,
        number=1,
        type=SessionVersion.Type.SIGNED,
        at=at,
        author=author,
        digest="0" * 64,
        document=dict(said),
    )


@pytest.fixture
def plan(home: House, mei: Browser) -> Plan:
    """A plan at its first review: five of ten sessions, told by forms and by sessions."""
    made = planned(home, 31, 24, 17, 10, 3)
    told(
        client=made.client,
        at=home.at(12, ahead=-40),
        answers={"concern_now": {"jowls": 8}, "stress": 6, "line_severity": ZONES},
    )
    told(client=made.client, at=home.at(12, ahead=-10), answers={"concern_now": {"jowls": 1}})
    signed(home, made, 31, ("self_0_10", "jowls", "", 7))
    signed(home, made, 10, ("self_0_10", "jowls", "", 5), ("gais", "", "", "improved"))
    signed(
        home, made, 3, ("self_0_10", "jowls", "", 4), ("stress_0_10", "", "", 3),
        ("gais", "", "client", "much_improved"),
    )  # fmt: skip
    return made


def test_the_practitioner_sees_one_number_a_day_from_forms_and_sessions(
    mei: Browser, home: House, plan: Plan
) -> None:
    page = mei.get(practice(plan, "progress/"))
    jaw, stress = page.context["page"].plots
    assert (jaw.label, [row.value for row in jaw.rows]) == ("Jowls", ["8", "7", "5", "4"])
    assert (stress.label, [row.value for row in stress.rows]) == (
        "Stress in the last week",
        ["6", "3"],
    )
    said = text_of(page)
    for shown in ("5 of 10 sessions done", "Much improved", "The client", "Improved", "Sleep"):
        assert shown in said
    assert "2 at rest, 3 in motion" in said
    assert SECRET not in said
    looked = AccessEntry.objects.filter(whose=f"client:{plan.client.uid}")
    assert list(looked.values_list("what", flat=True)) == ["PROGRESS"]


def test_the_plans_page_has_the_plots_and_offers_the_page_for_the_client_at_a_review(
    mei: Browser, home: House, plan: Plan
) -> None:
    page = mei.get(practice(plan))
    assert [plot.label for plot in page.context["plots"]] == ["Jowls", "Stress in the last week"]
    assert practice(plan, "report/") in page.content.decode()
    other = planned(home, 2)
    page = mei.get(practice(other))
    assert practice(other, "report/") not in page.content.decode()
    assert "No number has been told" in text_of(page)


def test_the_client_is_given_their_own_numbers_and_nothing_of_the_trade(
    mei: Browser, home: House, plan: Plan
) -> None:
    had(home, plan.client, -4, status="BOOKED")
    page = text_of(mei.get(practice(plan, "report/")))
    pdf = mei.get(practice(plan, "report/pdf/"))
    read = PdfReader(BytesIO(pdf.content))
    assert len(read.pages) == 1
    printed = " ".join(read.pages[0].extract_text().split())
    for said in (page, printed):
        assert "5 of 10 sessions done" in said
        assert "4 lower than at first" in said
        assert "much improved" in said
        assert f"Your next session is booked: {words(home, 4)}" in said
        for hidden in (SECRET, "forehead", "Forehead", "needle", "Sleep well."):
            assert hidden not in said
    looked = AccessEntry.objects.filter(what="PROGRESS_REPORT", whose=f"client:{plan.client.uid}")
    assert looked.count() == 2


def test_what_is_kept_twice_on_a_day_is_one_document(mei: Browser, plan: Plan) -> None:
    for _twice in range(2):
        kept = mei.post(practice(plan, "report/"))
        assert kept["Location"] == f"/practice/clients/{plan.client.uid}/documents/?did=added"
    document = Document.objects.get()
    assert (document.kind, document.client) == (Document.Kind.LETTER, plan.client)
    assert document.title.startswith("Your progress, ")
    assert "Your progress" in text_of(mei.get(kept["Location"]))


def test_the_client_sees_the_page_once_it_is_shown_to_them_and_not_before(
    mei: Browser, plan: Plan
) -> None:
    mei.post(practice(plan, "report/"))
    me, own = signed_in(login_of(plan.client)), f"/me/{plan.client.uid}/documents/"
    assert "Your progress" not in text_of(me.get(own))
    assert me.get(practice(plan, "report/")).status_code in {302, 404}
    mei.post(f"/practice/documents/{Document.objects.get().uid}/release/", {"show": "yes"})
    assert "Your progress" in text_of(me.get(own))


def test_hostile_names_and_many_concerns_are_one_page(mei: Browser, home: House) -> None:
    plan = planned(home, 3)
    plan.client.name = "<script>\u202e 王 Ngân"
    plan.client.save()
    codes = ("jowls", "neck_lines", "frown_lines", "nasolabial_folds", "stress", "sleep",
             "eye_bags", "dark_circles", "acne", "dry_skin", "redness", "headache")  # fmt: skip
    signed(home, plan, 3, *(("self_0_10", code, "", 10) for code in codes))
    assert "<script>\u202e" not in mei.get(practice(plan, "report/")).content.decode()
    assert len(PdfReader(BytesIO(mei.get(practice(plan, "report/pdf/")).content)).pages) == 1


def test_progress_is_found_by_its_own_client_and_whoever_treats_them_alone(
    mei: Browser, desk: Browser, home: House, plan: Plan
) -> None:
    other = bookings.client()
    had(home, other, 20)
    colleague = logged_in(practitioner_login(home, 1))
    for rest in ("progress/", "report/", "report/pdf/"):
        wrong = f"/practice/clients/{other.uid}/plan/{plan.uid}/{rest}"
        assert mei.get(wrong).status_code == 404
        for browser in (colleague, desk, Browser()):
            assert browser.get(practice(plan, rest)).status_code in {302, 404}
    assert mei.post(f"/practice/clients/{other.uid}/plan/{plan.uid}/report/").status_code == 404
    assert not Document.objects.exists()


def test_photos_of_the_series_stand_side_by_side_until_consent_is_taken_back(
    mei: Browser, home: House, plan: Plan
) -> None:
    given = consents.signed(plan.client, Kind.PHOTO, at=timezone.now())

    def photo(milestone: str, ago: int) -> Photo:
        on: date = home.day(-ago)
        return media.photo(client=plan.client, milestone=milestone, taken_on=on)

    long_ago, before, middle = photo("BASELINE", 300), photo("BASELINE", 61), photo("MID", 5)
    page = mei.get(practice(plan, "progress/"))
    assert [one.photo for one in page.context["page"].photos] == [before, middle]
    assert long_ago not in [one.photo for one in page.context["page"].photos]
    assert AccessEntry.objects.filter(what="PHOTOS").exists()
    consenting.withdraw(now=timezone.now(), actor=CLIENT, consent=given)
    assert mei.get(practice(plan, "progress/")).context["page"].photos == []


def test_a_long_series_takes_no_more_statements(mei: Browser, home: House, plan: Plan) -> None:
    def reads(rest: str) -> int:
        with CaptureQueriesContext(connection) as caught:
            assert mei.get(practice(plan, rest)).status_code == 200
        return len(caught)

    before = [reads("progress/"), reads("report/")]
    for ago in range(40, 55):
        signed(home, plan, ago, ("self_0_10", "jowls", "", ago % 10))
    assert [reads("progress/"), reads("report/")] == before
