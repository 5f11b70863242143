"""Clients write back by text: yes, a change and STOP are done at once, all else reaches the desk."""

from __future__ import annotations

import threading
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client as Browser

from bookings import links, notices
from bookings.models import Booking
from bookings.queries.own_data import own_data
from clients import contact_consents, outbox, reach, stop_links
from clients.actions.hearing import hear
from clients.channels import twilio
from clients.models import Client, ContactConsent, Conversation, Message, TextMessage
from clinic.audit import CLIENT
from clinic.models import AccessEntry, AuditEntry
from tests.bookings.world import raw_table
from tests.factories import bookings, clinic
from tests.factories.clients import consent
from tests.factories.clients import message as outbox_row
from tests.harness.databases import Database
from tests.harness.provider import NUMBER, SID, Provider

PHONE = "+14165550123"
HOUR = timedelta(hours=1)


def now() -> datetime:
    return datetime.now(UTC)


def ana(**fields: Any) -> Client:
    return bookings.client(**{"name": "Ana Lima", "phone": PHONE, **fields})


def soon(client: Client, hours: int = 24, **fields: Any) -> Booking:
    at = (now() + hours * HOUR).replace(minute=0, second=0, microsecond=0)
    uid = uuid.uuid4()
    return bookings.booking(
        uid=uid, client=client, starts_at=at,
        token_digest=links.digest(links.token(uid, version=1)), **fields,
    )  # fmt: skip


def write(text: str, phone: str = PHONE, **fields: Any) -> bool:
    return hear(
        **{
            "now": now(), "phone": phone, "text": text, "provider": "gateway",
            "provider_id": uuid.uuid4().hex, **fields,
        }
    )  # fmt: skip


def inbound(text: str, sid: str, sender: str = PHONE, **fields: str) -> int:
    """Post a text message as Twilio does."""
    path = "/hooks/twilio/inbound/"
    form = {"MessageSid": sid, "From": sender, "To": NUMBER, "Body": text, "AccountSid": SID}
    form |= fields
    signed = twilio.signature(f"http://localhost:8000{path}", form.items())
    return Browser().post(path, form, headers={"X-Twilio-Signature": signed}).status_code


def talk() -> Conversation:
    return Conversation.objects.get()


def texts() -> list[str]:
    return [row.text for row in TextMessage.objects.order_by("pk")]


def desk() -> Browser:
    browser = Browser()
    browser.force_login(clinic.user(role="FRONT_DESK", name="Devi"))
    return browser


def by_day(one: Message) -> outbox.Described:
    """Return how a message is described when it is not night."""
    said = notices.describe([one], now())[one.pk]
    if isinstance(said, outbox.Postponed):
        return notices.describe([one], said.until)[one.pk]
    return said


def sms_consents(client: Client) -> dict[str, bool]:
    rows = ContactConsent.objects.filter(client=client, channel="SMS").order_by("at", "pk")
    return {row.purpose: row.granted for row in rows}


# Yes, and a wish to change


@pytest.mark.django_db
@pytest.mark.parametrize("word", ["YES", "Oui"])
def test_a_yes_confirms_the_next_visit_once_and_leaves_nothing_to_do(word: str) -> None:
    booking = soon(ana())
    write(word)
    write(word)
    booking.refresh_from_db()
    assert booking.status == "CONFIRMED"
    assert AuditEntry.objects.filter(verb="booking.confirmed").count() == 1
    assert talk().waiting_since is None


@pytest.mark.django_db
def test_a_yes_that_could_mean_several_visits_is_for_the_desk() -> None:
    first, second = ana(), ana(name="Beatriz Lima")
    mine, theirs = soon(first), soon(second, 26)
    write("yes")
    assert set(Booking.objects.values_list("status", flat=True)) == {"BOOKED"}
    assert talk().waiting_since is not None
    assert talk().client is None, "a family's number is nobody's alone"
    outbox_row(
        due_at=now(), about=f"booking:{theirs.uid}", client=second, staff_email="",
        kind="REMINDER", channel="SMS", status="SENT", sent_at=now(),
    )  # fmt: skip
    write("yes")
    mine.refresh_from_db()
    theirs.refresh_from_db()
    assert (mine.status, theirs.status) == ("BOOKED", "CONFIRMED")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "fields", [{"status": "CANCELLED"}, {"hours": 24 * 30}, {"status": "REQUESTED"}]
)
def test_a_yes_to_nothing_that_can_be_confirmed_is_for_the_desk(fields: dict[str, Any]) -> None:
    soon(ana(), **fields)
    write("yes")
    assert not Booking.objects.filter(status="CONFIRMED").exists()
    assert talk().waiting_since is not None


@pytest.mark.django_db
def test_a_wish_to_change_is_answered_with_the_bookings_link(provider: Provider) -> None:
    booking = soon(ana())
    write("Changer")
    outbox.send_due(clock=now)
    (sent,) = provider.taken
    assert sent.form["To"] == PHONE
    assert links.manage_url(booking) in sent.form["Body"]
    assert "rendez-vous" in sent.form["Body"], "in the language they wrote in"
    assert talk().waiting_since is None
    booking.refresh_from_db()
    assert booking.status == "BOOKED"


# STOP and START


@pytest.mark.django_db
def test_stop_holds_at_once_for_every_client_of_the_number_and_is_confirmed_once(
    provider: Provider,
) -> None:
    people = [ana(), ana(name="Beatriz Lima")]
    for person in people:
        consent(client=person, channel="SMS", granted=True)
    for _ in range(2):
        write("ARRET")
    assert [sms_consents(each) for each in people] == [{"CARE": False, "MARKETING": False}] * 2
    assert set(
        ContactConsent.objects.exclude(source="ONLINE").values_list("source", flat=True)
    ) == {"TEXT_STOP"}
    outbox.send_due(clock=now)
    assert [each.form["Body"].startswith("Jade : vous ne") for each in provider.taken] == [True]
    assert AuditEntry.objects.filter(verb="client.messages_chosen").count() == 2


@pytest.mark.django_db
def test_after_stop_no_reminder_goes_by_text(provider: Provider) -> None:
    person = ana(email="")
    consent(client=person, channel="SMS", granted=True)
    booking = soon(person, contact_email="", contact_phone=PHONE)
    one = outbox_row(
        due_at=now(), about=f"booking:{booking.uid}", client=person, staff_email="",
        kind="REMINDER", channel="SMS", carries=str(int(booking.starts_at.timestamp())),
    )  # fmt: skip
    assert isinstance(by_day(one), outbox.Notice)
    write("STOP", answered=True)
    assert isinstance(by_day(one), outbox.Suppressed)


@pytest.mark.django_db
def test_start_brings_care_back_and_never_advertising(provider: Provider) -> None:
    person = ana()
    write("STOP", answered=True)
    write("START")
    assert sms_consents(person) == {"CARE": True, "MARKETING": False}
    outbox.send_due(clock=now)
    assert len(provider.taken) == 1
    assert "STOP ends them" in provider.taken[0].form["Body"]


@pytest.mark.django_db
def test_what_twilio_answers_itself_is_not_answered_twice(
    provider: Provider, settings: Any
) -> None:
    settings.SITE_URL = "http://localhost:8000"
    person = ana()
    assert inbound("Stop", "SM1") == 204
    assert sms_consents(person)["CARE"] is False
    assert inbound("leave me alone", "SM2", OptOutType="STOP") == 204
    assert TextMessage.objects.get(provider_id="SM2").meaning == "STOP"
    assert inbound("arret", "SM3") == 204
    outbox.send_due(clock=now)
    assert provider.taken == []


@pytest.mark.django_db
@pytest.mark.parametrize("word", ["STOPALL", "Unsubscribe", "revoke", "OPTOUT", "End", "QUIT"])
def test_each_word_that_twilio_confirms_itself_is_confirmed_by_it_alone(
    provider: Provider, settings: Any, word: str
) -> None:
    settings.SITE_URL = "http://localhost:8000"
    assert inbound(word, "SM1") == 204
    assert talk().stopped_at is not None
    outbox.send_due(clock=now)
    assert provider.taken == []


@pytest.mark.django_db
@pytest.mark.parametrize("word", ["CANCEL", "cancel "])
def test_a_cancel_that_twilio_takes_for_a_stop_is_one_and_the_desk_sees_to_the_visit(
    provider: Provider, settings: Any, word: str
) -> None:
    settings.SITE_URL = "http://localhost:8000"
    person = ana()
    soon(person)
    assert inbound(word, "SM1") == 204
    assert sms_consents(person) == {"CARE": False, "MARKETING": False}
    assert (talk().stopped_at is None, talk().waiting_since is None) == (False, False)
    outbox.send_due(clock=now)
    assert provider.taken == [], "Twilio would refuse it"
    browser = desk()
    assert "Ana Lima" in browser.get("/desk/inbox/").content.decode()
    assert "Please call instead" in browser.get(f"/desk/inbox/{talk().uid}/").content.decode()


@pytest.mark.django_db
def test_a_cancel_through_a_gateway_is_a_wish_to_change_alone(provider: Provider) -> None:
    person = ana()
    booking = soon(person)
    write("CANCEL")
    assert (talk().stopped_at, sms_consents(person)) == (None, {})
    outbox.send_due(clock=now)
    assert links.manage_url(booking) in provider.taken[0].form["Body"]


# Everything else


@pytest.mark.django_db
def test_anything_else_waits_for_the_desk_which_reads_and_answers_it(provider: Provider) -> None:
    ana()
    write("Can I come half an hour later? <b>")
    browser = desk()
    page = browser.get("/desk/inbox/").content.decode()
    assert "Ana Lima" in page
    assert "half an hour" not in page, "a list shows who wrote, not what"
    path = f"/desk/inbox/{talk().uid}/"
    page = browser.get(path).content.decode()
    assert "Can I come half an hour later? &lt;b&gt;" in page
    seen = AccessEntry.objects.get(what="TEXT_MESSAGES")
    assert seen.whose == f"client:{Client.objects.get().uid}"
    form = {"text": "Of course.", "key": str(uuid.uuid4())}
    for _ in range(2):
        assert browser.post(path, form).status_code == 303
    outbox.send_due(clock=now)
    assert [each.form["Body"] for each in provider.taken] == ["Of course."]
    assert talk().waiting_since is None
    page = browser.get(path).content.decode()
    assert "Devi" in page
    assert "Sent" in page


@pytest.mark.django_db
def test_a_number_nobody_knows_can_be_answered_too(provider: Provider) -> None:
    write("Do you have a place tomorrow?", phone="+14165550177")
    path = f"/desk/inbox/{talk().uid}/"
    browser = desk()
    assert "Do you have a place tomorrow?" in browser.get(path).content.decode()
    browser.post(path, {"text": "Yes, at ten.", "key": str(uuid.uuid4())})
    outbox.send_due(clock=now)
    assert [each.form["To"] for each in provider.taken] == ["+14165550177"]


@pytest.mark.django_db
def test_what_is_settled_without_an_answer_waits_no_more() -> None:
    write("Thank you, it was lovely")
    browser = desk()
    for _ in range(2):
        browser.post(f"/desk/inbox/{talk().uid}/done/")
    assert "Nothing waits" in browser.get("/desk/inbox/").content.decode()
    assert AuditEntry.objects.filter(verb="text.settled").count() == 1


@pytest.mark.django_db
def test_nothing_is_sent_to_a_number_that_said_stop(provider: Provider) -> None:
    write("STOP", answered=True)
    path, browser = f"/desk/inbox/{talk().uid}/", desk()
    assert "has said STOP" in browser.get(path).content.decode()
    answer = browser.post(path, {"text": "Please call", "key": str(uuid.uuid4())})
    assert answer.status_code == 409
    outbox.send_due(clock=now)
    assert provider.taken == []


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["", "   ", "x" * 481])
def test_an_answer_that_cant_be_sent_keeps_what_was_typed(text: str) -> None:
    write("Hello")
    answer = desk().post(f"/desk/inbox/{talk().uid}/", {"text": text, "key": str(uuid.uuid4())})
    assert answer.status_code == 422
    assert text.strip() in answer.content.decode()
    assert not Message.objects.exists()


# A number that becomes somebody else's


def passed_on() -> tuple[Client, Client]:
    """Return who had the number and wrote from it, and who has it since."""
    ana_, otto = ana(), ana(name="Otto Berg", phone="")
    write("My daughter is ill, can I come later?")
    write("STOP", answered=True)
    Client.objects.filter(pk=ana_.pk).update(phone="+14165550188")
    Client.objects.filter(pk=otto.pk).update(phone=PHONE)
    return ana_, otto


def taken_away(client: Client) -> list[str]:
    return [text["text"] for text in own_data(Client.objects.get(pk=client.pk), now=now())["texts"]]


@pytest.mark.django_db
def test_who_gets_a_number_reads_nothing_of_what_was_written_from_it_before() -> None:
    ana_, otto = passed_on()
    write("Hello, this is Otto")
    assert taken_away(otto) == ["Hello, this is Otto"]
    assert "My daughter is ill, can I come later?" in taken_away(ana_)
    assert "Hello, this is Otto" not in taken_away(ana_)
    before, since = Conversation.objects.order_by("pk")
    assert (before.client, since.client) == (ana_, otto)
    write("One more thing")
    assert Conversation.objects.count() == 2, "it goes on with whoever has the number"


@pytest.mark.django_db
def test_who_gets_a_number_does_not_inherit_a_stop_and_whoever_said_so_keeps_it() -> None:
    ana_, otto = passed_on()
    assert reach.stopped([PHONE]) == frozenset(), "before they have written anything"
    write("Hello")
    assert reach.stopped([PHONE]) == frozenset()
    assert sms_consents(ana_) == {"CARE": False, "MARKETING": False}
    assert sms_consents(otto) == {}
    write("STOP", answered=True)
    assert reach.stopped([PHONE]) == {PHONE}
    contact_consents.choose(
        now=now(), actor=CLIENT, client=Client.objects.get(pk=otto.pk),
        granted={**dict.fromkeys(contact_consents.CHOICES, False), "care_sms": True},
    )  # fmt: skip
    before, since = Conversation.objects.order_by("pk")
    assert before.stopped_at is not None, "nobody takes back what another said"
    assert since.stopped_at is None


@pytest.mark.django_db
@pytest.mark.parametrize("has_written", [False, True])
def test_an_answer_to_who_had_a_number_never_reaches_who_has_it_now(
    provider: Provider, has_written: bool
) -> None:
    person = ana()
    write("Which clinic is this?")
    old, browser = talk(), desk()
    path, form = f"/desk/inbox/{old.uid}/", {"text": "Ours, Ana.", "key": str(uuid.uuid4())}
    assert browser.post(path, form).status_code == 303
    Client.objects.filter(pk=person.pk).update(phone="")
    otto = ana(name="Otto Berg")
    if has_written:
        write("Hello")
    outbox.send_due(clock=now)
    assert browser.post(path, {**form, "key": str(uuid.uuid4())}).status_code == 409
    outbox.send_due(clock=now)
    assert provider.taken == []
    page = browser.get(path).content.decode()
    assert "has changed hands" in page
    assert "Ana Lima" in page
    assert str(otto.uid) not in page, "what Ana wrote leads to her"
    assert browser.post(f"{path}done/").status_code == 303


@pytest.mark.django_db
def test_a_shared_number_is_one_conversation_until_one_keeps_it_alone() -> None:
    first, second = ana(), ana(name="Beatriz Lima")
    write("We are both ill")
    write("STOP", answered=True)
    write("Still both ill")
    assert Conversation.objects.count() == 1
    Client.objects.filter(pk=second.pk).update(phone="")
    write("Beatriz has a number of her own now")
    assert taken_away(first) == ["Beatriz has a number of her own now"]
    assert reach.stopped([PHONE]) == {PHONE}, "it was said for the number of both"


# Told twice, at once, or by somebody else


@pytest.mark.django_db
def test_a_message_told_again_is_the_same_message(settings: Any, provider: Provider) -> None:
    settings.SITE_URL = "http://localhost:8000"
    for _ in range(3):
        assert inbound("Hello?", "SM9") == 204
    assert texts() == ["Hello?"]
    assert inbound("Hello?", "SM8", sender="22000") == 400, "a short code is nobody to answer"
    path = "/hooks/twilio/inbound/"
    assert Browser().post(path, {"From": PHONE, "Body": "YES"}).status_code == 403
    assert len(texts()) == 1


def write_at_once() -> None:
    ready = threading.Barrier(4)

    def send(number: int) -> None:
        ready.wait(timeout=10)
        try:
            write(f"Hello {number % 2}", provider_id=f"id-{number % 2}")
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)


def test_first_messages_at_once_make_one_conversation(fresh_db: Database) -> None:
    write_at_once()
    assert Conversation.objects.count() == 1
    assert sorted(texts()) == ["Hello 0", "Hello 1"]


def test_first_messages_of_who_has_a_number_now_make_one_conversation(fresh_db: Database) -> None:
    passed_on()
    write_at_once()
    before, since = Conversation.objects.order_by("pk")
    assert (before.ended_at is None, since.ended_at) == (False, None)
    assert sorted(texts())[:2] == ["Hello 0", "Hello 1"]
    assert since.messages.count() == 2


@pytest.mark.django_db
def test_what_people_write_is_sealed_and_ends_with_its_key() -> None:
    write("I have had a seizure")
    assert "seizure" not in raw_table("clients_textmessage")
    one = talk()
    with pytest.raises(IntegrityError, match="conversation_once_a_number"), transaction.atomic():
        Conversation.begun(PHONE, now=now()).save()
    with pytest.raises(IntegrityError, match="conversation_phone_e164"), transaction.atomic():
        Conversation.begun("123", now=now()).save()
    row = TextMessage.objects.get()
    with pytest.raises(IntegrityError, match="text_message_heard_once"), transaction.atomic():
        TextMessage.objects.create(
            conversation=one, direction="IN", text="x", provider=row.provider,
            provider_id=row.provider_id, at=now(),
        )  # fmt: skip
    with pytest.raises(IntegrityError, match="text_message_out_has_author"), transaction.atomic():
        TextMessage.objects.create(conversation=one, direction="OUT", text="x", at=now())
    Conversation.objects.update(wrapped=None, phone="")
    assert desk().get(f"/desk/inbox/{one.uid}/").status_code == 404


# One tap


@pytest.mark.django_db
def test_one_tap_says_that_they_come_and_a_scanner_that_looks_says_nothing() -> None:
    booking = soon(ana())
    path = f"/manage/{links.token(booking.uid, version=1)}/confirm/"
    browser = Browser()
    assert "be there" in browser.get(path).content.decode()
    booking.refresh_from_db()
    assert booking.status == "BOOKED"
    page = browser.post(path, follow=True).content.decode()
    assert "We look forward to seeing you" in page
    booking.refresh_from_db()
    assert booking.status == "CONFIRMED"
    assert browser.post(path).status_code == 303, "again changes nothing"


@pytest.mark.django_db
def test_one_click_ends_such_mail_and_a_scanner_that_looks_ends_nothing() -> None:
    person = ana()
    path = f"/stop/{stop_links.token(person, 'EMAIL', 'CARE')}/"
    browser = Browser()
    assert "End them" in browser.get(path).content.decode()
    assert not ContactConsent.objects.exists()
    for _ in range(2):
        answer = browser.post(path, {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
    (said,) = ContactConsent.objects.all()
    assert (said.client, said.channel, said.purpose, said.granted) == (
        person,
        "EMAIL",
        "CARE",
        False,
    )
    again = browser.get(path).content.decode()
    assert "End them" not in again, "whoever taps the link once more sees that it is done"
    assert "You get no more messages like that one" in again
    news = f"/stop/{stop_links.token(person, 'EMAIL', 'MARKETING')}/"
    assert "End them" in browser.get(news).content.decode()
    other = stop_links.token(ana(), "EMAIL", "CARE")
    for wrong in ("x", other[:-1] + ("A" if other[-1] != "A" else "B"), "é" * 48):
        assert browser.get(f"/stop/{wrong}/").status_code == 404


@pytest.mark.django_db
def test_a_reminder_brings_both_taps_and_the_mail_programs_button(sink: Any) -> None:
    booking = soon(ana(email="ana@example.org"), contact_email="ana@example.org")
    one = outbox_row(
        due_at=now(), about=f"booking:{booking.uid}", client=booking.client, staff_email="",
        kind="REMINDER", carries=str(int(booking.starts_at.timestamp())),
    )  # fmt: skip
    notice = by_day(one)
    assert isinstance(notice, outbox.Notice)
    assert notice.context["confirm"] == f"{links.manage_url(booking)}confirm/"
    assert notice.unsubscribe == notice.context["stop"]
    assert stop_links.stop_of(notice.unsubscribe.split("/")[-2]).client == booking.client
    Booking.objects.update(contact_email="somebody.else@example.org")
    booked_by_another = by_day(one)
    assert isinstance(booked_by_another, outbox.Notice)
    assert booked_by_another.unsubscribe == "", "what is not theirs ends nothing of theirs"
