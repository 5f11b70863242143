"""The safety rules: read, edited in a draft, tried on the bookings there were, published.

For practitioners: those whose login treats somebody, owners among them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bookings.forms.rule import DocumentForm, QuestionForm, RuleForm
from bookings.queries import practice, replay
from bookings.queries import record as records
from bookings.views import rules_page as page
from bookings.views.answers import CONFLICT, INVALID, SeeOther, private
from bookings.views.desk_change import actor_of
from clients.actions import rules as actions
from clients.errors import RuleChangedMeanwhile
from clients.queries.rules import Draft, draft, rule_set, versions
from clients.rule_editing import document_of, fingerprint, part_of
from clients.rules import Question, Rule
from clinic import audit
from clinic.access import only
from clinic.errors import Refusal
from clinic.models import Practitioner, Role, User

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
GET_OR_POST = ["GET", "HEAD", "POST"]
MOST_SHOWN = 60


def who_treats(request: HttpRequest) -> Practitioner:
    """Return whom the login treats as. Raises Http404 for one that treats nobody."""
    user = request.user
    found = practice.practitioner_of(user) if isinstance(user, User) else None
    if found is None:
        raise Http404
    return found


def practitioners_only(view: View[P]) -> View[P]:
    """Open a view to those who treat, whether they own the clinic or not."""

    @only(Role.PRACTITIONER, Role.OWNER)
    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        who_treats(request)
        return private(view)(request, *args, **kwargs)

    return guarded


@practitioners_only
@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """List the rules by group, as the draft has them: `?q=` words, `?only=edited` or `off`."""
    now = timezone.now()
    here = draft(now)
    wanted, which = request.GET.get("q", "")[:80], request.GET.get("only", "")
    context = {
        "here": here,
        "groups": page.rule_groups(here, wanted=wanted, only=which),
        "questions": page.question_rows(here),
        "wanted": wanted,
        "only": which,
        "warnings": page.too_short(here.rules),
        "otherwise": len(replay.judged_otherwise(here.base, now=now)),
        "did": request.GET.get("did", ""),
    }
    return render(request, "bookings/rules/list.html", context)


@practitioners_only
@require_http_methods(GET_OR_POST)
def rule(request: HttpRequest, code: str) -> HttpResponse:
    """Edit one rule, or one question asked before a booking; what is saved waits in the draft."""
    now = timezone.now()
    here = draft(now)
    form = _form(request, here, code)
    if request.method != "POST":
        return _edit(request, here, code, form)
    if not form.is_valid():
        return _edit(request, here, code, form, status=INVALID)
    try:
        actions.edit_rule(
            now=now,
            actor=actor_of(request),
            code=code,
            document=form.edited(),
            seen=form.cleaned_data["seen"],
        )
    except RuleChangedMeanwhile as refusal:
        form = _form(request, draft(now), code, seen=fingerprint(refusal.theirs))
        return _edit(request, draft(now), code, form, error=refusal.sentence, status=CONFLICT)
    except Refusal as refusal:
        if refusal.field in form.fields:
            form.add_error(refusal.field, str(refusal.sentence))
        return _edit(request, here, code, form, error=refusal.sentence, status=CONFLICT)
    return SeeOther(f"{reverse('rules')}?did=saved#{code}")


def _form(request: HttpRequest, here: Draft, code: str, *, seen: str = "") -> DocumentForm:
    own = document_of(here.rules, code)
    if own is None:
        raise Http404
    kind = RuleForm if code in here.rules.by_code else QuestionForm
    data = request.POST.copy() if request.method == "POST" else None
    if data is not None and seen:
        data["seen"] = seen
    return kind(data, own, seen=seen or fingerprint(own))


def _edit(
    request: HttpRequest,
    here: Draft,
    code: str,
    form: DocumentForm,
    *,
    error: str | Promise = "",
    status: int = 200,
) -> HttpResponse:
    part = part_of(here.rules, code)
    if part is None:
        raise Http404
    context = {
        "form": form,
        "code": code,
        "name": page.name_of(code),
        "part": part,
        "is_rule": isinstance(part, Rule),
        "asked": page.asked_where(here.rules, part),
        "waiting": _waiting(here, code),
        "sources": _sources(here, part),
        "version": here.base.version,
        "error": error,
    }
    return render(request, "bookings/rules/rule.html", context, status=status)


def _sources(here: Draft, part: Rule | Question) -> list[Any]:
    names = part.sources if isinstance(part, Rule) else ()
    return [here.rules.sources[name] for name in names]


def _waiting(here: Draft, code: str) -> page.DifferenceRow | None:
    """Return how the draft changes a part, None where it does not."""
    edit = here.edits.get(code)
    by = {code: edit.by.name} if edit else {}
    rows = page.difference_rows(here.base, here.rules, by)
    return next((one for one in rows if one.code == code), None)


@practitioners_only
@require_POST
def take_back(request: HttpRequest, code: str) -> HttpResponse:
    """Put a rule of the draft back to what is in force."""
    actions.take_back_edit(now=timezone.now(), actor=actor_of(request), code=code)
    return SeeOther(f"{reverse('rules-draft')}?did=back")


@practitioners_only
@require_http_methods(GET_OR_POST)
def draft_page(request: HttpRequest) -> HttpResponse:
    """Show what waits in the draft; a POST publishes it with a reason."""
    if request.method != "POST":
        return _draft(request)
    try:
        version = actions.publish_draft(
            now=timezone.now(),
            actor=actor_of(request),
            shown=request.POST.get("shown", ""),
            why=request.POST.get("why", "")[:2000],
        )
    except Refusal as refusal:
        return _draft(request, error=refusal.sentence, status=CONFLICT)
    return SeeOther(f"{reverse('rules-history')}?did={version}")


@practitioners_only
@require_POST
def discard(request: HttpRequest) -> HttpResponse:
    """Throw the draft away."""
    try:
        actions.discard_draft(
            now=timezone.now(), actor=actor_of(request), shown=request.POST.get("shown", "")
        )
    except Refusal as refusal:
        return _draft(request, error=refusal.sentence, status=CONFLICT)
    return SeeOther(f"{reverse('rules')}?did=discarded")


def _draft(request: HttpRequest, *, error: str | Promise = "", status: int = 200) -> HttpResponse:
    here = draft(timezone.now())
    by = {code: edit.by.name for code, edit in here.edits.items()}
    context = {
        "here": here,
        "differences": page.difference_rows(here.base, here.rules, by),
        "warnings": page.too_short(here.rules),
        "why": request.POST.get("why", ""),
        "next": here.base.version + 1,
        "error": error,
        "did": request.GET.get("did", ""),
    }
    return render(request, "bookings/rules/draft.html", context, status=status)


@practitioners_only
@require_safe
@transaction.atomic
def preview(request: HttpRequest) -> HttpResponse:
    """Show what the draft would have made of the last 12 months' bookings. Whose outcomes are
    shown by name is noted in the access log."""
    now, me = timezone.now(), who_treats(request)
    here = draft(now)
    found = replay.replay(here.base, here.rules, now=now)
    shown = [*found.coming[:MOST_SHOWN], *found.changed[:MOST_SHOWN]]
    named = _note_views(request, shown, me, now=now)
    context = {
        "here": here,
        "page": page.replay_page(found, named=named, most=MOST_SHOWN),
        "next": here.base.version + 1,
    }
    return render(request, "bookings/rules/preview.html", context)


@practitioners_only
@require_safe
@transaction.atomic
def coming(request: HttpRequest) -> HttpResponse:
    """Show the coming bookings that the rules in force would judge otherwise than they were."""
    now, me = timezone.now(), who_treats(request)
    base = draft(now).base
    found = replay.judged_otherwise(base, now=now)
    named = _note_views(request, found[:MOST_SHOWN], me, now=now)
    context = {
        "version": base.version,
        "rows": page.replayed_rows(found[:MOST_SHOWN], named=named),
        "more": max(len(found) - MOST_SHOWN, 0),
        "did": request.GET.get("did", ""),
    }
    return render(request, "bookings/rules/coming.html", context)


def _note_views(
    request: HttpRequest, shown: list[replay.Replayed], me: Practitioner, *, now: datetime
) -> set[int]:
    """Return the keys of the bookings that are shown by name, noted in the access log: one's own,
    of clients whose record one may read (one query, besides the notes)."""
    own = [one.booking for one in shown if one.booking.practitioner_id == me.pk]
    clients = {each.client_id for each in own if each.client_id}
    open_to = records.readable(cast(User, request.user), clients, now=now)
    named = [each for each in own if each.client_id in open_to]
    for booking in named:
        assert booking.client is not None  # noqa: S101  it is one of those
        audit.viewed(
            now=now,
            actor=actor_of(request),
            what="SCREENING_OUTCOMES",
            about=f"booking:{booking.uid}",
            whose=f"client:{booking.client.uid}",
        )
    return {each.pk for each in named}


@practitioners_only
@require_safe
def history(request: HttpRequest) -> HttpResponse:
    """Show every version; `?before=1&after=3` what differs between two."""
    every = versions()
    known = {one.version: one for one in every}
    after = _version(request, "after", max(known), known)
    before = _version(request, "before", max(after - 1, min(known)), known)
    before, after = min(before, after), max(before, after)
    context = {
        "versions": every,
        "before": before,
        "after": after,
        "differences": page.difference_rows(rule_set(before), rule_set(after), {}),
        "did": request.GET.get("did", ""),
    }
    return render(request, "bookings/rules/history.html", context)


def _version(request: HttpRequest, name: str, otherwise: int, known: Collection[int]) -> int:
    typed = request.GET.get(name, "")
    wanted = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else otherwise
    return wanted if wanted in known else otherwise
