"""Ten questions a practitioner asks about a client, answered from the page of the record alone, in
the demo clinic as anybody gets it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client as Browser
from django.utils import timezone

from bookings import lifecycle, seed
from bookings.models import Booking
from clients.models import Client, IntakeSubmission
from tests.bookings.test_practice_views import logged_in

pytestmark = pytest.mark.django_db


class Demo:
    """The demo clinic, and its clients with what they told last."""

    def __init__(self) -> None:
        call_command("load_defaults", verbosity=0)
        seed.seed_clinic(bookings=240, seed=1, now=timezone.now().replace(second=0, microsecond=0))
        self.newest: dict[int, IntakeSubmission] = {}
        rows = IntakeSubmission.objects.select_related("client__key").order_by("submitted_at")
        for row in rows:
            self.newest[row.client_id] = row

    def page(self, fits: Callable[[dict[str, Any]], object], query: str = "") -> str:
        """Return the text of the record of the first client whose answers fit, as whoever treats
        them sees it."""
        for row in self.newest.values():
            visit = self.visit(row.client)
            if visit is not None and fits(row.answers):
                return self.text(row.client, visit, query)
        raise AssertionError("no client of the demo has such a story")

    def visit(self, who: Client) -> Booking | None:
        live = Booking.objects.filter(client=who, status__in=lifecycle.LIVE)
        return live.select_related("practitioner__user").order_by("-starts_at").first()

    def text(self, who: Client, visit: Booking, query: str = "") -> str:
        user = visit.practitioner.user
        assert user is not None
        browser: Browser = logged_in(user)
        answer = browser.get(f"/practice/clients/{who.uid}/{query}")
        assert answer.status_code == 200
        body = answer.content.decode().partition("<main")[2]
        return " ".join(re.sub(r"<[^>]+>", " ", body).split())


@pytest.fixture
def demo() -> Demo:
    return Demo()


def part(text: str, start: str, end: str) -> str:
    """Return a panel of the page."""
    return text.partition(f" {start} ")[2].partition(f" {end} ")[0]


def yes(answers: dict[str, Any], rule: str) -> bool:
    return bool(answers["conditions"].get(rule) == "yes")


def test_ten_questions_are_answered_by_the_page_of_the_record(demo: Demo) -> None:
    # 1. What changed?
    blood = demo.page(lambda said: "Apixaban" in str(said.get("new_meds")))
    changed = part(blood, "What changed", "Before you begin")
    assert "Apixaban, 5 mg twice a day" in changed
    assert changed.index("Apixaban") < changed.index("most important concerns"), (
        "what matters first"
    )
    # 2. Is there something to take care of?
    assert "Blood thinner" in blood.partition(" What changed ")[0]
    # 3. May her neck be massaged on Friday?
    today = timezone.now().date()
    friday = today + timedelta(days=(4 - today.weekday()) % 7 or 7)
    neck = demo.page(lambda said: yes(said, "carotid"), f"?on={friday}")
    may = part(neck, "What may be done", "On another day")
    assert f"Friday {friday.day} {friday:%B}" in may
    assert "Leave out: neck" in part(may, "Lymphatic massage", "Needling")
    # 4. When did she last have an injection?
    injected = demo.page(lambda said: "Between the brows" in str(said.get("new_procedure")))
    assert re.search(
        r"Last injection \d+ \w+ 20\d\d: Botox or similar, Between the brows", injected
    )
    # 5. Who looked at this record?
    assert part(blood, "Who looked at this record", "Who may not read it").count("The whole record")
    # 6. What does she take?
    assert "Medicines and doses Ramipril, 5 mg, 2021" in neck
    # 7. Is she allergic to something?
    allergic = demo.page(lambda said: isinstance(said["allergies"], list))
    assert "Allergies and what happens Nickel" in allergic
    # 8. Could she be pregnant?
    pregnant = demo.page(lambda said: said.get("pregnant") == "yes")
    assert "Pregnant" in pregnant.partition(" What changed ")[0]
    # 9. Does it get better?
    assert re.search(r"How they score it .* (Better|Worse|As before)", blood)
    # 10. When does she come next?
    coming = Booking.objects.filter(
        client__in=demo.newest, status__in=lifecycle.COMING, starts_at__gt=timezone.now()
    ).select_related("client", "practitioner__user")
    visit = coming.order_by("starts_at")[0]
    assert visit.client is not None
    head = demo.text(visit.client, visit).partition(" What changed ")[0]
    assert f"with {visit.practitioner.name}" in head


def test_the_demo_has_clients_who_told_much_little_and_nothing_yet(demo: Demo) -> None:
    kinds = IntakeSubmission.objects.values_list("kind", flat=True)
    assert {"FULL", "WHAT_CHANGED"} <= set(kinds)
    assert IntakeSubmission.objects.filter(source="IN_ROOM", entered_by__isnull=False).exists()
    quiet = Booking.objects.filter(
        client__isnull=False, status__in=lifecycle.COMING, starts_at__gt=timezone.now()
    ).exclude(client__in=demo.newest)
    assert quiet.exists()
