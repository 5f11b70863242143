"""The owner's words for messages: each change is a version of its own."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from clients.errors import EditedMeanwhile, NothingChanged, WordingRefused
from clients.message_text import TextWrong
from clients.models import MessageWording
from clients.wording import FORMS, Written, built_in, check
from clinic import audit
from clinic.audit import Actor
from clinic.models import User


def publish(
    *,
    now: datetime,
    actor: Actor,
    kind: str,
    language: str,
    written: Written | None,
    after: int | None,
) -> MessageWording:
    """Keep what a kind of message says in a language from now on, and return the version.

    actor: a member of staff. written: None goes back to what is built in. after: the number of
    the version it was made from (None: there is none yet).

    Raises WordingRefused for words a message can't have, EditedMeanwhile when `after` is not the
    newest, NothingChanged when that one says the same.
    """
    assert isinstance(actor.user, User)  # noqa: S101  clients and the clock write no messages
    if written is not None:
        _refuse_wrong(kind, written)
    with transaction.atomic():
        _lock()
        newest = (
            MessageWording.objects.filter(kind=kind, language=language).order_by("-number").first()
        )
        if (newest.number if newest else None) != after:
            raise EditedMeanwhile
        if (written or built_in(kind, language)) == said(newest, kind, language):
            raise NothingChanged
        made = MessageWording.objects.create(
            kind=kind,
            language=language,
            number=(after or 0) + 1,
            **{form: getattr(written, form) if written else "" for form in FORMS},
            made_by=actor.user,
            made_at=now,
        )
        audit.record(
            now=now,
            actor=actor,
            verb="wording.published" if written else "wording.built_in",
            about=f"wording:{made.uid}",
            after={"kind": kind, "language": language, "number": made.number},
        )
    return made


def said(version: MessageWording | None, kind: str, language: str) -> Written:
    """Return what a version says; without one, or where it goes back, what is built in."""
    if version is None or version.is_built_in:
        return built_in(kind, language)
    return Written(version.subject, version.body, version.short)


def _refuse_wrong(kind: str, written: Written) -> None:
    for form in FORMS:
        try:
            check(kind, form, getattr(written, form))
        except TextWrong as wrong:
            raise WordingRefused(form, wrong.problem, wrong.what) from wrong


def _lock() -> None:
    """Keep others from saving until the caller's transaction ends; reads go on."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE clients_messagewording IN SHARE ROW EXCLUSIVE MODE")
