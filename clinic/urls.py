"""Every address of the site. Doors: clients at /, staff at /desk/."""

from django.contrib import admin
from django.urls import path

urlpatterns = [
    path("admin/", admin.site.urls),
]
