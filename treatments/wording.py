"""The words for what a session knows by code. Claims stay modest; none of this is sent by message."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from treatments.session_actions import (
    Angle,
    Grade,
    Layer,
    Response,
    Side,
    Stimulation,
)
from treatments.session_facts import EventKind

Words = Mapping[str, str | Promise]

PHASES: Words = {
    "LYMPHATIC_MASSAGE": _("Lymphatic massage"),
    "NEEDLING": _("Needling"),
    "JADE_ROLLER": _("Jade roller"),
}
SIDES: Words = {Side.L: _("left"), Side.R: _("right"), Side.M: _("midline")}
ANGLES: Words = {
    Angle.PERPENDICULAR: _("Perpendicular"),
    Angle.OBLIQUE: _("Oblique"),
    Angle.SUBCUTANEOUS: _("Flat"),
}
LAYERS: Words = {
    Layer.INTRADERMAL: _("In the skin"),
    Layer.SUBCUTANEOUS: _("Under the skin"),
    Layer.MUSCLE: _("Muscle"),
}
RESPONSES: Words = {
    Response.NONE: _("None"),
    Response.DE_QI: _("De qi"),
    Response.TWITCH: _("Twitch"),
}
STIMULATIONS: Words = {
    Stimulation.NONE: _("None"),
    Stimulation.MANUAL: _("By hand"),
    Stimulation.ELECTRICAL: _("Electrical"),
}
AREAS: Words = {
    "collarbone_hollow": _("Above the collarbone"),
    "neck_side": _("Side of the neck"),
    "under_jaw": _("Under the jaw"),
    "chin": _("Chin"),
    "jaw": _("Jaw"),
    "in_front_of_ear": _("In front of the ear"),
    "cheek": _("Cheek"),
    "nose_side": _("Beside the nose"),
    "under_eye": _("Under the eye"),
    "brow": _("Brow"),
    "forehead": _("Forehead"),
    "temple": _("Temple"),
}
# Regions of the face and the rest, as face charts name them.
REGIONS: Words = {
    "scalp": _("Scalp"),
    "forehead": _("Forehead"),
    "temple": _("Temple"),
    "glabella": _("Between the brows"),
    "brow": _("Brow and upper lid"),
    "eye_medial": _("Inner eye"),
    "eye_lower": _("Under eye"),
    "eye_lateral": _("Outer eye"),
    "cheek": _("Cheek"),
    "nose": _("Nose"),
    "nasolabial": _("Smile fold"),
    "lip_upper": _("Upper lip"),
    "lip_lower": _("Lower lip"),
    "mouth": _("Mouth corner"),
    "chin": _("Chin"),
    "jaw": _("Jaw"),
    "ear": _("Around the ear"),
    "neck": _("Front of neck"),
    "nape": _("Nape"),
    "body": _("Body"),
}
STROKES: Words = {
    "stationary_circles": _("Standing circles"),
    "pump": _("Pump"),
    "sweep": _("Sweep"),
    "effleurage": _("Effleurage"),
    "outward": _("Outward"),
    "upward": _("Upward"),
    "down_neck_to_collarbone": _("Down the neck to the collarbone"),
}
EVENTS: Words = {
    EventKind.SPOT_BLEED: _("A drop of blood"),
    EventKind.BRUISE: _("Bruise"),
    EventKind.HAEMATOMA: _("Raised haematoma"),
    EventKind.PERIORBITAL_HAEMATOMA: _("Black eye or haematoma of the lid"),
    EventKind.PAIN: _("Pain of a needle that stayed"),
    EventKind.FAINT: _("Faint, or nearly"),
    EventKind.NAUSEA: _("Nausea, sweating or dizziness"),
    EventKind.HEADACHE: _("Headache"),
    EventKind.SWELLING: _("Swelling or redness"),
    EventKind.DERMATITIS: _("Itch, rash or flaking"),
    EventKind.STUCK_NEEDLE: _("Stuck needle"),
    EventKind.BENT_BROKEN: _("Bent or broken needle"),
    EventKind.RETAINED_NEEDLE: _("Needle left in"),
    EventKind.INFECTION: _("Infection where a needle was"),
    EventKind.HERPES_REACTIVATION: _("Cold sore that came back"),
    EventKind.NERVE_SYMPTOM: _("Numbness, shooting pain or weakness"),
    EventKind.EYE_INJURY: _("Eye pain or a change of sight"),
    EventKind.PNEUMOTHORAX: _("Chest pain or short of breath"),
    EventKind.EMOTIONAL: _("Strong feelings let go"),
    EventKind.AGGRAVATION: _("Complaints got worse"),
    EventKind.NEEDLESTICK_STAFF: _("A member of staff pricked"),
    EventKind.OTHER: _("Something else"),
}
GRADES: Words = {
    Grade.MINOR: _("Minor: nothing had to be done"),
    Grade.MODERATE: _("Moderate: advice or simple care"),
    Grade.SERIOUS: _("Serious: medical care, lasting harm, or to be reported"),
}
GAIS: Words = {
    "very_much_improved": _("very much improved"),
    "much_improved": _("much improved"),
    "improved": _("improved"),
    "no_change": _("no change"),
    "worse": _("worse"),
}
# What a client is told for the days after (policy_defaults.json, `aftercare`), by its code.
AFTERCARE: Words = {
    "hands_off": _("No make-up, and hands and phone off the face, for 12 hours"),
    "rest": _("No heavy exercise for 24 hours"),
    "alcohol": _("No alcohol for 24 hours, and little caffeine"),
    "heat": _("No sauna, steam, hot bath, sunbed or strong sun for 48 hours"),
    "sunscreen": _("Sunscreen of SPF 30 or more"),
    "treatments": _("No other facial treatments for 48 hours"),
    "acids": _("No shop-bought acids or retinol for 72 hours; ask whoever prescribed yours"),
    "cleanser": _("A gentle cleanser and plain moisturiser for 72 hours"),
    "water": _("Drink water, rest, and sleep on the back if possible"),
    "bruise": _("A bruise: cool through a cloth for 2 days, then warm; it fades in 7 to 10 days"),
    "call": _(
        "Call us if swelling grows, pain gets worse, there is a blister, or a bruise at the eye"
    ),
    "emergency": _(
        "Emergency care for a change of sight, eye pain, chest pain, short breath, spreading "
        "redness with fever, or a numb or drooping face"
    ),
}
