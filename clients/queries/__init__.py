"""Reads about people: the rules that keep them safe, and what they told us."""

from clients.queries.intake import (
    ChangedAt,
    Moment,
    changes,
    changes_since,
    current_form,
    draft_of,
    filling_of,
    form_of,
    forms,
    history_of,
    home,
    latest_submission,
    moments,
    request_by_token,
    submissions_of,
    told,
)
from clients.queries.rules import current_rule_set, rule_set, rule_sets

__all__ = [
    "ChangedAt",
    "Moment",
    "changes",
    "changes_since",
    "current_form",
    "current_rule_set",
    "draft_of",
    "filling_of",
    "form_of",
    "forms",
    "history_of",
    "home",
    "latest_submission",
    "moments",
    "request_by_token",
    "rule_set",
    "rule_sets",
    "submissions_of",
    "told",
]
