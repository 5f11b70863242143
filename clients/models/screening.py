"""Safety rules in versions, and what they said about a client on a day."""

from __future__ import annotations

import uuid
from enum import StrEnum
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clients.rules import LONGEST_WAIT_DAYS, Action, AnswerType, Outcome, Severity
from clients.sealing import SealedJSON

OUTCOMES = [
    (Outcome.FINE.value, _("Fine")),
    (Outcome.FLAG.value, _("Flag")),
    (Outcome.NOT_ASKED.value, _("Not asked")),
    (Outcome.REVIEW.value, _("Practitioner's review")),
    (Outcome.NOT_BEFORE.value, _("Not before")),
    (Outcome.REFUSED.value, _("Not online")),
]


def _values(kind: type[StrEnum]) -> list[str]:
    return [code.value for code in kind]


def _codes(kind: type[StrEnum]) -> list[tuple[str, str]]:
    return [(code, code) for code in _values(kind)]


class RuleSet(models.Model):
    """One published version of the safety rules and booking questions.

    Nothing of it ever changes (migration 0002 refuses it): editing publishes the next version, so
    that an answer can always be read beside the rules it was given to.

    `texts` are the words for "none", "not sure" and its reply; `area_groups` names groups of face
    regions; `sources` spells out the source codes of the rules; `notes` is what else the document
    of the rules says about how they are to be read. `published_by` and `why`: who edited them, in
    words of theirs; nobody where they came with Jade. `digest` is the SHA-256 of the document.
    """

    version = models.PositiveIntegerField(primary_key=True)
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    why = models.TextField(blank=True, default="")
    digest = models.CharField(max_length=64)
    source = models.CharField(max_length=200)
    rule_count = models.PositiveSmallIntegerField()
    question_count = models.PositiveSmallIntegerField()
    texts = models.JSONField(default=dict)
    area_groups = models.JSONField(default=dict)
    sources = models.JSONField(default=dict)
    notes = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(version__gte=1), name="rule_set_version_from_one"),
            models.CheckConstraint(
                condition=Q(digest__regex="^[0-9a-f]{64}$"), name="rule_set_digest_sha256"
            ),
        ]

    def __str__(self) -> str:
        return f"rules, version {self.version}"


class ScreeningRule(models.Model):
    """One rule of a set: when it is triggered, what it does, and for how long.

    `days` is the wait after the event (advice only where `action` is FLAG), `days_least` and
    `days_most` the range found in the sources, `review_from_days` the day from which a practitioner
    may be asked for less. `applies_to` are targets (`clients.phases.Target`). `restrictions` say
    what changes in the session, each with phase, effect, areas, points, `points_where`,
    `until_days`, `when` and note. `asked_in` names the question at booking, in the intake and in the
    what-changed form. `sources` are codes spelled out in the set; `evidence_note` says where
    they disagree. A rule with an
    `off_reason` is switched off: it is neither asked nor judged.
    """

    rule_set = models.ForeignKey(RuleSet, on_delete=models.PROTECT, related_name="rules")
    position = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=40)
    group = models.CharField(max_length=40)
    question = models.TextField()
    answer_type = models.CharField(max_length=16, choices=_codes(AnswerType))
    trigger_answer = models.CharField(max_length=8, blank=True)
    trigger_under_age = models.PositiveSmallIntegerField(null=True, blank=True)
    trigger_over_age = models.PositiveSmallIntegerField(null=True, blank=True)
    severity = models.CharField(max_length=16, choices=_codes(Severity))
    action = models.CharField(max_length=24, choices=_codes(Action))
    event_date_question = models.TextField(blank=True)
    days = models.PositiveSmallIntegerField(null=True, blank=True)
    days_least = models.PositiveSmallIntegerField(null=True, blank=True)
    days_most = models.PositiveSmallIntegerField(null=True, blank=True)
    review_from_days = models.PositiveSmallIntegerField(null=True, blank=True)
    applies_to = models.JSONField(default=list)
    restrictions = models.JSONField(default=list)
    session_modifications = models.JSONField(default=list)
    client_message = models.TextField(blank=True)
    follow_up_questions = models.JSONField(default=list)
    asked_in = models.JSONField(default=dict)
    sources = models.JSONField(default=list)
    evidence_note = models.TextField(blank=True)
    off_reason = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule_set", "code"], name="rule_code_once_a_set"),
            models.UniqueConstraint(fields=["rule_set", "position"], name="rule_position_once"),
            models.CheckConstraint(
                condition=Q(code__regex="^[a-z][a-z0-9_]*$"), name="rule_code_plain"
            ),
            models.CheckConstraint(
                condition=Q(action__in=_values(Action)), name="rule_action_known"
            ),
            models.CheckConstraint(
                condition=Q(severity__in=_values(Severity)), name="rule_severity_known"
            ),
            models.CheckConstraint(
                condition=Q(
                    answer_type__in=[AnswerType.YES_NO.value, AnswerType.YES_NO_UNSURE.value],
                    trigger_answer__in=["YES", "NO"],
                    trigger_under_age__isnull=True,
                    trigger_over_age__isnull=True,
                )
                | Q(
                    answer_type=AnswerType.COMPUTED_AGE.value,
                    trigger_answer="",
                    trigger_under_age__isnull=False,
                    trigger_over_age__isnull=True,
                )
                | Q(
                    answer_type=AnswerType.COMPUTED_AGE.value,
                    trigger_answer="",
                    trigger_under_age__isnull=True,
                    trigger_over_age__isnull=False,
                ),
                name="rule_has_one_trigger",
            ),
            models.CheckConstraint(
                condition=~Q(action=Action.DELAY_UNTIL.value) | Q(days__isnull=False),
                name="rule_delay_has_days",
            ),
            models.CheckConstraint(
                condition=Q(days__isnull=True) | Q(days__lte=LONGEST_WAIT_DAYS),
                name="rule_days_within_ten_years",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} (version {self.rule_set_id})"


class BookingQuestion(models.Model):
    """One question asked before a booking, over one rule or several.

    `items` of a PICK_ANY question: each a rule's code, a label and, where it has one, the question
    for the date. `message_if_yes` is read instead of the rules' own messages, where a yes does not
    say which of several rules it meant. `lookback_days` is how far back the question's text asks.
    """

    rule_set = models.ForeignKey(RuleSet, on_delete=models.PROTECT, related_name="questions")
    position = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=40)
    type = models.CharField(max_length=16, choices=_codes(AnswerType))
    text = models.TextField()
    help = models.TextField(blank=True)
    trigger_answer = models.CharField(max_length=8, blank=True)
    date_label = models.TextField(blank=True)
    lookback_days = models.PositiveSmallIntegerField(null=True, blank=True)
    message_if_yes = models.TextField(blank=True)
    rules = models.JSONField(default=list)
    items = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule_set", "code"], name="question_code_once_a_set"),
            models.UniqueConstraint(fields=["rule_set", "position"], name="question_position_once"),
            models.CheckConstraint(
                condition=Q(
                    type__in=[AnswerType.YES_NO.value, AnswerType.YES_NO_UNSURE.value],
                    trigger_answer__in=["YES", "NO"],
                )
                | Q(type=AnswerType.PICK_ANY.value, trigger_answer=""),
                name="question_type_and_trigger",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} (version {self.rule_set_id})"


class Source(models.TextChoices):
    """How the answers came to us."""

    ONLINE = "ONLINE", _("Booking page")
    API = "API", _("Another program")
    DESK = "DESK", _("Front desk")
    LINK = "LINK", _("Link sent to the client")
    ROOM = "ROOM", _("Asked in the room")


class Screening(models.Model):
    """What a client answered and what the rules made of it for one day.

    The desk reads `outcome` and `not_before`; the answers, the triggered rules and the
    restrictions are health text and sealed. `answered_on` is the location's date: a "not sure
    when" counts from it. Judging again for another day makes another row.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    client = models.ForeignKey(
        "clients.Client", on_delete=models.PROTECT, related_name="screenings"
    )
    rule_set = models.ForeignKey(RuleSet, on_delete=models.PROTECT, related_name="screenings")
    source = models.CharField(max_length=8, choices=Source)
    assessed_for = models.DateField()
    answered_on = models.DateField()
    outcome = models.CharField(max_length=12, choices=OUTCOMES)
    not_before = models.DateField(null=True, blank=True)
    answers = SealedJSON()
    results = SealedJSON()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome__in=_values(Outcome)), name="screening_outcome_known"
            ),
            models.CheckConstraint(
                condition=Q(source__in=Source.values), name="screening_source_known"
            ),
            models.CheckConstraint(
                condition=~Q(outcome=Outcome.NOT_BEFORE.value)
                | Q(not_before__isnull=False, not_before__gt=F("assessed_for")),
                name="screening_delay_has_date",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["client", "-created_at"], name="screening_of_client"),
        ]

    def __str__(self) -> str:
        return f"screening {self.uid}"
