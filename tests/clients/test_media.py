"""Photos and documents in the record: sealed, once, with consent, ended and never deleted."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from clients import images, media_links, uploading, vault
from clients.actions import consenting, media
from clients.consent_rules import Kind
from clients.errors import (
    DateToCome,
    EndedAlready,
    NoPhotoConsent,
    PhotosWithdrawn,
    StorageAway,
)
from clients.media_links import Size
from clients.models import Client, ClientKey, Document, Milestone, Photo, PhotoView
from clients.queries import media as queries
from clients.sealing import KeyDestroyed, Unreadable
from clients.uploading import Brought, Taken
from clinic.audit import CLIENT, CLOCK, staff
from clinic.errors import constraint_of
from clinic.models import AuditEntry
from tests.bookings.world import raw_table
from tests.factories import clinic
from tests.factories.bookings import client
from tests.factories.consents import SIGNED_AT, signed
from tests.factories.media import PDF, document, drawn, encoded, photo

NOW = SIGNED_AT + timedelta(hours=1)
TODAY = NOW.date()
ZONE = ZoneInfo("America/Toronto")


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    """A private storage of the test's own."""
    settings.STORAGES = {
        **settings.STORAGES,
        "private": {
            **settings.STORAGES["private"],
            "OPTIONS": {**settings.STORAGES["private"]["OPTIONS"], "location": tmp_path / "media"},
        },
    }
    return tmp_path / "media"


@pytest.fixture
def priya(db: None) -> Client:
    """A client who has agreed to photos."""
    made = client(name="Priya Raman")
    signed(made, Kind.PHOTO)
    return made


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def taken(view: str = "FRONT_REST", colour: Any = (10, 20, 30)) -> Taken:
    return Taken(view, images.read(encoded(drawn(colour=colour))))


def keep(who: Client, *photos: Taken, **said: Any) -> list[Photo]:
    return uploading.keep_photos(
        **{
            "now": NOW,
            "actor": CLOCK,
            "client": who,
            "taken": photos or [taken()],
            "milestone": "BASELINE",
            "taken_on": TODAY,
            "today": TODAY,
            **said,
        }
    )


def bring(who: Client, **said: Any) -> Document | None:
    brought = Brought(
        **{
            "data": PDF,
            "media_type": "application/pdf",
            "kind": "PAPER_CHART",
            "title": "Chart with the word epilepsy",
            "original_name": "../../etc/epilepsy.pdf",
            "dated": date(2019, 3, 4),
            **said,
        }
    )
    return uploading.keep_document(now=NOW, actor=CLOCK, client=who, brought=brought, today=TODAY)


def fresh(one: Any) -> Any:
    return type(one).objects.select_related("client__key").get(pk=one.pk)


def test_a_stolen_storage_and_a_stolen_database_read_as_noise(priya: Client, folder: Path) -> None:
    kept = keep(priya, taken(), taken("NECK", "white"))
    paper = bring(priya)
    assert paper is not None
    assert len(files(folder)) == 5
    for path in files(folder):
        data = path.read_bytes()
        assert path.stat().st_mode & 0o077 == 0
        assert path.parent.stat().st_mode & 0o077 == 0
        for telling in (b"JFIF", b"\xff\xd8\xff", b"%PDF", b"Catalog"):
            assert telling not in data
    assert "epilepsy" not in raw_table("clients_document")
    assert vault.get(fresh(kept[0])) == taken().picture.data
    assert vault.get(fresh(kept[1]), thumb=True) == taken("NECK", "white").picture.thumb
    assert vault.get(fresh(paper)) == PDF
    assert (fresh(paper).title, fresh(paper).original_name) == (
        "Chart with the word epilepsy",
        "../../etc/epilepsy.pdf",
    )


def test_a_file_in_anothers_place_opens_nothing(priya: Client, folder: Path) -> None:
    one, other = keep(priya, taken(), taken("NECK", "white"))
    assert len(files(folder)) == 4
    (folder / one.name).write_bytes((folder / other.name).read_bytes())
    with pytest.raises(Unreadable):
        vault.get(fresh(one))
    data = bytearray((folder / other.name).read_bytes())
    data[-1] ^= 1
    (folder / other.name).write_bytes(data)
    with pytest.raises(Unreadable):
        vault.get(fresh(other))
    (folder / one.name).unlink()
    with pytest.raises(vault.FileMissing):
        vault.get(fresh(one))


def test_with_the_key_of_a_client_their_files_are_gone(priya: Client) -> None:
    (kept,) = keep(priya)
    ClientKey.objects.get(client=priya).destroy(now=NOW)
    with pytest.raises(KeyDestroyed):
        vault.get(fresh(kept))


def test_no_name_that_somebody_typed_becomes_a_path(priya: Client, folder: Path) -> None:
    bring(priya, original_name="../../../outside.pdf", title="../../outside")
    (path,) = files(folder)
    assert path.parent.parent == folder / "documents"
    assert not list(folder.parent.glob("outside*"))


def test_without_consent_no_photo_is_kept(db: None, folder: Path) -> None:
    nobody = client(name="Ana Silva")
    with pytest.raises(NoPhotoConsent):
        keep(nobody)
    signed(nobody, Kind.PHOTO, no=("record",))
    with pytest.raises(NoPhotoConsent):
        keep(nobody)
    assert bring(nobody) is not None, "a document needs no consent to photos"
    assert not Photo.objects.exists()
    assert len(files(folder)) == 1


def test_consent_that_was_taken_back_ends_the_taking_and_keeps_the_record(priya: Client) -> None:
    (kept,) = keep(priya)
    given = signed(priya, Kind.PHOTO, at=NOW)
    consenting.withdraw(
        now=NOW + timedelta(minutes=1), actor=CLOCK, consent=given, reason="Said so on the phone"
    )
    with pytest.raises(PhotosWithdrawn):
        keep(priya, taken("NECK", "white"), now=NOW + timedelta(minutes=2))
    assert Photo.objects.get() == kept


def test_a_photo_sent_twice_is_there_once(priya: Client, folder: Path) -> None:
    assert len(keep(priya)) == 1
    assert keep(priya) == []
    assert bring(priya) is not None
    assert bring(priya) is None
    assert (Photo.objects.count(), Document.objects.count()) == (1, 1)
    assert len(files(folder)) == 3, "nothing is left of the second"


def test_a_photo_or_a_paper_of_tomorrow_is_refused(priya: Client, folder: Path) -> None:
    with pytest.raises(DateToCome) as refused:
        keep(priya, taken_on=TODAY + timedelta(days=1))
    assert refused.value.field == "taken_on"
    with pytest.raises(DateToCome):
        bring(priya, dated=TODAY + timedelta(days=1))
    assert files(folder) == []


def test_a_storage_that_is_full_or_away_keeps_nothing_and_says_so(
    priya: Client, folder: Path
) -> None:
    folder.write_text("a file where the folder should be")
    with pytest.raises(StorageAway):
        keep(priya)
    with pytest.raises(StorageAway):
        bring(priya)
    assert not Photo.objects.exists()
    assert not Document.objects.exists()


def test_a_photo_taken_again_replaces_the_first_and_both_stay(priya: Client) -> None:
    (first,) = keep(priya)
    (second,) = keep(priya, taken(colour="white"), replaced=first)
    first.refresh_from_db()
    assert (first.ending, first.replaced_by) == ("REPLACED", second)
    assert queries.photos_of(priya) == [second]
    assert queries.ended_photos_of(priya) == [first]
    with pytest.raises(EndedAlready):
        keep(priya, taken(colour="black"), replaced=first)
    assert Photo.objects.count() == 2, "what was refused left no photo behind"


def test_what_is_withdrawn_is_kept_and_says_who_and_when(priya: Client, folder: Path) -> None:
    mei = staff(clinic.user(role="PRACTITIONER"))
    (kept,) = keep(priya)
    paper = bring(priya)
    assert paper is not None
    for one in (kept, paper):
        media.withdraw(now=NOW, actor=mei, file=one)
        one.refresh_from_db()
        assert (one.ending, one.ended_at, one.ended_by) == ("WITHDRAWN", NOW, mei.user)
        with pytest.raises(EndedAlready):
            media.withdraw(now=NOW, actor=mei, file=one)
    assert len(files(folder)) == 3
    assert queries.photos_of(priya) == queries.documents_of(priya, zone=ZONE) == []
    assert len(keep(priya)) == 1, "the same picture may come again"
    verbs = AuditEntry.objects.order_by("id").values_list("verb", flat=True)
    assert [verb for verb in verbs if verb.endswith("withdrawn")] == [
        "photo.withdrawn",
        "document.withdrawn",
    ]


def test_what_is_released_is_shown_to_its_client_until_it_ends_or_is_taken_back(
    priya: Client,
) -> None:
    mei = staff(clinic.user(role="PRACTITIONER"))
    (kept,) = keep(priya)
    paper = bring(priya)
    assert paper is not None
    assert (
        queries.released_photos_of(priya) == queries.released_documents_of(priya, zone=ZONE) == []
    )
    for one in (kept, paper, kept):
        media.release(now=NOW, actor=mei, file=one)
    assert queries.released_photos_of(priya) == [kept]
    assert queries.released_documents_of(priya, zone=ZONE) == [paper]
    media.take_back(now=NOW, actor=mei, file=paper)
    media.take_back(now=NOW, actor=mei, file=paper)
    assert queries.released_documents_of(priya, zone=ZONE) == []
    media.withdraw(now=NOW, actor=mei, file=kept)
    kept.refresh_from_db()
    assert (kept.released_at, kept.released_by) == (None, None)
    assert queries.released_photos_of(priya) == []
    with pytest.raises(EndedAlready):
        media.release(now=NOW, actor=mei, file=kept)
    told = AuditEntry.objects.order_by("id").values_list("verb", flat=True)
    assert [verb for verb in told if "released" in verb or "taken" in verb] == [
        "photo.released",
        "document.released",
        "document.taken_back",
    ]


def test_a_photo_is_not_released_after_its_consent_was_taken_back(priya: Client) -> None:
    mei = staff(clinic.user(role="PRACTITIONER"))
    (kept,) = keep(priya)
    given = signed(priya, Kind.PHOTO, at=NOW)
    consenting.withdraw(now=NOW, actor=CLIENT, consent=given)
    with pytest.raises(PhotosWithdrawn):
        media.release(now=NOW, actor=mei, file=kept)


def test_a_view_or_a_day_that_was_wrong_is_corrected_and_the_log_says_from_what(
    priya: Client,
) -> None:
    mei = staff(clinic.user(role="PRACTITIONER"))
    (kept,) = keep(priya)
    said = {"view": PhotoView.NECK, "milestone": Milestone.MID, "taken_on": TODAY}

    def correct(**other: Any) -> None:
        media.correct_photo(now=NOW, actor=mei, photo=kept, today=TODAY, **{**said, **other})

    was = {"view": kept.view, "milestone": kept.milestone, "taken_on": kept.taken_on.isoformat()}
    correct()
    correct()
    kept.refresh_from_db()
    assert (kept.view, kept.milestone, kept.taken_on) == ("NECK", "MID", TODAY)
    entry = AuditEntry.objects.get(verb="photo.corrected")
    assert entry.before == was
    assert entry.after == {"view": "NECK", "milestone": "MID", "taken_on": TODAY.isoformat()}
    with pytest.raises(DateToCome):
        correct(taken_on=TODAY + timedelta(days=1))
    media.withdraw(now=NOW, actor=mei, file=kept)
    with pytest.raises(EndedAlready):
        correct(view=PhotoView.EYES_CLOSE)


def test_the_log_book_tells_nothing_of_what_a_document_says(priya: Client) -> None:
    bring(priya)
    assert "epilepsy" not in raw_table("clinic_auditentry")


def test_the_pair_is_the_newest_beside_where_the_series_began(db: None) -> None:
    who = client()
    assert queries.pair_of([]) is None
    days = [date(2026, 1, day) for day in (5, 6, 20, 27)]
    old = photo(client=who, taken_on=days[0], milestone="OTHER")
    assert queries.pair_of([old]) is None
    base = photo(client=who, taken_on=days[1], milestone="BASELINE")
    photo(client=who, taken_on=days[2], milestone="MID")
    new = photo(client=who, taken_on=days[3], milestone="END")
    photo(client=who, taken_on=days[3], view="NECK")
    pair = queries.pair_of(queries.photos_of(who))
    assert pair is not None
    assert (pair.view, pair.before, pair.after) == ("FRONT_REST", base, new)
    same_day = [photo(client=who, view="PROFILE_L") for _ in range(2)]
    assert queries.pair_of(same_day) is None, "two photos of one day compare nothing"


def test_documents_stand_by_the_date_on_the_paper(db: None, django_assert_num_queries: Any) -> None:
    who = client()
    for number, year in enumerate((2015, 2021, 2018)):
        document(client=who, dated=date(year, 1, 1), data=PDF + bytes([65 + number]))
    with django_assert_num_queries(1):
        found = queries.documents_of(who, zone=ZONE)
        assert [one.dated.year for one in found if one.dated] == [2021, 2018, 2015]
        assert {one.title for one in found} == {"Chart of 2019"}


def test_what_was_added_in_the_evening_stands_with_what_is_of_that_day(db: None) -> None:
    who = client()
    evening = datetime(2026, 12, 3, 2, 30, tzinfo=UTC)  # the 2nd in Toronto
    added = document(client=who, kind="LETTER", dated=None, added_at=evening, data=PDF + b"A")
    letter = document(client=who, dated=date(2026, 12, 2), data=PDF + b"B")
    assert queries.documents_of(who, zone=ZONE) == [letter, added], "the one added last is first"
    assert queries.documents_of(who, zone=ZoneInfo("UTC")) == [added, letter]


AT = datetime(2026, 11, 25, 12, tzinfo=UTC)


def test_a_link_is_good_for_one_viewer_and_a_few_minutes() -> None:
    uid = uuid.uuid4()
    link = media_links.write(Size.THUMB, uid, viewer="user:7", now=AT)
    later = AT + media_links.LIFETIME
    found = media_links.read(link, viewer="user:7", now=later - timedelta(seconds=1))
    assert found == media_links.Wanted(Size.THUMB, uid)
    assert media_links.read(link, viewer="user:7", now=later) is None
    assert media_links.read(link, viewer="user:8", now=AT) is None
    assert media_links.read(link, viewer="client:7", now=AT) is None


@given(text=st.text(max_size=80), at=st.integers(0, 200))
def test_no_link_can_be_made_up(text: str, at: int) -> None:
    link = media_links.write(Size.WHOLE, uuid.UUID(int=7), viewer="user:7", now=AT)
    made_up = link[:at] + text + link[at + len(text) :]
    assert made_up == link or media_links.read(made_up, viewer="user:7", now=AT) is None


BROKEN: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {
    "photo_file_is_measured": (photo, {"sha256": "g" * 64}),
    "photo_stands_or_ended": (photo, {"ending": "WITHDRAWN"}),
    "photo_view_known": (photo, {"view": "BACK"}),
    "photo_milestone_known": (photo, {"milestone": "LATER"}),
    "photo_size_within_limits": (photo, {"width": 3001}),
    "photo_replaced_by_another": (photo, {"ending": "REPLACED", "ended_at": NOW}),
    "photo_released_while_it_stands": (photo, {"released_at": NOW}),
    "document_released_while_it_stands": (document, {"released_at": NOW}),
    "document_file_is_measured": (document, {"size": 0}),
    "document_stands_or_ended": (document, {"ended_at": NOW}),
    "document_kind_known": (document, {"kind": "SELFIE"}),
    "document_chart_has_date": (document, {"dated": None}),
    "document_type_known": (document, {"media_type": "text/html"}),
    "document_is_not_replaced": (document, {"ending": "REPLACED", "ended_at": NOW}),
}


@pytest.mark.parametrize("name", BROKEN)
def test_the_database_refuses_what_no_record_may_hold(db: None, name: str) -> None:
    make, wrong = BROKEN[name]
    who = client()
    make(client=who)
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        make(client=who, **({"data": PDF + b" "} if make is document else {}), **wrong)
    assert constraint_of(refused.value) == name


def test_the_database_refuses_a_file_twice_and_a_photo_that_replaces_itself(db: None) -> None:
    who = client()
    one, paper = photo(client=who), document(client=who)
    for make, first in ((photo, one), (document, paper)):
        with pytest.raises(IntegrityError) as refused, transaction.atomic():
            make(client=who, sha256=first.sha256)
        assert constraint_of(refused.value) == f"{make.__name__}_once"
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        Photo.objects.filter(pk=one.pk).update(ending="REPLACED", ended_at=NOW, replaced_by=one.pk)
    assert constraint_of(refused.value) == "photo_not_replaced_by_itself"


def test_who_acts_is_written_beside_a_photo(priya: Client) -> None:
    mei = clinic.user(role="PRACTITIONER")
    (kept,) = keep(priya, actor=staff(mei))
    assert kept.added_by == mei
    assert keep(priya, taken("NECK", "white"), actor=CLIENT)[0].added_by is None
