"""A client's form: asked with a booking, kept at each step on every device, sent once, judged."""

from __future__ import annotations

import json
import re
from contextlib import nullcontext as nothing
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from bookings import actions, intake
from bookings.models import Booking
from clients import actions as clients
from clients import intake_links, queries
from clients.errors import FormPrivate
from clients.intake_definition import FormKind
from clients.models import (
    Client,
    ContactConsent,
    IntakeDefinition,
    IntakeDraft,
    IntakeRequest,
    IntakeSubmission,
)
from clinic.audit import CLIENT, staff
from clinic.models import AuditEntry
from tests.api.hostile import TEXTS
from tests.bookings.world import answers, raw_table
from tests.factories import bookings, clinic
from tests.factories import clients as people
from tests.factories.filled_form import FORM, page_of, parts
from tests.factories.house import House, house
from tests.factories.intake import told

pytestmark = pytest.mark.django_db


class Told:
    """A booking made online by somebody new, and the form it asks for."""

    def __init__(self, *, ahead: int = 3) -> None:
        self.home: House = house()
        self.booking = self.book(10, ahead=ahead)
        self.form = IntakeRequest.objects.get(about=f"booking:{self.booking.uid}")

    def book(self, hour: int, *, ahead: int = 3, **contact: Any) -> Booking:
        from bookings.queries.catalogue import offering_of
        from clients.contact import Contact
        from clinic.models import Clinic

        return actions.book(
            now=datetime.now(UTC),
            actor=CLIENT,
            source="ONLINE",
            key=f"k{hour}-{ahead}",
            offering=offering_of(self.home.session.pk, Clinic.objects.the_only()),
            location=self.home.location,
            practitioner=None,
            starts_at=self.home.at(hour, ahead=ahead),
            contact=Contact(
                **{
                    "name": "Priya Raman",
                    "email": "priya@example.org",
                    "phone": "+14165550142",
                    "by_email": True,
                    **contact,
                }
            ),
            answers=answers(),
        ).booking

    def url(self, *, own: bool = True, form: IntakeRequest | None = None) -> str:
        return f"/forms/{intake_links.token((form or self.form).uid, own=own)}/"

    def begin(self, *, own: bool = True) -> Device:
        device = Device(self.url(own=own))
        device.browser.post(device.url)
        return device

    def send(self, **said: str) -> IntakeSubmission:
        device = self.begin()
        device.fill(parts(**said))
        assert device.send().status_code == 303
        return IntakeSubmission.objects.latest("pk")


class Device:
    """A browser with a form open in it."""

    def __init__(self, url: str) -> None:
        self.url, self.browser = url, Browser()
        self.hidden: dict[str, str] = {}

    def open(self, part: str) -> str:
        text = self.browser.get(f"{self.url}part/{part}/").content.decode()
        self.hidden = {
            name: re.search(rf'name="{name}" value="([^"]*)"', text)[1]
            for name in ("draft", "revision")
        }
        return text

    def keep(self, part: str, fields: dict[str, Any], go: str = "next", **more: Any) -> Any:
        body = {**page_of(part, fields, **self.hidden), "go": go}
        return self.browser.post(f"{self.url}part/{part}/", body, **more)

    def fill(self, all_: dict[str, dict[str, Any]]) -> None:
        self.open("about")
        for part, fields in all_.items():
            if fields:
                answer = self.keep(part, fields)
                assert answer.status_code == 303, part

    def send(self) -> Any:
        return self.browser.post(f"{self.url}send/")


def typed(part: str, name: str) -> str:
    """Return what stands in the one open draft at a field."""
    code, _dash, rest = name.removeprefix("q-").partition("-")
    content = IntakeDraft.objects.get(sent_at__isnull=True).content
    return "".join(content["entries"].get(code, {}).get("now", {}).get(rest, [""]))


def test_a_new_client_finds_the_form_at_their_booking_and_fills_it_in_once() -> None:
    one = Told()
    assert one.form.kind == "FULL"
    from bookings.views.answers import manage_path

    page = Browser().get(f"{manage_path(one.booking)}?new=1").content.decode()
    assert one.url(own=False) in page
    assert one.url() not in page
    device = Device(one.url(own=False))
    assert "Begin" in device.browser.get(device.url).content.decode()
    first = device.browser.post(device.url)
    assert (first.status_code, first["Location"]) == (303, f"{device.url}part/about/")
    device.fill(parts())
    assert "Ready to send" in device.browser.get(device.url).content.decode()
    assert device.send().status_code == 303
    assert device.send().status_code == 303, "a second click finds it sent"
    assert "we have your answers" in device.browser.get(device.url).content.decode()
    (sent,) = IntakeSubmission.objects.all()
    assert (sent.kind, sent.source, sent.previous) == ("FULL", "ONLINE", None)
    assert sent.answers["dob"] == "1984-04-09"
    assert sent.answers["top3"] == ["forehead_lines"]
    assert sent.answers["medications"] == "none"
    assert set(ContactConsent.objects.values_list("channel", "purpose", "granted")) >= {
        ("EMAIL", "CARE", True),
        ("EMAIL", "MARKETING", False),
    }
    assert AuditEntry.objects.filter(verb="intake.sent").count() == 1


def test_what_is_missing_is_said_on_the_overview_and_nothing_is_sent() -> None:
    device = Told().begin()
    device.open("about")
    device.keep("about", {"q-legal_name": "Priya"})
    refused = device.send()
    assert refused.status_code == 422
    assert "Emergency contact" in refused.content.decode()
    assert not IntakeSubmission.objects.exists()


def test_a_form_stopped_half_way_goes_on_on_another_device() -> None:
    one = Told()
    phone = one.begin()
    phone.open("about")
    gone = phone.keep("about", {"q-occupation": "Gardener", "q-dob-y": "20x4"}, go="later")
    assert gone["Location"] == one.url()
    laptop = Device(one.url())
    assert 'value="Gardener"' in laptop.open("about")
    assert 'value="20x4"' in laptop.open("about"), "what is wrong is kept as well"


def test_two_devices_lose_nothing_of_each_other() -> None:
    one = Told()
    phone, laptop = one.begin(), Device(one.url())
    phone.open("about")
    laptop.open("about")
    assert phone.keep("about", {"q-occupation": "Gardener"}).status_code == 303
    other = laptop.keep("about", {"q-pronouns": "she"})
    assert other.status_code == 303, "another question is no rival"
    assert (typed("about", "q-occupation"), typed("about", "q-pronouns")) == ("Gardener", "she")
    rival = laptop.keep("about", {"q-occupation": "Painter", "q-pronouns": "she"})
    assert rival.status_code == 409
    text = rival.content.decode()
    assert 'value="Painter"' in text
    assert "On another device you had answered: Gardener" in text


def test_what_is_typed_after_another_device_sent_the_form_becomes_a_change_to_it() -> None:
    one = Told()
    phone, laptop = one.begin(), Device(one.url())
    phone.fill(parts())
    laptop.open("lifestyle")
    phone.send()
    late = laptop.keep("lifestyle", {"q-smoking": "past"})
    assert late["Location"] == f"{one.url()}?late=1"
    assert "had already been sent" in laptop.browser.get(late["Location"]).content.decode()
    assert IntakeSubmission.objects.get().answers.get("smoking") is None
    assert laptop.send().status_code == 303
    newest, first = queries.submissions_of(one.booking.client)
    assert newest.previous == first
    assert newest.answers["smoking"] == "past"
    (changed,) = queries.changes_since(one.booking.client, first.submitted_at)
    assert [change.code for change in changed.changes] == ["smoking"]
    assert changed.changes[0].parts[0].new == "In the past"


def test_a_client_who_sent_it_can_change_an_answer_and_both_are_kept() -> None:
    one = Told()
    first = one.send()
    device = one.begin()
    assert 'value="Priya Raman"' in device.open("about")
    device.keep("about", {**parts()["about"], "q-occupation": "Gardener"})
    assert device.send().status_code == 303
    said = queries.history_of(one.booking.client, "occupation")
    assert [moment.words for moment in said] == ["Gardener"]
    first.refresh_from_db()
    assert "occupation" not in first.answers


def test_the_link_on_a_page_never_shows_what_came_by_the_clients_own() -> None:
    one = Told()
    own = one.begin()
    own.open("about")
    own.keep("about", {"q-occupation": "Secret gardener"})
    stranger = Device(one.url(own=False))
    for path in ("", "part/about/"):
        answer = stranger.browser.get(stranger.url + path, follow=True)
        assert "Secret" not in answer.content.decode()
        assert "link in our message" in answer.content.decode()
    stranger.send()
    assert not IntakeSubmission.objects.exists()


def test_the_link_on_a_page_writes_nothing_into_what_came_by_the_clients_own_nor_asks_it() -> None:
    one = Told()
    before = Device(one.url(own=False))
    before.browser.post(before.url)
    before.open("about")
    quiet = {"headers": {"Accept": "application/json"}}
    kept = before.keep("about", {"q-occupation": "Painter"}, **quiet)
    assert kept.json()["revision"] == 1, "the canary: as long as nothing private is in it"
    own = one.begin()
    own.open("about")
    own.keep("about", {"q-occupation": "Secret gardener"})
    as_it_was = IntakeDraft.objects.get()
    for stranger in (before, Device(one.url(own=False))):
        asked = [
            stranger.keep("about", {"q-occupation": guess}, **quiet)
            for guess in ("Secret gardener", "Baker")
        ]
        assert {(answer.status_code, answer.content) for answer in asked} == {(409, b"{}")}
        plain = stranger.keep("about", {"q-occupation": "Baker"})
        assert (plain.status_code, plain["Location"]) == (303, stranger.url)
    now = IntakeDraft.objects.get()
    assert (now.revision, now.content) == (as_it_was.revision, as_it_was.content)


def test_the_link_on_a_page_that_comes_a_moment_after_the_clients_own_keeps_nothing() -> None:
    one = Told()
    one.begin()
    revision = IntakeDraft.objects.get().revision
    with pytest.raises(FormPrivate):
        clients.save_form(
            now=datetime.now(UTC),
            request=one.form,
            draft_uid="",
            base=0,
            screen="",
            typed={"occupation": {"": ["Baker"]}},
            own=False,
        )
    assert IntakeDraft.objects.get().revision == revision


def test_somebody_who_types_a_known_clients_name_gets_an_empty_form() -> None:
    one = Told()
    one.send(asthma="yes")
    again = one.book(12, ahead=4)
    form = IntakeRequest.objects.get(about=f"booking:{again.uid}", ended_at__isnull=True)
    assert form.kind == "WHAT_CHANGED"
    from bookings.views.answers import manage_path

    page = Browser().get(manage_path(again)).content.decode()
    assert "/forms/" not in page, "the short form begins with what was told: by message alone"
    shown = Browser().get(one.url(own=False)).content.decode()
    assert "Change an answer" not in shown


def sent_by_page(one: Told, **said: str) -> IntakeSubmission:
    """Return what somebody sent who typed the client's name and saw the page of the booking."""
    again = one.book(12, ahead=4)
    form = IntakeRequest.objects.get(about=f"booking:{again.uid}", ended_at__isnull=True)
    form.kind = "FULL"
    form.save()
    stranger = Device(one.url(own=False, form=form))
    stranger.browser.post(stranger.url)
    stranger.fill(parts(**said))
    assert stranger.send().status_code == 303
    return form.submissions.get()


def test_a_form_by_the_link_on_a_page_neither_stops_nor_allows_a_known_clients_messages() -> None:
    one = Told()
    one.send()
    client = one.booking.client
    now = datetime.now(UTC)
    kept = {("EMAIL", "CARE"): False, ("SMS", "CARE"): True, ("EMAIL", "MARKETING"): False}
    for (channel, purpose), granted in kept.items():
        people.consent(client=client, channel=channel, purpose=purpose, granted=granted, at=now)
    ContactConsent.objects.filter(client=client, channel="SMS", purpose="MARKETING").delete()
    sent_by_page(one)
    newest = {
        (each.channel, each.purpose): each.granted
        for each in ContactConsent.objects.filter(client=client).order_by("at", "pk")
    }
    assert {way: newest[way] for way in kept} == kept
    assert newest["SMS", "MARKETING"] is False, "what nobody ever said is written down"


def test_a_form_by_the_link_on_a_page_says_so_and_takes_no_known_risk_away() -> None:
    one = Told()
    one.send(pregnant="yes")
    one.booking.refresh_from_db()
    assert one.booking.outcome == "REFUSED"
    sent = sent_by_page(one)
    assert sent.source == "PAGE"
    one.booking.refresh_from_db()
    assert one.booking.outcome == "REFUSED", "the worst of what was said counts"
    screening = one.booking.screening
    assert screening is not None
    assert screening.source == "LINK"
    own = one.send()
    assert own.source == "ONLINE"
    one.booking.refresh_from_db()
    assert one.booking.outcome == "REVIEW", "the canary: the client's own word weighs more"


def test_the_link_on_a_page_does_not_send_what_the_clients_own_had_opened() -> None:
    one = Told()
    one.begin().fill(parts())
    with pytest.raises(FormPrivate):
        actions.send_form(
            now=datetime.now(UTC),
            actor=CLIENT,
            request=one.form,
            today=one.home.day(0),
            country="CA",
            own=False,
        )
    assert not IntakeSubmission.objects.exists()


@pytest.mark.parametrize(
    ("day", "kind"),
    [(date(2027, 7, 30), FormKind.WHAT_CHANGED), (date(2027, 7, 31), FormKind.FULL)],
)
def test_half_a_year_counts_from_the_evening_of_the_last_session_on_its_own_clock(
    day: date, kind: FormKind
) -> None:
    who = bookings.client()
    told(client=who, at=datetime(2026, 12, 1, 15, tzinfo=UTC))
    # The 31st of January in Toronto, and the 1st of February in Greenwich.
    evening = datetime(2027, 2, 1, 0, 30, tzinfo=UTC)
    bookings.booking(client=who, starts_at=evening, status="DONE")
    assert intake.due(who, on=day) is kind


def test_what_changed_is_filled_in_in_one_screen_and_makes_a_new_version() -> None:
    one = Told()
    one.send()
    again = one.book(12, ahead=9)
    form = IntakeRequest.objects.get(about=f"booking:{again.uid}", ended_at__isnull=True)
    device = Device(one.url(form=form))
    device.browser.post(device.url)
    text = device.open("what_changed")
    assert "Forehead lines" in text
    said = {
        "q-any_change": "yes", "q-pregnant": "no", "q-new_procedure-none": "1",
        "q-skin_now": "none", "q-unwell": "no", "q-reaction": "none",
        "q-concern_now-forehead_lines": "3", "q-stress": "7",
    }  # fmt: skip
    answer = device.keep("what_changed", said)
    assert answer["Location"] == f"{device.url}part/any_change_opened/"
    opened = device.open("any_change_opened")
    assert 'name="q-conditions-asthma" value="no" checked' in opened
    fields = dict(parts(epilepsy="yes")["medical"].items())
    section = FORM.what_changed[1]
    body = {"asks": [q.code for q in section.questions], **device.hidden, **fields, "go": "next"}
    device.browser.post(f"{device.url}part/any_change_opened/", body)
    assert device.send().status_code == 303
    newest = queries.latest_submission(again.client)
    assert newest is not None
    assert (newest.kind, newest.calls_for_full) == ("WHAT_CHANGED", True)
    assert newest.answers["dob"] == "1984-04-09"
    assert newest.answers["stress"] == 7
    (changed,) = queries.changes_since(again.client, newest.previous.submitted_at)
    codes = {change.code: change for change in changed.changes}
    assert codes["conditions"].parts[0].old == "No"
    assert codes["conditions"].parts[0].new == "Yes"
    again.refresh_from_db()
    assert again.outcome == "REVIEW"
    on = again.starts_at.date()
    assert intake.due(again.client, on=on) is FormKind.FULL, "a new risk asks for the whole form"


@pytest.mark.parametrize(
    ("said", "outcome"),
    [({}, "FINE"), ({"asthma": "yes"}, "FLAG"), ({"epilepsy": "yes"}, "REVIEW"),
     ({"pregnant": "yes"}, "REFUSED"), ({"heart_disease": "unsure"}, "REVIEW")],
)  # fmt: skip
def test_each_coming_booking_is_judged_by_what_was_sent(said: dict[str, str], outcome: str) -> None:
    one = Told()
    second = one.book(14, ahead=5)
    one.send(**said)
    for booking in (one.booking, second):
        booking.refresh_from_db()
        assert (booking.outcome, booking.screening.outcome) == (outcome, outcome)
        assert booking.status == "BOOKED"


def test_an_acceptance_holds_until_there_is_something_new_to_look_at() -> None:
    one = Told()
    one.send(epilepsy="yes")
    doctor = clinic.user(role="PRACTITIONER")
    who = one.home.people[0]
    who.user = doctor
    who.save()
    one.booking.refresh_from_db()
    actions.review(
        now=datetime.now(UTC),
        actor=staff(doctor),
        booking=one.booking,
        decision="ACCEPT",
        reason="Seizure free for years.",
    )
    held = one.booking.reviews.filter(ended_at__isnull=True)
    device = one.begin()
    device.open("lifestyle")
    device.keep("lifestyle", {"q-smoking": "past"})
    device.send()
    assert held.count() == 1
    device = one.begin()
    device.open("medical")
    device.keep("medical", parts(epilepsy="yes", dvt="yes")["medical"])
    device.send()
    assert held.count() == 0


def test_a_move_judges_what_was_sent_for_the_new_day() -> None:
    one = Told()
    device = one.begin()
    all_ = parts()
    day = one.home.day(-1)
    all_["procedures"] = {
        "q-procedure_log-0-type": "botulinum",
        "q-procedure_log-0-date-d": str(day.day),
        "q-procedure_log-0-date-m": str(day.month),
        "q-procedure_log-0-date-y": str(day.year),
    }
    device.fill(all_)
    device.send()
    one.booking.refresh_from_db()
    assert (one.booking.outcome, one.booking.screening.not_before) == (
        "NOT_BEFORE",
        day + timedelta(days=14),
    )
    now = datetime.now(UTC)
    actions.move(now=now, actor=CLIENT, booking=one.booking, starts_at=one.home.at(10, ahead=30))
    one.booking.refresh_from_db()
    assert one.booking.outcome == "FINE"
    one.form.refresh_from_db()
    assert one.form.valid_until > one.booking.starts_at or one.form.ended_at


def test_the_message_before_the_visit_carries_the_clients_own_link_and_nothing_of_health() -> None:
    from bookings import notices
    from clients import wording
    from clients.models import Message

    one = Told(ahead=2)  # so soon that nothing is asked again, whatever the hour is
    row = Message.objects.get(kind="CONFIRMATION")
    row.kind, row.carries = "PREPARATION", str(int(one.booking.starts_at.timestamp()))
    row.save()
    now = one.booking.starts_at - timedelta(hours=47)
    notice = notices.describe([row], now)[row.pk]
    assert one.url() in notice.context["form"]
    said = wording.words("PREPARATION", notice.context, language="en-ca")
    assert [one.url() in form for form in (said.text, said.html, said.short)] == [True] * 3
    one.send()
    assert "form" not in notices.describe([row], now)[row.pk].context


def test_a_form_tampered_with_is_kept_or_refused_and_never_breaks() -> None:
    one = Told()
    device = one.begin()
    for hostile in TEXTS[::12]:
        text = hostile.encode(errors="replace").decode()
        body = {
            "asks": ["legal_name", text], "draft": text, "revision": text, "go": text,
            "q-legal_name": text, f"q-{text}": "x", "q-legal_name-x-y": text,
        }  # fmt: skip
        answer = device.browser.post(f"{device.url}part/about/", body)
        assert answer.status_code in {303, 409, 422}, text
    assert device.browser.post(f"{device.url}part/practitioner/", {}).status_code == 404
    assert device.browser.get(f"{device.url}part/nothing/").status_code == 404
    for wrong in ("x", one.url()[7:-2], "%00"):
        assert Browser().get(f"/forms/{wrong}/").status_code == 404


def test_a_page_that_arrives_in_part_clears_nothing() -> None:
    device = Told().begin()
    device.open("about")
    device.keep("about", {"q-occupation": "Gardener"})
    device.browser.post(f"{device.url}part/about/", {"go": "next"})
    assert typed("about", "q-occupation") == "Gardener"


def test_the_rest_can_be_answered_with_no_and_a_row_added_without_a_script() -> None:
    device = Told().begin()
    device.open("medical")
    answer = device.keep("medical", {"q-conditions-asthma": "yes"}, go="rest:conditions")
    assert 'name="q-conditions-dvt" value="no" checked' in answer.content.decode()
    device.open("medical")
    fields = {"q-medications-0-name": "Iron"}
    answer = device.keep("medical", fields, go="more:medications").content.decode()
    assert 'name="q-medications-1-name"' in answer


def test_a_script_saves_while_somebody_types_and_is_told_the_revision() -> None:
    device = Told().begin()
    device.open("about")
    answer = device.keep("about", {"q-occupation": "Gar"}, headers={"Accept": "application/json"})
    said = json.loads(answer.content)
    assert said["revision"] == int(device.hidden["revision"]) + 1
    assert typed("about", "q-occupation") == "Gar"
    device.hidden["revision"] = str(said["revision"])
    assert device.keep("about", {"q-occupation": "Gardener"}).status_code == 303


def test_a_form_begun_before_a_new_version_is_finished_as_it_was_begun() -> None:
    from clients.intake_definition import read
    from clients.intake_publishing import publish_form

    one = Told()
    device = one.begin()
    document = {**FORM.document, "sections": FORM.document["sections"][:-3]}
    publish_form(
        read(document, version=2), now=datetime.now(UTC), actor=CLIENT, source="the clinic"
    )
    device.fill(parts())
    assert device.send().status_code == 303
    assert IntakeSubmission.objects.get().definition_id == 1
    assert queries.current_form(datetime.now(UTC)).version == 2


def test_a_form_whose_time_is_over_says_so_and_keeps_what_was_sent() -> None:
    one = Told()
    IntakeRequest.objects.update(
        created_at=one.form.created_at - timedelta(days=9), valid_until=one.form.created_at
    )
    assert "nothing to fill in" in Browser().get(one.url()).content.decode()
    assert Browser().post(one.url()).status_code == 303
    assert not IntakeDraft.objects.exists()


def test_looking_at_a_form_changes_nothing() -> None:
    one = Told()
    tables = ("clients_intakerequest", "clients_intakedraft", "clients_intakesubmission")
    before = [raw_table(name) for name in tables]
    for path in ("", "part/about/", "send/"):
        Browser().get(one.url() + path)
    assert [raw_table(name) for name in tables] == before


def test_what_was_sent_never_changes_and_is_sealed() -> None:
    one = Told()
    sent = one.send(epilepsy="yes")
    for change in ("UPDATE {} SET told_on = told_on", "DELETE FROM {}", "TRUNCATE {} CASCADE"):
        for table in ("clients_intakesubmission", "clients_intakedefinition"):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(
                    change.format(table).replace("told_on = told_on", "version = version")
                    if "definition" in table
                    else change.format(table)
                )
    for table in ("clients_intakesubmission", "clients_intakedraft", "clients_screening"):
        assert "epilepsy" not in raw_table(table)
        assert "Arun" not in raw_table(table)
    assert IntakeSubmission.objects.get().answers == sent.answers


DAY = datetime(2020, 1, 1, tzinfo=UTC).date()


def test_a_form_that_was_sent_changes_hands_with_a_merge_and_in_nothing_else() -> None:
    sent = Told().send()
    other = Client.objects.create(
        name="P. Raman", name_key="p. raman", created_at=sent.submitted_at
    )
    rows = IntakeSubmission.objects.filter(pk=sent.pk)
    for moving in ("off", "on"):
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL jade.moving_client = '{moving}'")
        for changes in ({"client": other}, {"source": "PAPER"}, {"client": other, "told_on": DAY}):
            may = moving == "on" and [*changes] == ["client"]
            refused = pytest.raises(IntegrityError, match="never changes")
            with nothing() if may else refused, transaction.atomic():
                rows.update(**changes)


@pytest.mark.parametrize(
    ("model", "fields", "name"),
    [
        (IntakeRequest, {"kind": "POEM"}, "intake_request_kind_known"),
        (
            IntakeRequest,
            {"valid_until": datetime(2000, 1, 1, tzinfo=UTC)},
            "intake_request_forwards",
        ),
        (IntakeRequest, {}, "intake_one_open_request"),
        (IntakeDraft, {}, "intake_one_draft_a_request"),
        (IntakeSubmission, {"kind": "POEM"}, "intake_submission_kind_known"),
        (IntakeSubmission, {"source": "PAPER"}, "intake_submission_source"),
        (IntakeDefinition, {"version": 0}, "intake_definition_version_from_one"),
        (IntakeDefinition, {"version": 9, "digest": "x"}, "intake_definition_digest_sha256"),
    ],
)
def test_the_database_refuses_what_no_form_can_be(model: Any, fields: Any, name: str) -> None:
    import uuid

    one = Told()
    one.begin()
    if model is IntakeSubmission:
        draft = IntakeDraft.objects.get()
        row = IntakeSubmission(
            client=one.booking.client, kind="FULL", definition_id=1, rule_set_id=draft.rule_set_id,
            source="ONLINE", told_on=one.home.day(), submitted_at=draft.begun_at,
            content={"answers": {}, "asked": []},
        )  # fmt: skip
    else:
        row = model.objects.first()
        row._state.adding = True
        if model is not IntakeDefinition:
            row.pk, row.uid = None, uuid.uuid4()
        if model is IntakeRequest:
            row.token_digest, row.page_digest = "a", "b"
        if model is IntakeDraft:
            row.content = {}
    for field, value in fields.items():
        setattr(row, field, value)
    with pytest.raises(IntegrityError, match=name):
        row.save(force_insert=True)


def test_a_long_history_is_read_in_a_fixed_number_of_queries() -> None:
    one = Told()
    one.send()
    client = one.booking.client
    counts = []
    for _round in range(2):
        with CaptureQueriesContext(connection) as found:
            queries.changes_since(client, datetime(2000, 1, 1, tzinfo=UTC))
            queries.history_of(client, "smoking")
        counts.append(len(found))
        for said in ("past", "now", "never"):
            device = one.begin()
            device.open("lifestyle")
            device.keep("lifestyle", {"q-smoking": said})
            device.send()
    assert counts == [6, 6]
    words = [moment.words for moment in queries.history_of(client, "smoking")]
    assert words == ["Never", "Now", "In the past"] * 2
