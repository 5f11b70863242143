"""What practitioners call a safety rule."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# Rules whose name in the document is no word of people who treat.
NAMES: Mapping[str, str | Promise] = {
    "anticoagulant": gettext_lazy("Blood thinner"),
    "antiplatelet": gettext_lazy("Aspirin or the like"),
    "bruise_supplements": gettext_lazy("Supplements that make bruises"),
    "botulinum": gettext_lazy("Botox or similar"),
    "carotid": gettext_lazy("Carotid artery"),
    "dvt": gettext_lazy("Vein thrombosis"),
    "fever_infection": gettext_lazy("Fever or infection"),
    "heart_valve": gettext_lazy("Heart valve"),
    "herpes_active": gettext_lazy("Cold sore now"),
    "herpes_history": gettext_lazy("Cold sores before"),
    "hypertension": gettext_lazy("High blood pressure"),
    "immune": gettext_lazy("Weak immune system"),
    "lesion": gettext_lazy("Unclear mole or sore"),
    "minor": gettext_lazy("Under age"),
    "neuro": gettext_lazy("Nerves or stroke"),
    "over_60_neck": gettext_lazy("Over 60: care at the neck"),
    "steroid_immunosuppressant": gettext_lazy("Steroids or immune suppression"),
    "tmj": gettext_lazy("Jaw joint"),
    "topical_retinoid": gettext_lazy("Retinoid or acid on the face"),
    "wax": gettext_lazy("Waxing"),
}


def rule_words(rule: str, *, unsure: bool) -> str:
    """Return a rule as a tag: "Blood thinner", "Pregnant, not sure"."""
    words = str(NAMES.get(rule, "")) or rule.replace("_", " ").capitalize()
    return _("%(what)s, not sure") % {"what": words} if unsure else words
