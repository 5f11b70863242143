"""Photos and documents on the practitioner's pages: who gets them, how, and for how long."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.urls import reverse
from PIL import Image

from clients.actions import consenting
from clients.consent_rules import Kind
from clients.media_links import LIFETIME, Size, write
from clients.models import Client, Document, Photo
from clinic.audit import CLOCK
from clinic.middleware import MOST_BYTES
from clinic.models import AccessEntry, User
from tests.bookings.test_practice_views import logged_in, practitioner_login, text_of
from tests.factories import bookings, clinic
from tests.factories.consents import signed
from tests.factories.house import House, house
from tests.factories.media import PDF, document, drawn, encoded, photo

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    """A private storage of the test's own."""
    private = settings.STORAGES["private"]
    place = {**private["OPTIONS"], "location": tmp_path / "media"}
    settings.STORAGES = {**settings.STORAGES, "private": {**private, "OPTIONS": place}}
    return tmp_path / "media"


@pytest.fixture
def home() -> House:
    return house()


@pytest.fixture
def mei(home: House) -> User:
    return practitioner_login(home, 0)


@pytest.fixture
def hers(mei: User) -> Browser:
    return logged_in(mei)


@pytest.fixture
def priya(home: House) -> Client:
    """A client of Mei's who has agreed to photos."""
    who = bookings.client(name="Priya Raman")
    bookings.booking(
        starts_at=home.at(10), practitioner=home.people[0], room=home.rooms[0], client=who
    )
    signed(who, Kind.PHOTO, at=datetime.now(UTC))
    return who


def jpeg(colour: Any = (10, 20, 30), **options: Any) -> SimpleUploadedFile:
    data = encoded(drawn(colour=colour), **options)
    return SimpleUploadedFile("IMG_0001.JPG", data, "image/jpeg")


def sent(home: House, **more: Any) -> dict[str, Any]:
    return {"milestone": "BASELINE", "taken_on": home.day(0).isoformat(), **more}


def at(name: str, who: Client) -> str:
    return reverse(name, args=[who.uid])


def links_in(answer: Any) -> list[str]:
    return re.findall(r'(?:src|href)="(/practice/files/[^"]+)"', answer.content.decode())


def test_photos_are_taken_several_at_once_and_seen_again(
    home: House, hers: Browser, priya: Client, mei: User
) -> None:
    exif = Image.Exif()
    exif[0x010F] = "SpyCam"
    answer = hers.post(
        at("photos-add", priya),
        sent(home, photo_FRONT_REST=jpeg(exif=exif), photo_NECK=jpeg("white")),
    )
    assert (answer.status_code, answer["Location"]) == (303, at("photos", priya) + "?did=added")
    assert {one.view for one in Photo.objects.all()} == {"FRONT_REST", "NECK"}
    assert Photo.objects.filter(added_by=mei, taken_on=home.day(0)).count() == 2
    page = hers.get(answer["Location"])
    assert "The photos are kept." in text_of(page)
    assert len(links_in(page)) == 4
    for link in links_in(page):
        file = hers.get(link)
        assert (file.status_code, file["Content-Type"]) == (200, "image/jpeg")
        assert b"SpyCam" not in file.content
        assert Image.open(io.BytesIO(file.content)).format == "JPEG"


def test_one_bad_file_does_not_lose_the_good_ones(
    home: House, hers: Browser, priya: Client
) -> None:
    bad = SimpleUploadedFile("me.jpg", b"<html>", "image/jpeg")
    answer = hers.post(
        at("photos-add", priya),
        sent(home, milestone="END", photo_FRONT_REST=jpeg(), photo_PROFILE_L=bad),
    )
    assert answer.status_code == 422
    said = text_of(answer)
    assert "1 photo is kept." in said
    assert "This is no JPEG, PNG or WebP picture." in said
    assert '<option value="END" selected>' in answer.content.decode()
    assert [one.view for one in Photo.objects.all()] == ["FRONT_REST"]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({}, "at least one photo"),
        ({"milestone": "LATER"}, "Choose one of the moments shown"),
        ({"taken_on": "2026-02-30"}, "no day of the calendar"),
        ({"taken_on": "2199-01-01"}, "still to come"),
    ],
)
def test_what_is_missing_or_wrong_is_said(
    home: House, hers: Browser, priya: Client, wrong: dict[str, str], words: str
) -> None:
    files = {"photo_NECK": jpeg()} if wrong else {}
    answer = hers.post(at("photos-add", priya), sent(home, **files, **wrong))
    assert answer.status_code in {409, 422}
    assert words in text_of(answer)
    assert not Photo.objects.exists()


def test_without_consent_there_is_a_sentence_and_no_camera(
    home: House, hers: Browser, priya: Client
) -> None:
    ana = bookings.client(name="Ana Silva")
    bookings.booking(
        starts_at=home.at(12), practitioner=home.people[0], room=home.rooms[0], client=ana
    )
    page = hers.get(at("photos-add", ana))
    assert "There is no consent to photos that holds" in text_of(page)
    assert b'type="file"' not in page.content
    assert at("photos-add", ana).encode() not in hers.get(at("photos", ana)).content
    answer = hers.post(at("photos-add", ana), sent(home, photo_NECK=jpeg()))
    assert answer.status_code == 409
    assert not Photo.objects.exists()


def test_photos_whose_consent_was_taken_back_are_shown_only_when_asked_for(
    home: House, hers: Browser, priya: Client
) -> None:
    photo(client=priya)
    photo(client=priya, taken_on=home.day(-9), milestone="END")
    given = signed(priya, Kind.PHOTO, at=datetime.now(UTC))
    consenting.withdraw(now=datetime.now(UTC), actor=CLOCK, consent=given)
    page = hers.get(at("photos", priya))
    assert "Consent to photos was taken back." in text_of(page)
    assert "There are 2 photos in the record." in text_of(page)
    assert links_in(page) == []
    assert links_in(hers.get(at("photos-compare", priya))) == []
    assert links_in(hers.get(at("photos-add", priya))) == []
    assert not AccessEntry.objects.filter(what="PHOTOS").exists()
    assert len(links_in(hers.get(at("photos", priya) + "?record=1"))) == 4
    assert AccessEntry.objects.filter(what="PHOTOS").count() == 1


def test_a_page_of_photos_is_noted_once_however_many_it_shows(
    hers: Browser, priya: Client, mei: User
) -> None:
    for number in range(3):
        photo(client=priya, view=["NECK", "FRONT_REST", "FRONT_SMILE"][number])
    page = hers.get(at("photos", priya))
    for link in links_in(page):
        assert hers.get(link).status_code == 200
    (entry,) = AccessEntry.objects.all()
    assert (entry.what, entry.actor) == ("PHOTOS", mei)
    assert entry.about == entry.whose == f"client:{priya.uid}"


def test_the_number_of_statements_does_not_grow_with_the_photos(
    hers: Browser, priya: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(8):
        photo(client=priya, view="NECK" if number % 2 else "FRONT_REST")
    with django_assert_max_num_queries(16):
        assert hers.get(at("photos", priya)).status_code == 200
    with django_assert_max_num_queries(16):
        assert hers.get(at("photos-compare", priya)).status_code == 200


def test_a_link_ends_with_its_minutes_and_its_viewer(
    home: House, hers: Browser, priya: Client, mei: User
) -> None:
    one = photo(client=priya)
    viewer = f"user:{mei.pk}"
    now = datetime.now(home.location.zone)

    def link(when: datetime, size: Size = Size.WHOLE) -> str:
        return reverse("photo-file", args=[write(size, one.uid, viewer=viewer, now=when)])

    good = link(now)
    assert hers.get(good).status_code == 200
    assert hers.get(link(now - LIFETIME - timedelta(seconds=2))).status_code == 404
    assert hers.get(link(now, Size.FILE)).status_code == 404, "a photo is no document"
    assert hers.get(reverse("photo-file", args=["made-up"])).status_code == 404
    assert Browser().get(good).status_code == 302
    for other in (
        practitioner_login(home, 1),
        clinic.user(role="FRONT_DESK"),
        clinic.user(role="OWNER"),
        clinic.user(role="CLIENT"),
    ):
        assert logged_in(other).get(good).status_code == 404, other.role


def test_a_file_that_is_lost_or_damaged_is_no_error_page(
    hers: Browser, priya: Client, folder: Path
) -> None:
    one = photo(client=priya)
    link = links_in(hers.get(at("photos", priya)))[0]
    (folder / one.name).write_bytes(b"\x01 not what was sealed")
    (folder / one.thumb_name).unlink()
    assert hers.get(link).status_code == 404
    assert hers.get(links_in(hers.get(at("photos", priya)))[1]).status_code == 404


def test_nobody_elses_client_is_there(home: House, priya: Client) -> None:
    kept, paper = photo(client=priya), document(client=priya)
    addresses = [
        at(name, priya) for name in ("photos", "photos-add", "photos-compare", "documents")
    ]
    posts = [
        reverse("photo-withdraw", args=[kept.uid]),
        reverse("document-withdraw", args=[paper.uid]),
        at("photos-add", priya),
        at("documents", priya),
    ]
    for other in (practitioner_login(home, 1), clinic.user(role="FRONT_DESK")):
        browser = logged_in(other)
        assert {browser.get(address).status_code for address in addresses} == {404}
        assert {browser.post(address).status_code for address in posts} == {404}
    kept.refresh_from_db()
    assert kept.ending == ""


def test_a_photo_taken_again_takes_the_place_of_the_first(
    home: House, hers: Browser, priya: Client
) -> None:
    first = photo(client=priya, view="PROFILE_L")
    address = f"{at('photos-add', priya)}?replaces={first.uid}"
    page = hers.get(address).content.decode()
    assert page.count('type="file"') == 1
    assert "Take it again" in page
    assert hers.post(address, sent(home, photo_PROFILE_L=jpeg())).status_code == 303
    first.refresh_from_db()
    assert first.ending == "REPLACED"
    assert hers.get(address).status_code == 404, "it was replaced already"
    somebody = photo(client=bookings.client(name="Ana Silva"))
    for wrong in (str(somebody.uid), "nonsense", "0"):
        assert hers.get(f"{at('photos-add', priya)}?replaces={wrong}").status_code == 404


def test_a_photo_is_withdrawn_once_and_stays_below(hers: Browser, priya: Client) -> None:
    one = photo(client=priya)
    address = reverse("photo-withdraw", args=[one.uid])
    assert hers.get(address).status_code == 405
    assert hers.post(address)["Location"].endswith("?did=withdrawn")
    assert hers.post(address)["Location"].endswith("?did=already")
    page = hers.get(at("photos", priya))
    assert "Replaced and withdrawn" in text_of(page)
    assert len(links_in(page)) == 1


def test_the_camera_is_open_to_the_page_that_takes_photos_alone(
    hers: Browser, priya: Client
) -> None:
    assert "camera=(self)" in hers.get(at("photos-add", priya))["Permissions-Policy"]
    for name in ("photos", "photos-compare", "documents"):
        assert "camera=()" in hers.get(at(name, priya))["Permissions-Policy"]


def test_two_photos_of_a_view_are_compared_and_can_be_chosen(
    home: House, hers: Browser, priya: Client
) -> None:
    assert "Two photos of one view are needed" in text_of(hers.get(at("photos-compare", priya)))
    made = [
        photo(client=priya, taken_on=home.day(-number), milestone=milestone)
        for number, milestone in ((30, "BASELINE"), (20, "MID"), (10, "END"))
    ]
    page = hers.get(at("photos-compare", priya))
    assert len(links_in(page)) == 2
    chosen = hers.get(
        at("photos-compare", priya),
        {"view": "FRONT_REST", "before": made[1].uid, "after": "nonsense"},
    ).content.decode()
    assert f'<option value="{made[1].uid}" selected>' in chosen
    assert f'<option value="{made[2].uid}" selected>' in chosen


def test_a_scan_of_an_old_chart_is_kept_with_its_date_and_handed_out_as_a_download(
    hers: Browser, priya: Client
) -> None:
    file = SimpleUploadedFile("../../Zoë epilepsy.pdf", PDF, "text/html")
    said = {"kind": "PAPER_CHART", "title": "Chart <b>2019</b>", "dated": "2019-03-04"}
    answer = hers.post(at("documents", priya), {**said, "files": file})
    assert (answer.status_code, answer["Location"]) == (303, at("documents", priya) + "?did=added")
    page = hers.get(answer["Location"])
    assert "Chart &lt;b&gt;2019&lt;/b&gt;" in page.content.decode()
    assert "Old paper chart of 4 Mar 2019" in text_of(page)
    (link,) = links_in(page)
    got = hers.get(link)
    assert got.content == PDF
    assert got["Content-Type"] == "application/pdf"
    assert got["Content-Disposition"] == 'attachment; filename="paper-chart-2019-03-04.pdf"'
    assert got["X-Content-Type-Options"] == "nosniff"
    policy = got["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "'self'" not in policy
    assert "no-store" in got["Cache-Control"]
    assert got["Cross-Origin-Resource-Policy"] == "same-origin"
    assert AccessEntry.objects.filter(what="DOCUMENTS").count() == 1


def test_pages_that_were_photographed_are_drawn_anew(hers: Browser, priya: Client) -> None:
    answer = hers.post(
        at("documents", priya),
        {
            "kind": "LETTER",
            "title": "Letter",
            "dated": "",
            "files": [jpeg(), jpeg("white", comment=b"SpyCam")],
        },
    )
    assert answer.status_code == 303
    assert sorted(one.title for one in Document.objects.select_related("client__key")) == [
        "Letter (1/2)",
        "Letter (2/2)",
    ]
    for link in links_in(hers.get(at("documents", priya))):
        got = hers.get(link)
        assert got["Content-Disposition"].startswith("inline")
        assert b"SpyCam" not in got.content


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"dated": ""}, "Say which day is written on the chart."),
        ({"title": ""}, "Give it a name"),
        ({"title": "x" * 121}, "This is too long"),
        ({"kind": "SELFIE"}, "Choose one of the kinds shown"),
        ({"dated": "2199-01-01"}, "still to come"),
        ({"files": SimpleUploadedFile("a.pdf", b"MZ\x90")}, "neither a PDF nor"),
        ({"files": SimpleUploadedFile("a.pdf", b"")}, "This file is empty"),
        ({"files": SimpleUploadedFile("a.pdf", PDF.replace(b"/Type", b"/JS 1 /Type"))}, "program"),
        ({"files": [SimpleUploadedFile(f"{n}.pdf", PDF) for n in range(11)]}, "ten files"),
    ],
)
def test_what_is_wrong_with_a_document_is_said_and_what_was_typed_is_kept(
    hers: Browser, priya: Client, wrong: dict[str, Any], words: str
) -> None:
    said = {
        "kind": "PAPER_CHART",
        "title": "My chart",
        "dated": "2019-03-04",
        "files": SimpleUploadedFile("a.pdf", PDF),
    }
    answer = hers.post(at("documents", priya), {**said, **wrong})
    assert answer.status_code in {409, 422}
    assert words in text_of(answer)
    if "title" not in wrong:
        assert 'value="My chart"' in answer.content.decode()
    assert not Document.objects.exists()


def test_a_body_beyond_what_an_address_takes_is_refused_unread(
    hers: Browser, priya: Client
) -> None:
    class Unread(io.BytesIO):
        def read(self, *_: Any) -> bytes:
            raise AssertionError("the body was read")

    def length(address: str, most: int) -> int:
        return hers.generic(
            "POST",
            address,
            content_type="multipart/form-data; boundary=x",
            **{"CONTENT_LENGTH": str(most), "wsgi.input": Unread()},
        ).status_code

    assert length("/desk/book/", MOST_BYTES + 1) == 413
    assert length(at("photos-add", priya), 80_000_001) == 413
    for address, status in ((at("photos-add", priya), 422), ("/desk/book/", 413)):
        big = SimpleUploadedFile("a.jpg", b"\xff\xd8\xff" + bytes(MOST_BYTES))
        assert hers.post(address, {"photo_NECK": big}).status_code == status
