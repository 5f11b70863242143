"""A client's data in their own hands: taking it away, who saw it, what was signed, messages."""

from __future__ import annotations

from typing import cast
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bookings.actions.own_data import take_own_data
from bookings.forms.me import AskForm, MessagesForm
from bookings.queries import keeping, practice
from bookings.queries.own_data import seen_by
from bookings.views.answers import INVALID, SeeOther
from bookings.views.me.archive import archive
from bookings.views.me.signing_in import again
from bookings.views.me.theirs import Me, is_fresh, theirs
from bookings.views.seen_words import seen
from bookings.views.wording import day_year
from clients import data_requests
from clients.contact_consents import choose, holding
from clients.queries import consents
from clients.views.consent import PDFS
from clients.wording import known_language
from clinic import audit
from clinic.errors import Refusal
from clinic.limits import Limit, wait
from clinic.logins.throttle import too_often
from clinic.models import Clinic

# Each reads and opens the whole record.
DOWNLOADS = Limit("client-download", 6, 3600)
MOST_SEEN = 200


@theirs
@require_safe
def signed(request: HttpRequest, me: Me, uid: UUID) -> HttpResponse:
    """One signature as a PDF."""
    given = consents.signed_by_uid(me.client, uid)
    if given is None:
        raise Http404
    seconds = wait(PDFS, who=f"client:{me.client.pk}", now=timezone.now())
    if seconds:
        return too_often(request, seconds)
    audit.viewed(
        now=timezone.now(),
        actor=me.actor,
        what="CONSENT",
        about=f"consent:{given.uid}",
        whose=f"client:{me.client.uid}",
    )
    from clients.consent_pdf import consent_pdf  # noqa: PLC0415 - slow to import, needed for a paper alone

    pdf = consent_pdf(given, clinic=Clinic.objects.the_only().name, place="")
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="signed-{given.at:%Y-%m-%d}.pdf"'
    return response


@theirs
@require_http_methods(["GET", "HEAD", "POST"])
def written(request: HttpRequest, me: Me) -> HttpResponse:
    """Whether and how the clinic may write; what is chosen holds at once."""
    if request.method != "POST":
        chosen = {"language": known_language(me.client.language)}
        form = MessagesForm(initial=holding(me.client) | chosen)
        return render(request, "bookings/me/messages.html", {"me": me, "form": form})
    form = MessagesForm(request.POST)
    if not form.is_valid():
        context = {"me": me, "form": form}
        return render(request, "bookings/me/messages.html", context, status=INVALID)
    choose(
        now=timezone.now(),
        actor=me.actor,
        client=me.client,
        granted=form.cleaned_data,
        language=form.cleaned_data["language"],
    )
    messages.success(request, _("Saved. It holds from now on."))
    return SeeOther(reverse("me-messages", args=[me.client.uid]))


@theirs
@require_safe
def data(request: HttpRequest, me: Me) -> HttpResponse:
    """What one may do about one's data."""
    return render(request, "bookings/me/data.html", {"me": me})


@theirs
@require_POST
def download(request: HttpRequest, me: Me) -> HttpResponse:
    """Everything that is kept, as a zip made at this moment."""
    now = timezone.now()
    if not is_fresh(request):
        return again(request, to=reverse("me-data", args=[me.client.uid]))
    seconds = wait(DOWNLOADS, who=f"user:{me.user.pk}", now=now)
    if seconds:
        return too_often(request, seconds)
    document = take_own_data(now=now, actor=me.actor, client=me.client)
    file = archive(me.client, document)
    return cast(HttpResponse, FileResponse(file, as_attachment=True, filename="my-record.zip"))


@theirs
@require_safe
def seen_page(request: HttpRequest, me: Me) -> HttpResponse:
    """Who was shown this record, and when."""
    rows = [seen(entry) for entry in seen_by(me.client)[:MOST_SEEN]]
    return render(request, "bookings/me/seen.html", {"me": me, "rows": rows})


@theirs
@require_http_methods(["GET", "HEAD", "POST"])
def requests(request: HttpRequest, me: Me) -> HttpResponse:
    """Ask for a correction or for erasure, and see how it stands with what was asked."""
    form = AskForm(request.POST or None, initial={"key": uuid4()})
    if form.is_valid():
        typed = {name: form.cleaned_data[name] for name in ("kind", "words", "key")}
        try:
            data_requests.ask(now=timezone.now(), user=me.user, client=me.client, **typed)
            messages.success(request, _("We have it. A person looks at it and writes to you."))
            return SeeOther(reverse("me-requests", args=[me.client.uid]))
        except Refusal as refusal:
            form.add_error(None, str(refusal.sentence))
    found = keeping.standing(me.client, now=timezone.now(), zone=practice.clinic_zone())
    context = {
        "me": me,
        "form": form,
        "asked": data_requests.of_client(me.client),
        "until": day_year(found.kept.until),
    }
    status = INVALID if form.is_bound else 200
    return render(request, "bookings/me/requests.html", context, status=status)
