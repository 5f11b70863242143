"""The clients' doors: booking at /, a booking's own page at /manage/<token>/.

All of them may stand in a frame of the clinic's own website (docs/embedding.md)."""

from __future__ import annotations

from django.urls import path

from bookings.views import confirming, manage, public
from clinic.middleware import embeddable

urlpatterns = [
    path("", embeddable(public.book), name="book"),
    path("book/", embeddable(public.choose), name="book-choose"),
    path("book/hold/", embeddable(public.hold), name="book-hold"),
    path("book/a/<str:attempt>/", embeddable(confirming.attempt), name="book-attempt"),
    path("book/a/<str:attempt>/extend/", embeddable(confirming.extend), name="book-extend"),
    path("book/<slug:location>/<slug:treatment>/", embeddable(public.times), name="book-times"),
    path("manage/<str:token>/", embeddable(manage.show), name="manage"),
    path(
        "manage/<str:token>/calendar.ics", embeddable(manage.calendar_file), name="manage-calendar"
    ),
    path("manage/<str:token>/move/", embeddable(manage.move), name="manage-move"),
    path("manage/<str:token>/cancel/", embeddable(manage.cancel), name="manage-cancel"),
]
