"""The signed PDF, read back as a reader would."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from pypdf import PdfReader

from clients.actions import consenting
from clients.consent_pdf import consent_pdf
from clients.consent_rules import Kind
from clients.models import ConsentGiven
from clients.queries import consents
from clinic.audit import CLIENT
from tests.factories import clinic
from tests.factories.bookings import client
from tests.factories.consents import STROKES, signed

pytestmark = pytest.mark.django_db

NAMES = [
    "Łukasz Brânză-Núñez",
    "Nguyễn Thị Ánh",
    "Ελένη Παπαδάκη",
    "Олена Ковальчук",
    "王小明",
    "龍 ひかり",
    "김민지",
    "สมชาย ใจดี",
]


def printed(given: ConsentGiven) -> PdfReader:
    fresh = consents.signed_by_uid(given.client, given.uid)
    assert fresh is not None
    return PdfReader(io.BytesIO(consent_pdf(fresh, clinic="Linden Row", place="8 Queen St W")))


def words(given: ConsentGiven) -> str:
    return " ".join(" ".join(page.extract_text() for page in printed(given).pages).split())


@pytest.mark.parametrize("name", NAMES)
def test_a_name_in_any_script_stands_in_the_signed_page(name: str) -> None:
    given = signed(client(name=name), Kind.PHOTO, name=name)
    assert words(given).replace(" ", "").count(name.replace(" ", "")) >= 2


@pytest.mark.parametrize(
    "name", ["فاطمة الزهراء", "नीलम शर्मा", "שרה לוי", "🙂 Ana", "A\u202eB\x07C", "𐍈𐌰"]
)
def test_a_name_no_printer_likes_still_gives_a_page(name: str) -> None:
    assert "SHA-256" in words(signed(client(name=name), Kind.PHOTO, name=name))


def test_the_page_says_what_was_signed_when_how_and_under_which_text() -> None:
    witness = clinic.user(role="FRONT_DESK", name="Dana Whitfield")
    given = signed(
        client(name="Priya Raman"),
        Kind.PHOTO,
        at=datetime(2099, 7, 5, 15, 0, 7, tzinfo=UTC),
        no=("publication",),
        name="Asha Raman",
        relation=consenting.Relation.PARENT,
        strokes=STROKES,
        witness=witness,
        interpreter="Ana Silva",
        questions="Who sees them?",
    )
    said = words(given)
    for part in (
        "Priya Raman",
        "Asha Raman, as a parent",
        "5 July 2099, 11:00:07 EDT (UTC-04:00, America/Toronto)",
        "drawn by hand, on the clinic's tablet",
        "Dana Whitfield",
        "Ana Silva",
        "Who sees them?",
        "For my record: yes",
        "For website and social media: no",
        given.digest,
        "version 1, en-ca",
    ):
        assert part in said
    assert "Taken back" not in said
    consenting.withdraw(now=datetime(2099, 8, 1, tzinfo=UTC), actor=CLIENT, consent=given)
    assert "Taken back on 31 July 2099" in words(given)


def test_a_drawn_signature_is_lines_and_the_whole_text_fits_on_few_pages() -> None:
    drawn = signed(client(name="Priya Raman"), strokes=STROKES)
    reader = printed(drawn)
    assert 2 <= len(reader.pages) <= 4
    said = words(drawn)
    assert all(item.heading in said for item in drawn.document.text.items)
    assert said.count("understood") >= 14
    typed = signed(client(name="Priya Raman"))
    assert "name typed, by the client's own link" in words(typed)


def test_the_same_signature_is_the_same_file() -> None:
    given = signed(client(name="Priya Raman"), strokes=STROKES)
    fresh = consents.signed_by_uid(given.client, given.uid)
    assert fresh is not None
    first, second = (consent_pdf(fresh, clinic="Linden Row", place="") for _ in range(2))
    assert first == second
    assert len(first) < 200_000
