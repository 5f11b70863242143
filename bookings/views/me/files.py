"""What a client is given to keep: what they signed, and the photos and documents the practitioner
shows them. And the door through which those go out."""

from __future__ import annotations

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from bookings.queries.practice import clinic_zone
from bookings.views.documents_page import document_rows
from bookings.views.me.theirs import Me, theirs
from bookings.views.photos_page import shown
from clients.models import Photo
from clients.queries import consents, media
from clients.views import files
from clinic import audit


@theirs
@require_safe
@transaction.atomic
def documents(request: HttpRequest, me: Me) -> HttpResponse:
    """Show what was signed, and what the practitioner released."""
    now, viewer = timezone.now(), _viewer(me)
    photos = media.released_photos_of(me.client)
    if photos and consents.photos_withdrawn(me.client, now):
        photos = []
    zone = clinic_zone()
    papers = media.released_documents_of(me.client, zone=zone)
    about = f"client:{me.client.uid}"
    for what, some in (("PHOTOS", photos), ("DOCUMENTS", papers)):
        if some:
            audit.viewed(now=now, actor=me.actor, what=what, about=about, whose=about)
    context = {
        "me": me,
        "signed": consents.signed(me.client),
        "photos": [shown(one, viewer=viewer, now=now, own=True) for one in photos],
        "documents": document_rows(papers, viewer=viewer, now=now, zone=zone, own=True),
    }
    return render(request, "bookings/me/documents.html", context)


@theirs
@require_safe
@transaction.atomic
def file(request: HttpRequest, me: Me, signed: str) -> HttpResponse:
    """Hand out a released file by the link a page was given; what was taken back is not there."""
    now = timezone.now()
    found = files.wanted(signed, viewer=_viewer(me), now=now)
    if found is None or not media.is_released(found.file, me.client):
        raise Http404
    if isinstance(found.file, Photo) and consents.photos_withdrawn(me.client, now):
        raise Http404
    return files.answer(found, zone=clinic_zone())


def _viewer(me: Me) -> str:
    return f"user:{me.user.pk}"
