"""Photos and documents as they are brought: each file is read here, and drawn anew or looked over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clients import images, pdfs
from clients.errors import PDFS, PICTURES
from clients.models import Document, Milestone, Photo, PhotoView
from clients.uploading import Brought, Taken

LONGEST_TITLE = 120
LONGEST_NAME = 200
MOST_FILES = 10
# Ten photos of a good phone, or ten pages.
MOST_BYTES = 80_000_000
ACCEPTED = "image/jpeg,image/png,image/webp"

_DAY = {"invalid": _("That is no day of the calendar. Example: 2026-11-24.")}

_MOMENT = {
    "required": _("Choose the moment."),
    "invalid_choice": _("Choose one of the moments shown."),
}


def picture_of(file: UploadedFile[Any]) -> images.Picture:
    """Return the picture in an uploaded file. Its size is looked at before anything is read.

    Raises images.PictureRefused.
    """
    if (file.size or 0) > images.MOST_BYTES:
        raise images.PictureRefused(images.Problem.TOO_LARGE)
    return images.read(file.read())


class PhotosForm(forms.Form):
    """Photos of one moment: for each view at most one file, as `photo_FRONT_REST`.

    A file that is refused does not lose the others: `taken` are those that can be kept, `refused`
    says by view what is wrong with the rest.
    """

    milestone = forms.ChoiceField(choices=Milestone.choices, error_messages=_MOMENT)
    taken_on = forms.DateField(
        input_formats=["%Y-%m-%d"], error_messages={"required": _("Say which day."), **_DAY}
    )

    def clean(self) -> dict[str, Any]:
        self.taken: list[Taken] = []
        self.refused: dict[str, str | Promise] = {}
        for view, file in self._files():
            try:
                self.taken.append(Taken(view, picture_of(file)))
            except images.PictureRefused as refusal:
                self.refused[view] = PICTURES[refusal.problem]
        if not self.taken and not self.refused:
            self.add_error(None, _("Take or choose at least one photo."))
        return self.cleaned_data

    def _files(self) -> Iterator[tuple[str, UploadedFile[Any]]]:
        for view in PhotoView.values:
            file = self.files.get(f"photo_{view}")
            if isinstance(file, UploadedFile):
                yield view, file


class PhotoForm(forms.Form):
    """What is said of a photo that is there: its view, its moment and its day."""

    view = forms.TypedChoiceField(
        choices=PhotoView.choices,
        coerce=PhotoView,
        error_messages={
            "required": _("Choose the view."),
            "invalid_choice": _("Choose one of the views shown."),
        },
    )
    milestone = forms.TypedChoiceField(
        choices=Milestone.choices, coerce=Milestone, error_messages=_MOMENT
    )
    taken_on = forms.DateField(
        input_formats=["%Y-%m-%d"], error_messages={"required": _("Say which day."), **_DAY}
    )

    @staticmethod
    def of(photo: Photo) -> dict[str, str]:
        """Return what is said of a photo now."""
        day = photo.taken_on.isoformat()
        return {"view": photo.view, "milestone": photo.milestone, "taken_on": day}


class DocumentForm(forms.Form):
    """A document, as one file or as pages that were photographed: `files`, up to ten."""

    kind = forms.ChoiceField(
        choices=Document.Kind.choices,
        error_messages={
            "required": _("Choose what it is."),
            "invalid_choice": _("Choose one of the kinds shown."),
        },
    )
    title = forms.CharField(
        max_length=LONGEST_TITLE,
        error_messages={
            "required": _("Give it a name, such as “Chart of 2019”."),
            "max_length": _("This is too long: at most %(limit_value)d characters."),
        },
    )
    dated = forms.DateField(required=False, input_formats=["%Y-%m-%d"], error_messages=_DAY)

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        chart = said.get("kind") == Document.Kind.PAPER_CHART
        if chart and not said.get("dated") and "dated" not in self.errors:
            self.add_error("dated", _("Say which day is written on the chart."))
        self.brought: list[Brought] = []
        self.refused: list[tuple[str, str | Promise]] = []
        files = self.files.getlist("files") if hasattr(self.files, "getlist") else []
        if not files:
            self.add_error(None, _("Choose the file, or photograph the pages."))
        if len(files) > MOST_FILES:
            self.add_error(None, _("At most ten files at once."))
        elif not self.errors:
            for number, file in enumerate(files, 1):
                self._read(file, f" ({number}/{len(files)})" if len(files) > 1 else "")
        return said

    def _read(self, file: UploadedFile[Any], suffix: str) -> None:
        name = (file.name or "")[:LONGEST_NAME]
        try:
            data, media_type = document_of(file)
        except images.PictureRefused as refusal:
            self.refused.append((name, PICTURES[refusal.problem]))
        except pdfs.PdfRefused as refusal:
            self.refused.append((name, PDFS[refusal.problem]))
        else:
            said = self.cleaned_data
            dated: date | None = said["dated"]
            title = said["title"] + suffix
            self.brought.append(Brought(data, media_type, said["kind"], title, name, dated))


def document_of(file: UploadedFile[Any]) -> tuple[bytes, str]:
    """Return what is kept of a document's file, and its type.

    Raises pdfs.PdfRefused or images.PictureRefused.
    """
    if (file.size or 0) > pdfs.MOST_BYTES:
        raise pdfs.PdfRefused(pdfs.Problem.TOO_LARGE)
    data = file.read()
    kind = images.kind_of(data[:16])
    if kind in {"JPEG", "PNG", "WEBP", "HEIC"}:
        return images.read(data).data, images.MEDIA_TYPE
    if not data:
        raise images.PictureRefused(images.Problem.EMPTY)
    pdfs.check(data)
    return data, pdfs.MEDIA_TYPE
