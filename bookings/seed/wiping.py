"""Going live: everything of the demo goes, the log book with it, and the staff's own logins stay.

The log book and the forms refuse deletion, by triggers that nothing may switch off while a clinic
runs. So nothing is deleted here: the tables go as a whole and are made anew, in one transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, models, transaction

from bookings.models import Booking
from bookings.seed.catalogue import DEMO_ADDRESS
from clients.models import Client
from clinic import audit
from clinic.access import STAFF
from clinic.audit import Actor
from clinic.models import AuditEntry, Clinic, User

SEEDED, WIPED = "demo.seeded", "demo.wiped"
CONSOLE = Actor("console")
# Whoever holds a table for longer has to be stopped first.
PATIENCE = "10s"


class NoDemo(Exception):
    """The database holds no demo clinic; nothing was touched."""


@dataclass(frozen=True, slots=True)
class Demo:
    """What would go: the demo's name, its clients and bookings; and the logins that would stay."""

    name: str
    clients: int
    bookings: int
    kept: list[str]


def is_demo() -> bool:
    return AuditEntry.objects.filter(about="clinic:1", verb=SEEDED).exists()


def was_wiped() -> bool:
    """Return whether this clinic began as a demo: then no new demo is loaded by itself."""
    return AuditEntry.objects.filter(about="clinic:1", verb=WIPED).exists()


def look() -> Demo:
    """Return what would go and stay. Raises NoDemo."""
    if not is_demo():
        raise NoDemo
    return Demo(
        name=Clinic.objects.the_only().name,
        clients=Client.objects.count(),
        bookings=Booking.objects.count(),
        kept=list(_own_logins().order_by("email").values_list("email", flat=True)),
    )


def wipe(*, now: datetime) -> int:
    """Empty a demo clinic; return how many logins were kept, with their second factors.

    All or nothing: a failure leaves the demo as it was.

    Raises NoDemo, or OperationalError where something else holds the tables.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [PATIENCE])
        if not is_demo():
            raise NoDemo
        users = list(_own_logins().values())
        factors = list(
            Authenticator.objects.filter(user__in=[user["id"] for user in users]).values()
        )
        _drop()
        call_command("migrate", verbosity=0, skip_checks=True)
        call_command("load_defaults", verbosity=0)
        _put_back(User, users)
        _put_back(Authenticator, factors)
        audit.record(
            now=now,
            actor=CONSOLE,
            verb=WIPED,
            about="clinic:1",
            after={"logins": len(users)},
        )
    return len(users)


def _own_logins() -> models.QuerySet[User]:
    """Return the members of staff that the demo did not bring."""
    return User.objects.filter(role__in=STAFF).exclude(email__endswith=DEMO_ADDRESS)


def _drop() -> None:
    """Drop the tables that Django knows, and the functions their triggers called."""
    quoted = connection.ops.quote_name
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    with connection.cursor() as cursor:
        everything = [quoted(name) for name in [*tables, "django_migrations"]]
        cursor.execute(f"DROP TABLE {', '.join(everything)} CASCADE")
        cursor.execute(
            "SELECT p.oid::regprocedure::text FROM pg_proc p"
            " WHERE p.pronamespace = current_schema()::regnamespace"
            " AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"
        )
        functions = [name for (name,) in cursor.fetchall()]
        if functions:
            cursor.execute(f"DROP FUNCTION {', '.join(functions)}")
    ContentType.objects.clear_cache()


def _put_back(model: type[models.Model], rows: Sequence[Mapping[str, Any]]) -> None:
    model._default_manager.bulk_create([model(**row) for row in rows])
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [model]):
            cursor.execute(statement)
