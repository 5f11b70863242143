"""Writes about people."""

from clients.actions.people import CONSENT_WORDING, MOST_PROPOSALS, Resolved, resolve

__all__ = ["CONSENT_WORDING", "MOST_PROPOSALS", "Resolved", "resolve"]
