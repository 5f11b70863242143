"""The end of a session: the record in words, signed; and the record as it was signed."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bookings import actions
from bookings.errors import NeedsReason
from bookings.forms.session import AddendumForm, FinishForm
from bookings.models import Booking
from bookings.queries import record as records
from bookings.queries import session_finish as proposed
from bookings.queries.sessions import signed_session
from bookings.session_document import document_of
from bookings.views import practice
from bookings.views.answers import CONFLICT, INVALID, SeeOther
from bookings.views.desk_change import actor_of
from bookings.views.practice import practitioners_only
from bookings.views.session import own_session, seen
from bookings.views.session_finish_page import Finish, progress_href
from bookings.views.session_record_page import record_page
from clinic.errors import Refusal, Sentence
from clinic.models import User
from treatments.actions import chart, write_addendum
from treatments.models import SessionRecord
from treatments.queries.sessions import state_of
from treatments.session_actions import Action, Kind


@practitioners_only
@require_http_methods(["GET", "HEAD", "POST"])
def finish(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Show the end of a session, and sign it: POST with `sign`, or without to keep the words."""
    with transaction.atomic():
        booking, session = own_session(request, uid)
        if session.is_signed:
            return redirect("session-record", uid)
        page = Finish(booking, session, now=timezone.now())
        seen(request, session, "SESSION")
        if request.method != "POST":
            return show_finish(request, page, page.form())
        form = page.form(request.POST)
        if not form.is_valid():
            return show_finish(request, page, form, status=INVALID)
    return sign(request, page, form)


def sign(request: HttpRequest, page: Finish, form: FinishForm) -> HttpResponse:
    """Keep what was typed; sign, and book the next session, where that was asked for."""
    now, author = timezone.now(), cast(User, request.user)
    session = page.session
    if "sign" in request.POST and page.unexplained:
        error = UNEXPLAINED % {"points": ", ".join(page.unexplained)}
        return show_finish(request, page, form, error=error, status=CONFLICT)
    try:
        with transaction.atomic():
            chart(now=now, author=author, session=session, actions=_closing(page, form, request))
            if "sign" not in request.POST:
                return SeeOther(reverse("session", args=[session.uid]))
            document = _document(page, form, now=now)
            actions.sign(now=now, author=author, booking=page.booking, document=document)
    except Refusal as refusal:
        return show_finish(request, page, form, error=refusal.sentence, status=CONFLICT)
    return SeeOther(
        f"{reverse('session-record', args=[session.uid])}?did={_book(request, page, form)}"
    )


def _document(page: Finish, form: FinishForm, *, now: datetime) -> dict[str, Any]:
    """Return what is signed, from the session as it is written down now."""
    return document_of(
        page.booking,
        page.session,
        state_of(page.session),
        now=now,
        words=form.words,
        session_number=page.session_number,
        session_of=page.session_of,
        safety=page.safety,
        despite=page.despite,
        born=page.born,
    )


UNEXPLAINED = gettext_lazy(
    "%(points)s: off or to be used with care today. Please say why at each, then sign."
)


def _closing(page: Finish, form: FinishForm, request: HttpRequest) -> list[Action]:
    """Return what the last page adds to the session, as actions."""
    now = timezone.now()
    made: list[tuple[Kind, dict[str, Any]]] = [
        (Kind.WORDS, {"part": part, "text": text})
        for part, text in form.words.items()
        if text != page.composed[part]
    ]
    made += [
        (Kind.RATING, {"scale": scale, "of": of, "by": by, "value": value})
        for scale, of, by, value in form.ratings
    ]
    made.append((Kind.AFTERCARE, {"given": form.cleaned_data["aftercare"]}))
    if "sign" in request.POST and page.state.phase and not page.state.ended_at:
        made.append((Kind.END, {}))
    return [Action(uuid.uuid4(), kind, now, payload) for kind, payload in made]


def _book(request: HttpRequest, page: Finish, form: FinishForm) -> str:
    """Book the next session where one was chosen; return what became of it."""
    chosen = form.cleaned_data["next_start"]
    if not chosen or page.booking.client is None:
        return "signed"
    try:
        actions.book_by_staff(
            now=timezone.now(),
            actor=actor_of(request),
            key=f"session:{page.session.uid}",
            offering=proposed.next_offering(page.booking, page.standing),
            location=page.booking.room.location,
            practitioner=page.booking.practitioner_id,
            starts_at=next(start for start in page.offers if start.isoformat() == chosen),
            client=page.booking.client,
            override=str(_NEXT_SESSION),
        )
    except (Refusal, NeedsReason):
        return "not-booked"
    return "booked"


# Why the rules for the public are passed when the next session is booked in the room.
_NEXT_SESSION = "Booked in the room, at the end of a session"


def show_finish(
    request: HttpRequest,
    page: Finish,
    form: FinishForm,
    *,
    error: Sentence = "",
    status: int = 200,
) -> HttpResponse:
    context = {"page": page.shown(form), "form": form, "error": error}
    return render(request, "bookings/session/finish.html", context, status=status)


@practitioners_only
@require_safe
@transaction.atomic
def record(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Show a session's record as it was signed, with what was added."""
    booking, session = signed(request, uid)
    return show_record(request, booking, session)


def signed(request: HttpRequest, uid: UUID) -> tuple[Booking, SessionRecord]:
    """Return a signed session for whoever may read its client's record, and note that it is shown.
    Raises Http404, and NotOpen where the record is closed to them."""
    booking = signed_session(uid)
    if booking is None or booking.session is None:
        raise Http404
    user, session = cast(User, request.user), booking.session
    if not records.may_read(user, session.client, now=timezone.now()):
        raise practice.NotOpen(session.client.uid)
    seen(request, session, "SESSION_RECORD")
    return booking, session


def show_record(
    request: HttpRequest,
    booking: Booking,
    session: SessionRecord,
    *,
    form: AddendumForm | None = None,
    error: Sentence = "",
    status: int = 200,
) -> HttpResponse:
    did = request.GET.get("did", "")
    standing = proposed.standing_of(booking, now=timezone.now()) if did else None
    context = {
        "page": record_page(booking, session),
        "progress_href": progress_href(standing),
        "form": form or AddendumForm(),
        "error": error,
        "did": did,
    }
    return render(request, "bookings/session/record.html", context, status=status)


@practitioners_only
@require_POST
def addendum(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Add to one's own signed record, with a reason, as its next version."""
    with transaction.atomic():
        booking, session = own_session(request, uid)
        if not session.is_signed:
            raise Http404
        seen(request, session, "SESSION_RECORD")
        form = AddendumForm(request.POST)
        if not form.is_valid():
            return show_record(request, booking, session, form=form, status=INVALID)
    try:
        write_addendum(
            now=timezone.now(),
            author=cast(User, request.user),
            session=session,
            **form.cleaned_data,
        )
    except Refusal as refusal:
        with transaction.atomic():
            return show_record(
                request, booking, session, form=form, error=refusal.sentence, status=INVALID
            )
    return SeeOther(f"{reverse('session-record', args=[uid])}?did=added#versions")


@practitioners_only
@require_safe
@transaction.atomic
def pdf(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Hand out a session's record as a PDF."""
    booking, session = signed(request, uid)
    from bookings.views.session_pdf import pdf_of  # noqa: PLC0415 - slow to import, needed for a paper alone

    page = record_page(booking, session)
    answer = HttpResponse(pdf_of(page), content_type="application/pdf")
    answer["Content-Disposition"] = str(content_disposition_header(True, page.file_name))
    return answer
