"""What a client reads, signs and takes back, by a link of their own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import formats, timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from clients import consent_links
from clients.actions import consenting
from clients.consent_rules import NEEDED, Kind, Standing
from clients.consent_words import KINDS, Words, why
from clients.errors import AlreadyWithdrawn
from clients.forms.consent import WithdrawForm
from clients.models import Client, ConsentDocument, ConsentGiven, ContactConsent
from clients.queries import consents
from clients.views.signing import Signing, kind_of
from clinic import audit
from clinic.audit import Actor
from clinic.limits import Limit, wait
from clinic.logins.throttle import too_often
from clinic.models import Clinic, Location
from clinic.replies import INVALID, SeeOther, private

# Each is drawn anew, with fonts for any script.
PDFS = Limit("signed-pdf", 30, 600)


def _client(token: str) -> Client:
    """Return whose link it is. Raises Http404 for any other text."""
    client = consent_links.client_of(token)
    if client is None:
        raise Http404
    return client


@dataclass(frozen=True, slots=True)
class Paper:
    """One document as its client sees it: how it stands, and what can be done."""

    title: Words
    document: ConsentDocument
    kind: str
    holds: bool
    needed: bool
    why: list[Words]
    given: ConsentGiven | None
    signed_on: str
    until: str
    choices: list[tuple[str, bool]]


def papers(client: Client, now: datetime) -> list[Paper]:
    """Return the documents in the order they are signed (five queries)."""
    newest: dict[Kind, ConsentGiven] = {}
    for given in consents.signed(client):
        newest.setdefault(Kind(given.document.kind), given)
    stand = consents.standings([client.pk], now)[client.pk]
    documents = consents.current_documents(client.language, now)
    return [
        _paper(kind, document, stand[kind], newest.get(kind))
        for kind, document in documents.items()
    ]


def _paper(
    kind: Kind, document: ConsentDocument, stand: Standing, given: ConsentGiven | None
) -> Paper:
    choices = []
    if kind is Kind.PHOTO and given and stand.holds:
        choices = [(item.heading, item.code in stand.yes) for item in given.document.text.items]
    return Paper(
        title=KINDS[kind],
        document=document,
        kind=kind.value.lower(),
        holds=stand.holds,
        needed=kind in NEEDED and not stand.holds,
        why=[why(kind, reason) for reason in stand.reasons],
        given=given,
        signed_on=_day(given.at, given) if given else "",
        until=_day(stand.until, given) if given and stand.until else "",
        choices=choices,
    )


def _day(at: datetime, given: ConsentGiven) -> str:
    """Return the day of an instant on the signer's own clock."""
    return formats.date_format(_local(at, given), "j F Y")


def _local(at: datetime, given: ConsentGiven) -> datetime:
    return timezone.localtime(at, ZoneInfo(given.time_zone))


def messages_of(client: Client) -> list[ContactConsent]:
    """Return what a client last said about each way of being written to (one query)."""
    rows = ContactConsent.objects.filter(client=client).order_by("channel", "purpose", "-at", "-pk")
    return list(rows.distinct("channel", "purpose"))


@require_safe
@private
def home(request: HttpRequest, token: str) -> HttpResponse:
    """Show what is signed and what is not. `?signed`, `?withdrawn`: just now."""
    client, now = _client(token), timezone.now()
    context = {
        "token": token,
        "client": client,
        "papers": papers(client, now),
        "messages_of": messages_of(client),
        "signed": "signed" in request.GET,
        "withdrawn": "withdrawn" in request.GET,
    }
    return render(request, "clients/consent/home.html", context)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@private
def sign(request: HttpRequest, token: str, kind: str) -> HttpResponse:
    """Show a document; the POST signs it, once. Opening the link changes nothing."""
    page = Signing(request, _client(token), kind_of(kind))
    if request.method == "POST" and page.sign(actor=audit.CLIENT):
        return SeeOther(f"{reverse('consent', args=[token])}?signed=1")
    context = {"page": page, "token": token}
    return render(request, "clients/consent/sign.html", context, status=page.status)


@require_safe
@private
def signed_pdf(request: HttpRequest, token: str, uid: UUID) -> HttpResponse:
    """A client's own signed page. Who opens it is noted in the access log."""
    return pdf_answer(request, _client(token), uid, actor=audit.CLIENT)


@transaction.atomic
def pdf_answer(request: HttpRequest, client: Client, uid: UUID, *, actor: Actor) -> HttpResponse:
    """Return one of a client's signatures as a file, noted in the access log. Raises Http404."""
    given = consents.signed_by_uid(client, uid)
    if given is None:
        raise Http404
    seconds = wait(PDFS, who=f"client:{client.pk}", now=timezone.now())
    if seconds:
        return too_often(request, seconds)
    audit.viewed(
        now=timezone.now(),
        actor=actor,
        what="SIGNED_CONSENT",
        about=f"consent:{given.uid}",
        whose=f"client:{client.uid}",
    )
    place = Location.objects.filter(is_active=True).order_by("pk").first()
    clinic = Clinic.objects.the_only().name
    from clients.consent_pdf import consent_pdf  # noqa: PLC0415 - slow to import, needed for a paper alone

    content = consent_pdf(given, clinic=clinic, place=place.address if place else "")
    response = HttpResponse(content, content_type="application/pdf")
    signed_on = _local(given.at, given).date()
    response["Content-Disposition"] = f'attachment; filename="consent-{signed_on}.pdf"'
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@private
def withdraw(request: HttpRequest, token: str, uid: UUID) -> HttpResponse:
    """Ask, then take back. Taking back twice is once."""
    client = _client(token)
    given = consents.signed_by_uid(client, uid)
    if given is None:
        raise Http404
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        now, reason = timezone.now(), form.cleaned_data["reason"]
        try:
            consenting.withdraw(now=now, actor=audit.CLIENT, consent=given, reason=reason)
        except AlreadyWithdrawn:
            return SeeOther(reverse("consent", args=[token]))
        return SeeOther(f"{reverse('consent', args=[token])}?withdrawn=1")
    context = {
        "form": form,
        "given": given,
        "token": token,
        "is_photo": given.document.kind == Kind.PHOTO,
        "is_over": bool(given.withdrawals.all()),
    }
    status = INVALID if form.is_bound else 200
    return render(request, "clients/consent/withdraw.html", context, status=status)
