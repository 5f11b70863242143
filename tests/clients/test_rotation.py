"""A new master key: all text is read as before, and the former key is needed no longer."""

from __future__ import annotations

import base64
from datetime import timedelta
from io import StringIO
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.management import CommandError, call_command
from django.test import Client as Browser

from bookings import links
from bookings.actions import importing, relinking
from bookings.models import Import
from bookings.queries import booked
from clients.actions import keys
from clients.actions.hearing import hear
from clients.intake_links import form_path
from clients.models import Client, ClientKey, IntakeRequest, Screening, TextMessage
from clinic.audit import staff
from tests.bookings.world import NOW, REVIEW, SLOT, contact, world
from tests.factories import bookings, clinic

pytestmark = pytest.mark.django_db

NEW = base64.b64encode(b"n" * 32).decode()


def made(count: int) -> list[Client]:
    clients = [bookings.client() for _ in range(count)]
    for each in clients:
        ClientKey.objects.of(each, now=NOW)
    return clients


def data_keys() -> dict[int, bytes]:
    return {key.pk: key.data_key() for key in ClientKey.objects.select_related("client")}


def test_after_a_rotation_the_text_opens_without_the_former_key(settings: Any) -> None:
    screening = world().book(SLOT, contact=contact(1), answers=REVIEW).screening
    assert screening is not None
    said = screening.answers
    settings.MASTER_KEY = f"{NEW},{settings.MASTER_KEY}"
    call_command("rotate_keys", stdout=StringIO())
    settings.MASTER_KEY = NEW
    assert Screening.objects.get(pk=screening.pk).answers == said


def test_after_a_leak_old_links_end_and_new_ones_lead_where_they_should(settings: Any) -> None:
    booking = world().book(SLOT, contact=contact(1))
    form = IntakeRequest.objects.get()
    old = [urlsplit(links.manage_url(booking)).path, form_path(form, own=True)]
    settings.LINK_KEY = NEW
    new = [urlsplit(links.manage_url(booking)).path, form_path(form, own=True)]
    assert statuses(old) == [200, 200], "the canary: a key that nobody followed"
    assert statuses(new) == [404, 404]
    for _ in range(2):
        call_command("rotate_keys", stdout=StringIO())
        assert (statuses(old), statuses(new)) == ([404, 404], [200, 200])


def test_every_booking_is_known_by_its_new_link_however_many_there_are(settings: Any) -> None:
    each = [
        bookings.booking(
            starts_at=SLOT + n * timedelta(hours=2),
            token_digest=None if n == 1 else links.digest(str(n)),
        )
        for n in range(5)
    ]
    settings.LINK_KEY = NEW
    assert relinking.follow_key(most=2) == 4
    for one in each:
        known = booked.by_token(links.token(one.uid, version=one.token_version))
        assert known == (None if one == each[1] else one)


def statuses(paths: list[str]) -> list[int]:
    return [Browser().get(path).status_code for path in paths]


def test_a_rotation_killed_in_the_middle_leaves_all_readable_and_goes_on(settings: Any) -> None:
    made(7)
    before = data_keys()
    settings.MASTER_KEY = f"{NEW},{settings.MASTER_KEY}"
    first = keys.rewrap(most=3)
    assert (first.done, ClientKey.objects.values("key_id").distinct().count()) == (3, 2)
    assert data_keys() == before, "a clinic in the middle of a rotation can't read its records"
    call_command("rotate_keys", stdout=StringIO())
    settings.MASTER_KEY = NEW
    assert data_keys() == before
    assert keys.rewrap().last is None, "a second run found something to do"


def test_keys_that_came_with_a_merged_record_are_wrapped_anew_too(settings: Any) -> None:
    survivor, merged = made(2)
    survivor.key.inherit(merged.key)
    opened = survivor.key.opening_keys()
    survivor.key.rewrap()
    # Merged after the survivor's own key had its turn.
    settings.MASTER_KEY = f"{NEW},{settings.MASTER_KEY}"
    own = ClientKey.objects.get(pk=survivor.key.pk)
    kept = own.inherited
    own.rewrap()
    own.inherited = kept
    own.save()
    while keys.rewrap().last is not None:
        pass
    settings.MASTER_KEY = NEW
    assert ClientKey.objects.get(pk=own.pk).opening_keys() == opened


def test_a_destroyed_key_stays_destroyed(settings: Any) -> None:
    (client,) = made(1)
    client.key.destroy(now=NOW)
    settings.MASTER_KEY = f"{NEW},{settings.MASTER_KEY}"
    assert keys.rewrap().last is None


def test_a_key_no_master_key_opens_is_counted_and_left_as_it_is(settings: Any) -> None:
    made(2)
    wrapped = list(ClientKey.objects.order_by("pk").values_list("wrapped", flat=True))
    settings.MASTER_KEY = NEW
    with pytest.raises(CommandError, match="2 open with no key"):
        call_command("rotate_keys")
    assert list(ClientKey.objects.order_by("pk").values_list("wrapped", flat=True)) == wrapped


def test_a_conversation_no_master_key_opens_is_counted_before_its_key_may_go(settings: Any) -> None:
    hear(now=NOW, phone="+14165550123", text="Hello", provider="gateway", provider_id="1")
    settings.MASTER_KEY = NEW
    with pytest.raises(CommandError, match="1 open with no key"):
        call_command("rotate_keys")


def test_a_file_that_waits_to_be_taken_over_opens_without_the_former_key(settings: Any) -> None:
    owner = staff(clinic.user(role="OWNER"))
    waiting, other, forgotten = [
        importing.upload(now=NOW, actor=owner, filename=f"{n}.csv", data=b"Name\nAna Silva")
        for n in range(3)
    ]
    Import.objects.filter(pk=forgotten.pk).update(data=None)
    former, settings.MASTER_KEY = settings.MASTER_KEY, NEW
    assert importing.rewrap_files() == 0
    with pytest.raises(CommandError, match="2 open with no key"):
        call_command("rotate_keys")
    settings.MASTER_KEY = f"{NEW},{former}"
    assert importing.rewrap_files(most=1) == 1
    call_command("rotate_keys", stdout=StringIO())
    settings.MASTER_KEY = NEW
    for each in (waiting, other):
        table = importing.table_of(Import.objects.get(pk=each.pk))
        assert table is not None
        assert [list(row) for row in table.rows] == [["Ana Silva"]]


def test_staff_log_in_with_their_app_during_and_after_a_rotation(settings: Any) -> None:
    user, secret = clinic.user(), generate_totp_secret()
    TOTP.activate(user, secret)
    settings.MASTER_KEY = f"{NEW}, {settings.MASTER_KEY}"
    sealed = lambda: Authenticator.objects.get(user=user).data["secret"]  # noqa: E731
    assert get_adapter().decrypt(sealed()) == secret
    call_command("rotate_keys", stdout=StringIO())
    settings.MASTER_KEY = NEW
    assert get_adapter().decrypt(sealed()) == secret


def test_what_was_said_by_text_opens_under_a_new_master_key(settings: Any) -> None:
    hear(now=NOW, phone="+14165550123", text="Hello", provider="gateway", provider_id="1")
    settings.MASTER_KEY = f"{NEW},{settings.MASTER_KEY}"
    call_command("rotate_keys", stdout=StringIO())
    assert keys.rewrap_conversations().done == 0, "a second run found something to do"
    settings.MASTER_KEY = NEW
    assert TextMessage.objects.get().text == "Hello"
