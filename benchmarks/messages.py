"""How fast one worker says what is due: claimed, written, handed to a mail server of our own."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from datetime import timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks import house
from benchmarks.measure import Line, at_least, at_most, line
from benchmarks.stage import FORK, Stage

SECTION = "messages"
KIND = "REMINDER"
WINDOW = timedelta(seconds=30)
PATIENCE = 120.0


class _Sink(asyncio.Protocol):
    """A mail server that takes everything and keeps only the count."""

    def __init__(self, taken: Any) -> None:
        self.taken = taken
        self.waiting = b""
        self.in_data = False

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self.waiting += data
        while True:
            end = b"\r\n.\r\n" if self.in_data else b"\r\n"
            found = self.waiting.find(end)
            if found < 0:
                return
            said, self.waiting = self.waiting[:found], self.waiting[found + len(end) :]
            self.answer(said)

    def answer(self, said: bytes) -> None:
        verb = said[:4].upper()
        if self.in_data:
            self.in_data = False
            with self.taken.get_lock():
                self.taken.value += 1
            self.transport.write(b"250 taken\r\n")
        elif verb == b"DATA":
            self.in_data = True
            self.transport.write(b"354 go on\r\n")
        elif verb == b"QUIT":
            self.transport.write(b"221 bye\r\n")
            self.transport.close()
        else:
            self.transport.write(b"250 ok\r\n")


def _serve(port: Any, taken: Any) -> None:
    async def forever() -> None:
        server = await asyncio.get_running_loop().create_server(
            lambda: _Sink(taken), "127.0.0.1", 0
        )
        port.value = server.sockets[0].getsockname()[1]
        await server.serve_forever()

    asyncio.run(forever())


def run(stage: Stage) -> list[Line]:
    from django.db import connections

    wanted = stage.scale.messages
    stage.say(f"Sending {wanted:,} messages")
    database = stage.database(SECTION)
    _make_messages(wanted)
    connections.close_all()
    port, taken = FORK.Value("i", 0), FORK.Value("i", 0)
    sink = FORK.Process(target=_serve, args=[port, taken], daemon=True)
    sink.start()
    rates: list[float] = []
    bare: list[float] = []
    try:
        _wait(lambda: port.value, "the mail server")
        with _Program("worker", " ready.", stage, database, port.value):
            # The first round warms the worker up.
            for number in range(max(2, stage.scale.rounds - 3)):
                rate = _round(wanted, taken)
                if number:
                    rates.append(rate)
                    bare.append(_bare(wanted, port.value))
            stage.say("Waiting for reminders that come due one by one")
            with _Program("beat", "beat: Starting", stage, database, port.value):
                late = _lateness(wanted // 4)
    finally:
        sink.terminate()
        sink.join()
    return [
        line(SECTION, "reminders by one worker of concurrency 2", rates, "/s", at_least(300, "/s")),
        line(SECTION, "one bare SMTP connection, nothing written down", bare, "/s"),
        line(SECTION, "from due to sent, 95 of 100, by beat", [late], "s", at_most(20, "s")),
    ]


def _make_messages(wanted: int) -> None:
    """Book sessions whose reminders are due, each to an address of its own."""
    from django.db.models import CharField, F, Value
    from django.db.models.functions import Cast, Concat

    from bookings import messages, seed
    from bookings.models import Booking
    from clients.models import Channel, Client, ContactConsent, Message, Purpose
    from clinic.models import Clinic

    now = house.clean_now()
    what = house.treatment("session")
    place = house.location("place", what, people=10, rooms=10)
    house.fill(place, what, first=(now + timedelta(days=2)).date(), days=40, now=now)
    address = Concat(
        Value("client-"),
        Cast(F("pk"), CharField()),
        Value("@example.org"),
        output_field=CharField(),
    )
    Booking.objects.update(contact_name="Noémie Tremblay", contact_email=address)
    ContactConsent.objects.create(
        client=Client.objects.get(), channel=Channel.EMAIL, purpose=Purpose.CARE, granted=True,
        at=now, source="ONLINE", wording="care-1",
    )  # fmt: skip
    clinic = Clinic.objects.the_only()
    for booking in Booking.objects.select_related("client", "practitioner__user")[:wanted]:
        messages.plan_new(booking, now=now, location=place, clinic=clinic)
    Message.objects.exclude(kind=KIND).update(status="WITHDRAWN")
    # What is measured is sending, at whatever hour that is.
    Clinic.objects.update(quiet_from_minute=0, quiet_until_minute=0)
    seed.vacuum()


def _round(wanted: int, taken: Any) -> float:
    """Make all reminders due and wait until they have arrived; return messages a second."""
    from django.db.models import Count
    from django.utils import timezone

    from clients import nudge
    from clients.models import Message

    due = Message.objects.filter(kind=KIND)
    now = timezone.now()
    with taken.get_lock():
        taken.value = 0
    number = due.update(status="PLANNED", sent_at=None, due_at=now, tries=0)
    assert number == wanted
    began = perf_counter()
    assert nudge.send("clients.tasks.send_due_messages"), "The queue can't be reached."
    _wait(lambda: not Message.objects.filter(status__in=["PLANNED", "SENDING"]).exists(), "the end")
    took = perf_counter() - began
    ends = dict(due.values_list("status").annotate(Count("pk")))
    assert taken.value == number == ends.get("SENT"), f"{taken.value} arrived of {ends}"
    return number / took


def _bare(wanted: int, port: int) -> float:
    """Hand the same number of ready letters to the same server and do nothing else; return how many
    a second."""
    import smtplib

    letter = b"From: a@example.org\r\nTo: b@example.org\r\n\r\n" + b"Hello, see you soon.\r\n" * 400
    with smtplib.SMTP("127.0.0.1", port) as connection:
        began = perf_counter()
        for _ in range(wanted):
            connection.sendmail("a@example.org", ["b@example.org"], letter)
        return wanted / (perf_counter() - began)


def _lateness(wanted: int) -> float:
    """Let reminders come due over half a minute, as beat finds them; return how late 95 of 100 left,
    in seconds."""
    from django.utils import timezone

    from clients.models import Message

    ids = list(Message.objects.filter(kind=KIND).values_list("pk", flat=True)[:wanted])
    now = timezone.now()
    for number, pk in enumerate(ids):
        due = now + WINDOW * number / len(ids)
        Message.objects.filter(pk=pk).update(status="PLANNED", sent_at=None, due_at=due, tries=0)
    rows = Message.objects.filter(pk__in=ids)
    _wait(lambda: not rows.exclude(status="SENT").exists(), "all that came due")
    late = sorted(
        (sent - due).total_seconds() for sent, due in rows.values_list("sent_at", "due_at")
    )
    return late[int(len(late) * 0.95)]


class _Program:
    """A real process of the Procfile, as `make run` starts it."""

    def __init__(self, name: str, says: str, stage: Stage, database: str, smtp: int) -> None:
        self.name, self.says = name, says
        self.environment = {
            **os.environ,
            "DATABASE_URL": stage.url(database),
            "EMAIL_URL": f"smtp://127.0.0.1:{smtp}",
            "LOG_LEVEL": "INFO",  # the worker says at this level that it is ready
        }
        self.log = Path(os.environ["VAR_DIR"]) / f"{name}.log"

    def __enter__(self) -> None:
        from clinic import env, processes

        procfile = (env.ROOT / "Procfile").read_text().splitlines()
        command = next(row for row in procfile if row.startswith(f"{self.name}:")).split()[1:]
        command = [part.replace("$PORT", str(os.getpid())) for part in command]
        if self.name == "beat":
            command += ["--schedule", str(self.log.with_suffix(".schedule"))]
        with self.log.open("wb") as output:
            self.process = processes.spawn(
                [sys.executable, *command[1:]],
                death_signal=signal.SIGTERM,
                cwd=env.ROOT,
                env=self.environment,
                output=output,
            )
        _wait(lambda: self.says in self.log.read_text(errors="replace"), f"the {self.name}")

    def __exit__(self, *error: object) -> None:
        from clinic import processes

        processes.end(self.process, signal.SIGTERM, patience=20)
        processes.end(self.process, signal.SIGKILL, patience=5)


def _wait(condition: Any, what: str, *, every: float = 0.02) -> None:
    pause = threading.Event()
    deadline = perf_counter() + PATIENCE
    while not condition():
        if perf_counter() > deadline:
            raise RuntimeError(f"Waited {PATIENCE:.0f} s in vain for {what}.")
        pause.wait(every)
