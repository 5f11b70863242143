"""A client's own data as one zip: a page to read, JSON, FHIR, and what was signed as PDF."""

from __future__ import annotations

import json
import tempfile
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from bookings import fhir
from clients.models import Client
from clients.queries import consents
from clinic.models import Clinic

# Beyond this the file lies on disk while it is sent, not in memory.
IN_MEMORY = 2 * 1024 * 1024
MOST_SIGNED = 200


def archive(client: Client, document: dict[str, Any]) -> IO[bytes]:
    """Return the zip, to be read from its start and closed by whoever sends it."""
    from clients.consent_pdf import consent_pdf  # noqa: PLC0415 - slow to import, needed for a paper alone

    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115
    with ZipFile(file, "w", ZIP_DEFLATED) as made:
        made.writestr(
            "my-record.html", render_to_string("bookings/me/record.html", {"of": document})
        )
        made.writestr("my-record.json", _json(document))
        made.writestr("fhir.json", _json(fhir.bundle(document)))
        clinic = Clinic.objects.the_only().name
        for number, given in enumerate(consents.signed(client)[:MOST_SIGNED], start=1):
            name = _("signed") + f"/{given.at:%Y-%m-%d}-{number}.pdf"
            made.writestr(name, consent_pdf(given, clinic=clinic, place=""))
    file.seek(0)
    return file


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2)
