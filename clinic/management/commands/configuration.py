"""Writes docs/configuration.md out of `clinic/env.py`, or checks that it is current."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from clinic import env

PAGE = env.ROOT / "docs" / "configuration.md"
HEAD = """\
# Configuration

Everything is set by environment variables; none is needed in development. This page is made from
`clinic/env.py` by `python manage.py configuration --write`.

| Variable | What it is | Kind | Default |
|---|---|---|---|
"""


def page() -> str:
    """Return the whole page."""
    rows = []
    for variable in env.environment.declared:
        # A path of this very checkout says nothing to a reader elsewhere.
        default = variable.default.replace(f"{env.ROOT}/", "")
        shown = f"`{default}`" if default else "(empty)"
        says = variable.says.replace("|", "\\|")
        rows.append(f"| `{variable.name}` | {says} | {variable.kind} | {shown} |")
    return HEAD + "\n".join(rows) + "\n"


class Command(BaseCommand):
    help = "Writes docs/configuration.md, or with --check fails when it is out of date."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--write", action="store_true")
        what.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["write"]:
            PAGE.parent.mkdir(exist_ok=True)
            PAGE.write_text(page())
        elif not PAGE.exists() or PAGE.read_text() != page():
            raise CommandError(
                f"{PAGE.relative_to(env.ROOT)} is out of date: "
                "python manage.py configuration --write"
            )
