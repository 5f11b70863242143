"""Logins made and changed by the owner: who may what, in the log book, and never without an owner."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from clinic import actions, audit
from clinic.actions import LastOwner
from clinic.errors import CONSTRAINTS, NotStored
from clinic.logins import actions as logins
from clinic.logins import links
from clinic.models import AuditEntry, Clinic, LoginLink, OpenSession, Practitioner, Role, User
from clinic.slugs import free_slug
from tests.factories import clinic
from tests.harness.databases import Database
from tests.harness.programs import eventually
from tests.race.crowd import at_once

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)


def change(user: User, **fields: Any) -> User:
    return actions.change_user(
        **{
            "now": NOW,
            "actor": audit.CLOCK,
            "user": user,
            "email": user.email,
            "name": user.name,
            "role": user.role,
            "is_active": user.is_active,
            **fields,
        }
    )


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["OWNER", "PRACTITIONER", "FRONT_DESK"])
def test_a_new_login_has_its_role_and_the_log_book_says_who_gave_it(role: str) -> None:
    owner = clinic.user(role="OWNER", name="Ruth")
    made = actions.create_user(
        now=NOW,
        actor=audit.staff(owner),
        email=" Sam@Example.ORG ",
        name="  Sam   Field ",
        role=role,
        password="a river in the morning",
    )
    assert (made.email, made.name, made.role) == ("sam@example.org", "Sam Field", role)
    assert made.check_password("a river in the morning")
    assert not made.is_superuser
    entry = AuditEntry.objects.latest("pk")
    assert (entry.verb, entry.about, entry.actor) == ("user.created", f"user:{made.pk}", owner)
    assert entry.after == {"email": "sam@example.org", "name": "Sam Field", "role": role}
    assert "river" not in str(entry.after)


@pytest.mark.django_db
def test_a_login_without_a_password_opens_with_none() -> None:
    made = actions.create_user(
        now=NOW, actor=audit.CLOCK, email="sam@example.org", name="Sam", role="FRONT_DESK"
    )
    assert not made.has_usable_password()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("role", {"role": "CLIENT"}),
        ("role", {"role": "GOD"}),
        ("email", {"email": "taken@example.org"}),
        ("email", {"email": "no address"}),
        ("email", {"email": ""}),
        ("name", {"name": "x" * 121}),
        ("password", {"password": "password"}),
    ],
)
def test_what_will_not_do_is_refused_at_its_field(field: str, wrong: dict[str, str]) -> None:
    clinic.user(email="taken@example.org")
    given = {"email": "sam@example.org", "name": "Sam", "role": "FRONT_DESK", **wrong}
    before = AuditEntry.objects.count()
    with pytest.raises(NotStored) as refused:
        actions.create_user(now=NOW, actor=audit.CLOCK, **given)
    assert refused.value.field == field
    assert (User.objects.count(), AuditEntry.objects.count()) == (1, before)


@pytest.mark.django_db
def test_a_changed_login_stands_in_the_log_book_with_what_it_was() -> None:
    clinic.user(role="OWNER")
    user = clinic.user(role="FRONT_DESK", name="Sam")
    change(user, role="PRACTITIONER", is_active=False)
    entry = AuditEntry.objects.get(verb="user.changed")
    assert entry.before == {"role": "FRONT_DESK", "is_active": True}
    assert entry.after == {"role": "PRACTITIONER", "is_active": False}


@pytest.mark.django_db
@pytest.mark.parametrize("fields", [{"role": "FRONT_DESK"}, {"is_active": False}])
def test_the_last_owner_stays_one(fields: dict[str, Any]) -> None:
    owner = clinic.user(role="OWNER")
    clinic.user(role="OWNER", is_active=False)
    clinic.user(role="PRACTITIONER")
    with pytest.raises(LastOwner):
        change(owner, **fields)
    owner.refresh_from_db()
    assert (owner.role, owner.is_active) == (Role.OWNER, True)
    second = clinic.user(role="OWNER")
    change(owner, **fields)
    with pytest.raises(LastOwner):
        change(second, **fields)


@pytest.mark.django_db
def test_the_last_owner_may_change_their_name() -> None:
    owner = clinic.user(role="OWNER")
    assert change(owner, name="Ruth C.").name == "Ruth C."


@pytest.mark.django_db
def test_whoever_is_no_owner_any_more_loses_the_admin_too() -> None:
    clinic.user(role="OWNER")
    owner = clinic.user(role="OWNER", is_superuser=True)
    assert change(owner, name="Still one").is_superuser
    assert not change(owner, role="FRONT_DESK").is_superuser


@pytest.mark.django_db
def test_a_new_password_stands_in_the_log_book_without_the_password() -> None:
    user = clinic.user()
    actions.set_password(now=NOW, actor=audit.CLOCK, user=user, password="a river in the morning")
    user.refresh_from_db()
    assert user.check_password("a river in the morning")
    entry = AuditEntry.objects.get(verb="user.password_set")
    assert (entry.before, entry.after) == ({}, {})


CHANGES = ({"is_active": False}, {"role": "PRACTITIONER"}, {"email": "new@example.org"})


@pytest.mark.django_db
@pytest.mark.parametrize("change_", [*CHANGES, "password", {"name": "Sam"}])
def test_what_the_owner_changes_of_a_login_ends_its_sessions_and_links(change_: Any) -> None:
    """Whoever has the old password, the old mailbox or the lost phone is out, not at the next hour."""
    sam, other = clinic.user(role="FRONT_DESK", name="Sam F."), clinic.user(role="FRONT_DESK")
    now = timezone.now()
    browsers = {one: Client() for one in (sam, other)}
    for one, browser in browsers.items():
        browser.post("/login/", {"username": one.email, "password": clinic.PASSWORD})
    tokens = {one: links.make(user=one, now=now) for one in (sam, other)}
    if change_ == "password":
        actions.set_password(
            now=now, actor=audit.CLOCK, user=sam, password="a river in the morning"
        )
    else:
        change(sam, now=now, **change_)
        change(sam, now=now, is_active=True)
    ends = change_ != {"name": "Sam"}
    for one in (sam, other):
        is_open = not (ends and one == sam)
        assert (browsers[one].get("/account/").status_code == 200) is is_open
        assert links.is_open(tokens[one], now=now) is is_open
        assert OpenSession.objects.filter(user=one).exists() is is_open


@pytest.mark.django_db
def test_an_owner_who_sets_their_own_password_here_stays_in_and_is_out_elsewhere() -> None:
    ruth = clinic.user(role="OWNER")
    here, lost = Client(), Client()
    for browser in (here, lost):
        browser.post("/login/", {"username": ruth.email, "password": clinic.PASSWORD})
    new = "a river in the morning"
    here.post(f"/settings/people/{ruth.uid}/password/", {"password": new})
    assert here.get("/settings/people/").status_code == 200
    assert here.get("/account/").content.decode().count("this one ·") == 1
    assert lost.get("/settings/people/").status_code == 302


@pytest.mark.django_db
@pytest.mark.parametrize("invited", [True, False])
def test_whoever_gets_a_login_is_told_how_to_get_in(
    invited: bool, django_capture_on_commit_callbacks: Any, settings: Any
) -> None:
    settings.SITE_URL = "https://book.example.org/"
    ruth = Client()
    ruth.force_login(clinic.user(role="OWNER"))
    assert 'name="invite"' in ruth.get("/settings/people/add/").content.decode()
    typed = {"name": "Sam", "email": "sam@example.org", "role": "FRONT_DESK", "password": ""}
    with django_capture_on_commit_callbacks(execute=True):
        sent = {**typed, "invite": "on"} if invited else typed
        answer = ruth.post("/settings/people/add/", sent, follow=True)
    said = answer.content.decode()
    assert ("The invitation is on its way" in said) is invited
    assert ("by a mail they ask for on the login page" in said) is not invited
    assert LoginLink.objects.filter(user__email="sam@example.org").count() == invited
    assert AuditEntry.objects.filter(verb="login.invited").count() == invited
    if invited:
        eventually(lambda: mail.outbox, what="a mail")
        assert "https://book.example.org/login/link/" in str(mail.outbox[-1].body)


@pytest.mark.django_db
def test_a_new_invitation_ends_the_one_before() -> None:
    sam, now = clinic.user(role="FRONT_DESK"), timezone.now()
    first = links.make(user=sam, now=now, lasts=links.INVITATION_LASTS)
    logins.invite(now=now, actor=audit.CLOCK, user=sam, address="https://book.example.org")
    assert not links.is_open(first, now=now)
    assert LoginLink.objects.filter(user=sam, used_at=None).count() == 1


def test_of_two_owners_who_demote_each_other_one_stays(fresh_db: Database) -> None:
    for _ in range(5):
        User.objects.filter(role="OWNER").update(role="FRONT_DESK")
        pair = [clinic.user(role="OWNER"), clinic.user(role="OWNER")]
        crowd = at_once([partial(change, one, role="FRONT_DESK") for one in pair])
        crowd.only_lose_by(LastOwner)
        assert len(crowd.losers) == 1
        assert User.objects.filter(role="OWNER", is_active=True).count() == 1


def test_two_owners_who_save_at_once_leave_a_log_without_a_gap(fresh_db: Database) -> None:
    Clinic.objects.get_or_create(pk=1)
    jobs = [
        partial(
            actions.change_clinic, now=NOW, actor=audit.CLOCK, changes={"notice_minutes": number}
        )
        for number in range(1, 9)
    ]
    first = Clinic.objects.the_only().notice_minutes
    at_once(jobs).only_lose_by()
    entries = AuditEntry.objects.filter(verb="clinic.changed").order_by("pk")
    steps = [(e.before["notice_minutes"], e.after["notice_minutes"]) for e in entries]
    assert len(steps) == 8
    # Each begins where another ended: no change was lost between reading and writing.
    assert {was for was, _will in steps} == {first, *(will for _was, will in steps)} - {
        Clinic.objects.the_only().notice_minutes
    }


@pytest.mark.django_db
def test_every_constraint_of_the_house_has_its_sentence() -> None:
    from django.apps import apps

    unsaid = {"audit_seal"}  # nothing an owner writes
    ours = {"Clinic", "Location", "Room", "Practitioner", "WorkingHours", "TimeOff", "Closure"}
    names = {
        constraint.name
        for model in apps.get_app_config("clinic").get_models()
        if model.__name__ in ours | {"User"}
        for constraint in model._meta.constraints
    } - unsaid
    assert names <= CONSTRAINTS.keys()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Mei Tanaka", "mei-tanaka"),
        ("李", "practitioner"),
        ("x" * 200, "x" * 55),
        ("--", "practitioner"),
    ],
)
def test_any_name_gets_an_address_of_its_own(name: str, slug: str) -> None:
    assert free_slug(Practitioner, name) == slug
    clinic.practitioner(slug=slug)
    assert free_slug(Practitioner, name) == f"{slug}-2"
    clinic.practitioner(slug=f"{slug}-2")
    assert free_slug(Practitioner, name) == f"{slug}-3"
    assert len(free_slug(Practitioner, name)) <= 60
