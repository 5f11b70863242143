from clinic.models.audit import AuditEntry
from clinic.models.hours import Closure, TimeOff, WorkingHours
from clinic.models.limits import RateCount
from clinic.models.people import Practitioner, Role, User
from clinic.models.places import Clinic, Location, Room

__all__ = [
    "AuditEntry",
    "Clinic",
    "Closure",
    "Location",
    "Practitioner",
    "RateCount",
    "Role",
    "Room",
    "TimeOff",
    "User",
    "WorkingHours",
]
