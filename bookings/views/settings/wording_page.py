"""What the pages of the messages' words show."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings import followups
from bookings.models import Booking
from bookings.views import wording as said
from bookings.views.message_words import KINDS, kind_words
from clients import outbox, text_length
from clients.models import MessageWording
from clients.wording import NAMES, Written, names_of


@dataclass(frozen=True, slots=True)
class LanguageRow:
    """A kind of message in one language: whose words they are."""

    name: str
    href: str
    state: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class KindRow:
    name: str
    languages: list[LanguageRow]


@dataclass(frozen=True, slots=True)
class NameRow:
    """A name that may be put in. `written` is how."""

    written: str
    says: str


@dataclass(frozen=True, slots=True)
class VersionRow:
    number: int
    when: str
    by: str
    href: str
    is_built_in: bool
    is_shown: bool


def kinds() -> list[str]:
    """Return every kind of message there is, those to clients first."""
    known = set().union(*outbox.registered().values())
    order = list(KINDS)
    return sorted(
        known,
        key=lambda kind: (
            kind in followups.STAFF,
            order.index(kind) if kind in order else len(order),
            kind,
        ),
    )


def words_links(kind: str) -> list[tuple[str, str]]:
    """Return where a kind's words are in each language: its name and the address; none for what is
    no message."""
    if kind not in kinds():
        return []
    return [(str(name), words_href(kind, code)) for code, name in settings.LANGUAGES]


def kind_rows(newest: Iterable[MessageWording], *, zone: ZoneInfo) -> list[KindRow]:
    """Return every kind of message with whose words it has. newest: the newest versions. zone: the
    clinic's."""
    found = {(row.kind, row.language): row for row in newest}
    return [
        KindRow(
            kind_words(kind),
            [
                _language(kind, code, str(name), found.get((kind, code)), zone)
                for code, name in settings.LANGUAGES
            ],
        )
        for kind in kinds()
    ]


def _language(
    kind: str, code: str, name: str, row: MessageWording | None, zone: ZoneInfo
) -> LanguageRow:
    is_own = row is not None and not row.is_built_in
    state = _("As it comes")
    if is_own and row is not None:
        state = _("Your words, since %(day)s") % {
            "day": said.day_year(row.made_at.astimezone(zone).date())
        }
    return LanguageRow(name, words_href(kind, code), state, is_own)


def words_href(kind: str, language: str) -> str:
    """Return where a kind's words in a language are."""
    return reverse("settings-words", args=[kind.lower(), language])


def name_rows(kind: str) -> list[NameRow]:
    """Return the names that a kind may ask for, in the order they are explained."""
    allowed = names_of(kind)
    return [NameRow(f"{{{name}}}", str(says)) for name, says in NAMES.items() if name in allowed]


def version_rows(
    versions: Sequence[MessageWording], shown: MessageWording | None, *, zone: ZoneInfo
) -> list[VersionRow]:
    """Return the versions of a kind in a language. zone: the clinic's."""
    return [
        VersionRow(
            number=row.number,
            when=said.day_year(row.made_at.astimezone(zone).date()),
            by=row.made_by.name,
            href=f"{words_href(row.kind, row.language)}?version={row.number}",
            is_built_in=row.is_built_in,
            is_shown=row == shown,
        )
        for row in versions
    ]


def example_choices(bookings: Sequence[Booking]) -> list[tuple[str, str]]:
    return [
        (
            str(one.uid),
            _("%(name)s, %(when)s")
            % {
                "name": one.contact_name,
                "when": said.moment(one.starts_at, one.room.location.zone),
            },
        )
        for one in bookings
    ]


def named(written: Written, names: Iterable[str], *, before: Written) -> list[str]:
    """Return which of some names are said, and were not said by the words `before`."""
    new, old = _read(written), _read(before)
    return [name for name in names if (word := f" {_bare(name)} ") in new and word not in old]


def _read(written: Written) -> str:
    return f" {_bare(' '.join((written.subject, written.body, written.short)))} "


def _bare(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


@dataclass(frozen=True, slots=True)
class ShortRow:
    """How long a text message is, in words; `is_long` where it costs more than one."""

    says: str
    is_long: bool
    why: str


def short_row(text: str) -> ShortRow:
    found = text_length.length(text)
    says = ngettext(
        "%(parts)d text message: %(used)d of %(room)d characters",
        "%(parts)d text messages, each paid for: %(used)d of %(room)d characters",
        found.parts,
    ) % {"parts": found.parts, "used": found.used, "room": found.room}
    why = ""
    if found.is_wide:
        why = _(
            "Not every telephone has “%(outside)s” in its alphabet; with it, a text message holds "
            "70 characters instead of 160."
        ) % {"outside": "”, “".join(found.outside)}
    return ShortRow(says, found.parts > 1, why)
