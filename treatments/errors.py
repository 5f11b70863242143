"""Refusals about treatments, and which constraint of their tables stands for which sentence."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from clinic.errors import Constraints, Refusal


class SessionSigned(Refusal):
    """The session is signed; only an addendum joins it."""

    code = "session_signed"

    def __init__(self) -> None:
        super().__init__(
            _("This session is signed. What is to be said now becomes an addendum to it.")
        )


class NeedlesStillIn(Refusal):
    """More needles went in than came out, and nothing says why. `still_in` is how many."""

    code = "needles_still_in"

    def __init__(self, still_in: int) -> None:
        super().__init__(
            ngettext_lazy(
                "%(count)d needle is still in. Take it out and count again, or note an incident.",
                "%(count)d needles are still in. Take them out and count again, or note an incident.",
                "count",
            )
            % {"count": still_in}
        )
        self.still_in = still_in


class AddendumEmpty(Refusal):
    """An addendum says something, and why."""

    code = "addendum_empty"
    field = "text"

    def __init__(self) -> None:
        super().__init__(_("Please write what is added, and why it was not there before."))


class PlanIsOpen(Refusal):
    code = "plan_open"
    field = "treatment"

    def __init__(self) -> None:
        super().__init__(
            _("There is a running plan for this treatment already. Complete or stop it first.")
        )


class PlanMoved(Refusal):
    """The plan is no longer in a state from which this can be done."""

    code = "plan_moved"

    def __init__(self) -> None:
        super().__init__(_("The plan has changed meanwhile. It is shown as it stands now."))


class PlanNotSigned(Refusal):
    """No consent that was signed after the plan was proposed holds."""

    code = "plan_not_signed"

    def __init__(self) -> None:
        super().__init__(
            _("A plan is agreed to by signature: hand over the tablet, or send the link, first.")
        )


class PlanReasonMissing(Refusal):
    code = "reason_missing"
    field = "reason"

    def __init__(self) -> None:
        super().__init__(
            _("Please write down why the plan is stopped. Only practitioners read it.")
        )


class EventDayMissing(Refusal):
    code = "event_day_missing"
    field = "event_on"

    def __init__(self) -> None:
        super().__init__(_("Please say on which day the event is."))


class SessionsLeft(Refusal):
    """The plan is not complete: sessions are left."""

    code = "sessions_left"

    def __init__(self) -> None:
        super().__init__(_("Sessions of this plan are left. To end it early, stop it and say why."))


class NoMaintenance(Refusal):
    """The template chosen has an end, or there is none without one."""

    code = "no_maintenance"

    def __init__(self) -> None:
        super().__init__(_("Maintenance needs a plan without an end. Please add one to the plans."))


class PlanClientGone(Refusal):
    code = "client_merged"

    def __init__(self) -> None:
        super().__init__(
            _("This record was merged into another meanwhile. Please look at that one.")
        )


class EventClosed(Refusal):
    """The event was resolved, or taken back in its session."""

    code = "event_closed"

    def __init__(self) -> None:
        super().__init__(
            _(
                "This has changed meanwhile: it is resolved, or was taken back. It is shown as it is."
            )
        )


class FollowUpEmpty(Refusal):
    code = "follow_up_empty"
    field = "text"

    def __init__(self) -> None:
        super().__init__(_("Please write down how it is, in a few words."))


class NobodyTreated(Refusal):
    """There is neither a session nor a practitioner an event could be followed up by."""

    code = "nobody_treated"
    field = "session"

    def __init__(self) -> None:
        super().__init__(_("Please choose the session after which it was."))


class BoxInUse(Refusal):
    """A session took needles from the box: what its record says of it stays."""

    code = "box_in_use"

    def __init__(self) -> None:
        super().__init__(
            _(
                "A session has used needles of this box, so what is written of it stays. Mark it as "
                "used up, and add it again as it is printed."
            )
        )


class LotTooShort(Refusal):
    code = "lot_too_short"
    field = "lot"

    def __init__(self) -> None:
        super().__init__(_("Please write at least two characters of the lot."))


class DisinfectantMissing(Refusal):
    code = "disinfectant_missing"
    field = "disinfectant"

    def __init__(self) -> None:
        super().__init__(_("Please write what it was disinfected with."))


CONSTRAINTS: Constraints = {
    "treatments_treatment_slug_key": (
        "name",
        _("A treatment of this name has just been added. Please choose another name."),
    ),
    "treatment_price_not_negative": ("price", _("A price is zero or more.")),
    "treatment_minutes_range": (
        "turnover_minutes",
        _("At most 120 minutes of turnover and 240 of consultation."),
    ),
    "treatment_grid_known": (
        "grid_minutes",
        _("Sessions can start every 5, 10, 15, 20, 30 or 60 minutes."),
    ),
    "treatment_horizon_range": ("horizon_days", _("Between 1 and 730 days ahead.")),
    "phase_minutes_range": ("", _("A phase lasts between 1 and 240 minutes.")),
    "phase_place_once": ("", _("Two phases stand in the same place. Please try again.")),
    "offered_once": ("offered_by", _("This practitioner is named twice.")),
    "needle_box_diameter_range": ("diameter_mm", _("Needles are 0.10 to 0.50 mm thick.")),
    "needle_box_length_range": ("length_mm", _("Needles are 3 to 80 mm long.")),
    "needle_box_pieces_range": ("pieces", _("A box holds 1 to 10,000 needles.")),
    "needle_box_finished_after": (
        "finished_on",
        _("A box is used up on the day it was received, or later."),
    ),
    "tool_name_once": (
        "name",
        _("Another tool here has this name. Please choose one that differs."),
    ),
    "treatments_plantemplate_slug_key": (
        "name",
        _("A plan of this name has just been added. Please choose another name."),
    ),
    "plantemplate_numbers_in_range": ("sessions", _("Between 1 and 60.")),
    "plantemplate_one_cadence": (
        "per_week",
        _("Say how often a week, or every how many days: one of the two."),
    ),
    "plantemplate_gaps_in_order": (
        "max_gap_days",
        _("At most is not less than at least, and both are between 1 and 365 days."),
    ),
    "plantemplate_before_event": (
        "before_event_most",
        _("Say both, the smaller one first, at most 60 days; and how many sessions there are."),
    ),
    "point_setting_depth_in_order": (
        "depth_to_mm",
        _("Say both depths, the smaller one first, at most 80 mm; or neither."),
    ),
    "point_setting_warns_in_range": ("warn_above_mm", _("At most 80 mm.")),
    "point_set_not_too_long": ("points", _("A set holds at most 60 needles.")),
}
