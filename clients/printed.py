"""A printed page: the house's look on A4, with the fonts that what is printed needs.

Names come in any script. Latin (with Vietnamese), Greek, Cyrillic, Hebrew, Thai, Chinese, Japanese
kana and Korean are printed as they are written; Arabic and Devanagari letters are printed one by
one, as fpdf2 does without a shaping engine. What no font has is printed as a box; the text inside
the file stays what was written, so that it can be searched and copied.
"""

from __future__ import annotations

import re

from django.conf import settings
from fpdf import FPDF

FONTS = settings.BASE_DIR / "fonts"
TEXT = "Noto Sans"
# Which font has the letters a text needs. The large ones are read only where they are needed.
SCRIPTS = {
    "NotoSansHebrew": "\u0590-\u05ff\ufb1d-\ufb4f",
    "NotoSansArabic": "\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufeff",
    "NotoSansDevanagari": "\u0900-\u097f\ua8e0-\ua8ff",
    "NotoSansThai": "\u0e00-\u0e7f",
    "GowunDodum": "\u1100-\u11ff\u3130-\u318f\uac00-\ud7af",
    "NotoSansSC": "\u2e80-\u312f\u3190-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff",
}
INK, MUTED, LINE, JADE = (43, 38, 33), (96, 89, 81), (214, 206, 195), (47, 97, 80)
_NOT_PRINTED = re.compile("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufeff]")


def printable(text: str) -> str:
    """Return text without what steers a printer or turns the reading order of what follows."""
    return _NOT_PRINTED.sub("", text)


class Printed(FPDF):
    """Pages with a foot; `foot` stands on each beside the page's number."""

    def __init__(self, *, title: str, language: str, foot: str, letters: str) -> None:
        """letters: all that will be printed, which decides what fonts are needed."""
        super().__init__(format="A4")
        self.foot = foot
        self.set_title(printable(title))
        self.set_lang(language)
        self.set_margins(20, 18, 20)
        self.set_auto_page_break(True, margin=22)
        self.add_font(TEXT, "", FONTS / "NotoSans.ttf")
        self.add_font(TEXT, "B", FONTS / "NotoSans-SemiBold.ttf")
        needed = [name for name, range_ in SCRIPTS.items() if re.search(f"[{range_}]", letters)]
        for name in needed:
            self.add_font(name, "", FONTS / f"{name}.ttf")
        self.set_fallback_fonts(needed, exact_match=False)
        self.add_page()

    def footer(self) -> None:
        self.set_y(-15)
        self._set(8, MUTED)
        self.cell(0, 5, self.foot)
        self.set_y(-15)
        self.cell(0, 5, f"{self.page_no()} / {{nb}}", align="R")

    def _set(self, size: float, colour: tuple[int, int, int] = INK, *, bold: bool = False) -> None:
        self.set_font(TEXT, "B" if bold else "", size)
        self.set_text_color(*colour)

    def words(
        self,
        text: str,
        *,
        size: float = 10,
        colour: tuple[int, int, int] = INK,
        bold: bool = False,
        after: float = 1.5,
    ) -> None:
        """Print a paragraph over the whole width."""
        self._set(size, colour, bold=bold)
        self.multi_cell(0, size * 0.52, printable(text), new_x="LMARGIN", new_y="NEXT", align="L")
        self.ln(after)

    def fact(self, label: str, value: str) -> None:
        """Print a label with what belongs to it beside it."""
        self._set(9, MUTED)
        self.cell(44, 5.4, label)
        self._set(9)
        self.multi_cell(0, 5.4, printable(value) or "-", new_x="LMARGIN", new_y="NEXT", align="L")

    def rule(self, gap: float = 3) -> None:
        """Draw a line across the page."""
        self.ln(gap)
        self.set_draw_color(*LINE)
        self.set_line_width(0.2)
        self.line(self.l_margin, self.get_y(), self.w - self.r_margin, self.get_y())
        self.ln(gap)
