"""Names, e-mail addresses and telephone numbers as typed, and as compared. Pure."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import phonenumbers

LONGEST_NAME = 120
LONGEST_EMAIL = 254


class PhoneInvalid(ValueError):
    """No telephone number of any country can be read from the text."""


def clean_text(text: str) -> str:
    """Return text in normal form C, without control characters and with single spaces.

    Zero-width joiners stay, since scripts and emoji need them; direction overrides go, since they
    make a name read as another.
    """
    kept = "".join(
        character if unicodedata.category(character) not in {"Cc", "Cs", "Co", "Zl", "Zp"} else " "
        for character in unicodedata.normalize("NFC", text)
        if character not in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
    )
    return " ".join(kept.split())


def name_key(name: str) -> str:
    """Return a name as it is compared: no case, no accents, single spaces."""
    folded = name
    # Twice: a letter in a fancy style has no case until it is taken apart.
    for _ in range(2):
        folded = unicodedata.normalize("NFKD", folded).casefold()
    bare = "".join(character for character in folded if not unicodedata.combining(character))
    return " ".join(bare.split())[:240]


def email_key(email: str) -> str:
    """Return an address as it is kept and compared."""
    return email.strip().lower()


def phone_key(phone: str, country: str) -> str:
    """Return a telephone number in E.164 ("+14165550123"); "" for an empty one.

    country: ISO 3166 code a national number is read in.
    Raises PhoneInvalid where no valid number can be read.
    """
    if not phone.strip():
        return ""
    try:
        number = phonenumbers.parse(phone, country)
    except phonenumbers.NumberParseException as error:
        raise PhoneInvalid(phone) from error
    if not phonenumbers.is_possible_number(number):
        raise PhoneInvalid(phone)
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if len(written) > 16:
        raise PhoneInvalid(phone)
    return written


def phone_words(phone: str) -> str:
    """Return an E.164 number as people write it, with the country code."""
    try:
        number = phonenumbers.parse(phone, None)
    except phonenumbers.NumberParseException:
        return phone
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def example_phone(country: str) -> str:
    """Return a telephone number of a country that belongs to nobody, as people write it."""
    number = phonenumbers.example_number(country) or phonenumbers.example_number("CA")
    if number is None:
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)


@dataclass(frozen=True, slots=True)
class Contact:
    """Who a booking is for and how to reach them, already cleaned.

    `booked_by` is the name of whoever books for somebody else, else "". `by_email` and `by_sms`
    are the consents given at the form to care messages, `language` the one to write in ("": the
    clinic's own). `time_zone` is the one their device is set to, "" where it told none.
    """

    name: str
    email: str = ""
    phone: str = ""
    booked_by: str = ""
    by_email: bool = False
    by_sms: bool = False
    language: str = ""
    time_zone: str = ""

    @property
    def key(self) -> str:
        """What must be the same for two contacts to be the same person: name, e-mail and phone."""
        return "\n".join((name_key(self.name), email_key(self.email), self.phone))
