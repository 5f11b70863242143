"""Consents around a visit: the tablet handed over, the practitioner's list, a yes said again."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth import logout as end_session
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.views.decorators.http import require_POST, require_safe

from bookings.models import Booking
from bookings.views.answers import CONFLICT, INVALID, SeeOther
from bookings.views.consents_page import consents_page
from bookings.views.desk_change import actor_of, booking_of
from bookings.views.practice import own, practitioners_only, readable
from clients import tablets
from clients.actions import consenting
from clients.errors import AlreadyWithdrawn, WithdrawalReasonMissing
from clients.forms.consent import WithdrawForm
from clients.models import Client, ConsentGiven
from clients.queries import consents
from clients.views.consent import pdf_answer
from clinic import audit
from clinic.access import staff_only
from clinic.errors import Refusal
from clinic.logins import handed
from clinic.replies import private


def _client(booking: Booking) -> Client:
    if booking.client is None:
        raise Http404
    return booking.client


@staff_only
@require_POST
def hand_over(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Log out whoever holds the tablet and show the client what they should sign, nothing else."""
    booking, actor, now = booking_of(uid), actor_of(request), timezone.now()
    client, witness = _client(booking), actor.user
    if witness is None:
        raise Http404
    about = f"booking:{booking.uid}"
    audit.record(now=now, actor=actor, verb="consent.handed_over", about=about)
    end_session(request)
    device = handed.over(user=witness, now=now)
    there = SeeOther(reverse("tablet", args=[tablets.write(client, device, witness, about)]))
    handed.remember(there, device)
    return there


@practitioners_only
@require_safe
@private
def consents_of(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Show all that the client of a visit ever signed, to whoever may read the record. `?did=`: what
    was done just now."""
    booking, is_own = readable(request, uid)
    return show(request, booking, is_own=is_own)


@transaction.atomic
def show(
    request: HttpRequest,
    booking: Booking,
    *,
    error: str | Promise = "",
    is_own: bool = True,
    status: int = 200,
) -> HttpResponse:
    client, now = _client(booking), timezone.now()
    audit.viewed(
        now=now,
        actor=actor_of(request),
        what="CONSENTS",
        about=f"booking:{booking.uid}",
        whose=f"client:{client.uid}",
    )
    page = consents_page(booking, client, now=now, is_own=is_own)
    context = {"page": page, "error": error, "did": request.GET.get("did", "")}
    return render(request, "bookings/practice/consents.html", context, status=status)


def _there(booking: Booking, did: str) -> HttpResponse:
    return SeeOther(f"{reverse('practice-consents', args=[booking.uid])}?did={did}")


def _given(booking: Booking, uid: UUID) -> ConsentGiven:
    found = consents.signed_by_uid(_client(booking), uid)
    if found is None:
        raise Http404
    return found


@practitioners_only
@require_safe
@private
def signed_pdf(request: HttpRequest, uid: UUID, consent: UUID) -> HttpResponse:
    """A signed page of the client of a visit; who opens it is noted in the access log."""
    client = _client(readable(request, uid)[0])
    return pdf_answer(request, client, consent, actor=actor_of(request))


@practitioners_only
@require_POST
def still_yes(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Note that the client said yes again at this visit."""
    booking = own(request, uid)
    try:
        consenting.still_yes(
            now=timezone.now(),
            actor=actor_of(request),
            client=_client(booking),
            about=f"booking:{booking.uid}",
        )
    except Refusal as refusal:
        return show(request, booking, error=refusal.sentence, status=CONFLICT)
    return SeeOther(f"{reverse('practice-visit', args=[uid])}?did=still-yes")


@practitioners_only
@require_POST
def withdraw(request: HttpRequest, uid: UUID, consent: UUID) -> HttpResponse:
    """Note for the client that they take a consent back, and how we know."""
    booking, form = own(request, uid), WithdrawForm(request.POST)
    given = _given(booking, consent)
    try:
        consenting.withdraw(
            now=timezone.now(),
            actor=actor_of(request),
            consent=given,
            reason=form.cleaned_data["reason"] if form.is_valid() else "",
        )
    except WithdrawalReasonMissing as refusal:
        return show(request, booking, error=refusal.sentence, status=INVALID)
    except AlreadyWithdrawn as refusal:
        return show(request, booking, error=refusal.sentence, status=CONFLICT)
    return _there(booking, "withdrawn")


@practitioners_only
@require_POST
def replace_link(request: HttpRequest, uid: UUID) -> HttpResponse:
    """End the client's link, which came into other hands; the next message carries the new one."""
    booking = own(request, uid)
    consenting.replace_link(now=timezone.now(), actor=actor_of(request), client=_client(booking))
    return _there(booking, "link")
