"""The pages of needles and tools: for all staff; whom a lot was used on for practitioners alone."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from clinic.models import AccessEntry, AuditEntry
from tests.factories import bookings, clinic, stock
from treatments.models import Cleaning, NeedleBox, Tool

pytestmark = pytest.mark.django_db


def logged_in(role: str) -> Client:
    browser = Client()
    browser.force_login(clinic.user(role=role))
    return browser


def text_of(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


@pytest.fixture
def desk() -> Client:
    return logged_in("FRONT_DESK")


@pytest.fixture
def mei() -> Client:
    return logged_in("PRACTITIONER")


def typed(place: Any, **fields: Any) -> dict[str, Any]:
    return {
        "key": str(uuid.uuid4()), "lot": "A1234", "expires_on": "2028-02", "brand": "Seirin",
        "model": "J", "diameter_mm": "0,16", "length_mm": "15", "pieces": "100", "material": "",
        "received_on": "2026-10-01", "location": str(place.pk), **fields,
    }  # fmt: skip


def test_a_box_is_added_with_a_month_as_it_is_printed(desk: Client) -> None:
    place = clinic.location(name="Garden Lane")
    form = typed(place)
    for _ in range(2):
        assert desk.post("/practice/stock/add/", form).status_code == 303
    box = NeedleBox.objects.get()
    assert (str(box.expires_on), str(box.diameter_mm), box.lot) == ("2028-02-29", "0.16", "A1234")
    page = text_of(desk.get("/practice/stock/"))
    assert "Lot A1234, expires 29 Feb 2028 · at most 100 of 100 left" in page
    again = desk.post("/practice/stock/add/", typed(place, again="1"))
    assert 'value="Seirin"' in desk.get(again["Location"]).content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("lot", ""), ("expires_on", "soon"), ("diameter_mm", "NaN"), ("diameter_mm", "9"),
        ("length_mm", "1e9"), ("pieces", "0"), ("pieces", "٣٠٠٠٠٠"), ("received_on", "2999-01-01"),
        ("received_on", "0001-01-01"), ("location", "99999999"), ("key", "x"), ("lot", "x" * 41),
    ],
)  # fmt: skip
def test_what_no_box_has_is_refused_with_a_sentence(desk: Client, field: str, value: str) -> None:
    answer = desk.post("/practice/stock/add/", typed(clinic.location(), **{field: value}))
    assert answer.status_code == 422
    assert not NeedleBox.objects.exists()


def test_a_box_is_corrected_until_it_is_used_and_used_up_is_taken_back(desk: Client) -> None:
    box = stock.box(lot="A1")
    values = typed(box.location, lot="A2", received_on="2026-09-01")
    assert desk.post(f"/practice/stock/{box.uid}/", values).status_code == 303
    box.refresh_from_db()
    assert box.lot == "A2"
    stock.use(stock.session(at=timezone.now()), box)
    answer = desk.post(f"/practice/stock/{box.uid}/", {**values, "lot": "A3"})
    assert answer.status_code == 422
    assert "A session has used needles of this box" in text_of(answer)
    assert "Correct" not in text_of(desk.get("/practice/stock/"))
    desk.post(f"/practice/stock/{box.uid}/finish/")
    box.refresh_from_db()
    assert box.finished_on
    desk.post(f"/practice/stock/{box.uid}/finish/", {"back": "1"})
    box.refresh_from_db()
    assert box.finished_on is None


def test_an_expired_box_is_marked_and_stands_first(desk: Client) -> None:
    place = clinic.location()
    today = timezone.now().date()
    stock.box(location=place, lot="GOOD", expires_on=today + timedelta(days=400))
    stock.box(location=place, lot="SOON", expires_on=today + timedelta(days=30))
    stock.box(location=place, lot="OLD1", expires_on=today - timedelta(days=2))
    page = text_of(desk.get("/practice/stock/"))
    assert page.index("OLD1") < page.index("SOON") < page.index("GOOD")
    assert "3 boxes, 1 expired, 1 to expire soon" in page
    assert "Expired, not to be used" in page


def test_a_recall_shows_practitioners_who_had_a_lot_and_notes_that_they_looked(
    desk: Client, mei: Client
) -> None:
    box = stock.box(lot="AB12")
    client = bookings.client(name="<b>Priya</b>")
    stock.use(stock.session(at=timezone.now(), client=client), box, 9)
    assert desk.get("/practice/stock/lots/?lot=ab1").status_code == 404
    assert desk.post("/practice/stock/lots/file/", {"lot": "ab1"}).status_code == 404
    page = mei.get("/practice/stock/lots/?lot=ab1")
    assert "&lt;b&gt;Priya&lt;/b&gt;" in page.content.decode()
    assert "1 client in 1 session" in text_of(page)
    looks = AccessEntry.objects.filter(what="NEEDLE_LOT")
    assert [look.whose for look in looks] == [f"client:{client.uid}"]
    file = mei.post("/practice/stock/lots/file/", {"lot": "ab1"})
    assert file["Content-Type"].startswith("text/csv")
    assert looks.all().count() == 2
    assert mei.get("/practice/stock/lots/?lot=a").status_code == 422
    assert "No session used it" in text_of(mei.get("/practice/stock/lots/?lot=%25%25"))


def test_one_tap_cleans_a_tool_once_and_remembers_with_what(desk: Client) -> None:
    tool = stock.tool(name="Roller 1")
    tap = {"tool": str(tool.uid), "disinfectant": "Peroxide 0.5 %", "key": str(uuid.uuid4())}
    for _ in range(2):
        assert desk.post("/practice/tools/clean/", tap).status_code == 303
    assert Cleaning.objects.count() == 1
    page = desk.get("/practice/tools/")
    assert 'value="Peroxide 0.5 %"' in page.content.decode()
    assert "Clean since" in text_of(page)
    for wrong in ({"disinfectant": ""}, {"tool": "x"}, {"disinfectant": "x" * 81}):
        assert desk.post("/practice/tools/clean/", {**tap, **wrong}).status_code == 422
    assert (
        desk.post("/practice/tools/clean/", {**tap, "tool": str(uuid.uuid4())}).status_code == 404
    )
    assert Cleaning.objects.count() == 1
    stock.tool_use(stock.session(at=timezone.now()), tool, at=timezone.now())
    assert "not cleaned" in text_of(desk.get("/practice/tools/"))


def test_the_log_of_a_tool_names_no_client(desk: Client) -> None:
    tool = stock.tool(name="Roller 1")
    client = bookings.client(name="Zinnia Quill")
    stock.tool_use(stock.session(at=timezone.now(), client=client), tool, at=timezone.now())
    page = text_of(desk.get(f"/practice/tools/{tool.uid}/"))
    assert "Used in a session" in page
    assert "Zinnia" not in page


def test_a_tool_is_added_once_retired_and_taken_back(desk: Client) -> None:
    place = clinic.location()
    form = {"name": "Roller 9", "location": str(place.pk)}
    assert desk.post("/practice/tools/add/", form).status_code == 303
    answer = desk.post("/practice/tools/add/", form)
    assert answer.status_code == 422
    assert "Another tool here has this name" in text_of(answer)
    tool = Tool.objects.get()
    for sent, active in (({}, False), ({"back": "1"}, True)):
        desk.post(f"/practice/tools/{tool.uid}/retire/", sent)
        tool.refresh_from_db()
        assert tool.is_active is active
    assert set(AuditEntry.objects.values_list("verb", flat=True)) >= {"tool.added", "tool.retired"}
