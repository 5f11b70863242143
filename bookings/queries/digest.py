"""What waits for somebody at the clinic, in numbers."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta

from bookings import lifecycle
from bookings.models import Booking, StaffTask
from bookings.queries.practice import clinic_zone
from clients.models import Conversation
from clients.queries import reach, trouble


@dataclass(frozen=True, slots=True)
class Digest:
    """How many: messages that did not go, clients who can't be reached, replies, tasks due; and visits
    today, which wait for nobody."""

    unsent: int
    unreached: int
    replies: int
    to_do: int
    visits: int

    @property
    def something_waits(self) -> bool:
        return bool(self.unsent or self.unreached or self.replies or self.to_do)

    @property
    def names(self) -> dict[str, str]:
        """Return the numbers that are not nought, by name, as a message says them."""
        return {name: str(number) for name, number in asdict(self).items() if number}


def digest(*, now: datetime) -> Digest:
    """Return what waits at `now` (six queries)."""
    zone = clinic_zone()
    today = now.astimezone(zone).date()
    begin, end = (
        datetime.combine(day, time(), tzinfo=zone) for day in (today, today + timedelta(days=1))
    )
    visits = Booking.objects.filter(
        starts_at__gte=begin, starts_at__lt=end, status__in=lifecycle.BEFORE_SESSION
    )
    return Digest(
        unsent=trouble.count(now=now),
        unreached=reach.how_many(),
        replies=Conversation.objects.filter(waiting_since__isnull=False).count(),
        to_do=StaffTask.objects.filter(status=StaffTask.Status.OPEN, due_at__lte=now).count(),
        visits=visits.count(),
    )
