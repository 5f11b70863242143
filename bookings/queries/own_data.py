"""All that is kept of a client, as one document: what they take with them when they ask."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from bookings.models import Booking
from bookings.queries.of_client import bookings_of
from bookings.queries.practice import clinic_zone
from clients import data_requests, intake_words
from clients.answers import UNSURE_DAY
from clients.models import (
    Client,
    ClientLogin,
    ConsentGiven,
    ContactConsent,
    Message,
    Screening,
    TextMessage,
)
from clients.queries import consents, media, rules
from clients.queries.intake import submissions_of, told
from clients.rules import Question, RuleSet
from clinic.models import AccessEntry, Clinic
from treatments.concerns import in_words
from treatments.models import Plan

FORMAT = "jade-record/1"
# Of what grows by itself, the newest.
MOST_LINES = 5000

Document = dict[str, Any]


def own_data(client: Client, *, now: datetime) -> Document:
    """Return everything about a client as JSON, sealed text opened. What practitioners noted for
    themselves is not in it. A fixed number of queries."""
    return {
        "format": FORMAT,
        "made_at": now.isoformat(),
        "clinic": Clinic.objects.the_only().name,
        "person": {
            "uid": str(client.uid),
            "name": client.name,
            "email": client.email,
            "phone": client.phone,
            "language": client.language,
            "time_zone": client.time_zone,
            "since": client.created_at.isoformat(),
        },
        "visits": [_visit(one) for one in bookings_of(client).order_by("starts_at", "pk")],
        "forms": _forms(client),
        "safety_answers": _safety(client),
        "consents": [_consent(one) for one in consents.signed(client)],
        "plans": [_plan(one) for one in _plans(client)],
        "photos": [
            {
                "uid": str(one.uid),
                "view": one.view,
                "milestone": one.milestone,
                "taken_on": one.taken_on.isoformat(),
            }
            for one in media.photos_of(client)
        ],
        "papers": [
            {
                "uid": str(one.uid),
                "kind": one.kind,
                "dated": one.dated.isoformat() if one.dated else None,
                "added_at": one.added_at.isoformat(),
            }
            for one in media.documents_of(client, zone=clinic_zone())
        ],
        "requests": [
            {
                "kind": one.kind,
                "words": one.words,
                "asked_at": one.asked_at.isoformat(),
                "state": one.state,
            }
            for one in data_requests.of_client(client)
        ],
        "may_we_write": [
            {
                "channel": one.channel,
                "purpose": one.purpose,
                "granted": one.granted,
                "at": one.at.isoformat(),
                "source": one.source,
            }
            for one in ContactConsent.objects.filter(client=client).order_by("at", "pk")
        ],
        "messages": [
            {
                "kind": one.kind,
                "channel": one.channel,
                "status": one.status,
                "due_at": one.due_at.isoformat(),
                "sent_at": one.sent_at.isoformat() if one.sent_at else None,
            }
            for one in Message.objects.filter(client=client).order_by("-due_at", "-pk")[:MOST_LINES]
        ],
        "texts": [
            {
                "direction": one.direction,
                "at": one.at.isoformat(),
                "text": one.text,
            }
            for one in TextMessage.objects.filter(
                conversation__client=client, conversation__wrapped__isnull=False
            )
            .select_related("conversation")
            .order_by("-at", "-pk")[:MOST_LINES]
        ],
        "logins": [
            {
                "email": one.user.email,
                "relation": one.relation,
                "since": one.made_at.isoformat(),
                "ended": one.ended_at.isoformat() if one.ended_at else None,
            }
            for one in ClientLogin.objects.filter(client=client).select_related("user")
        ],
        "seen_by": [
            {"at": one.at.isoformat(), "who": one.actor_label, "what": one.what}
            for one in seen_by(client)[:MOST_LINES]
        ],
    }


def seen_by(client: Client) -> QuerySet[AccessEntry]:
    """Return who was shown a client's record, the newest first."""
    rows = AccessEntry.objects.filter(whose=f"client:{client.uid}").select_related("actor")
    return rows.order_by("-at", "-pk")


def _plans(client: Client) -> list[Plan]:
    rows = list(Plan.objects.filter(client=client).order_by("proposed_at", "pk"))
    for row in rows:
        row.client = client
    return rows


def _plan(plan: Plan) -> Document:
    return {
        "uid": str(plan.uid),
        "name": plan.name,
        "state": plan.state,
        "sessions": plan.sessions,
        "counts_from": plan.counts_from.isoformat(),
        "closed_at": plan.closed_at.isoformat() if plan.closed_at else None,
        "concerns": in_words(plan.aims.get("concerns", ())),
        "whole_body": in_words(plan.aims.get("body", ())),
        "words": plan.aims.get("words", ""),
    }


def _visit(booking: Booking) -> Document:
    location = booking.room.location
    return {
        "uid": str(booking.uid),
        "status": booking.status,
        "starts_at": booking.starts_at.isoformat(),
        "ends_at": booking.ends_at.isoformat(),
        "zone": location.time_zone,
        "session": booking.treatment_name,
        "minutes": booking.minutes,
        "price": str(booking.price),
        "currency": booking.currency,
        "practitioner": booking.practitioner.name,
        "place": location.name,
        "address": location.address,
        "contact": {
            "name": booking.contact_name,
            "email": booking.contact_email,
            "phone": booking.contact_phone,
            "booked_by": booking.booked_by,
        },
        "booked_at": booking.created_at.isoformat(),
    }


def _forms(client: Client) -> list[Document]:
    rows = submissions_of(client)
    found = []
    for row, said in zip(rows, told(rows), strict=True):
        section_of = said.form.section_of
        questions = {**said.form.by_code, **said.form.of_recheck}
        found.append(
            {
                "uid": str(row.uid),
                "kind": row.kind,
                "version": said.form.version,
                "told_on": row.told_on.isoformat(),
                "submitted_at": row.submitted_at.isoformat(),
                "source": row.source,
                "entered_by": row.entered_by.name if row.entered_by else "",
                "answers": [
                    {
                        "code": code,
                        "section": section_of[code].title if code in section_of else "",
                        "question": questions[code].label if code in questions else code,
                        "words": intake_words.words(said.form, said.rules, questions[code], answer)
                        if code in questions
                        else "",
                        "asked": code in row.asked,
                        "value": answer,
                    }
                    for code, answer in row.answers.items()
                ],
            }
        )
    return found


def _safety(client: Client) -> list[Document]:
    rows = list(
        Screening.objects.filter(client=client)
        .select_related("client__key")
        .order_by("-created_at", "-pk")
    )
    sets = rules.rule_sets({row.rule_set_id for row in rows})
    return [
        {
            "uid": str(row.uid),
            "answered_on": row.answered_on.isoformat(),
            "for_day": row.assessed_for.isoformat(),
            "given_at": row.created_at.isoformat(),
            "source": row.source,
            "outcome": row.outcome,
            "version": row.rule_set_id,
            "answers": _answers(row.answers.get("given", {}), sets[row.rule_set_id]),
        }
        for row in rows
    ]


def _answers(given: Mapping[str, Any], asked: RuleSet) -> list[Document]:
    found = []
    for code, answer in given.items():
        question = asked.by_question.get(code)
        found.append(
            {
                "code": code,
                "question": question.text if question else code,
                "words": _words(answer, question),
                "value": answer,
            }
        )
    return found


def _words(answer: object, question: Question | None) -> str:
    if not isinstance(answer, Mapping):
        return {"yes": "Yes", "no": "No", "none": "None of these", "unsure": "Not sure"}.get(
            str(answer), str(answer)
        )
    if "items" not in answer:
        return f"Yes, {_when(answer.get('date'))}"
    items = question.item_by_id if question else {}
    return "; ".join(
        (items[code].label if code in items else code) + (f", {_when(day)}" if day else "")
        for code, day in answer["items"].items()
    )


def _when(day: object) -> str:
    return "not sure when" if day == UNSURE_DAY else str(day)


def _consent(given: ConsentGiven) -> Document:
    text = given.document.text
    gone = next(iter(given.withdrawals.all()), None)
    return {
        "uid": str(given.uid),
        "kind": given.document.kind,
        "title": text.title,
        "version": given.document.number,
        "digest": given.digest,
        "at": given.at.isoformat(),
        "method": given.method,
        "relation": given.relation,
        "signed_by": given.signature["name"],
        "items": [
            {
                "code": item.code,
                "heading": item.heading,
                "text": item.text,
                "yes": given.choices.get(item.code) is True,
            }
            for item in text.items
        ],
        "withdrawn_at": gone.at.isoformat() if gone else None,
    }
