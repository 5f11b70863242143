"""A real browser, headless. A page that breaks a rule (script error, CSP) fails its test."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from clinic import env
from tests.harness.programs import Site

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",  # without a window there is nobody to ask
]
# As in tools/bootstrap.py: the first draws no windows at all, and takes a fifth less time.
NAMES = (
    *("chromium-headless-shell", "chromium", "chromium-browser"),
    *("google-chrome-stable", "google-chrome"),
)
# A small phone, a tablet held upright, a computer; in CSS pixels.
SIZES = ((360, 740), (820, 1180), (1440, 900))
# What a page stands on: `--ground` of static/css/tokens.css.
GROUNDS = {"light": "rgb(246, 242, 236)", "dark": "rgb(22, 20, 17)"}
# What is measured on a screen: the scheme, and the rules (none named: all).
_WHOLE: tuple[tuple[Literal["light", "dark"], tuple[str, ...]], ...] = (
    ("light", ()),
    ("dark", ("color-contrast",)),
)
_BETWEEN: tuple[tuple[Literal["light", "dark"], tuple[str, ...]], ...] = (
    ("light", ("target-size",)),
)
AXE = env.ROOT / "node_modules" / "axe-core" / "axe.min.js"


def chromium_path(playwrights_own: str) -> str:
    """Return the machine's Chromium or else Playwright's; fail the test where there is neither."""
    for name in NAMES:
        if found := shutil.which(name):
            return found
    if Path(playwrights_own).exists():
        return playwrights_own
    pytest.fail("No headless browser: `make test` installs one, or install Chromium.")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    # Playwright's loop lives in the test's own thread, where Django's ORM is used as well.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path(playwright.chromium.executable_path), args=FLAGS
        )
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@dataclass
class Visits:
    """Opens pages and remembers what went wrong on them.

    `expected` are patterns of console messages a test provokes on purpose, such as the
    "status of 409" of a refused request.
    """

    browser: Browser
    problems: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def open(
        self,
        site: Site,
        width: int,
        height: int,
        *,
        javascript: bool = True,
        dark: bool = False,
        **options: Any,
    ) -> Page:
        context = self.browser.new_context(
            base_url=site.url,
            viewport={"width": width, "height": height},
            java_script_enabled=javascript,
            color_scheme="dark" if dark else "light",
            **{"locale": "en-CA", "timezone_id": "America/Toronto", **options},
        )
        context.set_default_timeout(10_000)
        self.contexts.append(context)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.problems.append(f"script error: {error.error}"))
        return context.new_page()

    def _console(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            where = message.location.get("url", "")
            self.problems.append(f"console {message.type}: {message.text} ({where})")

    def look(self, page: Page, what: str, sizes: Sequence[tuple[int, int]] = SIZES) -> None:
        """Note as a problem what keeps somebody from using the page as it stands."""
        self.problems += barriers(page, what, sizes)

    def unexpected(self) -> list[str]:
        return [
            problem
            for problem in self.problems
            if not any(re.search(pattern, problem) for pattern in self.expected)
        ]


@pytest.fixture
def visits(chromium: Browser) -> Iterator[Visits]:
    visits = Visits(chromium)
    yield visits
    for context in visits.contexts:
        context.close()
    assert not visits.unexpected(), "\n".join(visits.unexpected())


@pytest.fixture
def phone(visits: Visits) -> Callable[..., Page]:
    """Open a page as a phone shows it: `phone(site, javascript=False, dark=True)`."""

    def open_phone(site: Site, **options: Any) -> Page:
        return visits.open(site, 390, 844, **{"has_touch": True, "is_mobile": True, **options})

    return open_phone


@pytest.fixture
def desktop(visits: Visits) -> Callable[..., Page]:
    """Open a page as a computer shows it."""

    def open_desktop(site: Site, **options: Any) -> Page:
        return visits.open(site, 1440, 900, **options)

    return open_desktop


def axe(page: Page, *only: str) -> list[str]:
    """Return the accessibility violations of the page as it stands, one line for each element.

    With `only`, nothing but the rules of these names is looked at.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    found = page.evaluate(
        """(only) => axe.run(document, {
          preload: false,
          iframes: false,  // the one frame we have, a preview in a sandbox, answers nobody
          resultTypes: ["violations"],
          runOnly: only.length ? only : [
            "wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice",
          ],
        })""",
        only,
    )
    return [
        f"{rule['id']} ({rule['impact']}): {node['html'][:160]} {node['failureSummary'][:300]}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


def barriers(page: Page, what: str, sizes: Sequence[tuple[int, int]] = SIZES) -> list[str]:
    """Return what keeps somebody from using the page as it stands, on any screen, light or dark.

    The page is not loaded again: it is resized, and its colours are turned over. Colours are the
    one thing of a page that the dark changes, so there only the contrast is measured again. All
    there is stands on the narrowest or the widest screen; on those between only its room differs.
    """
    found: list[str] = []
    before = page.viewport_size
    for width, height in sizes:
        page.set_viewport_size({"width": width, "height": height})
        between = (width, height) not in (sizes[0], sizes[-1])
        for scheme, only in _BETWEEN if between else _WHOLE:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            found += [f"{what}, {scheme}, at {width}: {line}" for line in axe(page, *only)]
            ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
            if ground != GROUNDS[scheme]:
                found.append(f"{what}, {scheme}: stands on {ground}")
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if wide > 0:
            found.append(f"{what} at {width}: scrolls sideways by {wide} px")
    if before:
        page.set_viewport_size(before)
    page.emulate_media(color_scheme="null", reduced_motion="null")
    return found
