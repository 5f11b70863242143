"""Turning a kind of message and its few words into a subject, a text and a page of HTML.

The words are the owner's newest version of the kind in the client's language, or else what is
built in: `templates/messages/<kind in lower case>/<language>.txt`. Both are written as
`message_text` reads them; text and HTML are made of the same paragraphs, so that they say the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.template import Context
from django.template.base import Template
from django.template.loader import get_template
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients import message_text, text_length
from clients.message_text import APPOINTMENT, Block, parse
from clients.models import MessageWording

# All that a message may say, and what it is, for whoever writes one. No treatment, no practitioner,
# nothing of anybody's health.
NAMES: dict[str, str | Promise] = {
    "first_name": _("First name, where it is known"),
    "clinic": _("Name of the clinic"),
    "phone": _("Telephone number"),
    "link": _("The link that belongs to this message"),
    "appointment": _("A block with date, time, place and directions"),
    "date": _("Day of the appointment, in full"),
    "short_date": _("Day of the appointment, short"),
    "time": _("Time of the appointment"),
    "zone": _("The time zone, in words"),
    "place": _("Name of the location"),
    "address": _("Address of the location"),
    "directions": _("How to find it"),
    "answer_by": _("When we answer at the latest"),
    "from_date": _("The day from which the client is welcome again"),
    "prepare": _("Writes nothing; known where the visit comes soon and no other message says so"),
    # Where a form is filled in: an opaque address, whatever it asks.
    "form": _("Link to a form that is to be filled in"),
    # Where a client reads and signs; whoever has it reads what was signed.
    "consent": _("Link to what is to be read and signed"),
    "confirm": _("Link by which a client says with one tap that they come"),
    "stop": _("Link that ends messages such as this one"),
    # Of the owner's morning mail: how many, where there are any.
    "unsent": _("How many messages did not go"),
    "unreached": _("How many clients can't be reached"),
    "replies": _("How many clients wrote and wait for an answer"),
    "to_do": _("How much is to be done"),
    "visits": _("How many visits there are today"),
}
# Of buttons and lines, where the clinic has no colour of its own.
COLOURS = {"colour": "#1f6b53", "dark_colour": "#7fcdb0", "on_dark_colour": "#10241c"}
ALLOWED = (NAMES.keys() - {APPOINTMENT}) | COLOURS.keys()
OF_APPOINTMENT = frozenset(
    {APPOINTMENT, "date", "short_date", "time", "zone", "place", "address", "directions"}
)
ALWAYS = frozenset({"first_name", "clinic", "phone"})
PREHEADER = 110
SUBJECT, BODY, SHORT = FORMS = ("subject", "body", "short")
LONGEST = {
    SUBJECT: message_text.LONGEST_SUBJECT,
    BODY: message_text.LONGEST_BODY,
    SHORT: message_text.LONGEST_SHORT,
}

Values = Mapping[str, str | bool]


class NotAllowed(Exception):
    """A message was given something to say that messages don't say."""


@dataclass(frozen=True, slots=True)
class Written:
    """A message as it is written down, in the syntax of `message_text`."""

    subject: str
    body: str
    short: str


@dataclass(frozen=True, slots=True)
class Words:
    """One message in all its forms; `short` is for text messages."""

    subject: str
    text: str
    html: str
    short: str


Edited = Mapping[tuple[str, str], Written]


def words(kind: str, context: Values, *, language: str, edited: Edited | None = None) -> Words:
    """Return a message in words, in a language or the clinic's own where there are none in it.

    edited: what the owner has written, read once for a batch; read here where it is not given.
    Raises NotAllowed if the context holds a name that is not in ALLOWED.
    """
    if not context.keys() <= ALLOWED:
        raise NotAllowed(", ".join(sorted(context.keys() - ALLOWED)))
    language = known_language(language)
    found = (edited_words() if edited is None else edited).get((kind, language))
    return put_in(found or built_in(kind, language), context, language=language)


def known_language(language: str) -> str:
    """Return a language we write in: the one asked for, or the clinic's own."""
    return language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def edited_words() -> Edited:
    """Return what the owner has written, by kind and language (one query)."""
    newest = MessageWording.objects.order_by("kind", "language", "-number").distinct(
        "kind", "language"
    )
    return {
        (row.kind, row.language): Written(row.subject, row.body, row.short)
        for row in newest
        if not row.is_built_in
    }


@cache
def built_in(kind: str, language: str) -> Written:
    """Return the words a kind of message comes with. Raises TemplateDoesNotExist."""
    head, _gap, body = _template(f"messages/{kind.lower()}/{language}.txt").source.partition("\n\n")
    lines = dict(each.split(": ", 1) for each in head.splitlines())
    return Written(lines["Subject"], body.strip(), lines["Short"])


@cache
def names_of(kind: str) -> frozenset[str]:
    """Return the names a kind of message may ask for: those it comes with, and what belongs to them."""
    written = built_in(kind, settings.LANGUAGE_CODE)
    asked = set()
    for each in (written.subject, written.body, written.short):
        asked |= set(message_text.names(parse(each)))
    return ALWAYS | asked | (OF_APPOINTMENT if asked & OF_APPOINTMENT else frozenset())


@cache
def needed(kind: str, form: str) -> frozenset[str]:
    """Return the links without which a kind of message would be of no use, in its body or short."""
    written = built_in(kind, settings.LANGUAGE_CODE)
    return message_text.always(parse(getattr(written, form))) & message_text.LINKS


def check(kind: str, form: str, source: str) -> None:
    """Refuse words that a kind of message can't have in one of its FORMS. Raises TextWrong."""
    message_text.check(
        source,
        allowed=names_of(kind),
        needed=needed(kind, form),
        longest=LONGEST[form],
        one_line=form != BODY,
    )


def put_in(written: Written, context: Values, *, language: str) -> Words:
    """Return a message as written, with what is known of somebody put in."""
    values = _values(context)
    with translation.override(language):
        said = message_text.blocks(written.body, values)
        text = message_text.plain(said, _appointment(values))
        return Words(
            subject=message_text.line(written.subject, values),
            text=text + "\n" + "\n".join(_foot(values)) + "\n",
            html=page(written, context, language=language),
            short=text_length.plainer(message_text.line(written.short, values)),
        )


def page(
    written: Written,
    context: Values,
    *,
    language: str,
    template: str = "messages/mail.html",
    more: Mapping[str, object] | None = None,
) -> str:
    """Return a message as a page of HTML. more: what another template says around it."""
    values = _values(context)
    # What is read as one stays on one line: 3:30 pm, +1 416-555-0101.
    values |= {
        name: str(values[name]).replace(" ", "\u00a0")
        for name in ("time", "phone")
        if values.get(name)
    }
    said = message_text.blocks(written.body, values)
    with translation.override(language):
        known = {
            **values,
            "language": language,
            "subject": message_text.line(written.subject, values),
            "preheader": _preheader(said),
            "said": [block for block in said if not block.small],
            "small": [block for block in said if block.small],
            "appointment": _appointment(values),
            "foot": _foot(values),
            **(more or {}),
        }
        return _template(template).render(Context(known))


def _values(context: Values) -> dict[str, str | bool]:
    return {**COLOURS, **context, APPOINTMENT: bool(context.get("date"))}


def _foot(values: Values) -> list[str]:
    """Return who writes, and from where."""
    return [str(values[name]) for name in ("clinic", "address") if values.get(name)]


def _appointment(values: Values) -> list[str]:
    """Return the lines of the block with time and place."""
    if not values.get("date"):
        return []
    when = gettext("%(date)s, %(time)s") % {"date": values["date"], "time": values.get("time", "")}
    where = ", ".join(str(values[name]) for name in ("place", "address") if values.get(name))
    lines = (when, values.get("zone"), where, values.get("directions"))
    return [str(line) for line in lines if line]


def _preheader(said: list[Block]) -> str:
    """Return what a list of mail shows beside the subject: the first words after the greeting."""
    texts = ["".join(span.text for span in line) for block in said for line in block.lines]
    words = " ".join(texts[1:2] or texts)
    return words if len(words) <= PREHEADER else words[: PREHEADER - 1].rsplit(" ", 1)[0] + "…"


def _template(name: str) -> Template:
    # The engine's own template: no context processor and no request are needed here.
    template: Template = get_template(name).template  # type: ignore[attr-defined]
    return template
