"""Every address of the site. Doors: clients at /, staff at /desk/."""

from django.contrib import admin
from django.urls import include, path

from clinic.views import errors, site, staff

urlpatterns = [
    path("", include("bookings.urls")),
    path("", include("clients.urls")),
    path("api/v1/", include("bookings.api.urls")),
    path("login/", staff.login, name="login"),
    path("logout/", staff.logout, name="logout"),
    path("", include("bookings.staff_urls")),
    path("settings/", include("bookings.settings_urls")),
    path("admin/", admin.site.urls),
    path("robots.txt", site.robots, name="robots"),
    path("favicon.ico", site.favicon, name="favicon"),
]

handler400 = errors.bad_request
handler500 = errors.server_error
