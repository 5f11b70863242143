"""Booking at the desk, in one panel: who, what, with whom, when; then exactly one booking."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bookings import actions
from bookings.actions.booking import Booked
from bookings.availability import Opening
from bookings.errors import KeyMismatch, NeedsReason, SlotTaken
from bookings.forms.choosing import read_choice
from bookings.forms.desk_booking import NEW, OTHER, DeskBookForm
from bookings.models import Booking
from bookings.queries import catalogue, found_clients, plans
from bookings.queries.catalogue import Offering
from bookings.queries.plans import Standing
from bookings.views import desk_taken, desk_times
from bookings.views.answers import CONFLICT, INVALID
from bookings.views.desk import LONGEST_TEXT, desk_page, no_location
from bookings.views.desk_change import actor_of, there
from bookings.views.desk_grid import book_href
from bookings.views.desk_page import DeskPage
from bookings.views.desk_results import Result, results
from bookings.views.desk_times import TimeChoice
from bookings.views.plan_words import gap_unconfirmed, gap_value, plan_line
from clients.models import Client
from clinic.access import staff_only
from clinic.errors import Refusal
from clinic.models import Clinic, Practitioner
from clinic.opening import day_bounds, instant_of

PANEL = "bookings/desk/_book.html"
MOST_FOUND = 6


class DeskBooking:
    """The panel with what is known so far: from the address when it opens, from the form after."""

    def __init__(self, request: HttpRequest, page: DeskPage) -> None:
        self.request, self.page, self.now = request, page, page.now
        self.location = page.location
        self.typed = request.POST if request.method == "POST" else request.GET
        self.is_sent = request.method == "POST"
        self.offerings = catalogue.offerings(Clinic.objects.the_only())
        self.form = DeskBookForm(
            request.POST if self.is_sent and "look" not in request.POST else None,
            location=self.location,
            people=[one.pk for one in self.people],
        )

    @cached_property
    def client(self) -> Client | None:
        """The client chosen, if it is one we have."""
        try:
            uid = UUID(self.typed.get("client", ""))
        except ValueError:
            return None
        living = Client.objects.exclude(status__in=Client.GONE)
        return living.filter(uid=uid).first()

    @cached_property
    def usual(self) -> Booking | None:
        """The client's last booking: what they usually have, and with whom."""
        if self.client is None:
            return None
        return found_clients.latest(self.client)

    @cached_property
    def plan(self) -> Standing | None:
        """The client's plan that such a session belongs to: its numbers and days alone."""
        offering = self.offering
        return plans.open_plan(
            self.client,
            now=self.now,
            zone=self.location.zone,
            treatment=offering.id if offering else None,
        )

    @cached_property
    def offering(self) -> Offering | None:
        """The session asked for, else what somebody new or this client usually has, else the first
        that is not for newcomers."""
        asked = self.typed.get("treatment", "")
        if not asked and self.typed.get("client") == NEW:
            asked = next((one.slug for one in self.offerings if one.for_new_clients), "")
        if not asked and self.usual and not self.usual.treatment.for_new_clients:
            asked = self.usual.treatment.slug
        plain = [one for one in self.offerings if not one.for_new_clients]
        by_slug = {one.slug: one for one in self.offerings}
        return by_slug.get(asked) or next(iter(plain or self.offerings), None)

    @cached_property
    def people(self) -> list[Practitioner]:
        if self.offering is None:
            return []
        return catalogue.practitioners(self.offering.id, self.location.pk)

    @property
    def who(self) -> int | None:
        """The practitioner asked for, else the client's usual one."""
        asked = self.typed.get("practitioner")
        if asked is None and self.usual is not None and "start" not in self.typed:
            asked = str(self.usual.practitioner_id)
        return next((one.pk for one in self.people if str(one.pk) == asked), None)

    @property
    def start(self) -> datetime | None:
        """The start a link named."""
        choice = read_choice(self.typed.get("start", ""))
        return choice.starts_at if choice else None

    def _near(self, to: datetime, who: int | None) -> list[Opening]:
        if self.offering is None:
            return []
        day = to.astimezone(self.location.zone).date()
        found = desk_times.openings(
            self.offering,
            self.location,
            now=self.now,
            first=day,
            last=desk_times.week_from(day),
            practitioner=who,
        )
        return desk_times.nearest(found, to)

    def times(self) -> list[TimeChoice]:
        """Return the times nearest to the one asked for; that one, or the first, is chosen."""
        near = self._near(self._from(), self.who)
        said = self.typed.get("at", "")
        if not said and near:
            exact = (one for one in near if self.start == instant_of(one.minute))
            first = next(exact, None if self.start else near[0])
            said = desk_times.value_of(first) if first else ""
        return desk_times.choices(near, self.people, self.location, chosen=said)

    def _from(self) -> datetime:
        """Return what times are looked for near to: the start asked for, or the latest of now, the
        morning of the day that is shown, and when the next session of the plan is due."""
        morning = instant_of(day_bounds(self.location.time_zone, self.page.day)[0])
        return self.start or max(self.now, morning, self._due() or morning)

    def _due(self) -> datetime | None:
        """Return when the next session of the plan is due, at the time of day of the last visit."""
        window = self.plan.position.window if self.plan and self.plan.is_running else None
        if window is None or window.target is None or self.usual is None:
            return None
        zone = self.location.zone
        wall = self.usual.starts_at.astimezone(zone).time()
        return datetime.combine(window.target, wall, zone).astimezone(UTC)

    def show(
        self,
        *,
        status: int = 200,
        error: str | Promise = "",
        others: Sequence[TimeChoice] = (),
        asked: NeedsReason | None = None,
        gap: str | Promise = "",
    ) -> HttpResponse:
        times = list(others) or self.times()
        context = {
            **self._wish(),
            **self._typed(times),
            "panel_form": self.form if "look" not in self.typed else None,
            "times": times,
            "others": others,
            "error": error,
            **desk_times.asking(asked, desk_times.WHY_BOOKED),
            "plan": plan_line(self.plan) if self.plan else None,
            "gap": gap,
            "gap_ok": gap_value(self.form.starts_at) if gap else self.typed.get("gap_ok", ""),
            "action": self.request.get_full_path(),
            "close_href": self.page.href(self.page.day),
            "other_href": self._other_href(),
        }
        return self.page.answer(PANEL, context, title=_("New booking"), status=status)

    def _wish(self) -> dict[str, Any]:
        """Return who is to have what with whom, and what there is to choose from."""
        return {
            "client": self.client,
            "usual": self.usual,
            "found": self._found_clients(),
            "offerings": self.offerings,
            "offering": self.offering,
            "people": self.people,
            "who": self.who,
        }

    def _typed(self, times: Sequence[TimeChoice]) -> dict[str, Any]:
        """Return what stands in the fields: what was typed, else what is likely meant."""
        typed, local = self.typed, self._from().astimezone(self.location.zone)
        is_free = any(one.is_chosen for one in times)
        return {
            "typed": typed,
            "text": typed.get("q", ""),
            "is_new": typed.get("client") == NEW,
            "is_other": not is_free and (typed.get("at") == OTHER or bool(self.start) or not times),
            "typed_day": (typed.get("day") if self.is_sent else "") or f"{local:%Y-%m-%d}",
            "typed_time": typed.get("time") or f"{local:%H:%M}",
            "may_tell": self.client is None or bool(self.client.email),
            "tell": "tell" in typed if self.is_sent else True,
            "override": typed.get("override", ""),
            "key": typed.get("key") or uuid4(),
            "opened": desk_taken.stamp(self.now),
        }

    def _other_href(self) -> str:
        """Return the panel as it is, but for the client."""
        kept = {"treatment": self.offering.slug} if self.offering else {}
        day = self.page.day.isoformat()
        return book_href(
            self.location.slug, practitioner=self.who, start=self.start, day=day, **kept
        )

    def _found_clients(self) -> list[Result]:
        text = self.typed.get("q", "").strip()[:LONGEST_TEXT]
        if not text:
            return []
        found = found_clients.found(text, now=self.now, most=MOST_FOUND)
        return results(found, location=self.location, day=self.page.day, now=self.now)

    def book(self) -> HttpResponse:
        """Book, or show the panel again with all that was typed and what stands against it."""
        form = self.form
        if not form.is_valid() or form.starts_at is None or self.offering is None:
            return self.show(status=INVALID, others=desk_times.twice(form, self.people))
        if form.data.get("client") not in {None, "", NEW} and self.client is None:
            return self.show(status=INVALID, error=_("Please find the client again."))
        gap = gap_unconfirmed(self.plan, form.starts_at, said=self.typed.get("gap_ok", ""))
        if gap:
            return self.show(status=INVALID, gap=gap)
        try:
            made = self._book(self.offering, form.starts_at)
        except NeedsReason as refusal:
            return self.show(status=INVALID, error=refusal.sentence, asked=refusal)
        except Refusal as refusal:
            return self.refuse(refusal, form.starts_at)
        return there(made.booking, "booked")

    def _book(self, offering: Offering, starts_at: datetime) -> Booked:
        typed = self.form.cleaned_data
        return actions.book_by_staff(
            now=self.now,
            actor=actor_of(self.request),
            key=f"desk:{typed['key']}",
            offering=offering,
            location=self.location,
            practitioner=self.form.who,
            starts_at=starts_at,
            client=self.client,
            contact=None if self.client else self.form.contact,
            tell_client=typed["tell"],
            override=typed["override"],
        )

    def refuse(self, refusal: Refusal, wanted: datetime) -> HttpResponse:
        """Show the panel with the reason and, where the time was the trouble, those nearest to it."""
        near = self._near(wanted, self.form.who) or self._near(wanted, None)
        others = desk_times.choices(near, self.people, self.location)
        status = CONFLICT if isinstance(refusal, SlotTaken | KeyMismatch) else INVALID
        error = refusal.sentence
        if isinstance(refusal, SlotTaken) and self.offering is not None:
            error = desk_taken.why_taken(
                refusal,
                now=self.now,
                opened_at=desk_taken.opened(self.typed.get("opened", ""), self.now),
                offering=self.offering,
                location=self.location,
                practitioner=self.form.who,
                starts_at=wanted,
            )
        return self.show(status=status, error=error, others=others)


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def book(request: HttpRequest) -> HttpResponse:
    """Book for a client: `?client=&practitioner=&start=&treatment=` are filled in where given. A
    POST with `look` only looks for clients and times; without it, it books."""
    page = desk_page(request)
    if page is None:
        return no_location(request)
    booking = DeskBooking(request, page)
    if request.method == "POST" and "look" not in request.POST:
        return booking.book()
    return booking.show()
