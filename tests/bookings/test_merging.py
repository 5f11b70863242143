"""Two records become one and two again: nothing is lost, nothing is left behind, all can be read."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, models, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from bookings import actions
from bookings.actions import doubting, knowing, merging, relations
from bookings.errors import CannotUnmerge, ClientGone, NotMergeable, NotOffered
from bookings.models import Booking, Merge, Review
from clients import vault
from clients.actions import resolve
from clients.models import (
    Client,
    ClientKey,
    ClientNote,
    ConsentDocument,
    ConsentGiven,
    ContactConsent,
    Document,
    DuplicateProposal,
    IntakeDefinition,
    IntakeRequest,
    IntakeSubmission,
    Message,
    RuleSet,
    Screening,
)
from clients.search import find
from clinic.audit import Actor, staff
from clinic.models import AuditEntry
from tests.bookings.front_desk import Desk, desk
from tests.bookings.world import NOW, SLOT, contact
from tests.factories import bookings, clinic, plans
from tests.factories import clients as people
from treatments.actions.planning import Aims
from treatments.models import Plan

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
_numbers = count(1)


@pytest.fixture
def actor() -> Actor:
    return staff(clinic.user())


def person(name: str = "Ana Silva", **fields: Any) -> Client:
    return bookings.client(name=name, name_key=name.casefold(), **fields)


def merge(actor: Actor, survivor: Client, merged: Client, **also: Any) -> Merge:
    return merging.merge(
        **{"now": NOW, "actor": actor, "survivor": survivor, "merged": merged, **also}
    )


def unmerge(actor: Actor, made: Merge, **also: Any) -> Merge:
    return merging.unmerge(**{"now": NOW + DAY, "actor": actor, "merge": made, **also})


def fresh(client: Client) -> Client:
    return Client.objects.get(pk=client.pk)


def holdings() -> dict[int, Counter[str]]:
    """Return what hangs on each client, asked relation by relation."""
    found: dict[int, Counter[str]] = {}
    for relation in relations.moving():
        for key, pk in relation.model._base_manager.values_list(relation.column, "pk"):
            if key is not None:
                found.setdefault(key, Counter())[f"{relation.name}:{pk}"] += 1
    return found


def secret(client: Client, text: str) -> Screening:
    """Keep something sealed of a client."""
    ClientKey.objects.of(client, now=NOW)
    return Screening.objects.create(
        client=client,
        rule_set=RuleSet.objects.latest("version"),
        source="ROOM",
        assessed_for=NOW.date(),
        answered_on=NOW.date(),
        outcome="FINE",
        answers={"said": text},
        results={},
        created_at=NOW,
    )


def sent_form(client: Client, text: str) -> IntakeSubmission:
    ClientKey.objects.of(client, now=NOW)
    return IntakeSubmission.objects.create(
        client=client,
        kind="FULL",
        definition=IntakeDefinition.objects.latest("version"),
        rule_set=RuleSet.objects.latest("version"),
        source="ONLINE",
        told_on=NOW.date(),
        submitted_at=NOW,
        content={"answers": {"said": text}, "asked": []},
    )


def reviewed(client: Client, text: str) -> Review:
    ClientKey.objects.of(client, now=NOW)
    booking = bookings.booking(client=client)
    return Review.objects.create(
        booking=booking,
        client=client,
        practitioner=booking.practitioner,
        decision="ACCEPT",
        reason=text,
        at=NOW,
    )


def signed(client: Client, text: str) -> ConsentGiven:
    ClientKey.objects.of(client, now=NOW)
    document = ConsentDocument.objects.latest("pk")
    return ConsentGiven.objects.create(
        key=uuid4(),
        client=client,
        document=document,
        digest=document.digest,
        choices={},
        method="TYPED",
        relation="SELF",
        place="LINK",
        signature={"said": text},
        circumstances={},
        time_zone="America/Toronto",
        at=document.published_at,
    )


def noted(client: Client, text: str) -> ClientNote:
    ClientKey.objects.of(client, now=NOW)
    return ClientNote.objects.create(client=client, author=clinic.user(), at=NOW, text=text)


def asked(client: Client, _text: str) -> IntakeRequest:
    number = next(_numbers)
    return IntakeRequest.objects.create(
        client=client,
        kind="FULL",
        about=f"booking:{number}",
        token_digest=f"t{number}",
        page_digest=f"p{number}",
        valid_until=NOW + DAY,
        created_at=NOW,
    )


def planned(client: Client, text: str) -> Plan:
    return plans.plan(now=NOW, client=client, aims=Aims(goals=f"<{text}>"))


MAKE: dict[str, Any] = {
    "booking": lambda client, _text: bookings.booking(client=client),
    "message": lambda client, _text: people.message(due_at=NOW, client=client, staff_email=""),
    "consent": lambda client, _text: people.consent(client=client, channel="EMAIL", granted=True),
    "screening": secret,
    "review": reviewed,
    "form": sent_form,
    "noted": noted,
    "signed": signed,
    "asked": asked,
    "planned": planned,
}


def read(rows: list[models.Model]) -> list[Any]:
    """Return the sealed text of rows, loaded anew."""
    found: list[Any] = []
    for row in rows:
        again = type(row)._default_manager.get(pk=row.pk)
        if isinstance(again, Screening | IntakeSubmission):
            found.append(again.answers["said"])
        elif isinstance(again, ConsentGiven):
            found.append(again.signature["said"])
        elif isinstance(again, ClientNote):
            found.append(again.text)
        elif isinstance(again, Review):
            found.append(again.reason)
        elif isinstance(again, Plan):
            found.append(again.aims["goals"][1:-1])
    return found


def test_somebody_decided_about_everything_that_points_to_a_client() -> None:
    """For a new relation, add its line to bookings/actions/relations.py."""
    assert {each.name for each in relations.relations()} == set(relations.RELATIONS)


def test_a_relation_nobody_decided_about_stops_the_merge_instead_of_losing_rows(
    actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(relations.RELATIONS, "clients.Screening.client")
    one, other = person(), person()
    with pytest.raises(relations.Undecided, match=r"clients\.Screening\.client"):
        merge(actor, one, other)
    assert fresh(other).status == "PROVISIONAL"


kinds = st.sampled_from(sorted(MAKE))
histories = st.lists(st.tuples(kinds, st.booleans(), st.text("abc é", min_size=1)), max_size=8)


@settings(max_examples=15)
@given(history=histories, meanwhile=histories, take=st.sets(st.sampled_from(merging.FIELDS)))
def test_no_row_of_any_history_is_lost_or_unreadable(
    history: list[Any], meanwhile: list[Any], take: set[str]
) -> None:
    actor = staff(clinic.user())
    with transaction.atomic():
        pair = person(), person("Ann Silva")
        rows = [MAKE[kind](pair[side], text) for kind, side, text in history]
        words = read(rows)
        before = holdings()
        made = merge(actor, pair[0], pair[1], take=take)
        joined = holdings()
        assert joined.get(pair[1].pk, Counter()) == Counter()
        assert joined.get(pair[0].pk, Counter()) == sum(
            (before.get(each.pk, Counter()) for each in pair), Counter()
        )
        assert read(rows) == words
        survivor = fresh(pair[0])
        later = [MAKE[kind](survivor, text) for kind, _side, text in meanwhile]
        rewritten = [row for row in rows if isinstance(row, Review)]
        for row in rewritten:  # a row written again while merged
            again = Review.objects.get(pk=row.pk)
            again.reason = str(again.reason)
            again.save()
        unmerge(actor, made)
        parted = holdings()
        assert parted.get(pair[1].pk, Counter()) == before.get(pair[1].pk, Counter())
        kept = parted.get(pair[0].pk, Counter()) - before.get(pair[0].pk, Counter())
        assert len(kept) >= len(later)
        assert read([*rows, *later]) == [
            *words,
            *[t for k, _, t in meanwhile if k not in ("booking", "message", "consent", "asked")],
        ]
        for each, was in zip(pair, (pair[0], pair[1]), strict=True):
            now = fresh(each)
            assert (now.name, now.email, now.status) == (was.name, was.email, was.status)
        transaction.set_rollback(True)


def test_each_may_be_erased_after_they_were_taken_apart(actor: Actor) -> None:
    one, other = person(), person()
    mine, theirs = secret(one, "mine"), secret(other, "theirs")
    made = merge(actor, one, other)
    unmerge(actor, made)
    ClientKey.objects.get(client=other).destroy(now=NOW)
    assert read([mine]) == ["mine"]
    assert ClientKey.objects.get(client=one).inherited == []
    with pytest.raises(Exception, match="destroyed"):
        read([theirs])


def test_erasing_a_merged_client_leaves_no_key_of_either_record(actor: Actor) -> None:
    one, other = person(), person()
    secret(one, "mine"), secret(other, "theirs")
    merge(actor, one, other)
    ClientKey.objects.get(client=one).destroy(now=NOW)
    assert not ClientKey.objects.exclude(wrapped=None, inherited=[]).exists()


def test_erasing_the_record_that_was_merged_takes_its_key_from_the_survivor_too(
    actor: Actor,
) -> None:
    one, other = person(), person()
    secret(one, "mine"), secret(other, "theirs")
    merge(actor, one, other)
    ClientKey.objects.get(client=other).destroy(now=NOW)
    assert ClientKey.objects.get(client=one).inherited == []


def test_a_new_master_key_rewraps_what_was_inherited(actor: Actor, settings: Any) -> None:
    one, other = person(), person()
    secret(one, "mine")
    row = secret(other, "theirs")
    merge(actor, one, other)
    old = settings.MASTER_KEY
    settings.MASTER_KEY = f"{'A' * 43}=,{old}"
    ClientKey.objects.get(client=one).rewrap()
    settings.MASTER_KEY = f"{'A' * 43}="
    assert read([row]) == ["theirs"]


def test_a_file_of_a_merged_record_opens_for_the_survivor_and_goes_back(actor: Actor) -> None:
    one, other = person(), person()
    ClientKey.objects.of(other, now=NOW)
    paper = Document.objects.create(
        client=other,
        name=vault.put(other, f"document/{uuid4()}", b"an old chart"),
        sha256="0" * 64,
        size=12,
        added_at=NOW,
        kind="LETTER",
        media_type="application/pdf",
        title="A letter",
        original_name="letter.pdf",
    )
    made = merge(actor, one, other)
    moved = Document.objects.get(pk=paper.pk)
    assert (moved.client, vault.get(moved)) == (one, b"an old chart")
    unmerge(actor, made)
    back = Document.objects.get(pk=paper.pk)
    assert (back.client, vault.get(back), back.title) == (other, b"an old chart", "A letter")


def test_a_chain_of_merges_is_read_and_taken_apart_from_its_end(actor: Actor) -> None:
    a, b, c = person("A A"), person("B B"), person("C C")
    row = secret(a, "said as A")
    first = merge(actor, b, a)
    second = merge(actor, c, b)
    assert read([row]) == ["said as A"]
    assert Screening.objects.get().client == c
    assert fresh(a).survivor == c
    with pytest.raises(CannotUnmerge):
        unmerge(actor, first)
    unmerge(actor, second)
    unmerge(actor, first)
    assert Screening.objects.get().client == a
    assert read([row]) == ["said as A"]


def test_a_merge_can_be_taken_apart_for_thirty_days_and_once(actor: Actor) -> None:
    made = merge(actor, person(), person())
    with pytest.raises(CannotUnmerge):
        unmerge(actor, made, now=made.until)
    unmerge(actor, made, now=made.until - timedelta(seconds=1))
    with pytest.raises(CannotUnmerge):
        unmerge(actor, made)


def test_what_moved_is_forgotten_once_it_stands_for_good(actor: Actor) -> None:
    one, other = person(), person()
    bookings.booking(client=other)
    made = merge(actor, one, other)
    assert merging.forget_how(now=made.until - DAY) == 0
    assert merging.forget_how(now=made.until) == 1
    made.refresh_from_db()
    assert (made.moved, made.survivor_was, made.merged_was) == ({}, {}, {})


def test_the_contact_is_the_one_chosen_and_a_later_correction_survives_taking_apart(
    actor: Actor,
) -> None:
    one, other = (
        person("Ana Silva", phone="+14165550101"),
        person("Anna Silva", status="ACTIVE", merged_into=None),
    )
    made = merge(actor, one, other, take=["name", "email"])
    now = fresh(one)
    assert (now.name, now.email, now.phone) == ("Anna Silva", other.email, "+14165550101")
    assert (now.name_key, now.status) == ("anna silva", "ACTIVE")
    knowing.change_contact(
        now=NOW, actor=actor, client=now, name="Ana S. Silva", email=now.email, phone=now.phone
    )
    unmerge(actor, made)
    now = fresh(one)
    assert (now.name, now.email, now.status) == ("Ana S. Silva", one.email, "PROVISIONAL")


def test_a_merged_record_is_neither_merged_again_nor_with_itself(actor: Actor) -> None:
    one, other, third = person(), person(), person()
    with pytest.raises(NotMergeable):
        merge(actor, one, one)
    merge(actor, one, other)
    for pair in ((other, third), (third, other)):
        with pytest.raises(ClientGone):
            merge(actor, *pair)


def test_an_erased_record_is_not_merged(actor: Actor) -> None:
    one, other = person(), person()
    ClientKey.objects.of(other, now=NOW).destroy(now=NOW)
    with pytest.raises(NotMergeable):
        merge(actor, one, other)


def test_the_survivor_has_one_of_what_there_may_be_one_of(actor: Actor) -> None:
    one, other = person(), person()
    mine, theirs = asked(one, ""), asked(other, "")
    IntakeRequest.objects.update(about="")
    made = merge(actor, one, other)
    theirs.refresh_from_db()
    assert theirs.client == other
    unmerge(actor, made)
    mine.refresh_from_db()
    assert mine.client == one


def test_what_was_written_for_a_merged_record_after_all_is_brought_along_and_goes_back(
    actor: Actor,
) -> None:
    one, other = person(), person()
    made = merge(actor, one, other)
    late = people.message(due_at=NOW, client=other, staff_email="")
    assert merging.bring_along() == 1
    assert merging.bring_along() == 0
    late.refresh_from_db()
    assert late.client == one
    made.refresh_from_db()
    unmerge(actor, made)
    late.refresh_from_db()
    assert late.client == other


def test_a_message_planned_for_a_booking_that_goes_back_goes_with_it(actor: Actor) -> None:
    one, other = person(), person()
    booking = bookings.booking(client=other)
    made = merge(actor, one, other)
    planned = people.message(due_at=NOW, client=one, staff_email="", about=f"booking:{booking.uid}")
    unmerge(actor, made)
    planned.refresh_from_db()
    assert planned.client == other


def test_whoever_books_with_the_old_contact_is_known_as_the_survivor(actor: Actor) -> None:
    first = resolve(contact(1), now=NOW, source="ONLINE").client
    survivor = person("Somebody Else")
    merge(actor, survivor, first)
    again = resolve(contact(1), now=NOW, source="ONLINE")
    assert (again.client, again.known) == (survivor, True)
    assert find("number1") == []


def test_the_desk_books_for_the_record_that_stays(actor: Actor) -> None:
    front = desk()
    one, other = person(), person()
    stale = fresh(other)
    merge(actor, one, other)
    with pytest.raises(NotOffered):
        front.ask(client=stale)
    assert not Booking.objects.exists()
    assert front.book(client=one).client == one


def test_a_manage_link_still_leads_to_its_booking(actor: Actor) -> None:
    front: Desk = desk()
    booking = front.book(SLOT)
    survivor = person()
    assert booking.client is not None
    merge(actor, survivor, booking.client)
    booking.refresh_from_db()
    assert booking.client == survivor
    answered = front.answer(booking)
    assert answered.booking.screening is not None
    assert answered.booking.screening.client == survivor


def test_the_log_book_tells_of_both_records_and_no_health(actor: Actor) -> None:
    one, other = person(), person()
    secret(other, "a secret")
    made = merge(actor, one, other)
    unmerge(actor, made)
    entries = AuditEntry.objects.filter(verb__in=["client.merged", "client.unmerged"])
    assert Counter(entry.about for entry in entries) == {
        f"client:{one.uid}": 2,
        f"client:{other.uid}": 2,
    }
    assert "a secret" not in str([entry.after for entry in entries])


def test_a_decided_pair_is_not_proposed_again(actor: Actor) -> None:
    one, other = person(phone="+14165550101"), person(phone="+14165550101")
    assert doubting.propose_duplicates(now=NOW) == 1
    assert doubting.propose_duplicates(now=NOW) == 0
    made = merge(actor, one, other)
    assert DuplicateProposal.objects.get().state == "MERGED"
    unmerge(actor, made)
    assert DuplicateProposal.objects.get().state == "DIFFERENT"
    assert doubting.propose_duplicates(now=NOW) == 0


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ({"phone": "+14165550101"}, {"phone": "+14165550101"}, "name+phone"),
        ({"email": "a@example.org"}, {"email": "a@example.org"}, "name+email"),
        (
            {"email": "a@example.org"},
            {"email": "a@example.org", "name": "Ana Maria Silva"},
            "likename+email",
        ),
        (
            {"email": "a@example.org", "phone": "+14165550101"},
            {"email": "a@example.org", "phone": "+14165550101", "name": "Bo Berg"},
            "email+phone",
        ),
        ({"email": "a@example.org"}, {"email": "a@example.org", "name": "Bo Berg"}, None),
        ({}, {}, None),
        ({"email": "", "phone": ""}, {"email": "", "phone": ""}, None),
    ],
)
def test_two_things_in_common_are_proposed_and_one_is_not(
    one: dict[str, Any], other: dict[str, Any], why: str | None
) -> None:
    person(**one)
    person(**other)
    assert doubting.propose_duplicates(now=NOW) == (why is not None)
    assert [each.matched_on for each in DuplicateProposal.objects.all()] == ([why] if why else [])


def test_a_number_of_a_whole_house_is_no_reason_but_the_same_name_there_is() -> None:
    for number in range(doubting.MOST_SHARING + 3):
        person(f"Person {chr(97 + number) * 7}", phone="+14165550101")
    person("Person aaaaaaa", phone="+14165550101")
    assert doubting.propose_duplicates(now=NOW) == 1


def test_different_people_stay_two(actor: Actor) -> None:
    one, other = person(phone="+14165550101"), person(phone="+14165550101")
    doubting.propose_duplicates(now=NOW)
    assert doubting.tell_apart(now=NOW, actor=actor, one=other, other=one)
    assert not doubting.tell_apart(now=NOW, actor=actor, one=one, other=other)
    assert AuditEntry.objects.filter(verb="client.told_apart").count() == 1


def stands(**fields: Any) -> Merge:
    one, other = person(), person()
    made = {
        "survivor": one,
        "merged": other,
        "by": clinic.user(),
        "at": NOW,
        "until": NOW + DAY,
        **fields,
    }
    return Merge(
        **{name: value(made) if callable(value) else value for name, value in made.items()}
    )


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"until": NOW}, "merge_can_be_undone"),
        ({"merged": lambda made: made["survivor"]}, "merge_not_into_itself"),
        ({"undone_at": NOW}, "merge_undone_by_somebody"),
    ],
)
def test_a_merge_that_makes_no_sense_is_refused(fields: dict[str, Any], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        stands(**fields).save()
    stands().save()


def test_a_record_is_merged_into_one_at_a_time() -> None:
    made = stands()
    made.save()
    with pytest.raises(IntegrityError, match="merge_once_at_a_time"), transaction.atomic():
        stands(merged=made.merged).save()


def test_a_merged_record_names_its_survivor_and_no_other_does() -> None:
    one, other = person(), person()
    for fields in ({"status": "MERGED"}, {"merged_into": other}):
        with (
            pytest.raises(IntegrityError, match="client_merged_has_survivor"),
            transaction.atomic(),
        ):
            Client.objects.filter(pk=one.pk).update(**fields)
    with (
        pytest.raises(IntegrityError, match="client_not_merged_into_itself"),
        transaction.atomic(),
    ):
        Client.objects.filter(pk=one.pk).update(status="MERGED", merged_into=one)


def test_consents_of_both_count_the_newest_first(actor: Actor) -> None:
    one, other = person(), person()
    people.consent(client=one, channel="SMS", granted=True, at=NOW - DAY)
    people.consent(client=other, channel="SMS", granted=False, at=NOW)
    merge(actor, one, other)
    newest = ContactConsent.objects.filter(client=one, channel="SMS").latest("at")
    assert newest.granted is False


def test_messages_of_both_stand_in_one_record(actor: Actor) -> None:
    one, other = person(), person()
    people.message(due_at=NOW, client=other, staff_email="")
    merge(actor, one, other)
    assert Message.objects.get().client == one


def test_moving_a_booking_works_after_the_merge(actor: Actor) -> None:
    front = desk()
    booking = front.book(SLOT)
    assert booking.client is not None
    merge(actor, person(), booking.client)
    moved = front.move(Booking.objects.get(pk=booking.pk), SLOT + timedelta(hours=1))
    assert moved.booking.starts_at == SLOT + timedelta(hours=1)
    back = actions.undo(
        now=NOW,
        actor=front.actor,
        booking=moved.booking,
        change=moved.change.uid,  # type: ignore[union-attr]
    )
    assert back.starts_at == SLOT
