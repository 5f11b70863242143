"""Consents in words: why one is asked for, and how it stands."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clients.consent_rules import Kind, Reason

Words = str | Promise

KINDS: dict[Kind, Words] = {
    Kind.TREATMENT: _("Your treatment"),
    Kind.PHOTO: _("Photos"),
}
STAFF_KINDS: dict[Kind, Words] = {
    Kind.TREATMENT: _("Treatment"),
    Kind.PHOTO: _("Photos"),
}
# To a client, without a word on their health.
WHY: dict[Reason, Words] = {
    Reason.NEVER_GIVEN: _("We need your signature before your first session."),
    Reason.WITHDRAWN: _("You took this back. You can sign again whenever you like."),
    Reason.TOO_OLD: _("You signed a while ago, so we ask you again."),
    Reason.TEXT_CHANGED: _("The text has changed since you signed."),
    Reason.NEW_PLAN: _("Your new plan needs a signature of its own."),
    Reason.NEW_RISK: _("Something has come up that your last signature did not cover."),
    Reason.NEW_TECHNIQUE: _("We would like to add something your last signature did not cover."),
    Reason.CAPACITY_CHANGED: _("You now decide for yourself, so we ask for your own signature."),
}
WHY_PHOTO: dict[Reason, Words] = {
    **WHY,
    Reason.NEVER_GIVEN: _("You choose what photos may be used for. A no is fine."),
}
# To those who treat.
STAFF: dict[Reason, Words] = {
    Reason.NEVER_GIVEN: _("not signed yet"),
    Reason.WITHDRAWN: _("taken back"),
    Reason.TOO_OLD: _("too old"),
    Reason.TEXT_CHANGED: _("the text has changed"),
    Reason.NEW_PLAN: _("new plan"),
    Reason.NEW_RISK: _("new risk"),
    Reason.NEW_TECHNIQUE: _("new technique"),
    Reason.CAPACITY_CHANGED: _("now decides for themselves"),
}


def why(kind: Kind, reason: Reason) -> Words:
    """Return what to tell a client about why they are asked."""
    return (WHY_PHOTO if kind is Kind.PHOTO else WHY)[reason]
