"""What a message about a client says, from the facts at the moment of sending."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from bookings import links, recalls
from bookings.notices import colours_of, first_name
from bookings.queries.client_facts import Known, World, about, known, world
from bookings.queries.forms import open_forms
from bookings.saying_when import long_date
from bookings.ways import ways
from clients.contact import phone_words
from clients.intake_links import form_url
from clients.models import Channel, Client, IntakeRequest, Message
from clients.outbox import Described, Notice, Postponed, Suppressed, Way, Withdrawn
from clients.stop_links import stop_url
from clients.wording import known_language


def describe(messages: Sequence[Message], now: datetime) -> dict[int, Described]:
    """Describe messages about clients as they stand at `now` (a fixed number of queries)."""
    uids = [UUID(message.about.partition(":")[2]) for message in messages]
    all_of = world()
    found = known(Client.objects.filter(uid__in=uids), world=all_of, now=now)
    by_about = {about(one.client): one for one in found.values()}
    forms = open_forms(by_about, now=now)
    return {
        message.pk: _one(message, by_about.get(message.about), all_of, forms, now)
        for message in messages
    }


def preview(message: Message, now: datetime) -> tuple[dict[str, str | bool], str] | None:
    """Return what a message about a client would say now, and in which language; None where the
    record is gone."""
    uid = UUID(message.about.partition(":")[2])
    all_of = world()
    found = known(Client.objects.filter(uid=uid), world=all_of, now=now)
    one = next(iter(found.values()), None)
    if one is None or one.facts.is_gone:
        return None
    asks = message.kind == recalls.FORM_EXPIRING
    form = open_forms([message.about], now=now).get(message.about) if asks else None
    language = known_language(one.client.language)
    with override(language):
        stop = stop_url(one.client, Channel.EMAIL, message.purpose)
        return {**context(one, all_of, form), "stop": stop}, language


def _one(
    message: Message,
    one: Known | None,
    all_of: World,
    forms: dict[str, IntakeRequest],
    now: datetime,
) -> Described:
    if one is None:
        return Withdrawn(recalls.GONE)
    why = recalls.why_not(message.kind, one.facts, all_of.schedules)
    if why is not None:
        return Suppressed(why) if why == recalls.NO_CONSENT else Withdrawn(why)
    if recalls.is_task(message.kind, all_of.schedules):
        return Withdrawn(recalls.A_TASK)
    fitting = {each.key for each in recalls.wanted(one.facts, all_of.schedules)}
    form = forms.get(message.about)
    if message.dedupe_key not in fitting or (message.kind == recalls.FORM_EXPIRING and not form):
        return Withdrawn(recalls.OVER)
    may_go = one.facts.quiet.morning(now)
    if may_go > now:
        return Postponed(may_go)
    schedule = all_of.schedules[message.kind]
    may = ways(schedule, one.addresses, one.said, last_visit=one.facts.last_visit, at=now)
    if not may:
        return Suppressed(recalls.NO_CONSENT)
    clinic, place = all_of.clinic, one.location
    stop = stop_url(one.client, Channel.EMAIL, message.purpose)
    language = known_language(one.client.language)
    with override(language):
        said = context(one, all_of, form if message.kind == recalls.FORM_EXPIRING else None)
        return Notice(
            ways=[Way(channel, to) for channel, to in may],
            context={**said, "stop": stop},
            carries="",
            sender_name=(place.sender_name if place else "") or clinic.name,
            language=language,
            reply_to=clinic.email,
            unsubscribe=stop,
        )


def context(one: Known, all_of: World, form: IntakeRequest | None = None) -> dict[str, str | bool]:
    """Return what a message about a client may say, in the language that is active. `from_date`: the
    best day of the next visit, where a plan has one and it is still to come. The link leads to the
    times for a visit like the last one; what that was is for their eyes."""
    place, clinic = one.location, all_of.clinic
    found: dict[str, str | bool] = {
        "first_name": first_name(one.client.name),
        "clinic": clinic.name,
        "address": place.address if place else "",
        "phone": phone_words((place.phone if place else "") or clinic.phone),
        "link": links.again_url(one.visit)
        if one.visit
        else f"{settings.SITE_URL.rstrip('/')}{reverse('book')}",
        **colours_of(clinic),
    }
    for each in one.standings:
        window = each.position.window if each.is_running else None
        if window and window.target and window.target >= each.position.today:
            found["from_date"] = long_date(window.target)
            break
    if form is not None:
        found["link"] = form_url(form)
    return found
