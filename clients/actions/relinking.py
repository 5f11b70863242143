"""Other links for forms whose links may be in hands they were not meant for."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import uuid4

from clients import intake_links
from clients.models import Client, IntakeRequest, Message


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
        row.token_digest = intake_links.digest(intake_links.token(row.uid, own=True))
        row.page_digest = intake_links.digest(intake_links.token(row.uid, own=False))
        row.save(update_fields=["uid", "token_digest", "page_digest"])
        waiting = Message.objects.filter(about=was, status=Message.Status.PLANNED)
        waiting.update(about=about_form(row))
