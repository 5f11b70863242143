"""The link by which a client signs, in the message before their visit."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from bookings import links, notices
from bookings.models import Booking
from clients import wording
from clients.actions.consenting import withdraw
from clients.models import Message
from clinic.audit import CLIENT
from tests.bookings.test_intake_forms import Told
from tests.factories.consents import signed

pytestmark = pytest.mark.django_db


def test_who_comes_again_and_has_to_sign_gets_there_from_the_message_before_the_visit() -> None:
    one = Told()
    client = one.booking.client
    given = signed(client, at=one.booking.created_at)
    again = one.book(12, ahead=9)
    assert again.client == client
    row = Message.objects.get(about=f"booking:{again.uid}", kind="CONFIRMATION")
    row.kind, row.carries = "PREPARATION", str(int(again.starts_at.timestamp()))
    row.save()
    now = again.starts_at - timedelta(hours=47)
    assert "consent" not in notices.describe([row], now)[row.pk].context, "what is signed holds"
    withdraw(now=datetime.now(UTC), actor=CLIENT, consent=given)
    with CaptureQueriesContext(connection) as asked:
        notice = notices.describe([row], now)[row.pk]
    assert len(asked) <= 7
    link = notice.context["consent"]
    said = wording.words("PREPARATION", notice.context, language="en-ca")
    assert [link in form for form in (said.text, said.html)] == [True] * 2
    del notice.context["form"]
    assert link in wording.words("PREPARATION", notice.context, language="en-ca").short
    browser = Browser()
    home = browser.get(link.removeprefix(settings.SITE_URL))
    assert home.status_code == 200
    assert "Read and sign" in home.content.decode()
    page = browser.get(re.search(r'href="(/consent/[^"]+/treatment/)"', home.content.decode())[1])
    text = page.content.decode()
    said = {f"item-{code}": "yes" for code in re.findall(r'name="item-([a-z_0-9-]+)"', text)}
    for name in ("key", "digest"):
        said[name] = re.search(rf'name="{name}" value="([^"]+)"', text)[1]
    path = page.request["PATH_INFO"]
    answer = browser.post(path, {**said, "relation": "SELF", "name": "Priya Raman"})
    assert answer.status_code == 303
    assert "consent" not in notices.describe([row], now)[row.pk].context
    assert (
        link.removeprefix(settings.SITE_URL)
        not in browser.get(f"/manage/{links.token(again.uid, version=1)}/").content.decode()
    ), "whoever typed a known client's name has the page, and not that link"


def test_the_link_to_sign_goes_to_no_address_but_the_clients_own() -> None:
    one = Told()
    row = Message.objects.get(kind="CONFIRMATION")
    row.kind, row.carries = "PREPARATION", str(int(one.booking.starts_at.timestamp()))
    row.save()
    now = one.booking.starts_at - timedelta(hours=47)
    assert "consent" in notices.describe([row], now)[row.pk].context
    Booking.objects.filter(pk=one.booking.pk).update(contact_email="mother@example.org")
    assert "consent" not in notices.describe([row], now)[row.pk].context
