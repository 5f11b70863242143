"""The clients' doors: booking at /, a booking's own page at /manage/<token>/.

All of them may stand in a frame of the clinic's own website (docs/embedding.md)."""

from __future__ import annotations

from django.urls import path

from bookings.views import checking_in, confirming, manage, public, telling
from clinic.limits import Limit, limit_posts
from clinic.middleware import embeddable

# A family books a few sessions in ten minutes; a script tries hundreds of times.
limited = limit_posts(Limit("bookings.public", most=60, seconds=600))

urlpatterns = [
    path("", embeddable(public.book), name="book"),
    path("book/", embeddable(public.choose), name="book-choose"),
    path("book/hold/", embeddable(limited(public.hold)), name="book-hold"),
    path("book/a/<str:attempt>/", embeddable(limited(confirming.attempt)), name="book-attempt"),
    path(
        "book/a/<str:attempt>/extend/", embeddable(limited(confirming.extend)), name="book-extend"
    ),
    path("book/<slug:location>/<slug:treatment>/", embeddable(public.times), name="book-times"),
    path("manage/<str:token>/", embeddable(manage.show), name="manage"),
    path(
        "manage/<str:token>/calendar.ics", embeddable(manage.calendar_file), name="manage-calendar"
    ),
    path("manage/<str:token>/again/", embeddable(manage.again), name="manage-again"),
    path("manage/<str:token>/move/", embeddable(limited(manage.move)), name="manage-move"),
    path("manage/<str:token>/confirm/", embeddable(limited(manage.come)), name="manage-come"),
    path("manage/<str:token>/remind/", embeddable(limited(manage.remind)), name="manage-remind"),
    path("manage/<str:token>/cancel/", embeddable(limited(manage.cancel)), name="manage-cancel"),
    path("check-in/<str:token>/", limited(checking_in.check_in), name="check-in"),
    path("forms/<str:token>/send/", limited(telling.send), name="form-send"),
]
