"""Finding a client from a few letters of a name, some digits of a number, or an address.

The database keeps `search_text` of each client and an index of its groups of three letters, so any
part of it is found without reading the whole table and without a Postgres extension
(docs/decisions/0006-finding-a-client.md).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.lookups import DataContains
from django.db.models import Case, F, Func, IntegerField, Q, TextField, Value, When
from django.db.models.functions import Collate

from clients.contact import clean_text, name_key
from clients.models import Client

LONGEST = 120
LAST = "\U0010ffff"
# The same letters as in the function clients_search_text (migration 0001).
_FOLD = str.maketrans(
    {
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
        **dict(zip("łøđıðŧħ", "lodidth", strict=True)),
        **dict.fromkeys("-_.,/()", " "),
        **dict.fromkeys("'’`ʼ"),  # noqa: RUF001 (as people write them)
    }
)
_GROUPS: ArrayField[list[str], list[str]] = ArrayField(TextField())
_NUMBER = re.compile(r"[+(]?[0-9][0-9()./+-]*")


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed: letters, digits of a number, parts of an address."""

    names: tuple[str, ...]
    digits: str
    addresses: tuple[str, ...]

    @property
    def groups(self) -> list[str]:
        """The groups of letters that whoever is meant must have in their `search_text`; none where
        too little was typed to mean anybody."""
        found: set[str] = set()
        if sum(map(len, self.names)) < 2 and len(self.digits) < 3 and not self.addresses:
            return []
        for part in (*self.names, *self.addresses, self.digits):
            if len(part) >= 3:
                found.update(part[at : at + 3] for at in range(len(part) - 2))
            elif part in self.names:
                found.add(f" {part}")
        return sorted(found)


def fold(name: str) -> str:
    """Return a name as it is searched: no case, no accents, no marks within words."""
    return " ".join(name_key(name).translate(_FOLD).split())


def asked(text: str) -> Asked:
    """Return what a text asks for."""
    names: list[str] = []
    addresses: list[str] = []
    digits = ""
    for word in clean_text(text[:LONGEST]).split():
        if _NUMBER.fullmatch(word) or word in ("+", "(", ")", "-"):
            digits += re.sub(r"[^0-9]", "", word)
        elif "@" in word or any(character.isdigit() for character in word) or _is_host(word):
            addresses.append(word.lower())
        else:
            names += fold(word).split()
    # Numbers are kept with their country: a nought in front is only dialled at home.
    return Asked(tuple(names), digits.lstrip("0"), tuple(addresses))


def _is_host(word: str) -> bool:
    """Return whether a word is like "example.com": a dot between letters, and no initials."""
    return bool(re.search(r"[^\W_]{2,}\.[^\W_]{2,}", word))


def find(text: str, *, limit: int = 20) -> list[Client]:
    """Return the clients that every word of `text` fits, merged ones left out (two queries at most).

    Letters are parts of the name, whatever its case and accents, or of the e-mail address; digits
    are part of the telephone number, however they are spaced; what has an @ or a host's dot is
    part of the e-mail address. One or two letters find beginnings of names, three also the inside
    of words. Names that begin with what was typed come first, then names with such words, then the
    rest, each by name. One letter or two digits alone find nobody.
    """
    wanted = asked(text)
    groups = wanted.groups
    if not groups:
        return []
    rows = Client.objects.exclude(status__in=Client.GONE)
    rows = rows.alias(line=Collate("search_text", "C"))
    for address in wanted.addresses:
        rows = rows.filter(email__contains=address)
    if wanted.digits:
        rows = rows.filter(phone__contains=wanted.digits)
    if not wanted.names:
        return list(rows.filter(_has(groups)).order_by("line", "pk")[:limit])
    # Most searches are the beginning of a name, and end here.
    whole = " " + " ".join(wanted.names)
    begin = rows.filter(line__gte=whole, line__lt=whole + LAST)
    found: list[Client] = [*begin.order_by("line", "pk")[:limit]]
    if len(found) == limit:
        return found
    words = Q()
    for name in wanted.names:
        word = Q(search_text__contains=f" {name}")
        words &= word
        rows = rows.filter(word if len(name) < 3 else Q(search_text__contains=name))
    rank = Case(When(words, then=Value(0)), default=Value(1), output_field=IntegerField())
    others = rows.filter(_has(groups)).exclude(pk__in=[one.pk for one in found])
    return [*found, *others.order_by(rank, "line", "pk")[: limit - len(found)]]


def _has(groups: list[str]) -> DataContains:
    letters = Func(F("search_text"), function="clients_letter_groups", output_field=_GROUPS)
    return DataContains(letters, Value(groups, output_field=_GROUPS))
