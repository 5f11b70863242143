"""The clients' own pages. A client's uid in the address keeps two windows of a family apart."""

from __future__ import annotations

from django.urls import path

from bookings.views.me import account, booking, files, finding, home, record, signing_in

urlpatterns = [
    path("", finding.index, name="me"),
    path("login/", signing_in.login, name="me-login"),
    path("login/code/", signing_in.code, name="me-login-code"),
    path("login/link/<str:token>/", signing_in.link, name="me-login-link"),
    path("login/passkey/", signing_in.passkey_login, name="me-login-passkey"),
    path("logout/", signing_in.logout, name="me-logout"),
    path("choose/", finding.choose, name="me-choose"),
    path("find/", finding.find, name="me-find"),
    path("find/<str:token>/", finding.add, name="me-add"),
    path("account/", account.index, name="me-account"),
    path("account/sessions/", account.end_sessions, name="me-end-sessions"),
    path("account/passkey/", account.add_passkey, name="me-passkey"),
    path("account/passkey/<slug:name>/remove/", account.remove_passkey, name="me-passkey-remove"),
    path("<uuid:client>/", home.home, name="me-home"),
    path("<uuid:client>/visits/", home.visits, name="me-visits"),
    path("<uuid:client>/book/", booking.times, name="me-book"),
    path("<uuid:client>/book/<str:attempt>/", booking.confirm, name="me-confirm"),
    path("<uuid:client>/you/", home.you, name="me-you"),
    path("<uuid:client>/messages/", record.written, name="me-messages"),
    path("<uuid:client>/documents/", files.documents, name="me-documents"),
    path("<uuid:client>/documents/<uuid:uid>/", record.signed, name="me-signed"),
    path("<uuid:client>/files/<str:signed>/", files.file, name="me-file"),
    path("<uuid:client>/data/", record.data, name="me-data"),
    path("<uuid:client>/data/download/", record.download, name="me-download"),
    path("<uuid:client>/data/seen/", record.seen_page, name="me-seen"),
    path("<uuid:client>/data/requests/", record.requests, name="me-requests"),
]
