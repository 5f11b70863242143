"""While a client chooses or asks something, others write beside their record."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from datetime import UTC, datetime

from django.db import OperationalError, connection, transaction

from clients import contact_consents, data_requests
from clients.models import Client
from clinic import audit
from tests.factories import bookings, clinic
from tests.factories.clients import message
from tests.harness.databases import Database

NOW = datetime(2099, 1, 5, 15, tzinfo=UTC)


def refuse(client: Client) -> None:
    contact_consents.refuse(
        now=NOW, actor=audit.CLIENT, client=client, channel="SMS", purposes=["CARE"], source="X"
    )


def choose(client: Client) -> None:
    granted = dict.fromkeys(contact_consents.CHOICES, True)
    contact_consents.choose(now=NOW, actor=audit.CLIENT, client=client, granted=granted)


def ask(client: Client) -> None:
    data_requests.ask(
        now=NOW, user=clinic.user(role="CLIENT"), client=client, kind="CORRECTION",
        words="My name", key=uuid.uuid4(),
    )  # fmt: skip


def lock(client: Client) -> None:
    Client.objects.select_for_update().get(pk=client.pk)


def waits(client: Client) -> bool:
    """Return whether somebody else has to wait to write a row that belongs to the client."""
    found: list[bool] = []

    def write() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '500ms'")
            message(due_at=NOW, client=client, staff_email="")
            found.append(False)
        except OperationalError:
            found.append(True)
        finally:
            connection.close()

    thread = threading.Thread(target=write)
    thread.start()
    thread.join(timeout=20)
    return found[0]


def test_a_message_is_planned_while_a_client_chooses_or_asks(fresh_db: Database) -> None:
    doings: list[tuple[Callable[[Client], None], bool]] = [
        (lock, True), (refuse, False), (choose, False), (ask, False),
    ]  # fmt: skip
    for doing, is_in_the_way in doings:
        client = bookings.client()
        with transaction.atomic():
            doing(client)
            assert waits(client) is is_in_the_way, doing.__name__
