"""Reads about people: the rules that keep them safe, and what they told us."""

from clients.queries.intake import current_form, form_of, forms, latest_submission, submissions_of
from clients.queries.rules import current_rule_set, rule_set

__all__ = [
    "current_form",
    "current_rule_set",
    "form_of",
    "forms",
    "latest_submission",
    "rule_set",
    "submissions_of",
]
