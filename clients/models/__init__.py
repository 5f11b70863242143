from clients.models.client import Channel, Client, ContactConsent, DuplicateProposal, Purpose
from clients.models.consent import (
    ConsentDocument,
    ConsentEvent,
    ConsentGiven,
    ConsentLink,
    ConsentStillYes,
    ConsentWithdrawn,
)
from clients.models.conversation import STANDS, Conversation, TextMessage
from clients.models.data_request import DataRequest
from clients.models.intake import (
    IntakeDefinition,
    IntakeDraft,
    IntakeRequest,
    IntakeSubmission,
)
from clients.models.keeping import WAIT_ALONE, Erasure, LegalHold
from clients.models.login import ClientLogin
from clients.models.media import (
    STANDARD_VIEWS,
    Document,
    Ending,
    KeptFile,
    Milestone,
    Photo,
    PhotoView,
)
from clients.models.message import Message
from clients.models.note import ClientNote
from clients.models.opening import RecordOpening, Withholding
from clients.models.proposal import ContactProposal
from clients.models.reach import ChannelState, ContactFailure
from clients.models.rule_draft import RuleDraft, RuleEdit
from clients.models.screening import BookingQuestion, RuleSet, Screening, ScreeningRule, Source
from clients.models.sealed import ClientKey
from clients.models.wording import MessageWording

__all__ = [
    "STANDARD_VIEWS",
    "STANDS",
    "WAIT_ALONE",
    "BookingQuestion",
    "Channel",
    "ChannelState",
    "Client",
    "ClientKey",
    "ClientLogin",
    "ClientNote",
    "ConsentDocument",
    "ConsentEvent",
    "ConsentGiven",
    "ConsentLink",
    "ConsentStillYes",
    "ConsentWithdrawn",
    "ContactConsent",
    "ContactFailure",
    "ContactProposal",
    "Conversation",
    "DataRequest",
    "Document",
    "DuplicateProposal",
    "Ending",
    "Erasure",
    "IntakeDefinition",
    "IntakeDraft",
    "IntakeRequest",
    "IntakeSubmission",
    "KeptFile",
    "LegalHold",
    "Message",
    "MessageWording",
    "Milestone",
    "Photo",
    "PhotoView",
    "Purpose",
    "RecordOpening",
    "RuleDraft",
    "RuleEdit",
    "RuleSet",
    "Screening",
    "ScreeningRule",
    "Source",
    "TextMessage",
    "Withholding",
]
