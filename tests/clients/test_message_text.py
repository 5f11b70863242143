"""Words as the owner writes them: what is taken, what is refused, what is put in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients import message_text, text_length
from clients.message_text import Block, Problem, Span, TextWrong, blocks, line, parse

KNOWN = {"first_name": "Ana", "link": "https://x.example/1/", "form": "", "prepare": True}
ALLOWED = frozenset({"first_name", "link", "form", "prepare", "appointment"})


def checked(source: str, **more: object) -> Problem | None:
    try:
        message_text.check(source, allowed=ALLOWED, longest=400, **more)  # type: ignore[arg-type]
    except TextWrong as wrong:
        return wrong.problem
    return None


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("Hello[ {first_name}],", "Hello Ana,"),
        ("Hello[ {form}],", "Hello,"),
        ("[{prepare}Get ready.] Bye", "Get ready. Bye"),
        ("[fill in {form}|see {link}|come]", "see https://x.example/1/"),
        ("[fill in {form}|come {first_name}{form}|come]", "come"),
        ("one | two", "one | two"),
        ("  two\n lines ", "two lines"),
        ("15\u00a0h", "15\u00a0h"),
    ],
)
def test_what_is_known_is_put_in_and_what_is_not_is_left_out(source: str, said: str) -> None:
    assert line(source, KNOWN) == said


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("", Problem.EMPTY),
        (" \n ", Problem.EMPTY),
        ("x" * 401, Problem.TOO_LONG),
        ("Hello {treatment}", Problem.NAME),
        ("Hello [{practitioner}|x]", Problem.NAME),
        ("{first_name.__class__}", Problem.BRACE),
        ("{first_name!r}", Problem.BRACE),
        ("{0}", Problem.BRACE),
        ("{{ first_name }}", Problem.BRACE),
        ("{% include 'x' %}", Problem.BRACE),
        ("{# x #}", Problem.BRACE),
        ("{First_name}", Problem.BRACE),
        ("{ first_name }", Problem.BRACE),
        ("a } b", Problem.BRACE),
        ("a { b", Problem.BRACE),
        ("a [b", Problem.BRACKET),
        ("a ]b", Problem.BRACKET),
        ("a [b [c] d]", Problem.NESTED),
        ("Come {appointment} now", Problem.NOT_ALONE),
        ("a\u202eb", Problem.UNSEEN),
        ("a\x00b", Problem.UNSEEN),
        ("zero\u200bwidth", Problem.UNSEEN),
    ],
)
def test_what_can_not_be_read_is_refused(source: str, problem: Problem) -> None:
    assert checked(source) == problem


def test_a_message_keeps_the_link_it_is_for() -> None:
    assert checked("See {link}", needed={"link"}) is None
    assert checked("See it", needed={"link"}) == Problem.MISSING
    assert checked("[See {link}]", needed={"link"}) == Problem.MISSING
    assert checked("two\nlines", one_line=True) == Problem.LINES
    assert checked("{appointment}", one_line=True) == Problem.NAME


SECRETS = {
    "treatment": "facial acupuncture",
    "practitioner": "Nora",
    "name": "Doe",
    "answers": "pregnant",
    "first_name.__class__": "class",
    "": "empty",
}


@given(
    st.lists(
        st.sampled_from(
            [
                *(f"{{{name}}}" for name in (*SECRETS, *sorted(ALLOWED))),
                *"{}[]|%#. \n",
                "{{", "}}", "{% ", " %}", "__", "Hello", ":", "--",
            ]
        ),
        max_size=14,
    ).map("".join)
)  # fmt: skip
def test_no_words_get_more_out_of_a_message_than_the_names_they_may_use(source: str) -> None:
    try:
        message_text.check(source, allowed=ALLOWED, longest=4000)
    except TextWrong:
        return
    said = message_text.plain(blocks(source, {**SECRETS, **KNOWN}), ["the block"])
    assert not any(secret in said for secret in SECRETS.values())
    assert "{" not in said
    assert set(message_text.names(parse(source))) <= ALLOWED


@given(st.text(alphabet="{}[]|<>&\n link:/-", max_size=30))
def test_a_name_that_looks_like_words_is_only_a_name(value: str) -> None:
    """Whatever somebody is called, they can't reshape a message to somebody else."""
    said = blocks("Hello {first_name}, see\n\nOpen it: {link}", {**KNOWN, "first_name": value})
    shown = " ".join(value.split())
    assert "".join(span.text for span in said[0].lines[0]).split() == (
        f"Hello {shown}, see".split()
    )
    assert said[1:] == [Block(href=KNOWN["link"], label="Open it", lead="Open it:")]


def test_a_body_falls_into_paragraphs_a_block_buttons_and_small_print() -> None:
    said = blocks(
        "Hello,\nagain\n\n{appointment}\n[Fill in: {form}]\nSee it\u00a0: {link}\nor {link} now\n--\nBye",
        {**KNOWN, "appointment": True},
    )
    link = str(KNOWN["link"])
    assert said == [
        Block(((Span("Hello,"),), (Span("again"),))),
        Block(is_appointment=True),
        Block(href=link, label="See it", lead="See it\u00a0:"),
        Block(((Span("or "), Span(link, "link"), Span(" now")),)),
        Block(((Span("Bye"),),), small=True),
    ]
    assert message_text.plain(said, ["Tuesday", "Queen Street"]) == (
        f"Hello,\nagain\n\nTuesday\nQueen Street\n\nSee it\u00a0:\n{link}\n\nor {link} now\n\nBye\n"
    )


# Text messages


def packed(text: str) -> int:
    """The slow twin: cut off the longest head that fits until nothing is left."""
    wide = any(c not in text_length.ALPHABET | text_length.TWICE for c in text)

    def fits(part: str, one: int, wide_one: int) -> bool:
        if wide:
            return len(part.encode("utf-16-le")) // 2 <= wide_one
        return len(part) + sum(c in text_length.TWICE for c in part) <= one

    if fits(text, 160, 70):
        return 1
    parts = 0
    while text:
        head = next(n for n in range(len(text), 0, -1) if fits(text[:n], 153, 67))
        text, parts = text[head:], parts + 1
    return parts


@given(st.text(alphabet="aéÇ€[]{}~^ê😀ç\n", max_size=340))
def test_a_text_message_is_counted_as_those_count_who_carry_it(text: str) -> None:
    assert text_length.length(text).parts == packed(text)


@pytest.mark.parametrize(
    ("text", "parts", "room", "wide"),
    [
        ("a" * 160, 1, 160, False),
        ("a" * 161, 2, 306, False),
        ("a" * 306, 2, 306, False),
        ("a" * 307, 3, 459, False),
        ("€" * 80, 1, 160, False),
        ("€" * 81, 2, 306, False),
        # The sign that counts twice is not cut in two: it begins the next part.
        ("a" * 152 + "€" + "a" * 152, 3, 459, False),
        ("ê" * 70, 1, 70, True),
        ("ê" * 71, 2, 134, True),
        ("😀" * 35, 1, 70, True),
        ("😀" * 67, 3, 201, True),
        ("", 1, 160, False),
    ],
    ids=range(12),
)
def test_the_edges_of_a_text_message(text: str, parts: int, room: int, wide: bool) -> None:
    found = text_length.length(text)
    assert (found.parts, found.room, found.is_wide) == (parts, room, wide)


def test_typesetters_signs_cost_nothing_extra() -> None:
    plain = text_length.plainer("Can\u2019t come? \u201cŒuf\u201d \u2013 15\u00a0h…")
    assert plain == 'Can\'t come? "OEuf" - 15 h...'
    assert not text_length.length(plain).is_wide
