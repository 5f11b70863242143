"""A signed consent as a PDF: the text as it was read, what was said to each part, and the proof."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from clients.consent_rules import Kind, Method, Place
from clients.models import ConsentGiven
from clients.printed import INK, JADE, LINE, MUTED, Printed
from clients.signature import HEIGHT, WIDTH

SIGNATURE_WIDTH = 90


def consent_pdf(given: ConsentGiven, *, clinic: str, place: str) -> bytes:
    """Return the PDF of a signature; it opens what is sealed.

    clinic: the clinic's name. place: its address, "" where it has none. The same signature is the
    same page whenever it is printed, but for a withdrawal.
    """
    text, name = given.document.text, given.signature["name"]
    facts = _facts(given)
    letters = " ".join([name, given.client.name, clinic, place, *(words for _l, words in facts)])
    pdf = Printed(
        title=text.title,
        language=text.language,
        foot=f"{clinic} · {given.digest[:16]}",
        letters=f"{letters} {text.title} {text.intro} {text.items}",
    )
    pdf.set_creation_date(given.at)
    pdf.words(f"{clinic}{', ' if place else ''}{place}", size=9, colour=MUTED)
    pdf.words(text.title, size=18, bold=True, colour=JADE, after=1)
    pdf.words(given.client.name, size=13, bold=True, after=2)
    for gone in given.withdrawals.all():
        when = moment(gone.at, given.time_zone)
        pdf.words(_("Taken back on %(when)s.") % {"when": when}, bold=True, after=2)
    if text.intro:
        pdf.words(text.intro, colour=MUTED)
    for item in text.items:
        said = _said(given, item.code)
        pdf.words(f"{item.heading}: {said}", bold=True, after=0.3)
        pdf.words(item.text, after=2)
    pdf.rule()
    pdf.set_auto_page_break(True, margin=22)
    if pdf.will_page_break(70):
        pdf.add_page()
    pdf.words(_("Signature"), size=13, bold=True, colour=JADE)
    if given.method == Method.DRAWN:
        _draw(pdf, given.signature["strokes"])
    pdf.words(name, size=12, after=2)
    for label, words in facts:
        pdf.fact(label, words)
    return bytes(pdf.output())


def moment(at: datetime, zone: str) -> str:
    """Return an instant on the signer's own clock, with the clock's name."""
    local = timezone.localtime(at, ZoneInfo(zone))
    day = formats.date_format(local, "j F Y, H:i:s")
    offset = local.strftime("%z")
    return f"{day} {local:%Z} (UTC{offset[:3]}:{offset[3:]}, {zone})"


def _said(given: ConsentGiven, code: str) -> str:
    yes = given.choices.get(code) is True
    if given.document.kind == Kind.PHOTO:
        return _("yes") if yes else _("no")
    return _("understood") if yes else _("not agreed to")


def _facts(given: ConsentGiven) -> list[tuple[str, str]]:
    around, document = given.circumstances, given.document
    facts = [
        (_("Signed"), moment(given.at, given.time_zone)),
        (_("By"), f"{given.signature['name']}, {given.get_relation_display().lower()}"),
        (_("How"), f"{given.get_method_display()}, {given.get_place_display()}"),
    ]
    if given.place == Place.TABLET and given.witness:
        facts.append((_("Witness"), given.witness.name))
    if around.get("interpreter"):
        facts.append((_("Interpreter"), around["interpreter"]))
    if around.get("questions"):
        facts.append((_("Questions"), around["questions"]))
    if around.get("device"):
        facts.append((_("Device"), f"{around['device']}, {around.get('address', '')}"))
    facts.append(
        (
            _("Text"),
            _("version %(number)s, %(language)s, of %(day)s")
            % {
                "number": document.number,
                "language": document.language,
                "day": moment(document.published_at, given.time_zone),
            },
        )
    )
    facts.append((_("Hash of the text"), f"SHA-256 {given.digest}"))
    facts.append((_("Number of the signature"), str(given.uid)))
    return facts


def _draw(pdf: Printed, strokes: list[list[list[int]]]) -> None:
    """Draw the signature in its frame, as lines."""
    scale = SIGNATURE_WIDTH / WIDTH
    left, top = pdf.get_x(), pdf.get_y()
    pdf.set_draw_color(*LINE)
    pdf.rect(left, top, SIGNATURE_WIDTH, HEIGHT * scale)
    pdf.set_draw_color(*INK)
    pdf.set_line_width(0.5)
    for stroke in strokes:
        points = [(left + x * scale, top + y * scale) for x, y in stroke]
        pdf.polyline(points if len(points) > 1 else [*points, *points])
    pdf.set_y(top + HEIGHT * scale + 2)
