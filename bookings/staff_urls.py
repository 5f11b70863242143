"""The staff's doors: the desk's day at /desk/, the practitioner's at /practice/."""

from __future__ import annotations

from django.urls import path

from bookings.views import desk, desk_book, desk_change, desk_move

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
]
