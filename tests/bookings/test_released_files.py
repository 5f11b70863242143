"""Photos and documents that a client is shown on their own pages: only what was released, to nobody
else, for as long as it stands."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from bookings.actions.merging import merge
from clients.actions import consenting
from clients.actions.media import release
from clients.consent_rules import Kind
from clients.media_links import LIFETIME, Size, write
from clients.models import Client, Document, Photo
from clinic import audit
from clinic.models import AccessEntry, User
from tests.bookings.my_pages import login_of, person, signed_in
from tests.bookings.test_photo_views import at, folder, hers, home, links_in, mei, text_of
from tests.factories import bookings, clinic
from tests.factories.consents import signed
from tests.factories.house import House
from tests.factories.media import PDF, document, photo

pytestmark = pytest.mark.django_db
__all__ = ["folder", "hers", "home", "mei"]


@pytest.fixture
def priya(home: House) -> Client:
    """A client of Mei's with pages of her own, who has agreed to photos."""
    who = person()
    bookings.booking(
        starts_at=home.at(10), practitioner=home.people[0], room=home.rooms[0], client=who
    )
    signed(who, Kind.PHOTO, at=datetime.now(UTC))
    return who


@pytest.fixture
def login(priya: Client) -> User:
    return login_of(priya)


@pytest.fixture
def own(login: User) -> Browser:
    return signed_in(login)


def show(hers: Browser, kept: Photo | Document, asked: str = "yes") -> Any:
    kind = "photo" if isinstance(kept, Photo) else "document"
    return hers.post(reverse(f"{kind}-release", args=[kept.uid]), {"show": asked}, follow=True)


def given_in(answer: Any) -> list[str]:
    """Return the addresses of files on a client's page, those of whole pictures last."""
    found = re.findall(r'(?:src|href)="(/me/[^"]+/files/[^"]+)"', answer.content.decode())
    return sorted(found, key=lambda link: f'src="{link}"' not in answer.content.decode())


def test_what_was_added_in_the_evening_was_added_that_day(
    hers: Browser, own: Browser, priya: Client
) -> None:
    evening = datetime(2026, 12, 3, 2, 30, tzinfo=UTC)  # the 2nd in Toronto
    letter = document(client=priya, kind="LETTER", dated=None, added_at=evening)
    show(hers, letter)
    for page in (
        hers.get(reverse("documents", args=[priya.uid])),
        own.get(f"/me/{priya.uid}/documents/"),
    ):
        assert "2 Dec" in text_of(page)
        assert "3 Dec" not in text_of(page)
    (link,) = links_in(hers.get(at("documents", priya)))
    for file in (hers.get(link), own.get(given_in(page)[0])):
        assert 'filename="letter-2026-12-02.pdf"' in file["Content-Disposition"]


def test_a_client_sees_what_was_released_and_nothing_more(
    hers: Browser, own: Browser, priya: Client
) -> None:
    shown, hidden = photo(client=priya), photo(client=priya, view="NECK")
    letter = document(client=priya, title="Letter <b>to Zoë</b>", kind="LETTER")
    document(client=priya, title="Chart about epilepsy", data=PDF + b" ")
    page = own.get(at("me-documents", priya))
    assert given_in(page) == []
    assert not AccessEntry.objects.filter(what__in=["PHOTOS", "DOCUMENTS"]).exists()
    assert "The client finds the photo" in text_of(show(hers, shown))
    assert "The client finds the document" in text_of(show(hers, letter))
    page = own.get(at("me-documents", priya))
    assert "Letter &lt;b&gt;to Zoë&lt;/b&gt;" in page.content.decode()
    assert "epilepsy" not in page.content.decode()
    thumb, *whole = given_in(page)
    assert len(whole) == 2
    for link in (thumb, *whole):
        got = own.get(link)
        assert got.status_code == 200
        assert "no-store" in got["Cache-Control"]
        assert "sandbox" in got["Content-Security-Policy"]
    assert PDF in {own.get(link).content for link in whole}
    assert own.post(thumb).status_code == 405
    noted = AccessEntry.objects.filter(actor=own_login(own), whose=f"client:{priya.uid}")
    assert sorted(noted.values_list("what", flat=True)) == ["DOCUMENTS", "PHOTOS"]
    assert hidden.released_at is None


def own_login(browser: Browser) -> User:
    return User.objects.get(pk=browser.session["_auth_user_id"])


def test_what_is_taken_back_or_withdrawn_is_gone_from_a_page_that_is_still_open(
    hers: Browser, own: Browser, priya: Client
) -> None:
    one, paper = photo(client=priya), document(client=priya)
    for kept in (one, paper):
        show(hers, kept)
    links = given_in(own.get(at("me-documents", priya)))
    assert {own.get(link).status_code for link in links} == {200}
    assert "do not show the document any more" in text_of(show(hers, paper, "no"))
    hers.post(reverse("photo-withdraw", args=[one.uid]))
    assert {own.get(link).status_code for link in links} == {404}
    assert given_in(own.get(at("me-documents", priya))) == []
    assert "had been replaced or withdrawn already" in text_of(show(hers, one))


def test_consent_that_was_taken_back_ends_the_photos_and_leaves_the_papers(
    hers: Browser, own: Browser, priya: Client
) -> None:
    one, other, paper = photo(client=priya), photo(client=priya), document(client=priya)
    for kept in (one, paper):
        show(hers, kept)
    links = given_in(own.get(at("me-documents", priya)))
    given = signed(priya, Kind.PHOTO, at=datetime.now(UTC))
    consenting.withdraw(now=datetime.now(UTC), actor=audit.CLIENT, consent=given)
    assert sorted(own.get(link).status_code for link in links) == [200, 404, 404]
    assert len(given_in(own.get(at("me-documents", priya)))) == 1
    assert "not shown to the client" in text_of(show(hers, other))
    other.refresh_from_db()
    assert other.released_at is None


def test_a_link_is_one_logins_and_leads_to_one_clients_files_for_ten_minutes(
    home: House, hers: Browser, own: Browser, priya: Client, login: User, mei: User
) -> None:
    one = photo(client=priya)
    show(hers, one)
    (thumb, _whole) = given_in(own.get(at("me-documents", priya)))
    stranger = person("Ana Silva", email="ana@example.org")
    others = signed_in(login_of(stranger, email="ana@example.org"))
    partner = signed_in(login_of(priya, email="sam@example.org"))
    assert others.get(thumb).status_code == 404
    assert others.get(thumb.replace(str(priya.uid), str(stranger.uid))).status_code == 404
    assert partner.get(thumb).status_code == 404, "it was made for another login"
    assert hers.get(thumb).status_code == 404, "staff have a door of their own"
    assert Browser().get(thumb).status_code == 302

    def link(kept: Photo, *, who: User = login, ago: timedelta = timedelta()) -> str:
        now = datetime.now(UTC) - ago
        signed = write(Size.WHOLE, kept.uid, viewer=f"user:{who.pk}", now=now)
        return reverse("me-file", args=[priya.uid, signed])

    assert own.get(link(one)).status_code == 200
    assert own.get(link(one, ago=LIFETIME + timedelta(seconds=2))).status_code == 404
    assert own.get(link(one, who=mei)).status_code == 404
    assert own.get(link(photo(client=priya))).status_code == 404, "not released"
    foreign = photo(client=stranger, released_at=datetime.now(UTC), released_by=mei)
    assert own.get(link(foreign)).status_code == 404, "not this client's"


def test_a_merge_shows_nobody_what_was_released_to_the_other_record(
    mei: User, own: Browser, priya: Client
) -> None:
    twin = person("Priya Ramann", email="twin@example.org")
    theirs, hers_too = photo(client=twin), document(client=priya)
    for kept in (theirs, hers_too):
        release(now=datetime.now(UTC), actor=audit.staff(mei), file=kept)
    desk = audit.staff(clinic.user(role="FRONT_DESK"))
    merge(now=datetime.now(UTC), actor=desk, survivor=priya, merged=twin)
    assert given_in(own.get(at("me-documents", priya))) == []
    assert own.get(at("me-documents", twin)).status_code == 404


def test_a_page_of_many_released_files_asks_no_more_of_the_database(
    mei: User, own: Browser, priya: Client, django_assert_max_num_queries: Any
) -> None:
    said = {"released_at": datetime.now(UTC), "released_by": mei}
    for number in range(4):
        photo(client=priya, **said)
        document(client=priya, data=PDF + bytes([65 + number]), **said)
    with django_assert_max_num_queries(18):
        assert len(given_in(own.get(at("me-documents", priya)))) == 12


def test_a_photo_under_the_wrong_view_is_put_right(
    home: House, hers: Browser, priya: Client
) -> None:
    one = photo(client=priya)
    address = reverse("photo-correct", args=[one.uid])
    assert '<option value="FRONT_REST" selected>' in hers.get(address).content.decode()
    said = {"view": "NECK", "milestone": "MID", "taken_on": home.day(-1).isoformat()}
    for wrong, words in (
        ({"view": "BACK"}, "Choose one of the views shown"),
        ({"milestone": ""}, "Choose the moment"),
        ({"taken_on": "2026-02-30"}, "no day of the calendar"),
        ({"taken_on": "2199-01-01"}, "still to come"),
    ):
        answer = hers.post(address, {**said, **wrong})
        assert answer.status_code == 422
        assert words in text_of(answer)
    assert "Corrected." in text_of(hers.post(address, said, follow=True))
    one.refresh_from_db()
    assert (one.view, one.milestone, one.taken_on) == ("NECK", "MID", home.day(-1))
    hers.post(reverse("photo-withdraw", args=[one.uid]))
    assert hers.get(address).status_code == hers.post(address, said).status_code == 404
