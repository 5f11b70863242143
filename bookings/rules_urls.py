"""The safety rules: /practice/rules/."""

from __future__ import annotations

from django.urls import path

from bookings.views import rules

urlpatterns = [
    path("", rules.rules, name="rules"),
    path("draft/", rules.draft_page, name="rules-draft"),
    path("draft/discard/", rules.discard, name="rules-discard"),
    path("preview/", rules.preview, name="rules-preview"),
    path("coming/", rules.coming, name="rules-coming"),
    path("history/", rules.history, name="rules-history"),
    path("rule/<slug:code>/", rules.rule, name="rules-rule"),
    path("rule/<slug:code>/back/", rules.take_back, name="rules-take-back"),
]
