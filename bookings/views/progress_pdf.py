"""A client's progress report on paper: one page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from bookings.views.progress_report import OwnNumber, Report
from clients.printed import JADE, LINE, MUTED, Printed

WIDTH, HEIGHT = 44.0, 8.0
# What a page has room for; the rest is on the practitioner's screen.
MOST = 7


def report_pdf(report: Report, *, day: datetime) -> bytes:
    """Return the report as a PDF; the same report of a day is the same file."""
    made = Printed(
        title=report.title,
        language=get_language() or "en",
        foot=report.clinic,
        letters=" ".join(_letters(report)),
    )
    made.set_creation_date(day)
    made.words(report.clinic, size=9, colour=MUTED, after=0)
    made.words(report.title, size=18, colour=JADE, bold=True, after=0.5)
    made.words(f"{report.client}, {report.day}", size=11, after=2)
    made.fact(_("Sessions"), report.sessions)
    made.fact(_("Practitioner"), report.practitioner)
    if report.concerns:
        made.fact(_("What we work on"), ", ".join(report.concerns))
    if report.body:
        made.fact(_("For the whole body"), ", ".join(report.body))
    if report.numbers:
        _heading(made, _("By your own numbers"))
        made.words(report.scale, size=9, colour=MUTED)
        for one in report.numbers[:MOST]:
            _number(made, one)
    if report.looks:
        _heading(made, _("Compared with the first photo"))
        for words in report.looks:
            made.words(words, after=0.5)
    _heading(made, _("What comes next"))
    made.words(report.next_step)
    made.rule()
    made.words(report.claim, size=8.5, colour=MUTED)
    return bytes(made.output())


def _letters(report: Report) -> Iterator[str]:
    yield from (report.client, report.clinic, report.practitioner, report.next_step)
    yield from (*report.concerns, *report.body, *report.looks)
    yield from (one.label for one in report.numbers)


def _heading(made: Printed, words: str) -> None:
    made.ln(2)
    made.words(words, size=12, bold=True, colour=JADE, after=0.5)


def _number(made: Printed, one: OwnNumber) -> None:
    """Print what was said of one thing, with its line; dashed: where it began."""
    top = made.get_y()
    made.words(one.label, bold=True, after=0)
    made.words(f"{one.told} ({one.words})", size=9, after=2.2)
    below, right = made.get_y(), made.w - made.r_margin
    points = [
        (
            right - WIDTH + WIDTH * place / max(len(one.heights) - 1, 1),
            top + 1 + HEIGHT * (1 - height),
        )
        for place, height in enumerate(one.heights)
    ]
    made.set_line_width(0.2)
    made.set_draw_color(*MUTED)
    made.set_dash_pattern(dash=1, gap=1)
    made.line(right - WIDTH, points[0][1], right, points[0][1])
    made.set_dash_pattern()
    made.set_line_width(0.5)
    made.set_draw_color(*JADE)
    made.polyline(points if len(points) > 1 else [*points, *points])
    made.set_draw_color(*LINE)
    made.set_y(below)
