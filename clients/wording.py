"""Turning a kind of message and its few words into a subject, a text and a page of HTML."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.template import Context
from django.template.base import Template
from django.template.loader import get_template
from django.utils import translation

# All that a message may say. No treatment, no practitioner, nothing of anybody's health.
ALLOWED = frozenset(
    {
        "first_name",
        "clinic",
        "date",
        "short_date",
        "time",
        "zone",
        "place",
        "address",
        "directions",
        "phone",
        "link",
        "answer_by",
        "from_date",
        "prepare",
        "colour",
        "dark_colour",
        "on_dark_colour",
        # Where a form is filled in: an opaque address, whatever it asks.
        "form",
        # Where a client reads and signs; whoever has it reads what was signed.
        "consent",
    }
)
# Of buttons and lines, where the clinic has no colour of its own.
COLOURS = {"colour": "#1f6b53", "dark_colour": "#7fcdb0", "on_dark_colour": "#10241c"}


# What is left out of a text leaves its empty lines behind.
_GAPS = re.compile(r"\n\s*\n")


class NotAllowed(Exception):
    """A message was given something to say that messages don't say."""


@dataclass(frozen=True, slots=True)
class Words:
    """One message in all its forms; `short` is for text messages."""

    subject: str
    text: str
    html: str
    short: str


def words(kind: str, context: Mapping[str, str | bool], *, language: str) -> Words:
    """Return a message in words, from `templates/messages/<kind in lower case>/`.

    Raises NotAllowed if the context holds a name that is not in ALLOWED.
    """
    if not context.keys() <= ALLOWED:
        raise NotAllowed(", ".join(sorted(context.keys() - ALLOWED)))
    context = {**COLOURS, **context}
    with translation.override(language):
        return Words(
            subject=" ".join(_plain(kind, "subject", context).split()),
            text=_GAPS.sub("\n\n", _plain(kind, "body", context)).strip() + "\n",
            html=_template(f"messages/{kind.lower()}/body.html").render(Context(dict(context))),
            short=" ".join(_plain(kind, "sms", context).split()),
        )


def _plain(kind: str, form: str, context: Mapping[str, str | bool]) -> str:
    template = _template(f"messages/{kind.lower()}/{form}.txt")
    return str(template.render(Context(dict(context), autoescape=False)))


def _template(name: str) -> Template:
    # The engine's own template: no context processor and no request are needed here.
    template: Template = get_template(name).template  # type: ignore[attr-defined]
    return template
