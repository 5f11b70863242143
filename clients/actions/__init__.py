"""Writes about people."""

from clients.actions.intake import (
    Saved,
    Sent,
    ask_for_form,
    begin_form,
    save_form,
    send_form,
)
from clients.actions.people import CONSENT_WORDING, MOST_PROPOSALS, Resolved, resolve

__all__ = [
    "CONSENT_WORDING",
    "MOST_PROPOSALS",
    "Resolved",
    "Saved",
    "Sent",
    "ask_for_form",
    "begin_form",
    "resolve",
    "save_form",
    "send_form",
]
