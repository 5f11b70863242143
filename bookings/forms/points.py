"""A point as the clinic uses it, and a set of points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bookings.forms.fields import Text, Whole, group, layout
from bookings.forms.rule_fields import Prose
from treatments.atlas import Point, key_of, load
from treatments.models.points import MOST_IN_A_SET
from treatments.session_actions import Side
from treatments.views.face_chart import SIDES

MOST_MM = 80
SHORT = {"l": Side.L, "r": Side.R, "m": Side.M}


class PointForm(forms.Form):
    """Valid, its `cleaned_data` are values of a PointSetting."""

    is_off = forms.BooleanField(
        label=_("Switched off"),
        required=False,
        help_text=_("It is marked on the chart, and a needle there takes a reason."),
    )
    depth_from_mm = Whole(_("Usual depth from, mm"), 0, MOST_MM, required=False)
    depth_to_mm = Whole(_("To, mm"), 0, MOST_MM, required=False)
    warn_above_mm = Whole(
        _("Warn above, mm"), 0, MOST_MM, help_text=_("0: any needle here takes a reason.")
    )
    note = Text(_("Note for whoever needles here"), 300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = layout(
            group(_("In this clinic"), "is_off"),
            group(_("Depth"), ("depth_from_mm", "depth_to_mm"), "warn_above_mm"),
            group(_("Note"), "note"),
        )


class Places(Prose):
    """Points one a line, each with its side or on all of its sides: "ST4" is ST4:L and ST4:R."""

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) or value is None else "\n".join(lines_of(value))

    def clean(self, value: Any) -> Any:
        keys: list[str] = []
        for line in str(super().clean(value)).split("\n"):
            if line.strip():
                keys += self._read(line.strip())
        found = list(dict.fromkeys(keys))
        if len(found) > MOST_IN_A_SET:
            raise forms.ValidationError(
                gettext("A set holds at most %(most)d needles.") % {"most": MOST_IN_A_SET}
            )
        return found

    def _read(self, line: str) -> list[str]:
        name, _space, last = line.rpartition(" ")
        words = {str(said).casefold(): side for side, said in SIDES.items()} | SHORT
        side = words.get(last.casefold()) if name else None
        point = load().named(name if side else line)
        if point is None:
            raise forms.ValidationError(
                gettext("No point has the name “%(line)s”. Write one point a line, such as ST4.")
                % {"line": line[:40]}
            )
        if side and side not in point.sides:
            raise forms.ValidationError(
                gettext("%(code)s has no such side: %(line)s.")
                % {"code": point.code, "line": line[:40]}
            )
        return [key_of(point.code, each) for each in ([side] if side else point.sides)]


class PointSetForm(forms.Form):
    """Valid, its `cleaned_data` are values of a PointSet."""

    name = Text(_("Commonly used for"), 80)
    is_active = forms.BooleanField(
        label=_("Suggested"),
        required=False,
        help_text=_("Offered in a session. Switched off, it waits here."),
    )
    points = Places(
        _("Points, in the order they are suggested"),
        rows=8,
        required=False,
        help_text=_("One a line, by any name: “ST4” is both sides, “ST4 left” is one."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["points"].widget.attrs["data-set-points"] = ""
        self.helper = layout("name", "points", "is_active")


def lines_of(keys: Sequence[str]) -> list[str]:
    """Return how the points of a set are written: "ST4" for both sides, else "ST4 left"."""
    atlas, lines, done = load(), [], set[str]()
    for key in keys:
        code, _colon, side = key.partition(":")
        point = atlas.by_code.get(code)
        if key in done or point is None or side not in {each.value for each in point.sides}:
            continue
        every = [key_of(code, each) for each in point.sides]
        if set(every) <= set(keys):
            lines.append(code)
            done |= set(every)
        else:
            lines.append(f"{code} {SIDES[Side(side)]}")
            done.add(key)
    return lines


def values_of(point: Point) -> dict[str, Any]:
    """Return the values a point has before the clinic says anything of it."""
    depth = point.usual_mm or (None, None)
    return {
        "is_off": not point.enabled_by_default,
        "depth_from_mm": depth[0],
        "depth_to_mm": depth[1],
        "warn_above_mm": point.warn_above_mm,
        "note": "",
    }
