"""Other links for forms whose links may be in hands they were not meant for."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import uuid4

from django.db import transaction

from clients import intake_links
from clients.models import Client, IntakeRequest, Message

BATCH = 500


def about_form(form: IntakeRequest) -> str:
    """Return what messages with a form's link are about."""
    return f"form:{form.uid}"


def renew_forms(*clients: Client, only: Iterable[int] | None = None) -> None:
    """Give the forms of clients (`only` those with these keys) other links, in the caller's
    transaction. What is typed into them stays, and a message that was not sent yet carries the new
    one."""
    rows = IntakeRequest.objects.filter(client__in=clients)
    for row in (rows if only is None else rows.filter(pk__in=only)).order_by("pk"):
        was, row.uid = about_form(row), uuid4()
        _know_by_its_links(row)
        row.save(update_fields=["uid", "token_digest", "page_digest"])
        waiting = Message.objects.filter(about=was, status=Message.Status.PLANNED)
        waiting.update(about=about_form(row))


def follow_key(*, most: int = BATCH) -> int:
    """Know forms by the links that LINK_KEY makes for them now, `most` to a transaction; return how
    many. Until then those it made before still open them."""
    count, after = 0, 0
    while rows := _follow(after, most):
        count, after = count + len(rows), rows[-1].pk
    return count


def _follow(after: int, most: int) -> list[IntakeRequest]:
    with transaction.atomic():
        rows = list(
            IntakeRequest.objects.select_for_update(no_key=True, of=("self",))
            .filter(pk__gt=after)
            .order_by("pk")[:most]
        )
        for each in rows:
            _know_by_its_links(each)
        IntakeRequest.objects.bulk_update(rows, ["token_digest", "page_digest"])
    return rows


def _know_by_its_links(row: IntakeRequest) -> None:
    row.token_digest = intake_links.digest(intake_links.token(row.uid, own=True))
    row.page_digest = intake_links.digest(intake_links.token(row.uid, own=False))
