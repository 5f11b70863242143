"""The clinic's name and booking policy."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bookings.forms.house import ClinicForm
from bookings.views.settings.pages import GET_OR_POST, Page, answer, me, owner_only, posted
from clinic import actions
from clinic.models import Clinic


@owner_only
@require_http_methods(GET_OR_POST)
def clinic(request: HttpRequest) -> HttpResponse:
    form = ClinicForm(posted(request), clinic=Clinic.objects.the_only())
    page = Page("settings-clinic", _("Clinic"), form, reverse("settings-clinic"))

    def act(_confirmed: str) -> object:
        return actions.change_clinic(now=timezone.now(), actor=me(request), changes=form.changes)

    return answer(request, page, act, _("Saved. It holds for what is booked from now on."))
