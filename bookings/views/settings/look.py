"""The clinic's logo and colour."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bookings.forms.look import LookForm
from bookings.views.settings.pages import GET_OR_POST, Page, answer, me, owner_only, posted
from clinic import actions
from clinic.logo import MOST_BYTES
from clinic.middleware import takes_files
from clinic.models import Clinic


@takes_files(most_bytes=3 * MOST_BYTES)
@owner_only
@require_http_methods(GET_OR_POST)
def look(request: HttpRequest) -> HttpResponse:
    """Choose a colour, and give a logo or take it away."""
    files = request.FILES if request.method == "POST" else None
    form = LookForm(posted(request), files, clinic=Clinic.objects.the_only())
    page = Page(
        "settings-look",
        _("Logo and colour"),
        form,
        reverse("settings-look"),
        "bookings/settings/look.html",
    )

    def act(_confirmed: str) -> object:
        return actions.change_look(now=timezone.now(), actor=me(request), **form.changes)

    return answer(request, page, act, _("Saved. Every page has it from now on."))
