"""The development mailbox: what this clinic has written to people, kept on this machine."""

from __future__ import annotations

from csp.constants import SELF
from csp.decorators import csp_update
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clients import queries
from clients.channels import mailbox
from clients.views.framed import shown_as_mail


@require_safe
def messages(request: HttpRequest) -> HttpResponse:
    """The newest messages."""
    _only_where_shown()
    context = {"messages_kept": mailbox.newest(), "zone": queries.home()[0]}
    return render(request, "clients/mailbox/list.html", context)


@require_safe
@csp_update({"frame-src": [SELF]})  # type: ignore[arg-type]  # typed for views without arguments
def message(request: HttpRequest, name: str) -> HttpResponse:
    """One message: its text, its HTML in a frame that may do nothing, what is attached."""
    return render(
        request, "clients/mailbox/message.html", {"kept": _find(name), "zone": queries.home()[0]}
    )


@require_safe
@shown_as_mail("allow-popups allow-popups-to-escape-sandbox")
def page(request: HttpRequest, name: str) -> HttpResponse:
    """The HTML of a message, for the frame; its links open elsewhere."""
    return HttpResponse(_find(name).html.replace("<head>", '<head><base target="_blank">', 1))


@require_safe
def attachment(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """One attachment, as a download."""
    attachments = _find(name).attachments
    if number >= len(attachments):
        raise Http404
    found = attachments[number]
    return HttpResponse(
        found.content,
        headers={
            "Content-Type": "application/octet-stream",
            "Content-Disposition": f'attachment; filename="{_safe(found.filename)}"',
        },
    )


def _find(name: str) -> mailbox.Kept:
    _only_where_shown()
    kept = mailbox.find(name)
    if kept is None:
        raise Http404
    return kept


def _only_where_shown() -> None:
    if not settings.MAILBOX:
        raise Http404


def _safe(filename: str) -> str:
    return "".join(c for c in filename if c.isascii() and (c.isalnum() or c in "._-")) or "part"
