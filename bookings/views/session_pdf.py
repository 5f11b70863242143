"""A session's record on paper."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from bookings.views.session_record_page import Line, NeedleLine, SessionRecordPage
from clients.printed import JADE, MUTED, Printed


def pdf_of(page: SessionRecordPage) -> bytes:
    """Return a signed record, with what was added to it, as a PDF."""
    letters = " ".join(
        [page.client, page.clinic]
        + [line.words for line in (*page.facts, *page.parts, *page.events, *page.work)]
        + [f"{one.text} {one.reason} {one.who}" for one in page.added]
        + [needle.note for needle in page.needles]
    )
    made = Printed(
        title=page.title, language=get_language() or "en", foot=page.clinic, letters=letters
    )
    made.words(page.clinic, size=9, colour=MUTED, after=0)
    made.words(page.title, size=18, colour=JADE, bold=True)
    _facts(made, page.facts)
    for part in page.parts:
        if part.words:
            _heading(made, part.label)
            made.words(part.words)
    _heading(made, _("Phases"))
    _facts(made, page.phases)
    _facts(made, page.work)
    _heading(made, _("Needles"))
    made.words(page.count_words, size=9)
    for needle in page.needles:
        made.words(_needle(needle), size=8.5, after=0.4)
    for title, lines in ((_("Numbers"), page.ratings), (_("Events"), page.events)):
        if lines:
            _heading(made, title)
            _facts(made, lines)
    if page.aftercare:
        _heading(made, _("Aftercare given"))
        for words in page.aftercare:
            made.words(f"- {words}", size=9, after=0.2)
    _heading(made, "STRICTA")
    _facts(made, page.checks)
    made.rule()
    made.words(page.signed_words, bold=True, after=0.5)
    made.words(page.digest, size=7, colour=MUTED)
    for one in page.added:
        title = _("Addendum %(number)d, %(when)s, %(who)s")
        _heading(made, title % {"number": one.number - 1, "when": one.when, "who": one.who})
        made.words(_("Why: %(reason)s") % {"reason": one.reason}, size=9, colour=MUTED)
        made.words(one.text)
    return bytes(made.output())


def _heading(made: Printed, words: str) -> None:
    made.ln(2)
    made.words(words, size=11.5, bold=True, after=0.5)


def _facts(made: Printed, lines: Iterable[Line]) -> None:
    for line in lines:
        made.fact(line.label, line.words)


def _needle(needle: NeedleLine) -> str:
    number, *rest = astuple(needle)
    return f"{number}. " + ", ".join(str(word) for word in rest if word)
