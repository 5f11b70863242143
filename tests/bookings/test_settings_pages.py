"""The owner's settings as pages: who gets in, what a form answers, what is said before a change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from bookings import settings_urls
from bookings.models import Booking, Schedule
from bookings.models.importing import Import
from clinic import audit
from clinic.models import AuditEntry, Location, Practitioner, Room, TimeOff, User, WorkingHours
from tests.factories import bookings, clinic, treatments
from tests.factories.house import House, house
from treatments.models import Offer, Treatment

pytestmark = pytest.mark.django_db


@pytest.fixture
def home() -> House:
    return house()


@pytest.fixture
def owner() -> User:
    return clinic.user(role="OWNER", name="Ruth Castellanos")


@pytest.fixture
def browser(owner: User) -> Client:
    browser = Client()
    browser.force_login(owner)
    return browser


def paths(home: House) -> dict[str, str]:
    """Every address of the settings, on things that are there."""
    away = clinic.time_off(practitioner=home.people[0], starts_at=home.at())
    closed = clinic.closure(first_day=home.day(20))
    somebody = clinic.user()
    brought = Import.objects.create(
        by=somebody, created_at=home.at(), filename="clients.csv", system="", key_id="",
        wrapped=b"", status="CHECKED",
    )  # fmt: skip
    whose = bookings.client()
    things: dict[str, list[Any]] = {
        "settings-location": [home.location.uid],
        "settings-add-room": [home.location.uid],
        "settings-room": [home.rooms[0].uid],
        "settings-user": [somebody.uid],
        "settings-password": [somebody.uid],
        "settings-practitioner": [home.people[0].uid],
        "settings-week": [home.people[0].uid],
        "settings-end-time-off": [away.uid],
        "settings-end-closure": [closed.uid],
        "settings-treatment": [home.session.uid],
        "settings-import": [brought.uid],
        "settings-import-start": [brought.uid],
        "settings-kept": [whose.uid],
        "settings-message": [Schedule.objects.get(kind="REMINDER").uid],
        "settings-kept-step": [whose.uid, "propose"],
        "settings-words": ["reminder", "en-ca"],
        "settings-words-preview": ["reminder", "fr-ca"],
    }
    names = [str(pattern.name) for pattern in settings_urls.urlpatterns]
    return {name: reverse(name, args=things.get(name, [])) for name in names}


POST_ONLY = {
    "settings-test-message",
    "settings-end-time-off",
    "settings-end-closure",
    "settings-minutes",
    "settings-export",
    "settings-import-start",
    "settings-kept-step",
}


def test_every_page_opens_for_the_owner_and_a_get_changes_nothing(
    home: House, browser: Client
) -> None:
    before = AuditEntry.objects.count()
    for name, path in paths(home).items():
        expected = 405 if name in POST_ONLY else 302 if name == "settings" else 200
        assert browser.get(path).status_code == expected, name
    assert AuditEntry.objects.count() == before


@pytest.mark.parametrize("role", ["PRACTITIONER", "FRONT_DESK", "CLIENT"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_but_the_owner_finds_the_settings(home: House, role: str, method: str) -> None:
    browser = Client()
    browser.force_login(clinic.user(role=role))
    for name, path in paths(home).items():
        assert getattr(browser, method)(path).status_code == 404, name


def test_somebody_without_a_login_is_sent_to_log_in(home: House) -> None:
    for name, path in paths(home).items():
        answer = Client().post(path)
        assert (answer.status_code, answer["Location"].startswith("/login/")) == (302, True), name


def test_the_guard_is_on_every_address_of_the_settings() -> None:
    for pattern in settings_urls.urlpatterns:
        assert pattern.callback.roles == {"OWNER"}, pattern.name
    assert {"settings"} <= {name for name in get_resolver().reverse_dict if isinstance(name, str)}


def test_an_empty_form_is_answered_with_sentences_and_saves_nothing(
    home: House, browser: Client
) -> None:
    before = AuditEntry.objects.count()
    for name, path in paths(home).items():
        if name in POST_ONLY | {"settings", "settings-start", "settings-week", "settings-import"}:
            continue
        answer = browser.post(path)
        if answer.status_code == 405:  # a list
            continue
        assert answer.status_code == 422, name
        assert "invalid" in answer.content.decode(), name
    assert AuditEntry.objects.count() == before


HOSTILE = [
    "\x00",
    "<script>alert(1)</script>",
    "' OR 1=1 --",
    "9" * 400,
    "-1",
    "1e309",
    "NaN",
    "٣",
    "\u202egnp.exe",
    "a" * 5000,
    "../../etc/passwd",
    "{{7*7}}",
    "0000-00-00",
    "25:99",
    "\ud83d".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
]


@pytest.mark.parametrize("text", HOSTILE, ids=[repr(text[:12]) for text in HOSTILE])
def test_no_text_in_any_field_breaks_a_page(home: House, browser: Client, text: str) -> None:
    for name, path in paths(home).items():
        if name in POST_ONLY - {"settings-minutes"} | {"settings"}:
            continue
        shown = browser.get(path)
        form = shown.context.get("form") if shown.status_code == 200 else None
        fields = list(form.fields) if form is not None else ["consultation_minutes", "phase_0"]
        answer = browser.post(path, {**dict.fromkeys(fields, text), "confirmed": text})
        assert answer.status_code in {200, 303, 405, 422}, name
        assert "<script>alert" not in answer.content.decode(), name
    assert browser.get(reverse("settings-hours"), {"on": text}).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/settings/people/1/",
        "/settings/people/00000000-0000-4000-8000-000000000000/",
        "/settings/away/time-off/1/end/",
        "/settings/away/closures/00000000-0000-4000-8000-000000000000/end/",
        "/settings/places/00000000-0000-4000-8000-000000000000/",
        "/settings/practitioners/nobody/",
        "/settings/nothing/",
    ],
)
def test_what_is_not_there_is_not_found(browser: Client, path: str) -> None:
    assert browser.post(path).status_code == 404


def test_a_clients_login_is_no_business_of_these_pages(browser: Client) -> None:
    client = clinic.user(role="CLIENT")
    assert browser.get(reverse("settings-user", args=[client.uid])).status_code == 404
    assert browser.get(reverse("settings-password", args=[client.uid])).status_code == 404


def test_another_site_can_not_make_the_owner_change_anything(home: House, owner: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(owner)
    for path in paths(home).values():
        assert browser.post(path, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
        assert browser.post(path).status_code == 403


def clinic_form(**changes: str) -> dict[str, str]:
    return {
        "name": "Linden Row",
        "phone": "416 555 0100",
        "email": "hello@example.org",
        "notice_minutes": "12",
        "horizon_days": "60",
        "grid_minutes": "15",
        "window_minutes": "24",
        "hold_minutes": "10",
        "treating_months": "18",
        "opening_minutes": "30",
        "offers_first_visits": "on",
        "review_minutes": "24",
        "review_before_minutes": "12",
        "quiet_from": "21:00",
        "quiet_until": "08:00",
        **changes,
    }


def test_the_owner_changes_the_policy_and_the_log_book_knows_what_it_was(
    home: House, browser: Client
) -> None:
    answer = browser.post(
        "/settings/clinic/", clinic_form(notice_minutes="1.5", quiet_from="22:30")
    )
    assert (answer.status_code, answer["Location"]) == (303, "/settings/clinic/")
    home.clinic.refresh_from_db()
    assert (home.clinic.notice_minutes, home.clinic.quiet_from_minute) == (90, 22 * 60 + 30)
    assert home.clinic.phone == "+14165550100"
    assert (home.clinic.treating_months, home.clinic.opening_minutes) == (18, 30)
    entry = AuditEntry.objects.latest("pk")
    assert (entry.verb, entry.actor_label) == ("clinic.changed", "owner: Ruth Castellanos")
    assert entry.before["notice_minutes"] == 720
    assert entry.after["notice_minutes"] == 90
    assert "Saved." in browser.get("/settings/clinic/").content.decode()


def test_saving_what_is_there_already_writes_nothing(home: House, browser: Client) -> None:
    browser.post("/settings/clinic/", clinic_form())
    before = AuditEntry.objects.count()
    assert browser.post("/settings/clinic/", clinic_form()).status_code == 303
    assert AuditEntry.objects.count() == before


@pytest.mark.parametrize("minutes", [0, 1, 7, 59, 100, 719, 1440, 43_199])
def test_an_odd_number_of_minutes_survives_a_form_that_shows_hours(
    home: House, browser: Client, minutes: int
) -> None:
    clinic.clinic(notice_minutes=minutes)
    shown = browser.get("/settings/clinic/").context["form"]["notice_minutes"].value()
    form = browser.get("/settings/clinic/").context["form"]
    typed = form.fields["notice_minutes"].prepare_value(shown)
    assert browser.post("/settings/clinic/", clinic_form(notice_minutes=typed)).status_code == 303
    home.clinic.refresh_from_db()
    assert home.clinic.notice_minutes == minutes


def week_form(
    home: House, day: int, hours: dict[int, list[tuple[str, str]]] | None = None
) -> dict[str, str]:
    typed = {"from_day": home.day(day).isoformat()}
    for weekday, stretches in (hours or {}).items():
        for number, (starts, ends) in enumerate(stretches):
            typed |= {f"d{weekday}_{number}_from": starts, f"d{weekday}_{number}_until": ends}
    return typed


def test_shorter_hours_list_the_bookings_they_strand_and_move_none(
    home: House, browser: Client
) -> None:
    early = home.taken(home.at(9, ahead=5))
    late = home.taken(home.at(14, ahead=5))
    path = reverse("settings-week", args=[home.people[0].uid])
    typed = week_form(home, 1, {day: [("12:00", "17:00")] for day in range(7)})
    asked = browser.post(path, typed)
    page = asked.content.decode()
    assert asked.status_code == 409
    assert "1 booking no longer fits" in page
    assert early.client is not None
    assert late.client is not None
    assert early.client.name in page
    assert late.client.name not in page
    assert not WorkingHours.objects.filter(starts_minute=720).exists()

    answer = browser.post(path, {**typed, "confirmed": asked.context["confirmed"]})
    assert answer.status_code == 303
    assert WorkingHours.objects.filter(starts_minute=720).count() == 7
    early.refresh_from_db()
    assert (early.status, early.starts_at) == ("BOOKED", home.at(9, ahead=5))
    entry = AuditEntry.objects.get(verb="bookings.stranded")
    assert entry.after == {"bookings": [str(early.uid)]}


def test_a_booking_made_after_the_list_was_shown_is_listed_before_anything_is_saved(
    home: House, browser: Client
) -> None:
    home.taken(home.at(9, ahead=5))
    path = reverse("settings-week", args=[home.people[0].uid])
    typed = week_form(home, 1)
    asked = browser.post(path, typed)
    new = home.taken(home.at(11, ahead=6))
    again = browser.post(path, {**typed, "confirmed": asked.context["confirmed"]})
    assert again.status_code == 409
    assert new.client is not None
    assert new.client.name in again.content.decode()
    assert WorkingHours.objects.filter(valid_until__isnull=False).count() == 0


def test_the_confirmation_sends_again_all_that_was_typed(home: House, browser: Client) -> None:
    home.taken(home.at(9, ahead=5))
    who = [one.pk for one in home.people[1:]]
    path = reverse("settings-treatment", args=[home.session.uid])
    shown = browser.get(path).context["form"]
    typed = {
        name: value for name, value in treatment_form(shown).items() if name != "offered_by"
    } | {"offered_by": who}
    asked = browser.post(path, typed)
    assert asked.status_code == 409
    hidden = dict(asked.context["typed"])
    assert hidden["name"] == home.session.name
    assert [int(value) for name, value in asked.context["typed"] if name == "offered_by"] == who


def treatment_form(form: Any) -> dict[str, Any]:
    """What a browser sends of a form as it was shown."""
    typed: dict[str, Any] = {}
    for name, field in form.fields.items():
        value = field.prepare_value(form[name].value())
        if value is True:
            typed[name] = "on"
        elif value is not None and value is not False and value != "":
            typed[name] = value
    return typed


def test_the_minutes_add_up_on_the_server_with_and_without_script(
    home: House, browser: Client
) -> None:
    path = reverse("settings-treatment", args=[home.session.uid])
    typed = {**treatment_form(browser.get(path).context["form"]), "phase_1_minutes": "33"}
    sums = browser.post(reverse("settings-minutes"), typed).content.decode()
    assert "55 min" in sums
    assert "65 min" in sums
    page = browser.post(path, {**typed, "add_up": "1"})
    assert page.status_code == 200
    assert "55 min" in page.content.decode()
    assert home.session.phases.get(position=2).minutes == 28


@pytest.mark.parametrize("change", [{"is_active": ""}, {}])
def test_a_room_that_is_no_longer_used_strands_what_is_booked_in_it(
    home: House, browser: Client, change: dict[str, str]
) -> None:
    home.taken(home.at(10, ahead=4), room=1)
    path = reverse("settings-room", args=[home.rooms[1].uid])
    assert browser.post(path, {"name": "Willow", **change}).status_code == 409
    used = browser.post(path, {"name": "Willow", "is_active": "on"})
    assert used.status_code == 303
    assert Room.objects.get(pk=home.rooms[1].pk).is_active


def test_a_room_of_a_name_that_is_there_is_refused_at_its_field(
    home: House, browser: Client
) -> None:
    path = reverse("settings-add-room", args=[home.location.uid])
    answer = browser.post(path, {"name": home.rooms[0].name})
    assert answer.status_code == 422
    assert "name" in answer.context["form"].errors


def test_time_off_is_written_in_the_clinics_own_days(home: House, browser: Client) -> None:
    day = home.day(10)
    answer = browser.post(
        "/settings/away/time-off/add/",
        {
            "practitioner": home.people[0].pk,
            "first_day": day.isoformat(),
            "last_day": day.isoformat(),
            "note": "At the dentist",
        },
    )
    assert answer.status_code == 303
    off = TimeOff.objects.get()
    zone = home.location.zone
    assert off.starts_at.astimezone(zone).isoformat()[:16] == f"{day}T00:00"
    assert off.ends_at.astimezone(zone).date() == day + timedelta(days=1)
    assert "dentist" not in str(AuditEntry.objects.latest("pk").after)
    assert browser.post(reverse("settings-end-time-off", args=[off.uid])).status_code == 303
    assert not TimeOff.objects.exists()


def test_an_owner_who_gives_up_the_role_lands_where_they_may_be(
    home: House, browser: Client, owner: User
) -> None:
    clinic.user(role="OWNER")
    answer = browser.post(
        reverse("settings-user", args=[owner.uid]),
        {"name": owner.name, "email": owner.email, "role": "FRONT_DESK", "is_active": "on"},
        follow=True,
    )
    assert answer.redirect_chain[0] == ("/desk/", 303)
    assert answer.status_code == 200


def test_the_last_owner_is_told_why_they_stay_one(browser: Client, owner: User) -> None:
    answer = browser.post(
        reverse("settings-user", args=[owner.uid]),
        {"name": owner.name, "email": owner.email, "role": "FRONT_DESK", "is_active": "on"},
    )
    assert answer.status_code == 422
    assert "only owner" in answer.content.decode()


def test_an_owner_who_sets_their_own_password_stays_logged_in(browser: Client, owner: User) -> None:
    path = reverse("settings-password", args=[owner.uid])
    assert browser.post(path, {"password": "a river in the morning"}).status_code == 303
    assert browser.get("/settings/people/").status_code == 200


def test_a_guessable_password_is_refused_and_never_shown_again(browser: Client) -> None:
    somebody = clinic.user()
    path = reverse("settings-password", args=[somebody.uid])
    answer = browser.post(path, {"password": "password"})
    assert answer.status_code == 422
    assert 'value="password"' not in answer.content.decode()
    assert User.objects.get(pk=somebody.pk).check_password(clinic.PASSWORD)


def test_the_first_page_knows_what_is_still_to_do(browser: Client) -> None:
    def open_steps() -> set[str]:
        steps = browser.get("/settings/start/").context["steps"]
        return {step.title for step in steps if not step.done}

    assert {"A location with a room", "People and their hours"} <= open_steps()
    home = house()
    clinic.clinic(name="Linden Row", phone="+14165550100")
    left = open_steps()
    assert not left & {
        "A location with a room",
        "People and their hours",
        "A treatment somebody offers",
        "Clinic name and phone",
        "The demo is out",
    }
    Room.objects.filter(location=home.location).update(is_active=False)
    assert open_steps() == left | {"A location with a room"}


def test_a_demo_is_wiped_before_anything_is_set_up_in_it(browser: Client) -> None:
    audit.record(now=datetime.now(UTC), actor=audit.CLOCK, verb="demo.seeded", about="clinic:1")
    first = browser.get("/settings/start/").context["steps"][0]
    assert (first.title, first.done) == ("The demo is out", False)
    assert "`" not in str(first.says)


def test_mail_is_done_once_a_test_message_has_left_from_the_address_in_use(
    browser: Client, settings: Any
) -> None:
    def done() -> bool:
        steps = browser.get("/settings/start/").context["steps"]
        return next(step.done for step in steps if step.title == "E-mail")

    browser.post("/settings/start/test-message/")
    assert not done(), "it stayed on this machine"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert done()
    settings.DEFAULT_FROM_EMAIL = "other@clinic.example"
    assert not done()


def test_the_demo_clinic_is_called_what_it_is(browser: Client) -> None:
    from clinic import audit
    from tests.factories.bookings import MADE_AT

    audit.record(now=MADE_AT, actor=audit.CLOCK, verb="demo.seeded", about="clinic:1")
    steps = {step.title: step.done for step in browser.get("/settings/start/").context["steps"]}
    assert not steps["The demo is out"]
    assert not steps["Clinic name and phone"]


MANY = [
    ("settings-places", Location),
    ("settings-people", Practitioner),
    ("settings-hours", WorkingHours),
    ("settings-away", TimeOff),
    ("settings-treatments", Treatment),
    ("settings-start", User),
]


@pytest.mark.parametrize(("name", "grows"), MANY)
def test_a_larger_clinic_costs_no_more_queries(
    home: House,
    browser: Client,
    name: str,
    grows: Any,
    django_assert_max_num_queries: Any,
) -> None:
    def add(number: int) -> None:
        for _ in range(number):
            where = clinic.location()
            clinic.room(location=where)
            who = clinic.practitioner(user=clinic.user(role="PRACTITIONER"))
            clinic.hours(practitioner=who, location=where)
            clinic.time_off(practitioner=who, starts_at=home.at())
            clinic.closure(first_day=home.day(), location=where)
            treatments.treatment(offered_by=[who])

    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    add(1)
    browser.get(reverse(name))
    with CaptureQueriesContext(
        connection,
    ) as few:
        browser.get(reverse(name))
    before = grows.objects.count()
    add(4)
    assert grows.objects.count() > before
    with django_assert_max_num_queries(len(few)):
        browser.get(reverse(name))
    assert len(few) <= 16


def test_the_stranded_list_takes_the_same_queries_for_many(
    home: House, browser: Client, django_assert_max_num_queries: Any
) -> None:
    for ahead in range(3, 23):
        home.taken(home.at(10, ahead=ahead))
    path = reverse("settings-week", args=[home.people[0].uid])
    with django_assert_max_num_queries(45):
        asked = browser.post(path, week_form(home, 1))
    assert len(asked.context["rows"]) == 20
    assert Booking.objects.filter(status="BOOKED").count() == 20
    assert Offer.objects.count() == 4


def test_a_test_message_goes_to_the_owner_and_to_nobody_else(
    browser: Client, owner: User, mailoutbox: Any
) -> None:
    clinic.clinic(name="Linden Row")
    answer = browser.post("/settings/start/test-message/", follow=True)
    assert f"The message has left for {owner.email}" in answer.content.decode()
    (letter,) = mailoutbox
    assert letter.to == [owner.email]
    assert b"Linden Row" in letter.message().as_bytes()


def test_a_mail_server_that_is_away_is_said_to_be(browser: Client, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    answer = browser.post("/settings/start/test-message/", follow=True)
    assert answer.status_code == 200
    assert "The message did not leave." in answer.content.decode()
