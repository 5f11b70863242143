"""How much of what nobody asked for a client gets: one a day, three a week, none at night.

Answers, confirmations and reminders are not counted. Decided at the moment of sending, for all
workers together: who decides holds the client's row, and what was let through is counted at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from clients.models import Client, Message
from clients.notices import Postponed, Suppressed
from clients.quiet import Quiet
from clinic.models import Clinic, Location

A_DAY = 1
A_WEEK = 3
WEEK = timedelta(days=7)
ASK_AGAIN = timedelta(minutes=10)
TOO_MUCH = "The client has had enough of such messages this week."

Status = Message.Status


def held_back(messages: Sequence[Message], *, now: datetime) -> dict[int, Postponed | Suppressed]:
    """Return which of some claimed messages don't go now, by primary key. Those that go are counted.

    Call it outside any transaction. At most five queries, however many messages.
    """
    asked = [each for each in messages if each.client_id is not None]
    zones = _zones({each.client_id or 0 for each in asked})
    capped = [each for each in asked if each.capped]
    if not zones and not capped:
        return {}
    quiet = _Nights(zones)
    result: dict[int, Postponed | Suppressed] = {}
    for each in asked:
        # In the clinic's zone, quiet hours are the planner's.
        if each.client_id in zones and each.urgency != Message.Urgency.NOW:
            morning = quiet.of(each).morning(now)
            if morning > now:
                result[each.pk] = Postponed(morning)
    counted = [each for each in capped if each.pk not in result]
    if counted:
        with transaction.atomic():
            result |= _admit(counted, quiet, now)
    return result


def _admit(
    messages: Sequence[Message], quiet: _Nights, now: datetime
) -> dict[int, Postponed | Suppressed]:
    clients = sorted({each.client_id or 0 for each in messages})
    list(
        Client.objects.select_for_update(no_key=True)
        .filter(pk__in=clients)
        .order_by("pk")
        .values_list("pk")
    )
    # What is on its way counts like what arrived, though it may come back: that decides for now only.
    had: dict[int, list[datetime]] = defaultdict(list)
    left: dict[int, list[datetime]] = defaultdict(list)
    for client, at, status in (
        Message.objects.filter(
            client__in=clients,
            admitted_at__gt=now - WEEK,
            status__in=(Status.SENDING, Status.SENT),
        )
        .exclude(pk__in=[each.pk for each in messages])
        .order_by("admitted_at")
        .values_list("client", "admitted_at", "status")
    ):
        if at is not None:
            had[client].append(at)
            left[client] += [at] if status == Status.SENT else []
    result: dict[int, Postponed | Suppressed] = {}
    admitted: list[int] = []
    for each in messages:
        client = each.client_id or 0
        again = _again(had[client], quiet.of(each), now)
        if again is None:
            admitted.append(each.pk)
            had[client].append(now)
            continue
        if _again(left[client], quiet.of(each), now) is None:
            again = min(again, now + ASK_AGAIN)
        if again < each.expires_at:
            result[each.pk] = Postponed(again)
        else:
            result[each.pk] = Suppressed(TOO_MUCH)
    Message.objects.filter(pk__in=admitted).update(admitted_at=now)
    return result


def _again(had: Sequence[datetime], quiet: Quiet, now: datetime) -> datetime | None:
    """Return when one more may go; None for now."""
    today = now.astimezone(quiet.zone).date()
    if len(had) >= A_WEEK:
        return quiet.morning(had[-A_WEEK] + WEEK)
    if sum(at.astimezone(quiet.zone).date() == today for at in had) >= A_DAY:
        tomorrow = datetime.combine(today + timedelta(days=1), time.min, quiet.zone)
        return quiet.morning(tomorrow.astimezone(UTC))
    return None


class _Nights:
    """The quiet hours of each client: in their own zone where it is known, else in the clinic's."""

    def __init__(self, zones: Mapping[int, ZoneInfo]) -> None:
        self._zones = zones
        self._clinic = Clinic.objects.the_only()
        place = Location.objects.order_by("pk").first()
        self._house = place.zone if place else ZoneInfo("UTC")

    def of(self, message: Message) -> Quiet:
        zone = self._zones.get(message.client_id or 0, self._house)
        return Quiet(zone, self._clinic.quiet_from_minute, self._clinic.quiet_until_minute)


def _zones(clients: Collection[int]) -> dict[int, ZoneInfo]:
    """Return the zones of the clients who live by another clock than the clinic's."""
    if not clients:
        return {}
    found = Client.objects.filter(pk__in=clients).exclude(time_zone="")
    return {pk: ZoneInfo(zone) for pk, zone in found.values_list("pk", "time_zone")}
