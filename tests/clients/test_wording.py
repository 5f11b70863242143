"""What messages say: built in and edited, in every language, as text and as a page."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from django.conf import settings as project
from django.db import IntegrityError, connection, transaction

from clients import message_text, outbox, text_length, wording
from clients.actions import wording as actions
from clients.errors import EditedMeanwhile, NothingChanged, WordingRefused
from clients.models import MessageWording
from clients.wording import FORMS, Written
from clinic.audit import Actor, staff
from clinic.models import AuditEntry
from tests.copying import Case, copy, refused
from tests.factories import clinic

NOW = datetime(2026, 11, 16, 15, 0, tzinfo=UTC)
KINDS = sorted(set().union(*outbox.registered().values()))
LANGUAGES = [code for code, _name in project.LANGUAGES]
LINK = f"https://book.example.org/manage/{'x' * 43}/"
FRENCH = {
    "date": "mercredi 25 novembre 2026",
    "short_date": "mer. 25 nov.",
    "time": "15\u00a0h\u00a030",
    "answer_by": "mardi 24 novembre 2026 à 15\u00a0h",
}
CONTEXT = {
    "first_name": "Ana",
    "clinic": "Jade",
    "phone": "416 555 0123",
    "link": LINK,
    "date": "Wednesday 25 November 2026",
    "short_date": "Wed 25 Nov",
    "time": "3:30 pm",
    "zone": "Toronto time, EST",
    "place": "Queen Street",
    "address": "1 Queen Street, Toronto",
    "directions": "Ring twice.",
    "answer_by": "Tuesday 24 November 2026, 3:00 pm",
    "from_date": "Monday 7 December 2026",
    "prepare": True,
    "form": LINK.replace("manage", "forms"),
    "consent": LINK.replace("manage", "consent"),
    "confirm": LINK.replace("manage", "confirm"),
    "stop": LINK.replace("manage", "stop"),
}
MINE = Written("Soon, {first_name}", "Hello[ {first_name}],\n\nSee it: {link}", "Soon: {link}")

CASES: dict[str, Case] = {
    "wording_numbered_from_one": (MessageWording, {"number": 99}, {"number": 0}),
    "wording_whole_or_built_in": (MessageWording, {"number": 99}, {"subject": ""}),
}
OF_THEIR_OWN = {"wording_numbered_once"}


def context_in(language: str, **more: Any) -> dict[str, Any]:
    return CONTEXT | (FRENCH if language == "fr-ca" else {}) | more


class Read(HTMLParser):
    """The words of a page in the order they are read, and its links."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.hidden = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if (
            self.hidden
            or tag in {"title", "style"}
            or "display: none" in (found.get("style") or "")
        ):
            self.hidden += tag not in {"br", "meta"}
        if tag == "a":
            self.links.append(str(found["href"]))

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= bool(self.hidden)

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.words += data.split()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_built_in_is_words_an_owner_could_write(kind: str, language: str) -> None:
    written = wording.built_in(kind, language)
    for form in FORMS:
        wording.check(kind, form, getattr(written, form))
    english = wording.built_in(kind, "en-ca")
    for form in FORMS:
        here, there = (
            set(message_text.names(message_text.parse(getattr(one, form))))
            for one in (written, english)
        )
        assert here == there, f"{form} asks for other names than the English one"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("full", [True, False])
def test_text_and_page_say_the_same(kind: str, language: str, full: bool) -> None:
    sometimes = {
        **dict.fromkeys(("first_name", "form", "consent", "confirm", "stop", "directions"), ""),
        "prepare": False,
    }
    context = context_in(language, **({} if full else sometimes))
    said = wording.words(kind, context, language=language, edited={})
    page = Read(said.html)
    text = said.text
    for link in page.links:
        assert f"\n{link}\n" in text
        text = text.replace(f"\n{link}\n", "\n")
    # A button has no colon after its label.
    plain = [word.rstrip(":") for word in text.split() if word != ":"]
    head, *rest = page.words
    assert head == context["clinic"]
    assert [word.rstrip(":") for word in rest if word != ":"] == plain
    assert set(page.links) == {CONTEXT[name] for name in message_text.LINKS} & set(
        said.text.split("\n")
    )
    for form in (said.subject, said.text, said.short):
        assert not set("{}[]|") & set(form)
        assert "  " not in form
    assert f'<html lang="{language}">' in said.html


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_text_message_fits_into_one(kind: str, language: str) -> None:
    for sometimes in ({}, {"form": ""}, {"form": "", "consent": ""}):
        short = wording.words(
            kind, context_in(language, **sometimes), language=language, edited={}
        ).short
        found = text_length.length(short)
        assert (found.parts, found.outside) == (1, ""), short


def test_a_name_of_html_stays_a_name_in_every_form_and_the_list_shows_the_first_words() -> None:
    said = wording.words(
        "CONFIRMATION", context_in("en-ca", first_name="<b>{link}</b>"), language="en-ca", edited={}
    )
    assert "<b>" not in said.html
    assert "&lt;b&gt;{link}&lt;/b&gt;" in said.html
    hidden = re.search(r"display: none[^>]*>([^<]*)<", said.html)
    assert hidden is not None
    assert hidden[1] == "Your appointment is booked. We look forward to seeing you."


def test_a_link_of_the_small_print_is_words_and_no_button() -> None:
    html = wording.words("REMINDER", CONTEXT, language="en-ca", edited={}).html
    assert html.count('<td class="button') == 2
    assert html.count('<td class="button quiet"') == 1, "one thing is asked first"
    assert re.search(rf'<a href="{CONTEXT["stop"]}"[^>]*>End messages like this one</a></p>', html)


def test_a_language_nobody_writes_in_is_answered_in_the_clinics() -> None:
    for language in ("de", "fr", "", "../../etc"):
        said = wording.words("REMINDER", CONTEXT, language=language, edited={})
        assert said.subject == "See you on Wednesday 25 November 2026, 3:30 pm"


def test_only_what_messages_may_say_is_taken() -> None:
    with pytest.raises(wording.NotAllowed):
        wording.words("REMINDER", {**CONTEXT, "treatment": "x"}, language="en-ca", edited={})


# The owner's own


@pytest.fixture
def owner(db: object) -> Actor:
    return staff(clinic.user(role="OWNER"))


def publish(owner: Actor, written: Written | None = MINE, **more: Any) -> MessageWording:
    told = {"kind": "REMINDER", "language": "en-ca", "after": None, **more}
    return actions.publish(now=NOW, actor=owner, written=written, **told)


def said(language: str = "en-ca", kind: str = "REMINDER") -> str:
    return wording.words(kind, context_in(language), language=language).subject


def test_the_owners_words_are_said_in_their_language_until_they_go_back(owner: Actor) -> None:
    before = said(), said("fr-ca"), said(kind="MOVED")
    publish(owner)
    assert said() == "Soon, Ana"
    assert (said("fr-ca"), said(kind="MOVED")) == before[1:], "nothing else changed"
    publish(owner, Written("Sooner", MINE.body, MINE.short), after=1)
    assert said() == "Sooner"
    publish(owner, None, after=2)
    assert said() == before[0]
    publish(owner, MINE, after=3)
    assert said() == "Soon, Ana"
    rows = MessageWording.objects.order_by("number")
    assert [(row.number, row.is_built_in) for row in rows] == [
        (1, False),
        (2, False),
        (3, True),
        (4, False),
    ]
    verbs = AuditEntry.objects.filter(about__startswith="wording:").values_list("verb", flat=True)
    assert sorted(verbs) == ["wording.built_in", *["wording.published"] * 3]


def test_of_two_who_edit_the_same_words_the_second_is_told(owner: Actor) -> None:
    publish(owner)
    with pytest.raises(EditedMeanwhile):
        publish(owner, Written("Mine", MINE.body, MINE.short))
    with pytest.raises(EditedMeanwhile):
        publish(owner, None, after=7)
    assert said() == "Soon, Ana"


def test_what_says_the_same_is_no_version(owner: Actor) -> None:
    with pytest.raises(NothingChanged):
        publish(owner, wording.built_in("REMINDER", "en-ca"))
    with pytest.raises(NothingChanged):
        publish(owner, None)
    publish(owner)
    with pytest.raises(NothingChanged):
        publish(owner, after=1)


@pytest.mark.parametrize(
    ("written", "field"),
    [
        (Written("{treatment}", MINE.body, MINE.short), "subject"),
        (Written(MINE.subject, "Hello {{ first_name }} {link}", MINE.short), "body"),
        (Written(MINE.subject, "Hello, no link", MINE.short), "body"),
        (Written(MINE.subject, MINE.body, "{answer_by} {link}"), "short"),
        (Written("", "", ""), "subject"),
    ],
)
def test_words_a_message_can_not_have_are_not_kept(
    owner: Actor, written: Written, field: str
) -> None:
    with pytest.raises(WordingRefused) as refusal:
        publish(owner, written)
    assert refusal.value.field == field
    assert not MessageWording.objects.exists()


@pytest.mark.parametrize("name", CASES)
def test_a_constraint_refuses_what_it_says_and_only_that(owner: Actor, name: str) -> None:
    _model, good, bad = CASES[name]
    first = publish(owner)
    assert refused(lambda: copy(first, **{**good, **bad})) == name
    copy(first, **good)


def test_a_version_is_numbered_once(owner: Actor) -> None:
    first = publish(owner)
    assert refused(lambda: copy(first)) == "wording_numbered_once"
    copy(first, language="fr-ca")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE clients_messagewording SET subject = 'x'",
        "DELETE FROM clients_messagewording",
        "TRUNCATE clients_messagewording",
    ],
)
def test_a_version_never_changes(owner: Actor, statement: str) -> None:
    publish(owner)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert MessageWording.objects.get().subject == MINE.subject
