"""The texts clients sign: what is in force, the versions before, and editing the next one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from clients.actions import consenting
from clients.consent_rules import Kind
from clients.consent_text import Piece, Text, difference
from clients.consent_words import KINDS
from clients.errors import EditedMeanwhile, NothingChanged
from clients.forms.consent_text import TextForm
from clients.models import ConsentDocument
from clients.queries import consents
from clients.views.signing import kind_of
from clinic import audit
from clinic.access import only
from clinic.audit import Actor
from clinic.errors import Sentence
from clinic.models import Role, User
from clinic.replies import CONFLICT, INVALID, SeeOther

editors_only = only(Role.PRACTITIONER, Role.OWNER)


def _actor(request: HttpRequest) -> Actor:
    if not isinstance(request.user, User):
        raise Http404
    return audit.staff(request.user)


@dataclass(frozen=True, slots=True)
class Changed:
    """What became of one part of a text."""

    heading: str
    pieces: list[Piece]


def changes(before: Text, after: Text) -> Iterator[Changed]:
    """Yield the parts whose words differ, in the order they are read; what is gone comes last."""
    for name, old, new in (
        (_("Title"), before.title, after.title),
        (_("Introduction"), before.intro, after.intro),
    ):
        if old != new:
            yield Changed(name, difference(old, new))
    known = {item.code: item for item in before.items}
    for item in after.items:
        was = known.pop(item.code, None)
        if was != item:
            old = f"{was.heading}\n{was.text}" if was else ""
            yield Changed(item.heading, difference(old, f"{item.heading}\n{item.text}"))
    for gone in known.values():
        yield Changed(gone.heading, difference(f"{gone.heading}\n{gone.text}", ""))
    if before.months != after.months:
        yield Changed(_("How long a signature holds"), difference(*map(_months, (before, after))))


def _months(text: Text) -> str:
    if text.months is None:
        return _("until it is taken back")
    return ngettext("%(count)d month", "%(count)d months", text.months) % {"count": text.months}


def _newest(kind: Kind) -> ConsentDocument:
    found = consents.current_document(kind, consents.FALLBACK_LANGUAGE, timezone.now())
    if found is None:
        raise Http404
    return found


def _made_from(request: HttpRequest, newest: ConsentDocument) -> ConsentDocument:
    """Return the version a form was made from, which may have been replaced meanwhile."""
    number = request.POST.get("after", "")
    if not number.isdecimal() or len(number) > 9:
        return newest
    rows = ConsentDocument.objects.filter(kind=newest.kind, language=newest.language)
    return rows.filter(number=int(number)).first() or newest


@editors_only
@require_safe
def texts(request: HttpRequest) -> HttpResponse:
    """Show the texts in force, and the versions before them. `?published`: just now."""
    versions = list(ConsentDocument.objects.order_by("kind", "language", "-number"))
    groups = [
        (KINDS[kind], kind.value.lower(), [one for one in versions if one.kind == kind])
        for kind in Kind
    ]
    context = {"groups": groups, "published": "published" in request.GET}
    return render(request, "clients/consent/texts.html", context)


@editors_only
@require_safe
def text(request: HttpRequest, kind: str, number: int) -> HttpResponse:
    """Show one version, and what it changed of the one before."""
    rows = ConsentDocument.objects.filter(
        kind=kind_of(kind).value, language=consents.FALLBACK_LANGUAGE
    )
    found = {one.number: one for one in rows.filter(number__in=(number, number - 1))}
    if number not in found:
        raise Http404
    before = found.get(number - 1)
    context = {
        "document": found[number],
        "text": found[number].text,
        "changes": list(changes(before.text, found[number].text)) if before else [],
    }
    return render(request, "clients/consent/text.html", context)


@editors_only
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, kind: str) -> HttpResponse:
    """Edit a text: first compare it with what is in force, then publish it."""
    newest = _newest(kind_of(kind))
    made_from = _made_from(request, newest)
    typed = request.POST if request.method == "POST" else None
    form = TextForm(made_from.text, made_from.number, typed)
    if request.method != "POST":
        return _page(request, form, newest)
    if not form.is_valid():
        return _page(request, form, newest, status=INVALID)
    if request.POST.get("step") != "publish":
        return _page(request, form, newest, compare=True)
    try:
        consenting.publish(
            form.edited,
            now=timezone.now(),
            actor=_actor(request),
            source=_actor(request).label,
            asks_again=form.cleaned_data["asks_again"],
            after=form.cleaned_data["after"],
        )
    except (EditedMeanwhile, NothingChanged) as refusal:
        return _page(request, form, newest, error=refusal.sentence, status=CONFLICT)
    return SeeOther(f"{reverse('consent-texts')}?published=1")


def _page(
    request: HttpRequest,
    form: TextForm,
    newest: ConsentDocument,
    *,
    compare: bool = False,
    error: Sentence = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "form": form,
        "document": newest,
        "compare": compare,
        "changes": list(changes(newest.text, form.edited)) if compare else [],
        "asked_words": _who_is_asked(form, newest) if compare else "",
        "error": error,
    }
    return render(request, "clients/consent/edit.html", context, status=status)


def _who_is_asked(form: TextForm, newest: ConsentDocument) -> str:
    if not form.cleaned_data["asks_again"]:
        return _("Nobody is asked again: what was signed still holds.")
    asked = consents.asked_again_by(newest, timezone.now())
    words = ngettext(
        "%(count)d client who has signed will be asked again.",
        "%(count)d clients who have signed will be asked again.",
        asked,
    )
    return words % {"count": asked}
