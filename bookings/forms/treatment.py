"""A treatment with its phases, as the owner writes it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple

from django import forms
from django.utils.translation import gettext_lazy as _

from bookings.forms.fields import HoursAsMinutes, Text, Whole, group, layout
from bookings.forms.house import GRIDS, MONTH
from clients.phases import Phase as Kind
from clinic.models import Practitioner
from treatments.models import Treatment

KINDS = {
    Kind.LYMPHATIC_MASSAGE: _("Lymphatic massage"),
    Kind.NEEDLING: _("Needling"),
    Kind.JADE_ROLLER: _("Jade roller"),
}
LINES = 4
MOST_LINES = 12
AS_CLINIC = _("Empty: as for the whole clinic.")


class Line(NamedTuple):
    """A phase of the form."""

    kind: forms.BoundField
    minutes: forms.BoundField


class TreatmentForm(forms.Form):
    """Valid, it gives `values`, `phases` and `offered_by`. `parts` adds up as far as it can be read."""

    name = Text(_("Name"), 80)
    summary = Text(_("In one line, for clients"), 200, required=False)
    price = forms.DecimalField(
        label=_("Price"),
        min_value=Decimal(0),
        max_digits=9,
        decimal_places=2,
        widget=forms.NumberInput({"inputmode": "decimal", "step": "0.01"}),
        error_messages=dict.fromkeys(
            (
                "required",
                "invalid",
                "min_value",
                "max_digits",
                "max_decimal_places",
                "max_whole_digits",
            ),
            _("Write an amount such as 145 or 145.50."),
        ),
    )
    currency = Text(_("Currency, three letters"), 3)
    consultation_minutes = Whole(_("Consultation first, minutes"), 0, 240)
    turnover_minutes = Whole(
        _("Turnover of the room, minutes"), 0, 120, help_text=_("Kept free after the session.")
    )
    offered_by = forms.ModelMultipleChoiceField(
        label=_("Offered by"),
        queryset=Practitioner.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Choose among the practitioners shown.")},
    )
    for_new_clients = forms.BooleanField(
        label=_("For first visits"),
        required=False,
        help_text=_("Offered to those who come for the first time."),
    )
    bookable_online = forms.BooleanField(label=_("Bookable online"), required=False)
    is_active = forms.BooleanField(
        label=_("On the list"),
        required=False,
        help_text=_("Taken off, it can't be booked any more. What is booked stays booked."),
    )
    position = Whole(_("Place in the list"), 0, 999)
    notice_minutes = HoursAsMinutes(
        _("Shortest notice, hours"), MONTH, required=False, help_text=AS_CLINIC
    )
    horizon_days = Whole(_("Bookable ahead, days"), 1, 730, required=False, help_text=AS_CLINIC)
    grid_minutes = forms.TypedChoiceField(
        label=_("A session can start every"),
        coerce=int,
        empty_value=None,
        required=False,
        choices=[("", _("As for the whole clinic")), *GRIDS],
    )
    window_minutes = HoursAsMinutes(
        _("Free to move or cancel until, hours before"), MONTH, required=False, help_text=AS_CLINIC
    )

    def __init__(self, data: Any = None, *, treatment: Treatment | None = None) -> None:
        initial: dict[str, object] = {
            "currency": "CAD",
            "consultation_minutes": 0,
            "turnover_minutes": 10,
            "position": 0,
            "bookable_online": True,
            "is_active": True,
        }
        now = [(Kind.LYMPHATIC_MASSAGE, 13), (Kind.NEEDLING, 28), (Kind.JADE_ROLLER, 9)]
        if treatment is not None:
            own = [name for name in self.base_fields if name != "offered_by"]
            initial = {name: getattr(treatment, name) for name in own}
            initial["offered_by"] = [offer.practitioner_id for offer in treatment.offers.all()]
            now = [(Kind(phase.kind), phase.minutes) for phase in treatment.phases.all()]
        super().__init__(data, initial=initial)
        self.fields["offered_by"].queryset = (  # type: ignore[attr-defined]
            Practitioner.objects.order_by("name")
        )
        self.lines = min(max(LINES, len(now)), MOST_LINES)
        for number in range(self.lines):
            self._add(number, now[number] if number < len(now) else None)
        self.helper = layout(group(_("What it is"), "name", "summary", ("price", "currency")))
        self.rest = layout(
            group(_("Who offers it"), "offered_by"),
            group(
                _("Where it shows"), "is_active", "bookable_online", "for_new_clients", "position"
            ),
            group(
                _("Rules of its own"),
                ("notice_minutes", "horizon_days"),
                ("grid_minutes", "window_minutes"),
            ),
        )

    def _add(self, number: int, phase: tuple[Kind, int] | None) -> None:
        kind = forms.ChoiceField(
            label=_("Phase %d") % (number + 1),
            required=False,
            choices=[("", _("None")), *((kind.value, words) for kind, words in KINDS.items())],
            error_messages={"invalid_choice": _("Choose one of the phases shown.")},
            widget=forms.Select({"class": "form-select"}),
        )
        minutes = Whole(_("Minutes of phase %d") % (number + 1), 1, 240, required=False)
        self.fields[f"phase_{number}"] = kind
        self.fields[f"phase_{number}_minutes"] = minutes
        if phase is not None:
            self.initial[f"phase_{number}"] = phase[0].value
            self.initial[f"phase_{number}_minutes"] = phase[1]

    def phase_lines(self) -> list[Line]:
        return [
            Line(self[f"phase_{number}"], self[f"phase_{number}_minutes"])
            for number in range(self.lines)
        ]

    @property
    def parts(self) -> list[tuple[str, int]]:
        """What the session consists of (kind, minutes), as far as what was typed can be read."""
        found = [("CONSULTATION", _number(self["consultation_minutes"].value(), 240))]
        for line in self.phase_lines():
            if line.kind.value() in {kind.value for kind in Kind}:
                found.append((str(line.kind.value()), _number(line.minutes.value(), 240)))
        return [(kind, minutes) for kind, minutes in found if minutes]

    @property
    def total(self) -> int:
        return sum(minutes for _kind, minutes in self.parts)

    @property
    def turnover(self) -> int:
        return _number(self["turnover_minutes"].value(), 120)

    def clean_currency(self) -> str:
        code = str(self.cleaned_data["currency"]).upper()
        if len(code) != 3 or not code.isascii() or not code.isalpha():
            raise forms.ValidationError(_("Write the three letters of a currency, such as CAD."))
        return code

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        self.phases: list[tuple[Kind, int]] = []
        for number in range(self.lines):
            name = f"phase_{number}"
            kind, minutes = typed.get(name), typed.get(f"{name}_minutes")
            if kind and minutes:
                self.phases.append((Kind(kind), minutes))
            elif kind and f"{name}_minutes" not in self.errors:
                self.add_error(f"{name}_minutes", _("Write how many minutes it takes."))
            elif minutes and name not in self.errors:
                self.add_error(name, _("Choose which phase takes these minutes."))
        return typed

    @property
    def values(self) -> dict[str, object]:
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name != "offered_by" and not name.startswith("phase_")
        }


def _number(typed: object, most: int) -> int:
    """Return a whole number as typed; 0 where it is none or no minutes of a session."""
    text = str(typed).strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 3):
        return 0
    return int(text) if int(text) <= most else 0
