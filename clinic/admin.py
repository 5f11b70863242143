"""Django's own admin, for superusers: the way in when no page of ours does it yet.

Nothing here shows health text, and what happened (log book, bookings, messages) can only be read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.admin import EmailAddress
from allauth.mfa.admin import Authenticator
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.contrib.auth.views import redirect_to_login
from django.db import models
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from clinic import audit
from clinic.models import (
    AccessEntry,
    AuditEntry,
    Clinic,
    Closure,
    HistoryEntry,
    Location,
    Practitioner,
    Room,
    TimeOff,
    User,
    WorkingHours,
)

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
    CreationForm = AdminUserCreationForm[User]
    ChangeForm = UserChangeForm[User]
    BaseUserAdmin = UserAdmin[User]
else:  # Django's classes take no parameters when they run
    ModelAdmin, BaseUserAdmin = admin.ModelAdmin, UserAdmin
    CreationForm, ChangeForm = AdminUserCreationForm, UserChangeForm

admin.site.site_header = "Jade"
admin.site.site_title = "Jade"
admin.site.site_url = "/desk/"
admin.site.disable_action("delete_selected")
admin.site.unregister(Group)
# Secrets of second factors are nobody's to see; addresses stand on the users.
admin.site.unregister(Authenticator)
admin.site.unregister(EmailAddress)


def log_in(request: HttpRequest, extra_context: Any = None) -> HttpResponse:
    """Lead to the one login there is, with its second factor and its limits."""
    if isinstance(request.user, User):
        raise Http404
    return redirect_to_login(request.GET.get("next", "/admin/"))


admin.site.login = log_in  # type: ignore[method-assign]


class ReadOnly(ModelAdmin):
    """Rows that are looked at and never touched here."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class Recorded(ModelAdmin):
    """Rows that may be changed here; each change stands in the log book. None is deleted."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(
        self, request: HttpRequest, obj: models.Model, form: ModelForm[Any], change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        self.record(request, obj, "changed" if change else "added", form.changed_data)

    def record(self, request: HttpRequest, obj: models.Model, verb: str, fields: list[str]) -> None:
        """Write down which fields were changed; not their values, which may name a person."""
        if isinstance(request.user, User):
            audit.record(
                now=timezone.now(),
                actor=audit.staff(request.user),
                verb=f"admin.{verb}",
                about=f"{obj._meta.model_name}:{obj.pk}",
                after={"fields": sorted(set(fields) - {"password1", "password2"})},
            )


class Removable(Recorded):
    """Rows that a slip can make and nothing refers to; removed one at a time."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return isinstance(request.user, User) and request.user.is_superuser

    def delete_model(self, request: HttpRequest, obj: models.Model) -> None:
        self.record(request, obj, "removed", [])
        super().delete_model(request, obj)


class NewUser(CreationForm):
    class Meta:
        model = User
        fields = ("email", "name", "role")

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class ChangedUser(ChangeForm):
    class Meta:
        model = User
        fields = ("email", "name", "role", "is_active", "is_superuser")

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


@admin.register(User)
class Users(Recorded, BaseUserAdmin):
    form = ChangedUser
    add_form = NewUser
    ordering = ("name",)
    list_display = ("name", "email", "role", "is_active", "is_superuser", "last_login")
    list_filter = ("role", "is_active")
    search_fields = ("name", "email")
    filter_horizontal = ()
    readonly_fields = ("last_login", "created_at")
    fieldsets = (
        (None, {"fields": ("email", "password", "name", "role", "is_active", "is_superuser")}),
        (None, {"fields": readonly_fields}),
    )
    add_fieldsets = (
        (None, {"fields": ("email", "name", "role", "usable_password", "password1", "password2")}),
    )


@admin.register(Clinic)
class Clinics(Recorded):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return not Clinic.objects.exists()


@admin.register(Location)
class Locations(Recorded):
    list_display = ("name", "address", "time_zone", "is_active")
    prepopulated_fields = {"slug": ("name",)}


@admin.register(Room)
class Rooms(Recorded):
    list_display = ("name", "location", "is_active")
    list_filter = ("location",)


@admin.register(Practitioner)
class Practitioners(Recorded):
    list_display = ("name", "title", "pause_minutes", "is_active")
    prepopulated_fields = {"slug": ("name",)}


@admin.register(WorkingHours)
class Hours(Removable):
    list_display = (
        "practitioner",
        "location",
        "weekday",
        "starts_minute",
        "ends_minute",
        "valid_from",
        "valid_until",
    )
    list_filter = ("practitioner", "location", "weekday")
    list_select_related = ("practitioner", "location")


@admin.register(TimeOff)
class TimesOff(Removable):
    list_display = ("practitioner", "starts_at", "ends_at", "note")
    list_select_related = ("practitioner",)


@admin.register(Closure)
class Closures(Removable):
    list_display = ("first_day", "last_day", "location", "reason")


@admin.register(AccessEntry)
class AccessLog(ReadOnly):
    list_display = ("at", "actor_label", "what", "about", "whose", "request_id")
    list_filter = ("what",)
    search_fields = ("about", "whose", "request_id")
    ordering = ("-pk",)


@admin.register(AuditEntry)
class LogBook(ReadOnly):
    list_display = ("at", "actor_label", "verb", "about", "request_id")
    list_filter = ("verb",)
    search_fields = ("about", "request_id")
    ordering = ("-pk",)


@admin.register(HistoryEntry)
class History(ReadOnly):
    """Which columns were written, never with what."""

    fields = ("at", "table_name", "row_id", "operation", "database_user")
    list_display = ("at", "table_name", "row_id", "operation", "database_user")
    list_filter = ("table_name", "operation")
    ordering = ("-pk",)
