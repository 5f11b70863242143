"""A client's photos, for whoever treats them: seen, compared, taken, withdrawn. And the door through
which every stored file goes out."""

from __future__ import annotations

from datetime import UTC, date
from typing import cast
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bookings.queries import practice
from bookings.queries import record as records
from bookings.views.desk_change import actor_of
from bookings.views.photos_page import AddPage, compare_page, photos_page
from bookings.views.practice import me, practitioners_only
from clients import uploading
from clients.actions import media as actions
from clients.errors import EndedAlready, PhotosWithdrawn
from clients.forms.media import MOST_BYTES, PhotoForm, PhotosForm
from clients.models import Client, Document, Photo
from clients.queries import media
from clients.views import files
from clinic import audit
from clinic.errors import Refusal
from clinic.middleware import takes_files
from clinic.models import User
from clinic.replies import CONFLICT, INVALID, SeeOther

CAMERA = "camera=(self), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"


def treated(request: HttpRequest, uid: UUID) -> Client:
    """Return a client whom this login treats. Raises Http404 for anybody else's."""
    client = records.client_by_uid(uid)
    erased = client is not None and hasattr(client, "key") and client.key.destroyed_at is not None
    user = cast(User, request.user)
    if client is None or erased or not records.may_read(user, client, now=timezone.now()):
        raise Http404
    return client


def viewer_of(request: HttpRequest) -> str:
    """Return for whom links to files are made."""
    return f"user:{cast(User, request.user).pk}"


def today_of(request: HttpRequest) -> date:
    """Return the date where the practitioner works."""
    who = me(request)
    home = practice.home(who) if who else None
    return timezone.now().astimezone(home.zone if home else UTC).date()


def seen(request: HttpRequest, client: Client, what: str) -> None:
    """Note in the access log that a page with links to a client's files was shown."""
    about = f"client:{client.uid}"
    audit.viewed(now=timezone.now(), actor=actor_of(request), what=what, about=about, whose=about)


@practitioners_only
@require_safe
@transaction.atomic
def photos(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Show all photos of a client by view; `?record=1` shows those whose consent was withdrawn."""
    client = treated(request, uid)
    page = photos_page(
        client,
        now=timezone.now(),
        viewer=viewer_of(request),
        as_record=request.GET.get("record") == "1",
    )
    seen(request, client, "PHOTOS" if page.shown else "PHOTO_LIST")
    context = {"page": page, "did": request.GET.get("did", "")}
    return render(request, "clients/photos/list.html", context)


@practitioners_only
@require_safe
@transaction.atomic
def compare(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Show two photos of one view over each other: `?view=FRONT_REST&before=<uid>&after=<uid>`."""
    client = treated(request, uid)
    page = compare_page(client, request.GET, now=timezone.now(), viewer=viewer_of(request))
    if page.before:
        seen(request, client, "PHOTOS")
    return render(request, "clients/photos/compare.html", {"page": page})


@practitioners_only
@takes_files(most_bytes=MOST_BYTES)
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Take photos; `?replaces=<uid>` takes one again. What is refused does not lose the others."""
    client = treated(request, uid)
    page = AddPage(
        client,
        today=today_of(request),
        now=timezone.now(),
        viewer=viewer_of(request),
        replaces=_replaced(client, request.GET.get("replaces", "")),
        from_files=request.GET.get("from") == "files",
    )
    if request.method != "POST":
        return _show(request, page)
    form = page.form = PhotosForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, page, status=INVALID)
    try:
        _keep(request, page, form)
    except Refusal as refusal:
        form.add_error(refusal.field or None, str(refusal.sentence))
        return _show(request, page, status=CONFLICT)
    if form.refused:
        return _show(request, page, status=INVALID)
    return SeeOther(f"{reverse('photos', args=[uid])}?did=added")


def _keep(request: HttpRequest, page: AddPage, form: PhotosForm) -> None:
    page.kept = uploading.keep_photos(
        now=page.now,
        actor=actor_of(request),
        client=page.client,
        taken=form.taken,
        milestone=form.cleaned_data["milestone"],
        taken_on=form.cleaned_data["taken_on"],
        today=page.today,
        replaced=page.replaces,
    )


def _show(request: HttpRequest, page: AddPage, status: int = 200) -> HttpResponse:
    if page.ghosts:
        with transaction.atomic():
            seen(request, page.client, "PHOTOS")
    response = render(request, "clients/photos/add.html", {"page": page}, status=status)
    response["Permissions-Policy"] = CAMERA  # here, and nowhere else
    return response


def _replaced(client: Client, text: str) -> Photo | None:
    if not text:
        return None
    try:
        found = media.photo_by_uid(UUID(text))
    except ValueError:
        raise Http404 from None
    if found is None or found.client_id != client.pk or found.ending:
        raise Http404
    return found


@practitioners_only
@require_POST
def withdraw(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Take a photo out of the record's front row."""
    photo = media.photo_by_uid(uid)
    if photo is None:
        raise Http404
    client = treated(request, photo.client.uid)
    return SeeOther(f"{reverse('photos', args=[client.uid])}?did={withdrawn(request, photo)}")


@practitioners_only
@require_POST
def release(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Show a photo on the client's own pages (`show=yes`), or there no more."""
    photo = media.photo_by_uid(uid)
    if photo is None:
        raise Http404
    client = treated(request, photo.client.uid)
    return SeeOther(f"{reverse('photos', args=[client.uid])}?did={released(request, photo)}")


def withdrawn(request: HttpRequest, kept: Photo | Document) -> str:
    """Take a file out of the record's front row; return what was done, for the page."""
    try:
        actions.withdraw(now=timezone.now(), actor=actor_of(request), file=kept)
    except Refusal:
        return "already"
    return "withdrawn"


def released(request: HttpRequest, kept: Photo | Document) -> str:
    """Show a file to its client or take it back, as was asked; return what was done, for the page."""
    now, actor = timezone.now(), actor_of(request)
    if request.POST.get("show") != "yes":
        actions.take_back(now=now, actor=actor, file=kept)
        return "taken-back"
    try:
        actions.release(now=now, actor=actor, file=kept)
    except PhotosWithdrawn:
        return "not-released"
    except EndedAlready:
        return "already"
    return "released"


@practitioners_only
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Say anew which view and day a photo is of."""
    photo = media.photo_by_uid(uid)
    if photo is None or photo.ending:
        raise Http404
    client = treated(request, photo.client.uid)
    form = PhotoForm(
        request.POST if request.method == "POST" else None, initial=PhotoForm.of(photo)
    )
    if form.is_valid():
        try:
            actions.correct_photo(
                now=timezone.now(),
                actor=actor_of(request),
                photo=photo,
                today=today_of(request),
                **form.cleaned_data,
            )
            return SeeOther(f"{reverse('photos', args=[client.uid])}?did=corrected")
        except Refusal as refusal:
            form.add_error(refusal.field or None, str(refusal.sentence))
    context = {"client": client, "photo": photo, "form": form, "today": today_of(request)}
    status = INVALID if form.is_bound else 200
    return render(request, "clients/photos/correct.html", context, status=status)


@practitioners_only
@require_safe
@transaction.atomic
def file(request: HttpRequest, signed: str) -> HttpResponse:
    """Hand out a stored file by the link a page was given."""
    now = timezone.now()
    found = files.wanted(signed, viewer=viewer_of(request), now=now)
    if found is None:
        raise Http404
    treated(request, found.file.client.uid)
    return files.answer(found, zone=practice.clinic_zone())
