"""A client's form, by its link: one screen after the other, kept at each step, sent at the end.

Where sending it changes bookings stands on the right of this app (`bookings.views.intake`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from clients import actions, queries
from clients.consent_links import token_of
from clients.consent_rules import Kind
from clients.errors import FormOver, FormPrivate
from clients.forms.intake import typed_in
from clients.intake_definition import FormKind, Section
from clients.intake_form import Filling, answer_rest_with_no
from clients.models import IntakeDraft, IntakeRequest
from clients.queries import consents
from clients.views.intake_page import (
    Door,
    Words,
    clock,
    form_name,
    overview,
    part_page,
    valid_words,
)
from clinic.replies import CONFLICT, INVALID, SeeOther, private


@dataclass
class Form:
    """A form somebody opened, loaded as far as a page asks."""

    request: HttpRequest
    asked: IntakeRequest
    door: Door
    now: datetime
    told_on: date | None = None
    extra: Mapping[str, object] = field(default_factory=dict)

    @cached_property
    def _home(self) -> tuple[ZoneInfo, str]:
        return queries.home()

    @property
    def zone(self) -> ZoneInfo:
        return self._home[0]

    @property
    def country(self) -> str:
        return self._home[1]

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    @cached_property
    def draft(self) -> IntakeDraft | None:
        return queries.draft_of(self.asked)

    @property
    def is_locked(self) -> bool:
        """Whether what is typed into it may not be shown here."""
        return self.draft is not None and self.draft.is_private and not self.door.own

    def filling(self, draft: IntakeDraft) -> Filling:
        return queries.filling_of(
            draft,
            before=queries.latest_submission(draft.client),
            today=self.told_on or self.today,
            country=self.country,
            by_staff=self.door.by_staff,
        )

    def render(self, name: str, context: dict[str, object], status: int = 200) -> HttpResponse:
        shell = {"shell": self.door.shell, "door": self.door, **self.extra}
        return render(self.request, f"clients/intake/{name}.html", shell | context, status=status)

    def section(self, filling: Filling, code: str) -> Section | None:
        """Return a screen that is shown; None for one that is not, now. Raises Http404."""
        screens = filling.form.screens(filling.kind, by_staff=self.door.by_staff)
        if code not in {section.code for section in screens}:
            raise Http404
        return next((section for section in filling.screens if section.code == code), None)


def opened(request: HttpRequest, token: str) -> Form:
    """Return the form a link leads to. Raises Http404 for any other text."""
    found = queries.request_by_token(token)
    if found is None:
        raise Http404
    asked, own = found
    home = reverse("form", args=[token])
    door = Door(home=home, send=reverse("form-send", args=[token]), own=own)
    return Form(request, asked, door, timezone.now())


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@private
def form(request: HttpRequest, token: str) -> HttpResponse:
    """Show how the form stands; the POST begins it, or opens it again after it was sent."""
    return home(opened(request, token))


def home(one: Form) -> HttpResponse:
    """Answer a form's own address, for whoever fills it in."""
    if one.request.method == "POST":
        return _begin(one)
    return show(one)


def _begin(one: Form) -> HttpResponse:
    if one.is_locked:
        return SeeOther(one.door.home)
    try:
        draft = actions.begin_form(now=one.now, request=one.asked, own=one.door.own)
    except (FormOver, FormPrivate):
        return SeeOther(one.door.home)
    screens = one.filling(draft).screens
    return SeeOther(one.door.part(screens[0].code))


def show(
    one: Form, *, was_refused: bool = False, notice: Words = "", status: int = 200
) -> HttpResponse:
    """Show a form as it stands: to begin, to go on with, sent, or closed; `notice`: what stood in
    the way of sending it."""
    context: dict[str, object] = {"name": form_name(one.asked.kind), "notice": notice}
    if one.is_locked:
        return one.render("locked", context, status)
    if one.draft is not None:
        page = overview(
            one.door,
            one.draft,
            one.filling(one.draft),
            zone=one.zone,
            was_refused=was_refused,
            is_late="late" in one.request.GET,
        )
        return one.render("overview", context | {"page": page}, status)
    is_over = one.now >= one.asked.valid_until
    if one.asked.submissions.exists():
        said = {"may_change": one.door.own and not is_over, "consent_href": _to_sign(one)}
        return one.render("done", context | said, status)
    if is_over or one.asked.ended_at is not None:
        return one.render("over", context, status)
    until = valid_words(one.asked, one.zone)
    return one.render("begin", context | {"until": until, "kind": one.asked.kind}, status)


def _to_sign(one: Form) -> str:
    """Return where the client signs what is still to be signed, for whoever has their own link."""
    client = one.asked.client
    if not one.door.own or one.door.by_staff:
        return ""
    if consents.standing(client, Kind.TREATMENT, one.now).holds:
        return ""
    return reverse("consent", args=[token_of(client)])


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@private
def part(request: HttpRequest, token: str, part: str) -> HttpResponse:
    """Show one screen; the POST keeps what was typed there and goes on, back, or away."""
    return screen(opened(request, token), part)


def screen(one: Form, code: str) -> HttpResponse:
    """Answer one screen of a form, for whoever fills it in."""
    if one.request.method == "POST":
        return _keep(one, code)
    if one.draft is None or one.is_locked:
        return SeeOther(one.door.home)
    filling = one.filling(one.draft)
    section = one.section(filling, code)
    if section is None:
        return SeeOther(one.door.home)
    checked = "check" in one.request.GET
    page = part_page(one.door, one.draft, filling, section, zone=one.zone, checked=checked)
    return one.render("part", {"page": page})


def _locked(one: Form) -> HttpResponse:
    """Turn away whoever has not the client's own link: nothing is kept, nor said of what is there."""
    return JsonResponse({}, status=CONFLICT) if _is_quiet(one) else SeeOther(one.door.home)


def _keep(one: Form, code: str) -> HttpResponse:
    if one.is_locked:
        return _locked(one)
    post = one.request.POST
    before = one.draft
    form_ = queries.form_of(before.definition_id) if before else queries.current_form(one.now)
    sections = form_.screens(FormKind(one.asked.kind), by_staff=one.door.by_staff)
    section = next((each for each in sections if each.code == code), None)
    if section is None:
        raise Http404
    typed = typed_in(post, section)
    go, _colon, what = post.get("go", "next").partition(":")
    if go == "rest" and before and what in typed and what in form_.by_code:
        rules = queries.rule_set(before.rule_set_id)
        typed[what] = answer_rest_with_no(form_.by_code[what], typed[what], rules)
    try:
        saved = actions.save_form(
            now=one.now,
            request=one.asked,
            draft_uid=post.get("draft", ""),
            base=_number(post.get("revision", "")),
            screen="" if _is_quiet(one) else code,
            typed=typed,
            own=one.door.own,
            by_staff=one.door.by_staff,
        )
    except FormPrivate:
        return _locked(one)
    except FormOver:
        return SeeOther(one.door.home)
    one.draft = saved.draft
    if _is_quiet(one):
        return JsonResponse(
            {
                "revision": saved.draft.revision,
                "draft": str(saved.draft.uid),
                "saved": clock(saved.draft.saved_at, one.zone),
                "look": bool(saved.doubles) or saved.is_late,
            }
        )
    if saved.is_late:
        return SeeOther(f"{one.door.home}?late=1")
    return _go(one, saved.draft, code, go, what, doubles=bool(saved.doubles))


def _is_quiet(one: Form) -> bool:
    """Whether a script saves while somebody types."""
    return one.request.headers.get("Accept", "").startswith("application/json")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0


def _go(
    one: Form, draft: IntakeDraft, code: str, go: str, what: str, *, doubles: bool
) -> HttpResponse:
    filling = one.filling(draft)
    section = one.section(filling, code)
    if section is None:
        return SeeOther(one.door.home)
    place = filling.screens.index(section)
    if go == "later":
        return SeeOther(one.door.leave or one.door.home)
    if go == "back":
        return SeeOther(one.door.part(filling.screens[place - 1].code) if place else one.door.home)
    wrong = {question.code for question in filling.wrong}
    is_wrong = any(question.code in wrong for question in section.questions)
    if doubles or go in ("more", "rest") or is_wrong:
        page = part_page(
            one.door,
            draft,
            filling,
            section,
            zone=one.zone,
            checked=is_wrong and go == "next",
            more=what if go == "more" else "",
        )
        status = CONFLICT if doubles else (INVALID if is_wrong and go == "next" else 200)
        return one.render("part", {"page": page, "at": what, "doubles": doubles}, status)
    if filling.only is None and place + 1 < len(filling.screens):
        return SeeOther(one.door.part(filling.screens[place + 1].code))
    return SeeOther(one.door.home)
