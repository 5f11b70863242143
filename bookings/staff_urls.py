"""The staff's doors: the desk's day at /desk/, the practitioner's at /practice/; and the page on
which a client answers the questions of a booking the desk made."""

from __future__ import annotations

from django.urls import path

from bookings.views import answering, desk, desk_book, desk_change, desk_logins, desk_move, practice

urlpatterns = [
    path("desk/", desk.day, name="day"),
    path("desk/find/", desk.find, name="desk-find"),
    path("desk/waiting/", desk.waiting, name="desk-waiting"),
    path("desk/book/", desk_book.book, name="desk-book"),
    path("desk/booking/<uuid:uid>/", desk_change.booking, name="desk-booking"),
    path("desk/booking/<uuid:uid>/move/", desk_move.move, name="desk-move"),
    path("desk/booking/<uuid:uid>/cancel/", desk_change.cancel, name="desk-cancel"),
    path("desk/booking/<uuid:uid>/undo/", desk_change.undo, name="desk-undo"),
    path("desk/booking/<uuid:uid>/<slug:name>/", desk_change.step, name="desk-step"),
    path("desk/clients/<uuid:uid>/logins/", desk_logins.links, name="desk-logins"),
    path("desk/clients/<uuid:uid>/logins/end/", desk_logins.end, name="desk-login-end"),
    path("practice/", practice.day, name="practice"),
    path("practice/visit/<uuid:uid>/", practice.visit, name="practice-visit"),
    path("practice/visit/<uuid:uid>/review/", practice.review, name="practice-review"),
    path("practice/visit/<uuid:uid>/answers/", practice.answers, name="practice-answers"),
    path("practice/visit/<uuid:uid>/step/<slug:name>/", practice.step, name="practice-step"),
    path("answers/<str:token>/", answering.answer, name="answers"),
]
