"""A file from another system, what its columns are and how they are read."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bookings.actions.importing import UNREADABLE
from bookings.csv_file import MOST_BYTES
from bookings.forms.fields import group, layout
from bookings.import_rows import Field
from bookings.models import Import
from clinic.models import Location, Practitioner
from treatments.models import Treatment

LABELS = {
    Field.NAME: _("Whole name"),
    Field.FIRST_NAME: _("First name"),
    Field.LAST_NAME: _("Last name"),
    Field.EMAIL: _("E-mail"),
    Field.PHONE: _("Phone"),
    Field.OTHER_PHONE: _("Another phone, where the first is empty"),
    Field.CLIENT_ID: _("Number of the client there"),
    Field.STARTS: _("Start, date and time"),
    Field.DAY: _("Date of the start"),
    Field.TIME: _("Time of the start"),
    Field.ENDS: _("End"),
    Field.TREATMENT: _("Treatment"),
    Field.PRACTITIONER: _("Practitioner"),
    Field.STATE: _("Status (cancelled ones are left out)"),
    Field.BOOKING_ID: _("Number of the appointment there"),
}
CLIENT = ("name", ("first_name", "last_name"), ("email", "phone"), ("other_phone", "client_id"))
TIMES = ("starts", ("day", "time"), ("ends", "state"), ("treatment", "practitioner"), "booking_id")


class UploadForm(forms.Form):
    """The file. Valid, it gives `data`."""

    file = forms.FileField(
        label=_("CSV file"),
        widget=forms.ClearableFileInput({"accept": ".csv,.txt,text/csv", "class": "form-control"}),
        help_text=_("Clients, or coming appointments with their clients. Up to 20 MB."),
        error_messages={"required": _("Choose a file."), "empty": UNREADABLE["EMPTY"]},
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if (file.size or 0) > MOST_BYTES:
            raise forms.ValidationError(UNREADABLE["TOO_LONG"])
        return file


class ColumnsForm(forms.Form):
    """What each column is. Valid, it gives `mapping` and `options`."""

    def __init__(self, data: Any, *, what: Import, locations: list[Location]) -> None:
        super().__init__(data)
        self.locations = locations
        columns = [("", _("not in this file"))] + [
            (str(number), heading or _("column %d") % (number + 1))
            for number, heading in enumerate(what.headings)
        ]
        for field in Field:
            self.fields[field.value] = forms.ChoiceField(
                label=LABELS[field],
                choices=columns,
                required=False,
                initial=str(what.mapping.get(field.value, "")),
            )
        said = what.options
        self._choice("location", _("Location"), locations, said, empty=False)
        self._choice(
            "treatment",
            _("Treatment where the file names none of ours"),
            Treatment.objects.filter(is_active=True).order_by("position", "pk"),
            said,
        )
        self._choice(
            "practitioner",
            _("Practitioner where the file names none of ours"),
            Practitioner.objects.filter(is_active=True).order_by("name", "pk"),
            said,
        )
        self.fields["day_first"] = forms.BooleanField(
            label=_("3/4/2027 is the 3rd of April"),
            required=False,
            initial=said.get("day_first", False),
        )
        self.fields["ask"] = forms.BooleanField(
            label=_("Send the link to the safety questions for each appointment taken over"),
            required=False,
            initial=said.get("ask", False),
        )
        self.helper = layout(
            group(_("The client"), *CLIENT),
            group(_("The appointment; leave empty for a list of clients"), *TIMES),
            group(
                _("How it is read"), "location", ("treatment", "practitioner"), "day_first", "ask"
            ),
        )

    def _choice(
        self, name: str, label: Any, rows: Any, said: dict[str, Any], *, empty: bool = True
    ) -> None:
        choices = [(str(one.uid), one.name) for one in rows]
        self.fields[name] = forms.ChoiceField(
            label=label,
            choices=[("", _("none: such a row is not taken over")), *choices] if empty else choices,
            required=not empty,
            initial=said.get(name, ""),
            help_text=_("Its time zone and country are those of the file.") if not empty else "",
        )

    def clean(self) -> dict[str, Any]:
        typed = self.cleaned_data
        if not any(typed.get(name) for name in ("name", "first_name", "last_name", "client_id")):
            raise forms.ValidationError(_("Say which column has the clients' names."))
        if bool(typed.get("day")) != bool(typed.get("time")) and not typed.get("starts"):
            raise forms.ValidationError(
                _("An appointment needs its date and its time, or one column with both.")
            )
        return typed

    @property
    def mapping(self) -> dict[str, int]:
        return {
            field.value: int(self.cleaned_data[field.value])
            for field in Field
            if self.cleaned_data[field.value]
        }

    @property
    def options(self) -> dict[str, object]:
        typed = self.cleaned_data
        place = next(one for one in self.locations if str(one.uid) == typed["location"])
        return {
            "country": place.country,
            **{
                name: typed[name]
                for name in ("location", "treatment", "practitioner", "day_first", "ask")
            },
        }
