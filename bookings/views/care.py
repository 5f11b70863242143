"""What a client reads before and after a session on the booking's own page.

Source: policy_defaults.json, `prepare` and `aftercare`, without what speaks of anybody's health.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Line = tuple[str, str | Promise]
"""An icon's name and a sentence."""

PREPARE: tuple[Line, ...] = (
    ("droplets", _("Come with a clean face, no make-up.")),
    ("utensils", _("Eat something light within two hours before.")),
    ("glasses", _("Contact lenses out: bring their case, or your glasses.")),
    ("shirt", _("Wear loose clothes that roll up to knee and elbow.")),
)

AFTERCARE: tuple[Line, ...] = (
    ("droplets", _("Drink water, rest, and sleep on your back if you can.")),
    ("clock", _("12 hours: no make-up, and hands and phone off the face.")),
    ("clock", _("24 hours: no heavy exercise, no alcohol, go easy on caffeine.")),
    (
        "clock",
        _("48 hours: no sauna, hot bath, sunbed or strong sun, and no other face treatments."),
    ),
    (
        "clock",
        _(
            "72 hours: gentle cleanser and plain moisturiser only. If a cream was prescribed, ask "
            "your prescriber when to go on with it."
        ),
    ),
    ("sun", _("Sunscreen, SPF 30 or more.")),
    (
        "info",
        _("A bruise: a cool pack through a cloth, on and off for two days, then warm."),
    ),
)

CALL_US: str | Promise = _(
    "Call us if a swelling grows, pain gets worse, a blister comes, or a bruise is near the eye."
)
EMERGENCY: str | Promise = _(
    "Get emergency care at once for a change in your sight, eye pain, chest pain or short breath, "
    "redness that spreads with fever, or a numb or drooping face."
)
