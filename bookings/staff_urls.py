"""The staff's doors: the desk's day at /desk/, the practitioner's at /practice/; and the page on
which a client answers the questions of a booking the desk made."""

from __future__ import annotations

from django.urls import path

from bookings.views import (
    answering,
    consents,
    data_requests,
    desk,
    desk_book,
    desk_change,
    desk_clients,
    desk_logins,
    desk_merge,
    desk_move,
    practice,
    record,
)

urlpatterns = [
    path("desk/", desk.day, name="day"),
    path("desk/find/", desk.find, name="desk-find"),
    path("desk/waiting/", desk.waiting, name="desk-waiting"),
    path("desk/book/", desk_book.book, name="desk-book"),
    path("desk/clients/", desk_clients.clients, name="desk-clients"),
    path("desk/clients/duplicates/", desk_merge.duplicates, name="desk-duplicates"),
    path("desk/clients/<uuid:uid>/", desk_clients.client, name="desk-client"),
    path("desk/clients/<uuid:uid>/edit/", desk_clients.edit, name="desk-client-edit"),
    path("desk/clients/<uuid:uid>/met/", desk_clients.met, name="desk-client-met"),
    path("desk/clients/<uuid:uid>/link/", desk_clients.link, name="desk-client-link"),
    path("desk/clients/<uuid:uid>/merge/<uuid:other>/", desk_merge.merge, name="desk-merge"),
    path("desk/clients/<uuid:uid>/apart/<uuid:other>/", desk_merge.apart, name="desk-apart"),
    path("desk/merges/<uuid:uid>/undo/", desk_merge.undo, name="desk-unmerge"),
    path("desk/booking/<uuid:uid>/", desk_change.booking, name="desk-booking"),
    path("desk/booking/<uuid:uid>/move/", desk_move.move, name="desk-move"),
    path("desk/booking/<uuid:uid>/cancel/", desk_change.cancel, name="desk-cancel"),
    path("desk/booking/<uuid:uid>/undo/", desk_change.undo, name="desk-undo"),
    path("desk/booking/<uuid:uid>/tablet/", consents.hand_over, name="desk-tablet"),
    path("desk/booking/<uuid:uid>/<slug:name>/", desk_change.step, name="desk-step"),
    path("desk/clients/<uuid:uid>/logins/", desk_logins.links, name="desk-logins"),
    path("desk/clients/<uuid:uid>/logins/end/", desk_logins.end, name="desk-login-end"),
    path("practice/requests/", data_requests.waiting, name="data-requests"),
    path("practice/requests/<uuid:uid>/", data_requests.answer, name="data-request-answer"),
    path("practice/", practice.day, name="practice"),
    path("practice/clients/<uuid:uid>/", record.record, name="record"),
    path("practice/clients/<uuid:uid>/note/", record.note, name="record-note"),
    path("practice/clients/<uuid:uid>/answers/", record.answers, name="record-answers"),
    path(
        "practice/clients/<uuid:uid>/answers/<slug:code>/",
        record.answer_history,
        name="record-history",
    ),
    path("practice/visit/<uuid:uid>/", practice.visit, name="practice-visit"),
    path("practice/visit/<uuid:uid>/review/", practice.review, name="practice-review"),
    path("practice/visit/<uuid:uid>/answers/", practice.answers, name="practice-answers"),
    path("practice/visit/<uuid:uid>/step/<slug:name>/", practice.step, name="practice-step"),
    path("practice/visit/<uuid:uid>/consents/", consents.consents_of, name="practice-consents"),
    path(
        "practice/visit/<uuid:uid>/consents/still-yes/",
        consents.still_yes,
        name="practice-still-yes",
    ),
    path(
        "practice/visit/<uuid:uid>/consents/link/",
        consents.replace_link,
        name="practice-consent-link",
    ),
    path(
        "practice/visit/<uuid:uid>/consents/<uuid:consent>/",
        consents.signed_pdf,
        name="practice-consent-pdf",
    ),
    path(
        "practice/visit/<uuid:uid>/consents/<uuid:consent>/withdraw/",
        consents.withdraw,
        name="practice-consent-withdraw",
    ),
    path("answers/<str:token>/", answering.answer, name="answers"),
]
