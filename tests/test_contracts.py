"""What no linter checks: foreign keys, names in strings, and what a template may hold."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.template import TemplateSyntaxError
from django.template.loader import get_template
from django.urls import get_resolver
from django.utils.module_loading import import_string

from clinic import env
from clinic.celery import app as celery

LAYERS = ["clinic", "clients", "treatments", "bookings"]
TEMPLATES = env.ROOT / "templates"
PAGES = sorted(
    path
    for path in TEMPLATES.rglob("*.html")
    if "messages" not in path.relative_to(TEMPLATES).parts
)
FORBIDDEN = {
    "an inline style": r"\sstyle\s*=",
    "a style element": r"<style\b",
    "a script without a file": r"<script\b(?![^>]*\bsrc=)",
    "an inline handler": r"\son[a-z]+\s*=\s*[\"']",
    "an address of javascript": r"javascript:",
    "an address of another site": r"(?:src|href|action)\s*=\s*[\"'](?:https?:)?//",
    "text that is not escaped": r"\|\s*safe\b|autoescape\s+off",
}


def test_no_foreign_key_points_to_an_app_on_the_right() -> None:
    found = 0
    for model in (model for model in apps.get_models() if model._meta.app_label in LAYERS):
        for field in model._meta.get_fields():
            other = field.related_model if field.concrete and field.is_relation else None
            if other is None or isinstance(other, str) or other._meta.app_label not in LAYERS:
                continue
            found += 1
            own = LAYERS.index(model._meta.app_label)
            assert LAYERS.index(other._meta.app_label) <= own, f"{field} -> {other}"
    assert found > 10


def test_no_migration_waits_for_an_app_on_the_right() -> None:
    from django.db.migrations.loader import MigrationLoader

    for (label, name), migration in MigrationLoader(None).disk_migrations.items():
        for other, _name in migration.dependencies:
            if label in LAYERS and other in LAYERS:
                assert LAYERS.index(other) <= LAYERS.index(label), f"{label}.{name} needs {other}"


def test_every_tick_of_the_clock_runs_a_task_that_exists() -> None:
    celery.loader.import_default_modules()
    for name, entry in celery.conf.beat_schedule.items():
        assert entry["task"] in celery.tasks, f"{name}: {entry['task']}"


def test_a_tick_nobody_worked_off_is_forgotten_before_the_next() -> None:
    for name, entry in celery.conf.beat_schedule.items():
        every = entry["schedule"]
        seconds = every if isinstance(every, float | int) else 86_400
        assert 0 < entry["options"]["expires"] < seconds, name


def test_every_name_in_the_settings_leads_somewhere() -> None:
    for name in settings.MIDDLEWARE:
        import_string(name)
    for backend in settings.TEMPLATES:
        for name in backend["OPTIONS"]["context_processors"]:
            import_string(name)
    import_string(settings.EMAIL_BACKEND)


def test_every_include_of_addresses_resolves_and_no_name_is_given_twice() -> None:
    names = sorted(name for name in get_resolver().reverse_dict if isinstance(name, str))
    assert {"login", "logout", "day"} <= set(names)
    patterns = [p.name for p in get_resolver().url_patterns if getattr(p, "name", None)]
    assert len(patterns) == len(set(patterns))


@pytest.mark.parametrize(
    "path",
    sorted(path for path in TEMPLATES.rglob("*") if path.is_file()),
    ids=lambda path: str(path.relative_to(TEMPLATES)),
)
def test_every_template_can_be_read(path: Path) -> None:
    try:
        get_template(str(path.relative_to(TEMPLATES)))
    except TemplateSyntaxError as problem:
        pytest.fail(f"{path}: {problem}")


def test_every_template_that_is_named_exists() -> None:
    named = set()
    for path in TEMPLATES.rglob("*.html"):
        named |= set(re.findall(r'{%\s*(?:include|extends)\s+"([^"]+)"', path.read_text()))
    for app in LAYERS:
        for module in (env.ROOT / app).rglob("*.py"):
            named |= set(re.findall(r'"([a-z0-9_/]+\.html)"', module.read_text()))
    assert len(named) > 5
    for name in sorted(named):
        get_template(name)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_a_page_holds_nothing_the_content_policy_would_refuse(path: Path) -> None:
    text = re.sub(r"{%\s*comment.*?endcomment\s*%}", "", path.read_text(), flags=re.DOTALL)
    for what, pattern in FORBIDDEN.items():
        assert not re.search(pattern, text, re.IGNORECASE), what


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_every_icon_a_page_asks_for_is_drawn(path: Path) -> None:
    drawn = set(re.findall(r'<symbol id="i-([a-z0-9-]+)"', (TEMPLATES / "_icons.html").read_text()))
    asked = set(re.findall(r'{%\s*icon\s+"([a-z0-9-]+)"', path.read_text()))
    assert asked <= drawn


def test_a_form_that_posts_to_the_staffs_side_carries_its_token() -> None:
    for path in (TEMPLATES / "base_staff.html", *TEMPLATES.glob("*/staff/*.html")):
        for form in re.findall(
            r"<form\b[^>]*\bmethod=\"post\".*?</form>", path.read_text(), re.DOTALL
        ):
            assert "{% csrf_token %}" in form, path


def test_a_page_with_a_file_to_choose_leads_to_a_view_that_takes_files() -> None:
    """Other addresses refuse a long body, which a small file in a test does not show."""
    views = [view for app in LAYERS for view in (env.ROOT / app).rglob("views/**/*.py")]
    reading = [view for view in views if "request.FILES" in view.read_text()]
    assert len(reading) >= 4
    for view in reading:
        assert "@takes_files(" in view.read_text(), view


def test_the_forbidden_patterns_catch_what_they_name() -> None:
    samples = {
        "an inline style": '<p style="color:red">',
        "a style element": "<style>p{}</style>",
        "a script without a file": "<script>alert(1)</script>",
        "an inline handler": '<a onclick="x()">',
        "an address of javascript": '<a href="javascript:x()">',
        "an address of another site": '<img src="//cdn.example/x.png">',
        "text that is not escaped": "{{ name|safe }}",
    }
    assert samples.keys() == FORBIDDEN.keys()
    for what, sample in samples.items():
        assert re.search(FORBIDDEN[what], sample), what


DOCUMENTS = sorted([*env.ROOT.glob("*.md"), *(env.ROOT / "docs").rglob("*.md")])


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(env.ROOT)))
def test_every_link_of_a_document_leads_to_a_file(path: Path) -> None:
    for target in re.findall(r"(?:\]\(|src=\")([^)#\"]+)", path.read_text()):
        assert target.startswith("https://") or (path.parent / target).exists(), target


def test_the_map_of_the_code_names_files_that_are_there() -> None:
    text = (env.ROOT / "docs" / "architecture.md").read_text()
    named = set(re.findall(r"`((?:[a-z_]+/)+[a-z_0-9]+\.(?:py|md|css))`", text))
    assert len(named) > 15
    for name in sorted(named):
        assert (env.ROOT / name).exists(), name
