"""Django's admin: for superusers, mostly to read, and never a place for health text."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from clients import sealing
from clinic.models import AuditEntry, User, WorkingHours
from tests.factories import bookings, clinic, treatments

pytestmark = pytest.mark.django_db


@pytest.fixture
def superuser() -> Client:
    browser = Client()
    browser.force_login(clinic.user(role="OWNER", is_superuser=True))
    return browser


def sealed_models() -> set[type]:
    """Return the models that hold sealed text."""
    return {
        model
        for model in apps.get_models()
        if any(isinstance(field, sealing.SealedField) for field in model._meta.get_fields())
    }


@pytest.mark.parametrize("role", ["OWNER", "PRACTITIONER", "FRONT_DESK", "CLIENT"])
def test_nobody_but_a_superuser_comes_in(role: str) -> None:
    browser = Client()
    browser.force_login(clinic.user(role=role))
    for model in admin.site._registry:
        page = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        assert browser.get(page).status_code == 302


def test_every_page_of_it_opens(superuser: Client) -> None:
    bookings.booking()
    clinic.closure(first_day=bookings.STARTS_AT.date())
    clinic.hours(practitioner=clinic.practitioner(), location=clinic.location(), weekdays=[0])
    for model, site in admin.site._registry.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        assert superuser.get(reverse(f"{name}_changelist")).status_code == 200
        if row := model._default_manager.first():
            page = superuser.get(reverse(f"{name}_change", args=[row.pk]))
            assert page.status_code == 200
        if site.has_add_permission(page.wsgi_request):
            assert superuser.get(reverse(f"{name}_add")).status_code == 200


def test_no_page_of_it_shows_health_text() -> None:
    sealed = sealed_models()
    assert sealed, "the search for sealed fields finds none"
    assert not sealed & set(admin.site._registry)
    for model, site in admin.site._registry.items():
        left_out = {*(site.exclude or ())}
        for field in model._meta.fields:
            if field.related_model in sealed:
                assert field.name in left_out, f"{model.__name__}.{field.name}"


@pytest.mark.parametrize("model", ["clinic_auditentry", "bookings_booking", "clients_message"])
def test_what_happened_can_only_be_read(superuser: Client, model: str) -> None:
    bookings.booking()
    assert superuser.get(reverse(f"admin:{model}_add")).status_code == 403
    page = superuser.get(reverse(f"admin:{model}_changelist")).content.decode()
    assert "delete_selected" not in page


def test_nothing_is_deleted_by_the_armful(superuser: Client) -> None:
    for model in admin.site._registry:
        page = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        assert "delete_selected" not in superuser.get(page).content.decode()


def hours_form(**changes: Any) -> dict[str, Any]:
    return {
        "practitioner": clinic.practitioner().pk,
        "location": clinic.location().pk,
        "weekday": 1,
        "starts_minute": 540,
        "ends_minute": 1020,
        "valid_from": "2026-01-01",
        **changes,
    }


def test_what_is_changed_stands_in_the_log_book(superuser: Client) -> None:
    answer = superuser.post(reverse("admin:clinic_workinghours_add"), hours_form())
    assert answer.status_code == 302
    hours = WorkingHours.objects.get()
    superuser.post(reverse("admin:clinic_workinghours_delete", args=[hours.pk]), {"post": "yes"})
    assert not WorkingHours.objects.exists()
    verbs = AuditEntry.objects.filter(about=f"workinghours:{hours.pk}").order_by("pk")
    assert [entry.verb for entry in verbs] == ["admin.added", "admin.removed"]


def test_hours_that_overlap_are_refused_with_a_sentence(superuser: Client) -> None:
    form = hours_form()
    superuser.post(reverse("admin:clinic_workinghours_add"), form)
    answer = superuser.post(
        reverse("admin:clinic_workinghours_add"), {**form, "starts_minute": 600}
    )
    assert answer.status_code == 200
    assert b"errornote" in answer.content
    assert WorkingHours.objects.count() == 1


def test_a_new_colleague_gets_a_login(superuser: Client) -> None:
    form = {
        "email": "sofia@example.org",
        "name": "Sofia Reyes",
        "role": "FRONT_DESK",
        "usable_password": "true",
        "password1": clinic.PASSWORD,
        "password2": clinic.PASSWORD,
    }
    answer = superuser.post(reverse("admin:clinic_user_add"), form)
    assert answer.status_code == 302, re.findall(rb"errorlist.*?</ul>", answer.content)
    sofia = User.objects.get(email="sofia@example.org")
    assert sofia.check_password(clinic.PASSWORD)
    entry = AuditEntry.objects.get(about=f"user:{sofia.pk}")
    assert "password1" not in entry.after["fields"]
    answer = Client().post("/login/", {"username": sofia.email, "password": clinic.PASSWORD})
    assert answer["Location"] == "/desk/"


def test_an_address_typed_with_capitals_becomes_the_one_they_log_in_with(superuser: Client) -> None:
    form = {
        "email": "Sofia@Example.org",
        "name": "Sofia Reyes",
        "role": "FRONT_DESK",
        "usable_password": "true",
        "password1": clinic.PASSWORD,
        "password2": clinic.PASSWORD,
    }
    assert superuser.post(reverse("admin:clinic_user_add"), form).status_code == 302
    assert User.objects.filter(email="sofia@example.org").exists()


def test_a_treatment_and_its_phases_are_saved_together(superuser: Client) -> None:
    treatment = treatments.treatment()
    page = superuser.get(reverse("admin:treatments_treatment_change", args=[treatment.pk]))
    form = page.context["adminform"].form
    data = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    data = {name: value for name, value in data.items() if value is not False}
    for formset in page.context["inline_admin_formsets"]:
        management = formset.formset.management_form
        data |= {
            f"{management.prefix}-{name}": management[name].value() for name in management.fields
        }
        for row in formset.formset.initial_forms:
            data |= {f"{row.prefix}-{name}": row[name].value() for name in row.fields}
    data |= {
        "phases-0-minutes": 15,
        "phases-0-DELETE": "",
        "phases-1-DELETE": "",
        "phases-2-DELETE": "",
    }
    answer = superuser.post(reverse("admin:treatments_treatment_change", args=[treatment.pk]), data)
    assert answer.status_code == 302, re.findall(rb"errorlist.*?</ul>", answer.content)
    treatment.refresh_from_db()
    assert treatment.minutes == 52
