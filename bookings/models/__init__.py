from bookings.models.booking import Booking, RequestKey
from bookings.models.change import BookingChange
from bookings.models.check_in import CheckIn
from bookings.models.importing import Import, ImportedKey, ImportRow
from bookings.models.merge import Merge
from bookings.models.reason import CancelReason
from bookings.models.review import Review
from bookings.models.schedule import Schedule
from bookings.models.task import StaffTask

__all__ = [
    "Booking",
    "BookingChange",
    "CancelReason",
    "CheckIn",
    "Import",
    "ImportRow",
    "ImportedKey",
    "Merge",
    "RequestKey",
    "Review",
    "Schedule",
    "StaffTask",
]
