"""The points: /practice/points/."""

from __future__ import annotations

from django.urls import path

from bookings.views import points

urlpatterns = [
    path("", points.points, name="points"),
    path("point/<slug:code>/", points.point, name="points-point"),
    path("sets/new/", points.new_set, name="points-set-new"),
    path("sets/<uuid:uid>/", points.edit_set, name="points-set"),
]
