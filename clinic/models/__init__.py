from clinic.models.audit import AccessEntry, AuditEntry, Seal
from clinic.models.heartbeat import Heartbeat
from clinic.models.history import HistoryEntry, HistoryText
from clinic.models.hours import Closure, TimeOff, WorkingHours
from clinic.models.limits import RateCount
from clinic.models.logins import AddressProof, HandedOver, LoginLink, OpenSession, Pin, PinPass
from clinic.models.logo import Logo
from clinic.models.people import Practitioner, Role, User
from clinic.models.places import Clinic, Location, Room

__all__ = [
    "AccessEntry",
    "AddressProof",
    "AuditEntry",
    "Clinic",
    "Closure",
    "HandedOver",
    "Heartbeat",
    "HistoryEntry",
    "HistoryText",
    "Location",
    "LoginLink",
    "Logo",
    "OpenSession",
    "Pin",
    "PinPass",
    "Practitioner",
    "RateCount",
    "Role",
    "Room",
    "Seal",
    "TimeOff",
    "User",
    "WorkingHours",
]
