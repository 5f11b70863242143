"""How clients sign in, and which record a proof of an address opens."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bookings import links as booking_links
from clients import logins
from clients.errors import NotTheirs
from clients.models import Client, ClientLogin
from clinic.audit import staff
from clinic.errors import constraint_of
from clinic.logins import proofs, throttle
from clinic.models import AddressProof, AuditEntry, User
from tests.bookings.my_pages import (
    PHONE,
    ask,
    code_in,
    link,
    link_in,
    login_of,
    person,
    signed_in,
    text_of,
    the_mail,
)
from tests.factories import bookings, clinic
from tests.harness.programs import eventually

pytestmark = pytest.mark.django_db


def enter_by_code(email: str) -> Browser:
    browser = Browser()
    ask(email, browser)
    answer = browser.post("/me/login/code/", {"code": code_in(the_mail()).lower()})
    assert (answer.status_code, answer["Location"]) == (303, "/me/")
    return browser


def the_link(client: Client) -> ClientLogin:
    return ClientLogin.objects.get(client=client, ended_at=None)


def test_a_client_comes_from_an_address_to_their_pages_without_a_password() -> None:
    priya = person()
    browser = enter_by_code(" PRIYA@example.org ")
    user = User.objects.get(email="priya@example.org")
    assert (user.role, user.has_usable_password()) == ("CLIENT", False)
    assert browser.get("/me/", follow=True).redirect_chain == [("/me/find/", 303)]
    answer = browser.post("/me/find/", {"phone": "416 555 0142", "relation": "SELF"})
    assert answer["Location"] == f"/me/{priya.uid}/"
    assert browser.get(answer["Location"]).status_code == 200
    assert (the_link(priya).relation, the_link(priya).how) == ("SELF", "NUMBER")
    user.refresh_from_db()
    assert user.name == "Priya Raman"
    verbs = set(AuditEntry.objects.values_list("verb", flat=True))
    assert {"login.made", "login.done", "client.login_linked"} <= verbs


def test_no_login_is_made_by_asking_and_none_for_an_address_no_client_has() -> None:
    person()
    ask("priya@example.org")
    ask("nobody@example.org")
    assert not User.objects.exists()
    the_mail()
    assert [message.to for message in mail.outbox] == [["priya@example.org"]]


def test_asking_tells_nobody_which_address_is_a_clients() -> None:
    person()
    kept = person("Kept", email="kept@example.org")
    person("Gone", email="merged@example.org", status="MERGED", merged_into=kept)
    emails = {
        "client": "priya@example.org",
        "login": login_of(email="login@example.org").email,
        "unknown": "nobody@example.org",
        "merged": "merged@example.org",
        "off": clinic.user(role="CLIENT", is_active=False).email,
        "staff": clinic.user(role="FRONT_DESK").email,
    }
    pages, queries = set(), {}
    for name, email in emails.items():
        with CaptureQueriesContext(connection) as seen:
            answer = ask(email)
            wrong = answer.client.post("/me/login/code/", {"code": "BBBB-BBBB"})
        queries[name] = len(seen)
        for each in (answer, wrong):
            text = each.content.decode()
            pages.add(text.replace(str(each.context["csrf_token"]), "T"))
    assert len(pages) == 2
    assert len(set(queries.values())) == 1, queries
    the_mail()
    assert {message.to[0] for message in mail.outbox} == {emails["client"], emails["login"]}


def test_a_mailed_link_leads_to_the_clinics_own_address_whatever_host_was_asked(
    settings: Any,
) -> None:
    settings.SITE_URL = "https://book.example.org/"
    person()
    ask("priya@example.org")
    assert "https://book.example.org/me/login/link/" in the_mail()
    assert "testserver" not in the_mail()


def test_a_mail_scanner_that_opens_the_link_uses_nothing_up() -> None:
    person()
    ask("priya@example.org")
    address = link_in(the_mail())
    for _ in range(3):
        assert Browser().get(address).status_code == 200
        assert Browser().head(address).status_code == 200
    phone = Browser()
    assert phone.post(address).status_code == 303
    assert phone.get("/me/").status_code == 303
    assert Browser().post(address).status_code == 410
    assert Browser().get(address).status_code == 410


def test_a_code_is_over_after_three_guesses_a_quarter_of_an_hour_and_one_use() -> None:
    now = timezone.now()
    mailed = proofs.make(email="priya@example.org", opens=True, now=now)
    late = now + proofs.LASTS
    assert proofs.by_code(mailed.uid, mailed.code, now=late) is None
    assert proofs.by_link(mailed.token, now=late) is None
    for _ in range(3):
        assert proofs.by_code(mailed.uid, "BBBB-BBBB", now=now) is None
    assert proofs.by_code(mailed.uid, mailed.code, now=now) is None
    again = proofs.make(email="priya@example.org", opens=True, now=now)
    assert proofs.by_code(again.uid, again.code, now=now) == "priya@example.org"
    assert proofs.by_code(again.uid, again.code, now=now) is None
    assert proofs.by_link(again.token, now=now) is None
    nobody = proofs.make(email="nobody@example.org", opens=False, now=now)
    assert proofs.by_code(nobody.uid, nobody.code, now=now) is None
    assert proofs.by_link(nobody.token, now=now) is None
    assert proofs.forget(now=now + timedelta(days=2)) == 3


def test_neither_code_nor_link_nor_address_stands_in_the_database_where_they_open_something() -> (
    None
):
    mailed = proofs.make(email="priya@example.org", opens=True, now=timezone.now())
    kept = AddressProof.objects.values_list().get()
    assert not any(secret in str(kept) for secret in (mailed.code, mailed.token))


def test_a_code_is_of_no_use_in_another_browser() -> None:
    person()
    ask("priya@example.org")
    answer = Browser().post("/me/login/code/", {"code": code_in(the_mail())})
    assert answer["Location"] == "/me/login/"


def test_guessing_is_slowed_down_by_address_and_never_by_somebodys_name() -> None:
    browser = Browser()
    for _ in range(throttle.MAILS_BY_NAME.most):
        assert ask("priya@example.org", browser).status_code == 200
    assert ask("priya@example.org", browser).status_code == 429
    elsewhere = Browser(REMOTE_ADDR="203.0.113.9")
    assert ask("priya@example.org", elsewhere).status_code == 200


def test_a_staff_members_login_opens_no_clients_pages_and_a_clients_no_staffs() -> None:
    desk = clinic.user(role="FRONT_DESK", email="desk@example.org")
    priya = person(email="desk@example.org")
    assert not logins.opens(desk.email)
    assert logins.arrive(now=timezone.now(), email=desk.email) is None
    assert signed_in(desk).get(f"/me/{priya.uid}/").status_code == 404
    me = signed_in(login_of(person("Ana", email="ana@example.org"), email="ana@example.org"))
    assert me.get("/desk/").status_code == 404
    assert me.get("/account/").status_code == 404


def test_where_one_goes_after_signing_in_is_one_of_ones_own_pages() -> None:
    person()
    for target in (
        "https://evil.example/",
        "//evil.example/me/",
        "/desk/",
        "/me/login/",
    ):
        browser = Browser()
        ask("priya@example.org", browser, next=target)
        mail_text = the_mail()
        answer = browser.post("/me/login/code/", {"code": code_in(mail_text)})
        assert answer["Location"] == "/me/", target
        mail.outbox.clear()
    browser = Browser()
    assert browser.get("/me/account/")["Location"] == "/me/login/?next=/me/account/"
    ask("priya@example.org", browser, next="/me/account/")
    answer = browser.post("/me/login/code/", {"code": code_in(the_mail())})
    assert answer["Location"] == "/me/account/"


# Which record


def sharing() -> tuple[Client, Client]:
    return person(), person("Maya Raman", phone="+14165550143")


def claim(user: User, client: Client, **fields: Any) -> ClientLogin:
    return logins.claim(
        **{
            "now": timezone.now(),
            "user": user,
            "client": client,
            "phone": PHONE,
            "country": "CA",
            "relation": "SELF",
            "how": "NUMBER",
            **fields,
        }
    )


def test_an_address_that_two_share_opens_neither_by_itself() -> None:
    sharing()
    browser = signed_in(login_of())
    page = browser.get("/me/find/")
    assert "more than one person" in text_of(page)
    browser.post("/me/find/", {"phone": PHONE, "relation": "SELF"})
    assert not ClientLogin.objects.exists()


def test_a_record_the_clinic_never_met_opens_by_its_bookings_link_only() -> None:
    priya = person(status="PROVISIONAL")
    booking = made(priya)
    browser = signed_in(login_of())
    assert "Which pages are yours?" in text_of(browser.get("/me/find/"))
    address = f"/me/find/{booking_links.token(booking.uid, version=1)}/"
    assert browser.get(address).status_code == 200
    assert not ClientLogin.objects.exists(), "looking changes nothing"
    wrong = browser.post(address, {"phone": "416 555 0199", "relation": "SELF"})
    assert (wrong.status_code, ClientLogin.objects.count()) == (422, 0)
    right = browser.post(address, {"phone": "416 555 0142", "relation": "SELF"})
    assert right["Location"] == f"/me/{priya.uid}/"
    assert the_link(priya).how == "BOOKING"


def made(client: Client, **fields: Any) -> Any:
    return bookings.booking(client=client, **fields, **token_of())


def token_of() -> dict[str, Any]:
    uid = uuid.uuid4()
    return {"uid": uid, "token_digest": booking_links.digest(booking_links.token(uid, version=1))}


def test_a_bookings_link_opens_nothing_to_a_login_of_another_address() -> None:
    priya = person()
    booking = made(priya)
    other = login_of(person("Ana", email="ana@example.org"), email="ana@example.org")
    address = f"/me/find/{booking_links.token(booking.uid, version=1)}/"
    browser = signed_in(other)
    assert browser.get(address).status_code == 404
    assert browser.post(address, {"phone": PHONE, "relation": "CARER"}).status_code == 404
    assert browser.get("/me/find/no-such-token/").status_code == 404


def test_a_family_with_one_address_sees_each_its_pages_and_says_who_is_who() -> None:
    priya, maya = sharing()
    user = login_of(priya)
    booking = made(maya)
    browser = signed_in(user)
    assert browser.get(f"/me/{maya.uid}/").status_code == 404
    address = f"/me/find/{booking_links.token(booking.uid, version=1)}/"
    twice = browser.post(address, {"phone": "416 555 0143", "relation": "SELF"})
    assert twice.status_code == 422
    assert "somebody's own already" in text_of(twice).replace("&#x27;", "'")
    browser.post(address, {"phone": "416 555 0143", "relation": "PARENT"})
    assert "Maya" in text_of(browser.get(f"/me/{maya.uid}/"))
    # The switcher leads to the other, and "/me/" remembers it.
    assert "Maya Raman" in text_of(browser.get(f"/me/{priya.uid}/"))
    browser.post("/me/choose/", {"client": str(maya.uid)})
    assert browser.get("/me/")["Location"] == f"/me/{maya.uid}/"
    assert signed_in(user).get("/me/")["Location"] == f"/me/{priya.uid}/"
    priya.refresh_from_db()
    maya.refresh_from_db()
    assert (priya.status, maya.status) == ("ACTIVE", "ACTIVE"), "nobody was merged"


def test_a_mailbox_gets_so_many_mails_an_hour_from_all_the_world_and_nobody_is_told() -> None:
    person(), person("Ana Silva", email="ana@example.org")
    now = timezone.now()
    first = Browser().post("/me/login/", {"email": "priya@example.org"})
    the_mail()
    mail.outbox.clear()
    while throttle.may_mail("PRIYA@example.org", now=now):
        pass
    flooded = Browser().post("/me/login/", {"email": "priya@example.org"}, REMOTE_ADDR="192.0.2.77")
    assert (flooded.status_code, flooded["Location"]) == (first.status_code, first["Location"])
    assert AddressProof.objects.filter(email="priya@example.org").count() == 2
    ask("ana@example.org")
    the_mail()
    assert [each.to for each in mail.outbox] == [["ana@example.org"]]
    assert throttle.may_mail("priya@example.org", now=now + timedelta(hours=1, seconds=1))


def test_numbers_are_tried_five_times_an_hour_whatever_address_they_come_from() -> None:
    priya, user = person(), login_of()
    for _ in range(logins.NUMBERS.most):
        with pytest.raises(NotTheirs):
            claim(user, priya, phone="+14165550199")
    with pytest.raises(NotTheirs):
        claim(user, priya)
    later = timezone.now() + timedelta(seconds=logins.NUMBERS.seconds + 1)
    assert claim(user, priya, now=later).client == priya


@pytest.mark.parametrize("phone", ["", "x" * 40, "١٢٣", "+1", "0142", "416 555 0142 ext 7 8 9"])
def test_whatever_is_typed_for_a_number_opens_nothing_but_the_right_one(phone: str) -> None:
    priya, user = person(), login_of()
    with pytest.raises(NotTheirs):
        claim(user, priya, phone=phone)


def test_a_record_without_a_number_is_opened_by_the_clinic_alone() -> None:
    priya, user = person(phone=""), login_of()
    assert logins.waiting_for(user) is None
    with pytest.raises(NotTheirs):
        claim(user, priya, phone="")


def test_what_the_clinic_ended_is_not_opened_again_by_the_number() -> None:
    priya = person()
    user, desk = login_of(priya), clinic.user(role="FRONT_DESK")
    browser, at_desk = signed_in(user), signed_in(desk)
    assert browser.get(f"/me/{priya.uid}/").status_code == 200
    page = at_desk.get(f"/desk/clients/{priya.uid}/logins/")
    assert user.email in text_of(page)
    at_desk.post(f"/desk/clients/{priya.uid}/logins/end/", {"link": str(the_link(priya).uid)})
    assert browser.get(f"/me/{priya.uid}/").status_code == 404
    assert logins.waiting_for(user) is None
    with pytest.raises(NotTheirs):
        claim(user, priya)
    logins.link_by_clinic(
        now=timezone.now(), actor=staff(desk), client=priya, email=user.email, relation="SELF"
    )
    assert browser.get(f"/me/{priya.uid}/").status_code == 404, "nobody has confirmed it"
    claim(user, priya)
    assert browser.get(f"/me/{priya.uid}/").status_code == 200
    assert ClientLogin.objects.count() == 2, "both stay readable"


def test_the_desk_lets_an_address_in_but_no_colleagues() -> None:
    maya = person("Maya Raman", email="", phone="")
    desk = signed_in(clinic.user(role="FRONT_DESK", email="desk@example.org"))
    address = f"/desk/clients/{maya.uid}/logins/"
    refused = desk.post(address, {"email": "desk@example.org", "relation": "PARENT"})
    assert refused.status_code == 422
    desk.post(address, {"email": "Priya@example.org", "relation": "PARENT"})
    browser = enter_by_code("priya@example.org")
    assert browser.get("/me/")["Location"] == "/me/find/"
    assert "Which pages are yours?" in text_of(browser.get("/me/find/"))
    said = {"confirm": str(the_link(maya).uid)}
    assert desk.post(address, said).status_code == 404, "the desk does not confirm its own word"
    assert browser.get(f"/me/{maya.uid}/").status_code == 404
    assert signed_in(clinic.user(role="PRACTITIONER")).post(address, said).status_code == 303
    assert browser.get("/me/")["Location"] == f"/me/{maya.uid}/"
    entries = AuditEntry.objects.filter(verb="client.login_confirmed")
    assert entries.get().about == f"client:{maya.uid}"


def test_what_the_desk_noted_down_opens_with_the_clients_number_and_nothing_else() -> None:
    maya = person("Maya Raman", email="", status="PROVISIONAL")
    desk = signed_in(clinic.user(role="FRONT_DESK"))
    address = f"/desk/clients/{maya.uid}/logins/"
    page = desk.post(address, {"email": "priya@example.org", "relation": "CARER"}, follow=True)
    assert "waits for the client" in text_of(page)
    browser = enter_by_code("priya@example.org")
    wrong = browser.post("/me/find/", {"phone": "416 555 0199", "relation": "SELF"})
    assert wrong.status_code == 422
    assert the_link(maya).is_pending
    right = browser.post("/me/find/", {"phone": "416 555 0142", "relation": "SELF"})
    assert right["Location"] == f"/me/{maya.uid}/"
    link = the_link(maya)
    assert (link.is_pending, link.how, link.relation) == (False, "CLINIC", "CARER")


def test_a_practitioner_lets_an_address_in_at_once_and_ended_ones_stay_ended() -> None:
    maya = person("Maya Raman", email="")
    doctor = signed_in(clinic.user(role="PRACTITIONER"))
    address = f"/desk/clients/{maya.uid}/logins/"
    doctor.post(address, {"email": "priya@example.org", "relation": "PARENT"})
    link = the_link(maya)
    assert not link.is_pending
    doctor.post(f"{address}end/", {"link": str(link.uid)})
    doctor.post(address, {"confirm": str(link.uid)})
    assert not ClientLogin.objects.filter(ended_at=None).exists()
    for wrong in ("x", str(uuid.uuid4())):
        assert doctor.post(address, {"confirm": wrong}).status_code in (303, 404)


def test_whoever_reached_a_clients_pages_before_is_told_and_the_owner_reads_it(
    django_capture_on_commit_callbacks: Any,
) -> None:
    priya = person()
    login_of(priya, email="parent@example.org")
    noor = clinic.user(role="FRONT_DESK", name="Noor Haddad")
    desk = signed_in(noor)
    at = f"/desk/clients/{priya.uid}/"
    with django_capture_on_commit_callbacks(execute=True):
        desk.post(f"{at}logins/", {"email": "noor@private.example", "relation": "CARER"})
    eventually(lambda: len(mail.outbox) == 2, what="two mails")
    assert {each.to[0] for each in mail.outbox} == {"priya@example.org", "parent@example.org"}
    said = str(mail.outbox[0].body)
    assert "another e-mail address was noted down" in said
    for secret in ("noor@private.example", "Priya", "CARER", "health", "Noor"):
        assert secret not in said
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        changed = {"name": priya.name, "email": "noor@private.example", "phone": "416 555 0142"}
        assert desk.post(f"{at}edit/", changed).status_code == 303
    eventually(lambda: len(mail.outbox) >= 2, what="two mails")
    told = {each.to[0] for each in mail.outbox if "address by which" in str(each.body)}
    assert told == {"priya@example.org", "parent@example.org"}
    owner = signed_in(clinic.user(role="OWNER"))
    page = text_of(owner.get("/settings/openings/"))
    assert "Noor Haddad noted down a login for the pages of Priya Raman" in page
    assert "Noor Haddad changed the e-mail address of Priya Raman" in page


def test_two_devices_are_seen_and_one_ends_the_other() -> None:
    user = login_of(person())
    phone, tablet = signed_in(user), signed_in(user)
    page = phone.get("/me/account/")
    assert len(page.context["sessions"]) == 2
    phone.post("/me/account/sessions/")
    assert phone.get("/me/account/").status_code == 200
    assert tablet.get("/me/account/")["Location"].startswith("/me/login/")
    phone.post("/me/logout/")
    assert phone.get("/me/account/")["Location"].startswith("/me/login/")


def test_a_passkey_is_added_by_somebody_who_has_just_shown_who_they_are() -> None:
    person()
    browser = enter_by_code("priya@example.org")
    assert browser.get("/me/account/passkey/").status_code == 200
    idle = signed_in(User.objects.get())
    answer = idle.get("/me/account/passkey/")
    assert answer["Location"] == "/me/login/?again=1&next=%2Fme%2Faccount%2Fpasskey%2F"
    assert idle.get(answer["Location"]).status_code == 200


def test_what_the_database_refuses_of_a_login() -> None:
    priya, user, now = person(), login_of(), timezone.now()
    link(user, priya)
    other = person("Ana")
    fields = {"user": user, "client": other, "relation": "CARER", "how": "NUMBER", "made_at": now}
    wrong: dict[str, dict[str, Any]] = {
        "client_login_once": {"client": priya},
        "client_login_one_self": {"relation": "SELF"},
        "client_login_relation_known": {"relation": "FRIEND"},
        "client_login_how_known": {"how": "GUESS"},
        "client_login_ends_after_it_begins": {"ended_at": now - timedelta(minutes=1)},
    }
    for name, change in wrong.items():
        with pytest.raises(IntegrityError) as refused, transaction.atomic():
            ClientLogin.objects.create(**{**fields, **change})
        assert constraint_of(refused.value) == name
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        AddressProof.objects.create(
            email="a@example.org", opens=True, code_digest="c", link_digest="l", made_at=now,
            expires_at=now,
        )  # fmt: skip
    assert constraint_of(refused.value) == "address_proof_ends_after_it_begins"
    assert ClientLogin.objects.create(**fields)
