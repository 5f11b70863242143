"""A client's documents, scans of old paper charts among them, for whoever treats the client."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from bookings.queries.practice import clinic_zone
from bookings.views.desk_change import actor_of
from bookings.views.documents_page import document_rows
from bookings.views.photos import released, seen, today_of, treated, viewer_of, withdrawn
from bookings.views.practice import practitioners_only
from clients import uploading
from clients.forms.media import MOST_BYTES, DocumentForm
from clients.models import Client, Document
from clients.queries import media
from clinic.errors import Refusal
from clinic.middleware import takes_files
from clinic.replies import CONFLICT, INVALID, SeeOther


@practitioners_only
@takes_files(most_bytes=MOST_BYTES)
@require_http_methods(["GET", "HEAD", "POST"])
def documents(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Show a client's documents, and take new ones."""
    client = treated(request, uid)
    if request.method != "POST":
        return _show(request, client)
    form = DocumentForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, client, form, status=INVALID)
    try:
        for brought in form.brought:
            uploading.keep_document(
                now=timezone.now(),
                actor=actor_of(request),
                client=client,
                brought=brought,
                today=today_of(request),
            )
    except Refusal as refusal:
        form.add_error(refusal.field or None, str(refusal.sentence))
        return _show(request, client, form, status=CONFLICT)
    if form.refused:
        return _show(request, client, form, status=INVALID)
    return SeeOther(f"{reverse('documents', args=[uid])}?did=added")


@transaction.atomic
def _show(
    request: HttpRequest, client: Client, form: DocumentForm | None = None, status: int = 200
) -> HttpResponse:
    seen(request, client, "DOCUMENTS")
    zone = clinic_zone()
    rows = document_rows(
        media.documents_of(client, zone=zone),
        viewer=viewer_of(request),
        now=timezone.now(),
        zone=zone,
    )
    context = {
        "client": client,
        "documents": rows,
        "form": form,
        "kinds": Document.Kind.choices,
        "kind": form["kind"].value() if form else Document.Kind.PAPER_CHART,
        "today": today_of(request),
        "did": request.GET.get("did", ""),
    }
    return render(request, "clients/documents/list.html", context, status=status)


@practitioners_only
@require_POST
def withdraw(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Take a document out of the record's front row."""
    document = media.document_by_uid(uid)
    if document is None:
        raise Http404
    client = treated(request, document.client.uid)
    return SeeOther(f"{reverse('documents', args=[client.uid])}?did={withdrawn(request, document)}")


@practitioners_only
@require_POST
def release(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Show a document on the client's own pages (`show=yes`), or there no more."""
    document = media.document_by_uid(uid)
    if document is None:
        raise Http404
    client = treated(request, document.client.uid)
    return SeeOther(f"{reverse('documents', args=[client.uid])}?did={released(request, document)}")
