"""Asking for a form, keeping what is typed into it, and sending it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import uuid4

from django.db import transaction

from clients import intake_links, screening
from clients.actions.proposing import propose_contact
from clients.errors import FormIncomplete, FormOver, FormPrivate, ToldBefore
from clients.intake_answers import Typed, clip
from clients.intake_definition import FormKind
from clients.intake_draft import Draft
from clients.intake_form import Filling, typed_from
from clients.intake_screening import newly_true, screening_answers
from clients.models import (
    Channel,
    Client,
    ClientKey,
    ContactConsent,
    IntakeDraft,
    IntakeRequest,
    IntakeSubmission,
    Purpose,
)
from clients.phases import Phase
from clients.queries.intake import (
    current_form,
    filling_of,
    form_of,
    latest_submission,
    submissions_of,
)
from clients.queries.rules import current_rule_set, rule_set
from clinic import audit
from clinic.audit import Actor
from clinic.models.adding import made

CONSENTS = "comm_prefs"
CONSENT_SOURCE = "FORM"
CONSENT_WORDING = "intake-1"
MOST_BEFORE = 50


def ask_for_form(
    *,
    now: datetime,
    actor: Actor,
    client: Client,
    kind: FormKind,
    valid_until: datetime,
    about: str = "",
) -> IntakeRequest:
    """Return the open form of a client about a thing, asking for it if there is none.

    One that was asked for with another kind is asked as `kind` from now on, unless it was begun.
    Runs in the caller's transaction; two who ask at once ask once.
    """
    row = new_request(now=now, client=client, kind=kind, about=about, valid_until=valid_until)
    IntakeRequest.objects.bulk_create([row], ignore_conflicts=True)
    found = IntakeRequest.objects.select_related("client").get(
        client=client, about=about, ended_at__isnull=True
    )
    if found.uid == row.uid:
        audit.record(
            now=now,
            actor=actor,
            verb="intake.asked",
            about=f"client:{client.uid}",
            after={"kind": found.kind, "about": about},
        )
        return found
    changed = found.valid_until != valid_until or found.kind != kind.value
    if changed and not found.drafts.exists():
        found.kind, found.valid_until = kind.value, valid_until
        found.save(update_fields=["kind", "valid_until"])
    return found


def new_request(
    *, now: datetime, client: Client, kind: FormKind, about: str, valid_until: datetime
) -> IntakeRequest:
    """Return a form to ask for, not saved."""
    uid = uuid4()
    return made(
        IntakeRequest,
        uid=uid,
        client=client,
        kind=kind.value,
        about=about,
        token_digest=intake_links.digest(intake_links.token(uid, own=True)),
        page_digest=intake_links.digest(intake_links.token(uid, own=False)),
        valid_until=valid_until,
        created_at=now,
    )


def begin_form(
    *, now: datetime, request: IntakeRequest, own: bool, by_staff: bool = False
) -> IntakeDraft:
    """Return the draft of a form, beginning it if it is not yet begun.

    own: it was opened by the client's own link (or by staff), so it begins with what they told us
    before, and the link on a page neither shows nor changes it.

    Raises FormPrivate where the client's own link opened it and this is the one on a page, FormOver
    when it was asked until before now, or is asked no more and was never sent.
    """
    with transaction.atomic():
        asked = IntakeRequest.objects.select_for_update(of=("self",)).select_related("client")
        current = asked.get(pk=request.pk)
        open_ = _open_draft(current)
        if open_ is not None:
            if open_.is_private and not own:
                raise FormPrivate
            if own and not open_.is_private:
                open_.is_private = True
                open_.save(update_fields=["is_private"])
            return open_
        _refuse_over(current, now=now)
        if current.ended_at is not None and not own:
            raise FormOver
        ClientKey.objects.of(current.client, now=now)
        form = current_form(now)
        before = latest_submission(current.client) if own else None
        record = before.answers if before else _contact(current.client)
        typed = typed_from(form, FormKind(current.kind), record, by_staff=by_staff)
        return IntakeDraft.objects.create(
            request=current,
            client=current.client,
            definition_id=form.version,
            rule_set_id=current_rule_set(now).version,
            content=Draft.begun_with(typed).document(),
            is_private=own,
            begun_at=now,
            saved_at=now,
        )


def _contact(client: Client) -> dict[str, object]:
    """Return what whoever made the booking typed themselves: nothing where another record was
    merged into this one, since that may be the other's."""
    if Client.objects.filter(merged_into=client).exists():
        return {}
    known = {"legal_name": client.name, "phone": client.phone, "email": client.email}
    return {code: text for code, text in known.items() if text}


def _open_draft(request: IntakeRequest) -> IntakeDraft | None:
    rows = IntakeDraft.objects.select_for_update(of=("self",)).select_related(
        "client__key", "request"
    )
    return rows.filter(request=request, sent_at__isnull=True).first()


def _refuse_over(request: IntakeRequest, *, now: datetime) -> None:
    if now >= request.valid_until:
        raise FormOver
    if request.ended_at is not None and not request.submissions.exists():
        raise FormOver


@dataclass(frozen=True, slots=True)
class Saved:
    """A draft after a save, and the questions at which another device typed something else
    meanwhile: both are kept. `is_late`: the form had been sent already, so this is a correction."""

    draft: IntakeDraft
    doubles: tuple[str, ...]
    is_late: bool = False


def save_form(
    *,
    now: datetime,
    request: IntakeRequest,
    draft_uid: str,
    base: int,
    screen: str,
    typed: Mapping[str, Typed],
    own: bool,
    by_staff: bool = False,
) -> Saved:
    """Keep what was typed on one screen, right or wrong; nothing typed is ever lost.

    base: the revision the page was made from; draft_uid: the draft it was made from, which may have
    been sent since. Raises FormOver, and FormPrivate, which keeps nothing.
    """
    with transaction.atomic():
        draft = begin_form(now=now, request=request, own=own, by_staff=by_staff)
        late = str(draft.uid) != draft_uid
        before = Draft.of(draft.content)
        kept = {code: clip(fields) for code, fields in typed.items()}
        after = before.saved(
            kept, base=0 if late else base, revision=draft.revision + 1, screen=screen
        )
        if after != before:
            draft.revision += 1
            draft.content = after.document()
            draft.saved_at = now
            draft.save(update_fields=["revision", "content", "saved_at"])
        doubles = tuple(code for code in after.aside if code in typed)
        return Saved(draft, doubles, late and bool(draft_uid))


@dataclass(frozen=True, slots=True)
class Sent:
    """What a client sent, and whether this request sent it or an earlier one."""

    submission: IntakeSubmission
    created: bool


def send_form(
    *,
    now: datetime,
    actor: Actor,
    request: IntakeRequest,
    today: date,
    country: str,
    source: str = IntakeSubmission.Source.ONLINE,
    told_on: date | None = None,
    by_staff: bool = False,
    own: bool = True,
) -> Sent:
    """Send a form: what was typed becomes a submission, once, and never changes again.

    today, country: the location's. told_on: the day the client said it, where that is not today;
    by_staff: entered by the actor. own: by the client's own link; by the one on a page, what comes of
    a client we knew is marked as that and stops or allows no message. Sending a form again that was
    sent gives the same submission.

    Raises FormOver, FormPrivate for a form the client's own link opened, ToldBefore for a day before
    that of what is known, and FormIncomplete with what is missing or wrong.
    """
    with transaction.atomic():
        # One after the other for a client: each submission follows the one before.
        client = Client.objects.select_for_update(of=("self",), no_key=True).get(
            pk=request.client_id
        )
        draft = _open_draft(request)
        if draft is None:
            sent = request.submissions.select_related("client__key").order_by("-pk").first()
            if sent is None:
                raise FormOver
            return Sent(sent, created=False)
        if draft.is_private and not own:
            raise FormPrivate
        _refuse_over(IntakeRequest.objects.get(pk=request.pk), now=now)
        earlier = submissions_of(client)
        if told_on and earlier and told_on < earlier[0].told_on:
            raise ToldBefore
        filling = filling_of(
            draft,
            before=earlier[0] if earlier else None,
            today=told_on or today,
            country=country,
            by_staff=by_staff,
        )
        if not filling.is_ready:
            raise FormIncomplete(filling)
        is_proven = own or not _was_known(client, request, earlier)
        made = IntakeSubmission.objects.create(
            client=draft.client,
            kind=request.kind,
            request=request,
            draft=draft,
            definition_id=draft.definition_id,
            rule_set_id=draft.rule_set_id,
            source=source if is_proven else IntakeSubmission.Source.PAGE,
            entered_by=actor.user if by_staff else None,
            told_on=told_on or today,
            submitted_at=now,
            previous=earlier[0] if earlier else None,
            calls_for_full=_calls_for_full(filling, earlier),
            content={
                "answers": filling.record,
                "asked": sorted(question.code for question in filling.asked),
            },
        )
        draft.sent_at = now
        draft.save(update_fields=["sent_at"])
        _end_requests(request, now=now)
        _keep_consents(filling, client=client, now=now, is_proven=is_proven)
        if is_proven:
            was = earlier[0].answers if earlier else {}
            propose_contact(now=now, client=client, answers=filling.record, before=was)
        audit.record(
            now=now,
            actor=actor,
            verb="intake.sent",
            about=f"client:{client.uid}",
            after={"kind": made.kind, "source": made.source, "told_on": made.told_on.isoformat()},
        )
        return Sent(made, created=True)


def _end_requests(request: IntakeRequest, *, now: datetime) -> None:
    """End this form and, where it was the whole one, the others of the client that nobody began."""
    ended = IntakeRequest.objects.filter(pk=request.pk, ended_at__isnull=True)
    ended.update(ended_at=now)
    if request.kind == FormKind.FULL:
        others = IntakeRequest.objects.filter(
            client=request.client_id, ended_at__isnull=True, drafts__isnull=True
        )
        others.update(ended_at=now)


def _calls_for_full(filling: Filling, earlier: list[IntakeSubmission]) -> bool:
    """Return whether the short form named a risk that nothing before it did."""
    if filling.kind is FormKind.FULL or not earlier:
        return False
    now = screening.evaluate(
        filling.rules,
        screening_answers(
            filling.form,
            filling.rules,
            filling.said,
            asked=filling.said.keys(),
            answered_on=filling.today,
        ),
        on=filling.today,
        answered_on=filling.today,
        phases=tuple(Phase),
    )
    before = []
    for one in earlier[:MOST_BEFORE]:
        form, rules = form_of(one.definition_id), rule_set(one.rule_set_id)
        answers = screening_answers(
            form, rules, one.answers, asked=one.asked, answered_on=one.told_on
        )
        before.append(
            screening.evaluate(
                rules, answers, on=one.told_on, answered_on=one.told_on, phases=tuple(Phase)
            )
        )
    return newly_true(now, *before)


def _was_known(client: Client, request: IntakeRequest, earlier: Sequence[IntakeSubmission]) -> bool:
    """Return whether a client had a record before the booking that a form was asked with."""
    return bool(earlier) or client.created_at < request.created_at


def _keep_consents(filling: Filling, *, client: Client, now: datetime, is_proven: bool) -> None:
    """Write down what was said about being written to, where it differs from what holds; where
    nobody proved who said it, only what was never said before."""
    said = filling.said.get(CONSENTS)
    if said is None:
        return
    newest = {
        (each.channel, each.purpose): each.granted
        for each in ContactConsent.objects.filter(client=client).order_by("at", "pk")
    }
    wanted = {}
    for channel in Channel:
        by = {purpose: channels[channel.lower()] for purpose, channels in said.items()}
        wanted[channel.value, Purpose.CARE.value] = by["reminder"] or by["follow_up"]
        wanted[channel.value, Purpose.MARKETING.value] = by["news"]
    ContactConsent.objects.bulk_create(
        ContactConsent(
            client=client,
            channel=channel,
            purpose=purpose,
            granted=granted,
            at=now,
            source=CONSENT_SOURCE,
            wording=CONSENT_WORDING,
        )
        for (channel, purpose), granted in wanted.items()
        if newest.get((channel, purpose)) is not granted
        and (is_proven or (channel, purpose) not in newest)
    )
