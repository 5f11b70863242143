"""The clients' doors: booking at /, a booking's own page at /manage/<token>/."""

from __future__ import annotations

from django.urls import path

from bookings.views import confirming, manage, public

urlpatterns = [
    path("", public.book, name="book"),
    path("book/", public.choose, name="book-choose"),
    path("book/hold/", public.hold, name="book-hold"),
    path("book/a/<str:attempt>/", confirming.attempt, name="book-attempt"),
    path("book/a/<str:attempt>/extend/", confirming.extend, name="book-extend"),
    path("book/<slug:location>/<slug:treatment>/", public.times, name="book-times"),
    path("manage/<str:token>/", manage.show, name="manage"),
    path("manage/<str:token>/calendar.ics", manage.calendar_file, name="manage-calendar"),
    path("manage/<str:token>/move/", manage.move, name="manage-move"),
    path("manage/<str:token>/cancel/", manage.cancel, name="manage-cancel"),
]
