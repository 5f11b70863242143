"""Every address of the site. Doors: clients at /, staff at /desk/."""

from django.contrib import admin
from django.urls import include, path

from clients.views import health
from clinic.views import account, brand, errors, pin, site, staff

# django-allauth looks its steps up by its own names.
logins = [
    path("login/", staff.login, name="login"),
    path("login/", staff.login, name="account_login"),
    path("login/second/", staff.second_step, name="mfa_authenticate"),
    path("login/passkey/", staff.passkey_login, name="mfa_login_webauthn"),
    path("login/mail/", staff.ask_for_mail, name="account_request_login_code"),
    path("login/mail/code/", staff.mailed_code, name="account_confirm_login_code"),
    path("login/link/<str:token>/", staff.login_link, name="login_link"),
    path("login/switch/", staff.switch_user, name="switch_user"),
    path("login/pin/", pin.by_pin, name="pin"),
    path("logout/", staff.logout, name="logout"),
    path("account/", account.index, name="account"),
    path("account/", account.index, name="mfa_index"),
    path("account/", account.index, name="mfa_list_webauthn"),
    path("account/set-up/", account.set_up, name="set_up"),
    path("account/password/", account.password, name="password"),
    path("account/pin/", pin.set_pin, name="pin_set"),
    path("account/pin/remove/", pin.remove_pin, name="pin_remove"),
    path("account/sessions/", account.end_sessions, name="end_sessions"),
    path("account/again/", account.password_again, name="account_reauthenticate"),
    path("account/again/code/", account.code_again, name="mfa_reauthenticate"),
    path("account/again/passkey/", account.passkey_again, name="mfa_reauthenticate_webauthn"),
    path("account/app/", account.add_app, name="mfa_activate_totp"),
    path("account/app/remove/", account.remove_app, name="mfa_deactivate_totp"),
    path("account/passkey/", account.add_passkey, name="mfa_add_webauthn"),
    path("account/passkey/<slug:name>/remove/", account.remove_passkey, name="mfa_remove_webauthn"),
    path("account/codes/", account.recovery_codes, name="mfa_view_recovery_codes"),
    path("account/codes/new/", account.renew_recovery_codes, name="mfa_generate_recovery_codes"),
    path(
        "account/codes/file/", account.download_recovery_codes, name="mfa_download_recovery_codes"
    ),
]

urlpatterns = [
    path("", include("bookings.urls")),
    path("", include("clients.urls")),
    path("api/v1/", include("bookings.api.urls")),
    path("", include(logins)),
    path("me/", include("bookings.me_urls")),
    path("", include("bookings.staff_urls")),
    path("settings/", include("bookings.settings_urls")),
    path("admin/", admin.site.urls),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("brand/<slug:accent>/<slug:digest>.css", brand.sheet, name="brand-sheet"),
    path("brand/logo/<slug:digest>/", brand.logo, name="brand-logo"),
    path("robots.txt", site.robots, name="robots"),
    path("favicon.ico", site.favicon, name="favicon"),
]

handler400 = errors.bad_request
handler500 = errors.server_error
