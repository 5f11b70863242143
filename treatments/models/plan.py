"""Series of sessions: the templates a clinic offers, and what one client agreed to."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clients.models import Client, ConsentGiven
from clients.sealing import SealedJSON, SealedText
from clinic.models import Practitioner
from treatments import plan_states
from treatments.models.treatment import Treatment
from treatments.plan_position import Numbers

MOST_SESSIONS = 60


class PlanNumbers(models.Model):
    """How many sessions (NULL: with no end), how often, how far apart, and when it is reviewed.

    `before_event_least` and `before_event_most`, for a plan that leads to a day: how many days
    before it the last session is. `retention_minutes`: how long the needles stay in.
    """

    sessions = models.PositiveSmallIntegerField(_("sessions"), null=True, blank=True)
    per_week = models.PositiveSmallIntegerField(_("times a week"), null=True, blank=True)
    every_days = models.PositiveSmallIntegerField(_("every so many days"), null=True, blank=True)
    min_gap_days = models.PositiveSmallIntegerField(_("days between sessions, at least"))
    max_gap_days = models.PositiveSmallIntegerField(
        _("days between sessions, at most"), null=True, blank=True
    )
    reviews_at = ArrayField(
        models.PositiveSmallIntegerField(), verbose_name=_("reviewed at"), default=list, blank=True
    )
    reviews_every = models.PositiveSmallIntegerField(
        _("reviewed every so many sessions"), null=True, blank=True
    )
    before_event_least = models.PositiveSmallIntegerField(null=True, blank=True)
    before_event_most = models.PositiveSmallIntegerField(null=True, blank=True)
    retention_minutes = models.PositiveSmallIntegerField(_("needles stay in, minutes"), default=20)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=(Q(sessions__isnull=True) | Q(sessions__gte=1, sessions__lte=60))
                & (Q(reviews_every__isnull=True) | Q(reviews_every__gte=1, reviews_every__lte=60))
                & Q(retention_minutes__gte=1, retention_minutes__lte=60),
                name="%(class)s_numbers_in_range",
            ),
            models.CheckConstraint(
                condition=Q(per_week__isnull=False, per_week__range=(1, 7), every_days__isnull=True)
                | Q(every_days__isnull=False, every_days__range=(1, 365), per_week__isnull=True),
                name="%(class)s_one_cadence",
            ),
            models.CheckConstraint(
                condition=Q(min_gap_days__gte=1, min_gap_days__lte=365)
                & (
                    Q(max_gap_days__isnull=True)
                    | Q(max_gap_days__gte=F("min_gap_days"), max_gap_days__lte=365)
                ),
                name="%(class)s_gaps_in_order",
            ),
            models.CheckConstraint(
                condition=Q(before_event_least__isnull=True, before_event_most__isnull=True)
                | Q(
                    before_event_least__isnull=False,
                    before_event_most__isnull=False,
                    before_event_most__gte=F("before_event_least"),
                    before_event_most__lte=60,
                    sessions__isnull=False,
                ),
                name="%(class)s_before_event",
            ),
        ]


COPIED = tuple(field.name for field in PlanNumbers._meta.local_fields)


class PlanTemplate(PlanNumbers):
    """A series the clinic offers. Plans copy its numbers, so a change holds for later plans only."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=80)
    is_active = models.BooleanField(_("offered"), default=True)
    position = models.PositiveSmallIntegerField(_("place in the list"), default=0)

    class Meta(PlanNumbers.Meta):
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def needs_event(self) -> bool:
        """Whether a plan of it leads to a day."""
        return self.before_event_least is not None

    @property
    def numbers(self) -> Numbers:
        return _numbers(self, None)


class Plan(PlanNumbers):
    """What a client agreed to: a series of one treatment, with what it is for.

    The numbers are those that were agreed, whatever the template says today. Visits count from
    `counts_from` until `closed_at`; how many is always computed (`plan_position`), never kept.
    `aims` holds `concerns` and `body` (codes, the most important first), `goals` and `words`, which
    are those for the client. `follows` is the plan it maintains.
    """

    class State(models.TextChoices):
        PROPOSED = plan_states.PROPOSED, _("Proposed")
        AGREED = plan_states.AGREED, _("Agreed")
        ACTIVE = plan_states.ACTIVE, _("Active")
        PAUSED = plan_states.PAUSED, _("Paused")
        COMPLETED = plan_states.COMPLETED, _("Completed")
        STOPPED = plan_states.STOPPED, _("Stopped")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="plans")
    practitioner = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="plans")
    treatment = models.ForeignKey(Treatment, on_delete=models.PROTECT, related_name="plans")
    template = models.ForeignKey(PlanTemplate, on_delete=models.PROTECT, related_name="plans")
    name = models.CharField(max_length=80)
    state = models.CharField(max_length=10, choices=State)
    proposed_at = models.DateTimeField()
    counts_from = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    event_on = models.DateField(_("day of the event"), null=True, blank=True)
    follows = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="followed_by"
    )
    aims = SealedJSON()
    consents = models.ManyToManyField(ConsentGiven, through="PlanEvent", related_name="plans")

    class Meta(PlanNumbers.Meta):
        constraints = [
            *PlanNumbers.Meta.constraints,
            models.CheckConstraint(
                condition=Q(state__in=plan_states.OPEN, closed_at__isnull=True)
                | Q(state__in=plan_states.CLOSED, closed_at__isnull=False),
                name="plan_open_or_closed",
            ),
            models.UniqueConstraint(
                fields=["client", "treatment"],
                condition=Q(state__in=plan_states.OPEN),
                name="plan_one_open",
            ),
            models.CheckConstraint(
                condition=Q(before_event_least__isnull=True) | Q(event_on__isnull=False),
                name="plan_event_has_day",
            ),
            models.CheckConstraint(
                condition=Q(follows__isnull=True) | ~Q(follows=F("id")),
                name="plan_does_not_follow_itself",
            ),
        ]

    def __str__(self) -> str:
        return f"plan {self.uid} {self.state}"

    @property
    def is_open(self) -> bool:
        return self.state in plan_states.OPEN

    @property
    def numbers(self) -> Numbers:
        """What was agreed, for `plan_position`."""
        return _numbers(self, self.event_on)


class PlanEvent(models.Model):
    """A plan came into a state. Nothing here ever changes (migration 0002).

    `user` is the member of staff who did it. `consent`: the signature by which it was agreed.
    `reason` may speak of health and is sealed.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="plan_events")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="events")
    state = models.CharField(max_length=10, choices=Plan.State)
    at = models.DateTimeField()
    user = models.ForeignKey(
        "clinic.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    consent = models.ForeignKey(
        ConsentGiven, on_delete=models.PROTECT, null=True, blank=True, related_name="plan_events"
    )
    reason = SealedText()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=plan_states.STATES), name="plan_event_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state=plan_states.AGREED) | Q(consent__isnull=False),
                name="plan_event_agreed_by_consent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.state}"


def _numbers(row: PlanNumbers, event_on: Any) -> Numbers:
    window = None
    if row.before_event_least is not None and row.before_event_most is not None:
        window = (row.before_event_least, row.before_event_most)
    return Numbers(
        sessions=row.sessions,
        min_gap_days=row.min_gap_days,
        max_gap_days=row.max_gap_days,
        per_week=row.per_week,
        every_days=row.every_days,
        reviews_at=tuple(row.reviews_at),
        reviews_every=row.reviews_every,
        event_on=event_on,
        before_event=window,
    )
