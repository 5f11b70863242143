"""What somebody saw of a record, in plain words, for whoever reads the access log."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

KINDS = {
    "RECORD": gettext_lazy("the whole record"),
    "SCREENING_ANSWERS": gettext_lazy("the safety answers"),
    "INTAKE_ANSWERS": gettext_lazy("the answers of the health form"),
    "ANSWER_HISTORY": gettext_lazy("all answers to one question"),
}


def looked(what: str) -> str | Promise:
    """Return a code of the access log in words."""
    return KINDS.get(what, what.replace("_", " ").lower())
