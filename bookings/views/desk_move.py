"""Moving a booking at the desk: a time from what is free, or any time typed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bookings import actions, lifecycle
from bookings.availability import Opening
from bookings.errors import NeedsReason, NotBefore, SlotTaken
from bookings.forms.choosing import read_day
from bookings.forms.desk_booking import OTHER, WhenForm
from bookings.queries import catalogue, plans
from bookings.views import desk_taken, desk_times, wording
from bookings.views.answers import CONFLICT, INVALID
from bookings.views.desk_change import actor_of, booking_of, change_context, page_of, show, there
from bookings.views.desk_page import day_of
from bookings.views.desk_times import TimeChoice
from bookings.views.plan_words import gap_unconfirmed, gap_value
from clinic.access import staff_only
from clinic.errors import Refusal
from clinic.models import Clinic

MOVE = "bookings/desk/_move.html"
MOST_TIMES = 60


class Moving:
    """A booking that is being moved: the times of a day, and what stood in the way so far."""

    def __init__(self, request: HttpRequest, uid: UUID) -> None:
        self.request, self.now = request, timezone.now()
        self.booking = booking_of(uid)
        self.location = self.booking.room.location
        clinic = Clinic.objects.the_only()
        self.offering = catalogue.offering_of(self.booking.treatment_id, clinic)
        self.people = catalogue.practitioners(self.offering.id, self.location.pk)
        typed = request.POST if request.method == "POST" else None
        self.form = WhenForm(typed, location=self.location, people=[one.pk for one in self.people])

    @property
    def day(self) -> date:
        """The day whose times are shown: that of the time chosen, the one asked for, else today or
        the booking's own."""
        asked = read_day(self.request.GET.get("on", ""))
        if self.form.is_bound and self.form.is_valid() and self.form.starts_at is not None:
            asked = self.form.starts_at.astimezone(self.location.zone).date()
        today = self.now.astimezone(self.location.zone).date()
        return max(asked or day_of(self.booking), today)

    def show(
        self,
        *,
        status: int = 200,
        error: str | Promise = "",
        others: Sequence[TimeChoice] = (),
        asked: NeedsReason | None = None,
        gap: str | Promise = "",
    ) -> HttpResponse:
        chosen = self.form.data.get("at", "") if self.form.is_bound else ""
        times, elsewhere = self._times(chosen, own=True), self._times(chosen, own=False)
        is_shown = any(one.is_chosen for one in (others or (*times, *elsewhere)))
        context = change_context(
            self.booking,
            self.form,
            error=error,
            others=others,
            **desk_times.asking(asked, desk_times.WHY_MOVED),
            opened=desk_taken.stamp(self.now),
            gap=gap,
            gap_ok=gap_value(self.form.starts_at) if gap else self.form.data.get("gap_ok", ""),
            on=self.day,
            on_words=wording.day(self.day),
            times=times,
            elsewhere=elsewhere,
            is_elsewhere=any(one.is_chosen for one in elsewhere),
            people=self.people,
            is_other=bool(chosen) and not is_shown,
            **self._typed(is_typed=chosen == OTHER),
            action=reverse("desk-move", args=[self.booking.uid]),
        )
        page = page_of(self.request, self.booking)
        return page.answer(MOVE, context, title=_("Move the booking"), status=status)

    def _typed(self, *, is_typed: bool) -> dict[str, str]:
        """Return what stands in the fields for any other time: what was typed, else the time that
        was chosen, else the booking's own."""
        typed, start = self.form.data if is_typed else {}, self.form.starts_at
        local = (start or self.booking.starts_at).astimezone(self.location.zone)
        return {
            "typed_day": typed.get("day") or self.day.isoformat(),
            "typed_time": typed.get("time") or f"{local:%H:%M}",
            "typed_who": typed.get("practitioner")
            or str(self.form.who or self.booking.practitioner_id),
        }

    def _times(self, chosen: str, *, own: bool) -> list[TimeChoice]:
        """Return the shown day's times with whoever has the booking, or with everybody else."""
        who = self.booking.practitioner_id
        found = [one for one in self.today if (one.practitioner == who) is own]
        return desk_times.choices(
            found[:MOST_TIMES], self.people, self.location, chosen=chosen, with_day=False
        )

    @cached_property
    def today(self) -> list[Opening]:
        return self._found(self.day, self.day)

    def _found(self, first: date, last: date) -> list[Opening]:
        return desk_times.openings(
            self.offering, self.location, now=self.now, first=first, last=last, but=self.booking.pk
        )

    def move(self) -> HttpResponse:
        """Move, or show the panel again with what stands against it."""
        if not self.form.is_valid() or self.form.starts_at is None:
            return self.show(status=INVALID, others=desk_times.twice(self.form, self.people))
        typed, gap = self.form.cleaned_data, self._gap(self.form.starts_at)
        if gap:
            return self.show(status=INVALID, gap=gap)
        try:
            changed = actions.move_by_staff(
                now=self.now,
                actor=actor_of(self.request),
                booking=self.booking,
                starts_at=self.form.starts_at,
                practitioner=self.form.who,
                tell_client=typed["tell"],
                override=typed["override"],
            )
        except NeedsReason as refusal:
            return self.show(status=INVALID, error=refusal.sentence, asked=refusal)
        except Refusal as refusal:
            return self.refuse(refusal, self.form.starts_at)
        if changed.change is None:
            return self.show(
                status=INVALID, error=_("It stands there already. Choose another time.")
            )
        return there(changed.booking, "moved")

    def _gap(self, start: datetime) -> str | Promise:
        """Return what the client's plan has against a start that nobody has confirmed."""
        was = self.booking.starts_at
        if start == was:
            return ""
        plan = plans.open_plan(
            self.booking.client,
            now=self.now,
            zone=self.location.zone,
            treatment=self.booking.treatment_id,
        )
        said = self.form.data.get("gap_ok", "")
        return gap_unconfirmed(plan, start, said=said, instead_of=was)

    def refuse(self, refusal: Refusal, wanted: datetime) -> HttpResponse:
        error: str | Promise = refusal.sentence
        if isinstance(refusal, NotBefore):
            error = _(
                "By the safety answers, %(day)s is the earliest day. Nothing was changed."
            ) % {"day": wording.day(refusal.earliest)}
            wanted = max(wanted, datetime.combine(refusal.earliest, wanted.time(), wanted.tzinfo))
        if isinstance(refusal, SlotTaken):
            error = desk_taken.why_taken(
                refusal,
                now=self.now,
                opened_at=desk_taken.opened(self.form.data.get("opened", ""), self.now),
                offering=replace(self.offering, minutes=self.booking.minutes),
                location=self.location,
                practitioner=self.form.who or self.booking.practitioner_id,
                starts_at=wanted,
                but=self.booking.pk,
            )
        day = wanted.astimezone(self.location.zone).date()
        near = desk_times.nearest(self._found(day, desk_times.week_from(day)), wanted)
        others = desk_times.choices(near, self.people, self.location)
        status = CONFLICT if isinstance(refusal, SlotTaken) else INVALID
        return self.show(status=status, error=error, others=others)


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Choose another time, `?on=2026-11-25` for the times of a day; the POST moves."""
    moving = Moving(request, uid)
    if moving.booking.status not in lifecycle.BEFORE_SESSION:
        return show(request, moving.booking)
    return moving.move() if request.method == "POST" else moving.show()
