"""What messages say: the owner's own words for each kind and language, in versions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from csp.constants import SELF
from csp.decorators import csp_update
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from bookings.forms.wording import WordingForm
from bookings.models import Booking, Schedule
from bookings.queries import examples
from bookings.queries.practice import clinic_zone
from bookings.views.message_words import kind_words
from bookings.views.settings import wording_page as page
from bookings.views.settings.pages import GET_OR_POST, me, owner_only, posted, show
from clients.actions import wording as actions
from clients.channels.base import NotSent
from clients.channels.trial import send_example
from clients.errors import EditedMeanwhile, NothingChanged, WordingRefused
from clients.models import MessageWording
from clients.views.framed import shown_as_mail
from clients.wording import Values, Written, built_in, put_in
from clients.wording import page as page_of
from clinic.errors import Refusal
from clinic.models import Clinic, User
from clinic.replies import CONFLICT, INVALID, SeeOther

SECTION = "settings-wording"


@owner_only
@require_safe
def wording(request: HttpRequest) -> HttpResponse:
    """List the kinds of message and whose words they have."""
    newest = MessageWording.objects.order_by("kind", "language", "-number").distinct(
        "kind", "language"
    )
    context = {"title": _("What messages say"), "rows": page.kind_rows(newest, zone=clinic_zone())}
    return show(request, "bookings/settings/wording.html", SECTION, context)


@dataclass(frozen=True, slots=True)
class Editing:
    """A kind of message in one language, as a request asks for it."""

    kind: str
    language: str
    versions: list[MessageWording]
    shown: MessageWording | None
    bookings: list[Booking]
    form: WordingForm
    now: datetime

    @property
    def values(self) -> Values:
        """What the example knows."""
        return examples.values(
            self.kind,
            examples.chosen(self.bookings, self.form.chosen),
            language=self.language,
            now=self.now,
            full=self.form.is_full,
        )

    @property
    def written(self) -> Written:
        """What was typed, or what is shown."""
        if self.form.is_bound:
            return self.form.written
        return actions.said(self.shown, self.kind, self.language)


def _asked(request: HttpRequest, kind: str, language: str) -> Editing:
    code, now = kind.upper(), timezone.now()
    if code not in page.kinds() or kind != kind.lower() or language not in dict(settings.LANGUAGES):
        raise Http404
    versions = list(
        MessageWording.objects.filter(kind=code, language=language)
        .select_related("made_by")
        .order_by("-number")
    )
    newest = versions[0] if versions else None
    number = request.GET.get("version", "")
    shown = next((row for row in versions if str(row.number) == number), newest)
    bookings = examples.bookings_to_try(now)
    form = WordingForm(
        posted(request),
        kind=code,
        written=actions.said(shown, code, language),
        after=newest.number if newest else None,
        examples=page.example_choices(bookings),
    )
    return Editing(code, language, versions, shown, bookings, form, now)


@csp_update({"frame-src": [SELF]})  # type: ignore[arg-type]  # typed for views without arguments
@owner_only
@require_http_methods(GET_OR_POST)
def words(request: HttpRequest, kind: str, language: str) -> HttpResponse:
    """Show a message's words, save them, go back to those it came with, or send oneself a test."""
    one = _asked(request, kind, language)
    if request.method != "POST":
        return _editor(request, one)
    back = request.POST.get("step") == "built_in"
    if not one.form.is_valid() and not back:
        return _editor(request, one, INVALID)
    if request.POST.get("step") == "test":
        return _tried(request, one)
    try:
        actions.publish(
            now=one.now,
            actor=me(request),
            kind=one.kind,
            language=language,
            written=None if back else one.form.written,
            after=one.form.cleaned_data.get("after"),
        )
    except (EditedMeanwhile, NothingChanged, WordingRefused) as refusal:
        return _refused(request, one, refusal)
    messages.success(request, _("Saved. Messages say it from now on."))
    return SeeOther(request.path)


def _refused(request: HttpRequest, one: Editing, refusal: Refusal) -> HttpResponse:
    field = refusal.field if refusal.field in one.form.fields else None
    one.form.add_error(field, str(refusal.sentence))
    return _editor(request, one, CONFLICT)


def _tried(request: HttpRequest, one: Editing) -> HttpResponse:
    """Send the owner what was typed, with the example; nothing is saved."""
    user, clinic = cast(User, request.user), Clinic.objects.the_only()
    said = put_in(one.written, one.values, language=one.language)
    try:
        send_example(
            now=one.now, to=user.email, said=said, clinic=clinic.name, reply_to=clinic.email
        )
    except NotSent as problem:
        one.form.add_error(
            None, _("The message did not leave. %(reason)s") % {"reason": problem.reason}
        )
        return _editor(request, one, INVALID)
    sent = _("The test has left for %(email)s. Nothing is saved yet.") % {"email": user.email}
    return _editor(request, one, sent=sent)


def _editor(
    request: HttpRequest, one: Editing, status: int = 200, *, sent: str = ""
) -> HttpResponse:
    here = {"kind": one.kind.lower(), "language": one.language}
    short = None
    if not one.form.is_bound or one.form.is_valid():
        short = page.short_row(put_in(one.written, one.values, language=one.language).short)
    context = {
        "title": kind_words(one.kind),
        "language": one.language,
        "language_name": dict(settings.LANGUAGES)[one.language],
        "form": one.form,
        "back": reverse(SECTION),
        "schedule": Schedule.objects.filter(kind=one.kind).first(),
        "preview": reverse("settings-words-preview", kwargs=here),
        "shown": one.shown,
        "is_built_in": one.shown is None or one.shown.is_built_in,
        "names": page.name_rows(one.kind),
        "versions": page.version_rows(one.versions, one.shown, zone=clinic_zone()),
        "short": short,
        "named": _named(one),
        "sent": sent,
    }
    return show(request, "bookings/settings/words.html", SECTION, context, status)


def _named(one: Editing) -> str:
    """Return the treatments and people that words of the owner's own give away."""
    if one.form.is_bound and not one.form.is_valid():
        return ""
    before = built_in(one.kind, one.language)
    found = page.named(one.written, examples.names_unsaid(), before=before)
    return ", ".join(f"“{name}”" for name in found)


@owner_only
@require_http_methods(GET_OR_POST)
@shown_as_mail("")
def preview(request: HttpRequest, kind: str, language: str) -> HttpResponse:
    """The message for the frame, as it is shown or as it was typed; `part=count`: how long the
    text message is."""
    one = _asked(request, kind, language)
    if one.form.is_bound and not one.form.is_valid():
        return _wrong(request, one)
    said = put_in(one.written, one.values, language=language)
    short = page.short_row(said.short)
    if request.POST.get("part") == "count":
        return render(request, "bookings/settings/_words_count.html", {"short": short})
    more = {
        "as_subject": _("Subject"),
        "as_short": _("Text message"),
        "short": said.short,
        "short_says": short.says,
        "short_why": short.why,
        "short_is_long": short.is_long,
    }
    html = page_of(
        one.written, one.values, language=language, template="messages/preview.html", more=more
    )
    return HttpResponse(html)


def _wrong(request: HttpRequest, one: Editing) -> HttpResponse:
    """Say in the frame what stands in the way."""
    problems = [
        (one.form.fields[name].label, problem)
        for name, found in one.form.errors.items()
        for problem in found
        if name in one.form.fields
    ]
    return render(request, "messages/preview_wrong.html", {"problems": problems}, status=INVALID)
