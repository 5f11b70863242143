from clients.models.client import Channel, Client, ContactConsent, DuplicateProposal, Purpose
from clients.models.consent import (
    ConsentDocument,
    ConsentGiven,
    ConsentLink,
    ConsentStillYes,
    ConsentWithdrawn,
)
from clients.models.intake import (
    IntakeDefinition,
    IntakeDraft,
    IntakeRequest,
    IntakeSubmission,
)
from clients.models.login import ClientLogin
from clients.models.message import Message
from clients.models.screening import BookingQuestion, RuleSet, Screening, ScreeningRule, Source
from clients.models.sealed import ClientKey

__all__ = [
    "BookingQuestion",
    "Channel",
    "Client",
    "ClientKey",
    "ClientLogin",
    "ConsentDocument",
    "ConsentGiven",
    "ConsentLink",
    "ConsentStillYes",
    "ConsentWithdrawn",
    "ContactConsent",
    "DuplicateProposal",
    "IntakeDefinition",
    "IntakeDraft",
    "IntakeRequest",
    "IntakeSubmission",
    "Message",
    "Purpose",
    "RuleSet",
    "Screening",
    "ScreeningRule",
    "Source",
]
