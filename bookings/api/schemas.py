"""The shapes of what programs send and are answered. The document at /api/v1/docs is made of them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import ConfigDict, Field

from bookings import lifecycle
from bookings.api.reading import ANYONE, Day, Instant, Slug
from clients.contact import LONGEST_EMAIL, LONGEST_NAME

LONGEST_PHONE = 40
LONGEST_REASON = 500
MOST_DAYS = 62

LocalTime = Annotated[
    str,
    Field(
        description="RFC 3339 with the offset of the location.",
        json_schema_extra={"format": "date-time"},
    ),
]


class Strict(Schema):
    """A body in which a name we don't know is a mistake, not a wish nobody hears."""

    model_config = ConfigDict(extra="forbid")


# What is sent


class Asked(Schema):
    treatment: Slug
    location: Slug
    practitioner: Slug = Field(ANYONE, description="A practitioner's slug, or `any`.")
    first: Day = Field(alias="from", description="First local date, included.")
    last: Day = Field(alias="to", description=f"Last local date, included; {MOST_DAYS} at most.")


class Consents(Strict):
    """Whether the clinic may send reminders and aftercare. The confirmation comes in any case."""

    email: Annotated[bool, Field(strict=True)] = False
    sms: Annotated[bool, Field(strict=True)] = False


class Person(Strict):
    name: str = Field(max_length=LONGEST_NAME)
    email: str = Field(max_length=LONGEST_EMAIL)
    phone: str = Field(
        max_length=LONGEST_PHONE,
        description="With its country code, or as written in the location's country.",
    )
    consents: Consents = Consents()


class NewBooking(Strict):
    treatment: Slug
    location: Slug
    practitioner: Slug = Field(ANYONE, description="A practitioner's slug, or `any`.")
    starts_at: Instant
    client: Person
    answers: dict[str, Any] = Field(
        description="By question id; to each question of `GET screening` and to no other."
    )


class Move(Strict):
    starts_at: Instant
    practitioner: Slug | None = Field(
        None, description="Left out, it stays with whoever has it; `any` is whoever is free then."
    )


class Cancel(Strict):
    reason: str | None = Field(
        None, max_length=LONGEST_REASON, description="For the practitioner, who alone reads it."
    )


# What is answered


class Location(Schema):
    slug: str
    name: str
    address: str
    directions: str
    phone: str
    country: str = Field(description="ISO 3166.")
    currency: str = Field(description="ISO 4217.")
    time_zone: str = Field(description="A name of the time zone database.")


class Locations(Schema):
    items: list[Location]


class Practitioner(Schema):
    slug: str
    name: str
    title: str
    locations: list[str] = Field(description="Slugs of where they work.")
    treatments: list[str] = Field(description="Slugs of what they offer.")


class Practitioners(Schema):
    items: list[Practitioner]


class Phase(Schema):
    kind: str
    minutes: int


class Treatment(Schema):
    slug: str
    name: str
    summary: str
    minutes: int = Field(description="The consultation and the phases together.")
    consultation_minutes: int
    phases: list[Phase]
    price: str = Field(description="A decimal number as text.")
    currency: str
    for_new_clients: bool
    practitioners: list[str] = Field(description="Slugs of who offers it.")


class Treatments(Schema):
    items: list[Treatment]


class Opening(Schema):
    starts_at: LocalTime
    ends_at: LocalTime
    practitioner: str


class Availability(Schema):
    time_zone: str
    treatment: str
    location: str
    minutes: int
    openings: list[Opening] = Field(description="By start, then practitioner.")


class Item(Schema):
    id: str
    label: str
    date_label: str | None = Field(description="What to ask the date of; null: no date is asked.")


class Question(Schema):
    id: str
    text: str
    help: str
    type: Literal["yes_no", "yes_no_unsure", "pick_any"]
    date_label: str | None = None
    items: list[Item] | None = None


class Screening(Schema):
    version: int
    questions: list[Question]


class Booking(Schema):
    token: str = Field(description="Whoever has it can see, move and cancel the booking.")
    state: str = Field(json_schema_extra={"enum": list(lifecycle.STATUSES)})
    starts_at: LocalTime
    ends_at: LocalTime
    time_zone: str
    treatment: str
    practitioner: str
    location: str
    manage_url: str
    respond_by: LocalTime | None = Field(
        None, description="While REQUESTED: until when the practitioner answers."
    )
    free_until: LocalTime | None = Field(
        None, description="While it is to come: until when it can be moved or cancelled online."
    )


class Error(Schema):
    code: str = Field(description="For programs; docs/api.md lists them with what to do.")
    message: str = Field(description="For people: it may be shown to whoever books.")
    fields: dict[str, list[str]] | None = None
    openings: list[Opening] | None = Field(
        None, description="The nearest that are free, where the time was the trouble."
    )
    not_before: date | None = None


class Problem(Schema):
    error: Error
