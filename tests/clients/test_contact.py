"""Names, addresses and numbers as people type them, and as they are compared."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients.contact import (
    LONGEST_NAME,
    Contact,
    PhoneInvalid,
    clean_text,
    email_key,
    name_key,
    phone_key,
    phone_words,
)

FAMILY = "👩‍👩‍👧"


@given(st.text(max_size=200))
def test_cleaned_text_has_nothing_that_hides_or_breaks_and_is_clean_already(text: str) -> None:
    clean = clean_text(text)
    assert clean_text(clean) == clean
    assert clean == clean.strip()
    assert "  " not in clean
    assert not {unicodedata.category(c) for c in clean} & {"Cc", "Cs", "Co", "Zl", "Zp"}
    assert not set(clean) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
    clean.encode()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Ada \t Lovelace\n", "Ada Lovelace"),
        ("Ada\x00Lovelace", "Ada Lovelace"),
        ("Zoe\u0308", "Zoë"),
        ("\u202eecilA", "ecilA"),
        ("\ud800x", "x"),
        (FAMILY, FAMILY),
        ("नमस्ते", "नमस्ते"),
        ("\u3000李\u3000小龍", "李 小龍"),
        ("\x1b[31mred", "[31mred"),
    ],
)
def test_what_is_kept_of_what_was_typed(typed: str, kept: str) -> None:
    assert clean_text(typed) == kept


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Zoë Ångström", "zoe  ANGSTROM"),
        ("José", "JOSE\u0301"),
        ("Strauß", "STRAUSS"),
        ("\uff21lice", "alice"),
        ("ΟΔΥΣΣΕΥΣ", "οδυσσευς"),
    ],
)
def test_names_that_differ_in_case_and_accents_only_are_the_same(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Ann Lee", "Anne Lee"), ("Lee Ann", "Ann Lee"), ("李", "黎"), ("a", "")]
)
def test_names_that_differ_are_different(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


@given(st.text(max_size=LONGEST_NAME))
def test_the_key_of_any_name_fits_its_column_and_is_stable(name: str) -> None:
    key = name_key(name)
    assert len(key) <= 240
    assert key == name_key(key) or len(key) == 240
    assert key == name_key(name.upper().lower()) or not name.isascii()


def test_an_address_is_compared_without_case_and_spaces() -> None:
    assert email_key(" Ada@Example.ORG ") == "ada@example.org"
    assert email_key("") == ""


@pytest.mark.parametrize(
    "typed", ["416-555-0123", "(416) 555 0123", "+1 416 555 0123", "1.416.555.0123", "4165550123"]
)
def test_a_number_is_one_however_it_is_written(typed: str) -> None:
    assert phone_key(typed, "CA") == "+14165550123"


def test_a_national_number_is_read_in_the_locations_country() -> None:
    assert phone_key("020 7946 0000", "GB") == "+442079460000"
    assert phone_key("", "CA") == phone_key("   ", "CA") == ""


@pytest.mark.parametrize(
    "typed", ["12", "none", "416-555", "+", "☎", "+999 123", "4165550123" * 3, "0", "-1", "\x00"]
)
def test_what_is_no_number_is_said_to_be_none(typed: str) -> None:
    with pytest.raises(PhoneInvalid):
        phone_key(typed, "CA")


@given(st.text(max_size=300), st.sampled_from(["CA", "GB", "JP", "DE"]))
def test_any_text_is_a_number_or_none_and_nothing_else_happens(text: str, country: str) -> None:
    try:
        key = phone_key(text, country)
    except PhoneInvalid:
        return
    assert key == "" or (key[0] == "+" and key[1:].isdigit() and key.isascii() and len(key) <= 16)
    assert phone_key(key, country) == key


def test_a_number_is_shown_as_people_write_it_and_any_other_text_as_it_is() -> None:
    assert phone_words("+14165550123") == "+1 416-555-0123"
    assert phone_words("what") == "what"


def test_a_contact_is_the_same_person_only_with_the_same_name_mail_and_number() -> None:
    ada = Contact(name="Ada Lovelace", email="ada@example.org", phone="+14165550123")
    same = [
        Contact(name="ada  LOVELACE", email="ADA@example.org", phone="+14165550123"),
        Contact(name="Ada Lovelace", email="ada@example.org", phone="+14165550123", by_sms=True),
    ]
    others = [
        Contact(name="Ada Byron", email="ada@example.org", phone="+14165550123"),
        Contact(name="Ada Lovelace", email="", phone="+14165550123"),
        Contact(name="Ada Lovelace", email="ada@example.org", phone=""),
    ]
    assert {each.key for each in same} == {ada.key}
    assert ada.key not in {each.key for each in others}
    assert len({each.key for each in others}) == len(others)
