"""The people we treat, to look at: who they are and what was sent; never an answer of theirs."""

from __future__ import annotations

from django.contrib import admin

from clients.models import Client, Message, RuleSet
from clinic.admin import ReadOnly


@admin.register(Client)
class Clients(ReadOnly):
    list_display = ("name", "status", "created_at")
    list_filter = ("status",)
    search_fields = ("name_key", "email", "phone")
    ordering = ("-pk",)


@admin.register(Message)
class Messages(ReadOnly):
    list_display = ("kind", "channel", "status", "due_at", "sent_at", "reason")
    list_filter = ("status", "kind", "channel")
    search_fields = ("about",)
    ordering = ("-pk",)


@admin.register(RuleSet)
class RuleSets(ReadOnly):
    list_display = ("version", "published_at", "rule_count", "question_count", "source")
