from bookings.models.booking import Booking, RequestKey

__all__ = ["Booking", "RequestKey"]
