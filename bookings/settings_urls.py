"""The owner's door: /settings/."""

from __future__ import annotations

from django.urls import path

from bookings.views.opening import openings
from bookings.views.settings import (
    away,
    clients,
    clinic,
    hours,
    keeping,
    look,
    messages,
    people,
    places,
    start,
    treatments,
    wording,
)

urlpatterns = [
    path("", start.index, name="settings"),
    path("start/", start.start, name="settings-start"),
    path("start/test-message/", start.test_message, name="settings-test-message"),
    path("clinic/", clinic.clinic, name="settings-clinic"),
    path("look/", look.look, name="settings-look"),
    path("openings/", openings, name="settings-openings"),
    path("keeping/", keeping.keeping_list, name="settings-keeping"),
    path("keeping/<uuid:uid>/", keeping.kept, name="settings-kept"),
    path("keeping/<uuid:uid>/<slug:step>/", keeping.step, name="settings-kept-step"),
    path("wording/", wording.wording, name="settings-wording"),
    path("wording/<slug:kind>/<slug:language>/", wording.words, name="settings-words"),
    path(
        "wording/<slug:kind>/<slug:language>/preview/",
        wording.preview,
        name="settings-words-preview",
    ),
    path("places/", places.places, name="settings-places"),
    path("places/add/", places.add_location, name="settings-add-location"),
    path("places/<uuid:uid>/", places.location, name="settings-location"),
    path("places/<uuid:uid>/rooms/add/", places.add_room, name="settings-add-room"),
    path("rooms/<uuid:uid>/", places.room, name="settings-room"),
    path("people/", people.people, name="settings-people"),
    path("people/add/", people.add_user, name="settings-add-user"),
    path("people/<uuid:uid>/", people.user, name="settings-user"),
    path("people/<uuid:uid>/password/", people.password, name="settings-password"),
    path("practitioners/add/", people.add_practitioner, name="settings-add-practitioner"),
    path("practitioners/<uuid:uid>/", people.practitioner, name="settings-practitioner"),
    path("hours/", hours.hours, name="settings-hours"),
    path("hours/<uuid:uid>/", hours.week, name="settings-week"),
    path("away/", away.away, name="settings-away"),
    path("away/time-off/add/", away.add_time_off, name="settings-add-time-off"),
    path("away/time-off/<uuid:uid>/end/", away.end_time_off, name="settings-end-time-off"),
    path("away/closures/add/", away.add_closure, name="settings-add-closure"),
    path("away/closures/<uuid:uid>/end/", away.end_closure, name="settings-end-closure"),
    path("clients/", clients.clients, name="settings-clients"),
    path("clients/export/", clients.export, name="settings-export"),
    path("clients/import/<uuid:uid>/", clients.one, name="settings-import"),
    path("clients/import/<uuid:uid>/start/", clients.start, name="settings-import-start"),
    path("messages/", messages.kinds, name="settings-messages"),
    path("messages/numbers/", messages.in_numbers, name="settings-message-numbers"),
    path("messages/<uuid:uid>/", messages.kind, name="settings-message"),
    path("treatments/", treatments.treatments, name="settings-treatments"),
    path("treatments/add/", treatments.add_treatment, name="settings-add-treatment"),
    path("treatments/minutes/", treatments.minutes, name="settings-minutes"),
    path("treatments/<uuid:uid>/", treatments.treatment, name="settings-treatment"),
]
