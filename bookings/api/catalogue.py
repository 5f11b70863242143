"""What can be booked, where, with whom, when, and what is asked first."""

from __future__ import annotations

import json

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router

from bookings.api import schemas
from bookings.api.answers import JSON, answer, written
from bookings.api.errors import asked, invalid, no_treatment
from bookings.api.reading import Slug
from bookings.queries import calendar, catalogue, named
from bookings.queries.offered import who_works_where
from clients.queries import current_rule_set
from clinic.models import Clinic

router = Router(tags=["What can be booked"])
PROBLEMS = {422: schemas.Problem, 503: schemas.Problem}


@router.get("/locations", response={200: schemas.Locations, 503: schemas.Problem})
def locations(request: HttpRequest) -> HttpResponse:
    """Where the clinic treats."""
    items = [schemas.Location.model_validate(one) for one in catalogue.locations()]
    return answer(schemas.Locations(items=items))


@router.get("/practitioners", response={200: schemas.Practitioners, 503: schemas.Problem})
def practitioners(request: HttpRequest) -> HttpResponse:
    """Who can be booked online, where and for what."""
    places = {one.pk: one.slug for one in catalogue.locations()}
    treatments = {one.id: one.slug for one in catalogue.offerings(Clinic.objects.the_only())}
    items = []
    for one in who_works_where():
        pairs = [pair for pair in one.pairs if pair[0] in places and pair[1] in treatments]
        if pairs:
            items.append(
                schemas.Practitioner(
                    slug=one.practitioner.slug,
                    name=one.practitioner.name,
                    title=one.practitioner.title,
                    locations=sorted({places[where] for where, _what in pairs}),
                    treatments=sorted({treatments[what] for _where, what in pairs}),
                )
            )
    return answer(schemas.Practitioners(items=items))


@router.get("/treatments", response={200: schemas.Treatments, 503: schemas.Problem})
def treatments(request: HttpRequest) -> HttpResponse:
    """What can be booked online."""
    places = {one.pk for one in catalogue.locations()}
    people: dict[int, list[str]] = {}
    for one in who_works_where():
        for what in {what for where, what in one.pairs if where in places}:
            people.setdefault(what, []).append(one.practitioner.slug)
    items = [
        schemas.Treatment(
            slug=one.slug,
            name=one.name,
            summary=one.summary,
            minutes=one.minutes,
            consultation_minutes=one.consultation,
            phases=[schemas.Phase(kind=kind, minutes=minutes) for kind, minutes in one.phases],
            price=str(one.price),
            currency=one.currency,
            for_new_clients=one.for_new_clients,
            practitioners=sorted(people.get(one.id, [])),
        )
        for one in catalogue.offerings(Clinic.objects.the_only())
    ]
    return answer(schemas.Treatments(items=items))


@router.get("/availability", response={200: schemas.Availability, **PROBLEMS})
def availability(request: HttpRequest, query: Query[schemas.Asked]) -> HttpResponse:
    """When a session can start, on some local dates of a location."""
    if query.last < query.first:
        return invalid({"to": [_("This lies before the first date.")]})
    if (query.last - query.first).days >= schemas.MOST_DAYS:
        sentence = _("At most %(most)d days at once.") % {"most": schemas.MOST_DAYS}
        return invalid({"to": [sentence]})
    found = named.find(query.treatment, query.location)
    offering, location, who = asked(found, query.practitioner)
    openings = calendar.openings(
        now=timezone.now(),
        offering=offering,
        location=location,
        practitioner=who,
        first=query.first,
        last=query.last,
    )
    people = found.people
    if list(people.values()) != sorted(people.values()):
        openings.sort(key=lambda one: (one.minute, people[one.practitioner]))
    told = written(openings, zone=location.time_zone, minutes=offering.minutes, people=people)
    return HttpResponse(
        f'{{"time_zone":"{location.time_zone}","treatment":"{offering.slug}",'
        f'"location":"{location.slug}","minutes":{offering.minutes},"openings":{told}}}',
        content_type=JSON,
    )


@router.get("/screening", response={200: schemas.Screening, **PROBLEMS})
def screening(request: HttpRequest, treatment: Query[Slug]) -> HttpResponse:
    """What to ask before booking a treatment. All questions must be answered."""
    offering = named.find(treatment).offering
    if offering is None:
        raise no_treatment()
    rules = current_rule_set(timezone.now())
    questions = [each.public() for each in rules.questions_for(offering.phase_kinds)]
    told = json.dumps({"version": rules.version, "questions": questions}, ensure_ascii=False)
    return HttpResponse(told, content_type=JSON)
