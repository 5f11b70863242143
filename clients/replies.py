"""What a short text message means, in English and in French. Pure.

Only a message that says nothing else counts; everything longer is for a person to read.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

LONGEST = 1600


class Meaning(StrEnum):
    YES = "YES"
    CHANGE = "CHANGE"
    STOP = "STOP"
    START = "START"
    OTHER = "OTHER"


@dataclass(frozen=True, slots=True)
class Heard:
    """A meaning, and the language it was said in: "" where that can't be told."""

    meaning: Meaning
    language: str = ""


ENGLISH, FRENCH = "en-ca", "fr-ca"
_WORDS: dict[Meaning, dict[str, str]] = {
    Meaning.STOP: {
        "": "stop stopall quit end optout revoke",
        ENGLISH: "unsubscribe",
        FRENCH: "arret arreter arretez desabonner desabonnez desabonnement",
    },
    Meaning.START: {"": "start unstop", ENGLISH: "subscribe", FRENCH: "commencer reabonner"},
    Meaning.YES: {
        "": "y ok okay o \U0001f44d \u2705 \u2714",
        ENGLISH: "yes yep yeah sure confirm confirmed",
        FRENCH: "oui ouais confirme confirmer confirmee daccord",
    },
    Meaning.CHANGE: {
        "": "c n non",
        ENGLISH: "change reschedule move cancel no",
        FRENCH: "changer modifier deplacer annuler reporter",
    },
}
# What may stand beside such a word without saying anything else.
_BESIDE = frozenset(
    [
        "please",
        "pls",
        "thanks",
        "thank",
        "you",
        "merci",
        "svp",
        "all",
        "it",
        "me",
        "texting",
        "texts",
        "messages",
        "sms",
        "texto",
        "textos",
        "it's",
        "i",
        "i'll",
        "be",
        "there",
        "je",
        "serai",
        "la",
    ]
)
_KNOWN = {
    word: Heard(meaning, language)
    for meaning, by_language in _WORDS.items()
    for language, words in by_language.items()
    for word in words.split()
}
# Skin tones and the selector that asks for a picture say nothing of the meaning.
_PICTURE = re.compile("[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]")
_SPLIT = re.compile(r"[^\w'\U0001f44d\u2705\u2714]+")


def heard(text: str) -> Heard:
    """Return what a message means."""
    plain = unicodedata.normalize("NFKD", text.replace("\u2019", "'")).casefold()
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    words = [
        word for word in _SPLIT.split(_PICTURE.sub("", plain).replace("opt-out", "optout")) if word
    ]
    if not words or len(words) > 6:
        return Heard(Meaning.OTHER)
    first = _KNOWN.get(words[0].replace("d'accord", "daccord"))
    if first is None or any(word not in _BESIDE for word in words[1:]):
        return Heard(Meaning.OTHER)
    if first.meaning is not Meaning.STOP and "stop" in words:
        return Heard(Meaning.OTHER)
    return first


def cleaned(text: str) -> str:
    """Return a message as it is kept: without what can't be seen, and no longer than they are."""
    seen = "".join(c for c in text if c == "\n" or unicodedata.category(c)[0] != "C")
    return seen.strip()[:LONGEST]
