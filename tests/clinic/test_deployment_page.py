"""The deployment page names only what there is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from django.core.management import get_commands
from django.urls import URLResolver, get_resolver, resolve

from clients.forms import media
from clinic import env
from clinic.middleware import MOST_BYTES

PAGE = (env.ROOT / "docs" / "deployment.md").read_text()
PROCFILE = (env.ROOT / "Procfile").read_text()


def test_every_command_it_names_exists() -> None:
    named = set(re.findall(r"manage\.py ([a-z_]+)", PAGE))
    assert {"backup", "restore", "prepare", "verify_audit", "create_owner", "check"} <= named
    assert named <= set(get_commands())


def test_every_variable_it_sets_is_read() -> None:
    known = {variable.name for variable in env.environment.declared}
    listed = set(re.findall(r"^([A-Z_]+)=", PAGE, re.MULTILINE))
    quoted = set(re.findall(r"`([A-Z]+_[A-Z_]+)`", PAGE))
    assert len(listed) >= 12
    assert listed | quoted <= known


def test_what_its_units_start_is_what_the_procfile_starts() -> None:
    for program in ("-m granian --interface wsgi", "-m celery --app clinic worker", "clinic beat"):
        assert program in PAGE
        assert program in PROCFILE
    for option in (
        "--workers 2 --blocking-threads 2",
        "--without-gossip --without-mingle",
        "--queues urgent",
    ):
        assert option in PAGE
        assert option in PROCFILE


def test_its_addresses_and_make_targets_exist() -> None:
    for address in ("/healthz", "/readyz"):
        assert address in PAGE
        assert resolve(address)
    makefile = (env.ROOT / "Makefile").read_text()
    for target in re.findall(r"^make ([a-z-]+)$", PAGE, re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)


def test_nginx_lets_through_whatever_a_page_of_ours_takes() -> None:
    (megabytes,) = re.findall(r"^    client_max_body_size (\d+)m;$", PAGE, re.MULTILINE)
    taken = [getattr(view, "most_bytes", MOST_BYTES) for view in _views(get_resolver())]
    assert max(taken) > MOST_BYTES
    assert max(*taken, media.MOST_BYTES) <= int(megabytes) * 1024 * 1024


def _views(resolver: URLResolver) -> Iterator[Callable[..., object]]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from _views(pattern)
        else:
            yield pattern.callback


def test_a_production_start_needs_nothing_that_it_leaves_out() -> None:
    """What a check asks for stands in the example of /etc/jade.env."""
    checks = (env.ROOT / "clinic" / "checks.py").read_text()
    listed = set(re.findall(r"^([A-Z_]+)=", PAGE, re.MULTILINE))
    asked = set(re.findall(r'"([A-Z]+_[A-Z]+) (?:is|names|answers|and)', checks))
    assert len(asked) >= 10
    assert asked - {"RATE_LIMITS"} <= listed
