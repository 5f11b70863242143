"""How often one network address may ask for something, counted in Postgres.

A count of requests stands in a window of fixed length that begins with the first of them. All web
processes share the counters, and a Redis that is away neither lifts a limit nor closes a door.
"""

from __future__ import annotations

import ipaddress
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.crypto import salted_hmac

from clinic.models import RateCount

DIGEST_LENGTH = 32

# One statement, so that of requests at the same moment each is counted.
_COUNT = """
INSERT INTO clinic_ratecount AS kept (bucket, who, count, ends_at)
VALUES (%(bucket)s, %(who)s, 1, %(ends_at)s)
ON CONFLICT (bucket, who) DO UPDATE SET
    count = CASE WHEN kept.ends_at <= %(now)s THEN 1
                 ELSE LEAST(kept.count, %(most)s) + 1 END,
    ends_at = CASE WHEN kept.ends_at <= %(now)s THEN excluded.ends_at ELSE kept.ends_at END
RETURNING count, ends_at
"""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` requests of the kind `bucket` in `seconds`, from one address."""

    bucket: str
    most: int
    seconds: int


def wait(limit: Limit, *, who: str, now: datetime) -> int:
    """Count a request; return in how many seconds to come again, 0 when it may go on.

    who: a digest from `digest_of_address`. One statement; none where RATE_LIMITS is off.
    """
    if not settings.RATE_LIMITS:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            _COUNT,
            {
                "bucket": limit.bucket,
                "who": who,
                "most": limit.most,
                "now": now,
                "ends_at": now + timedelta(seconds=limit.seconds),
            },
        )
        row: tuple[int, datetime] = cursor.fetchone()
    count, ends_at = row
    if count <= limit.most:
        return 0
    return max(1, math.ceil((ends_at - now).total_seconds()))


def forget(*, now: datetime) -> int:
    """Delete the counters whose window is over; return how many."""
    deleted, _by_model = RateCount.objects.filter(ends_at__lte=now).delete()
    return deleted


def address_of(request: HttpRequest) -> str:
    """Return the network address a request comes from: as many steps back through X-Forwarded-For
    as there are trusted proxies, so that nobody can claim to be somebody else."""
    direct = str(request.META.get("REMOTE_ADDR", ""))
    if not settings.TRUSTED_PROXIES:
        return direct
    steps = [step.strip() for step in request.headers.get("X-Forwarded-For", "").split(",")]
    steps = [step for step in steps if step]
    return steps[-min(settings.TRUSTED_PROXIES, len(steps))] if steps else direct


def digest_of_address(request: HttpRequest, *, salt: str) -> str:
    """Return a keyed digest of the address a request comes from; of IPv6, of its network."""
    address = address_of(request)
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return salted_hmac(salt, address).hexdigest()[:DIGEST_LENGTH]
    if known.version == 6:
        address = str(ipaddress.ip_network((known.packed[:8] + bytes(8), 64)))
    return salted_hmac(salt, address).hexdigest()[:DIGEST_LENGTH]


View = Callable[..., HttpResponse]


def limit_posts(limit: Limit) -> Callable[[View], View]:
    """Let one address POST to a view, or to several that share a bucket, only so often.

    What is too much is answered 429 with a page and Retry-After, before the view sees it.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def limited(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            if request.method != "POST":
                return view(request, *args, **kwargs)
            who = digest_of_address(request, salt=limit.bucket)
            seconds = wait(limit, who=who, now=timezone.now())
            if not seconds:
                return view(request, *args, **kwargs)
            minutes = math.ceil(seconds / 60)
            response = render(request, "429.html", {"minutes": minutes}, status=429)
            response["Retry-After"] = str(seconds)
            return response

        return limited

    return guard
