"""The access log as a person reads it: when, who, what, in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clinic.models import AccessEntry, Role

WHAT: dict[str, str | Promise] = {
    "SCREENING_ANSWERS": _("Safety answers"),
    "OWN_DATA": _("The whole record, as a download"),
    "DATA_REQUEST": _("What was asked about the data"),
    "CONSENTS": _("All signed forms"),
    "CONSENT": _("A signed form"),
    "SCREENING_OUTCOMES": _("What the safety answers mean"),
    "RECORD": _("The whole record"),
    "INTAKE_ANSWERS": _("All answers of the health form"),
    "ANSWER_HISTORY": _("Every answer to one question"),
    "PLAN": _("The plan"),
    "PROGRESS": _("The progress over a plan"),
    "PROGRESS_REPORT": _("The progress report"),
    "PHOTOS": _("Photos"),
    "DOCUMENTS": _("Documents"),
    "ACCESS_LOG": _("Who saw the record"),
    "OPENINGS": _("Why the record was opened"),
    "NEEDLE_LOT": _("That a lot of needles was used, in a recall"),
    "ADVERSE_EVENT": _("An adverse event"),
    "ADVERSE_EVENTS": _("Adverse events that are followed up"),
    "KEEPING": _("How long the record is kept"),
}


@dataclass(frozen=True, slots=True)
class Seen:
    at: datetime
    who: str
    what: str | Promise


def seen(entry: AccessEntry) -> Seen:
    """Return one look at a record in words (read it with its `actor`)."""
    role, colon, name = entry.actor_label.partition(": ")
    who = name if colon else role
    if entry.actor and entry.actor.role == Role.CLIENT:
        who = entry.actor.name
    plain = entry.what.replace("_", " ").capitalize()
    return Seen(entry.at, who, WHAT.get(entry.what, plain))
