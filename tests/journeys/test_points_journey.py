"""The face chart in a real browser: every point by finger, key and list, and a set put together."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from playwright.sync_api import Page, expect

from tests.factories import clinic
from tests.factories.house import house
from tests.harness.browser import Visits
from tests.harness.programs import Site
from tests.journeys.test_staff_pages import log_in
from treatments.atlas import key_of, load
from treatments.models import PointSet

POINTS = "/practice/points/"
TAP = 44
EVERY = sorted({key_of(point.code, side) for point in load().points for side in point.sides})
VIEWS = {"FRONT": "Front", "LEFT": "Left", "RIGHT": "Right"}
CHOSEN = "document.querySelector('[data-chosen] [data-point-card]')?.dataset.pointCard ?? ''"

# Where the point is on the screen, scrolled to.
SPOT = """(key) => {
  const ring = [...document.querySelectorAll('.fc-view:not([hidden]) .fc-pt')]
    .find((node) => node.dataset.key === key).querySelector('.fc-ring');
  ring.scrollIntoView({ block: 'center' });
  document.querySelector('[data-chosen-card]').replaceChildren();
  const box = ring.getBoundingClientRect();
  return [box.x + box.width / 2, box.y + box.height / 2];
}"""
# What the chart asks: the buttons of the list, and how the points it asks about lie after the zoom.
ASKED = """([code, side]) => {
  const sheet = document.querySelector('.fc-sheet');
  if (sheet.hidden) return null;
  const size = (node) => { const box = node.getBoundingClientRect(); return [box.width, box.height]; };
  const middle = (node) => { const box = node.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]; };
  const options = [...sheet.querySelectorAll('button')];
  const hits = [...document.querySelectorAll('.fc-view:not([hidden]) .is-candidate .fc-hit')];
  const gaps = hits.flatMap((a, i) => hits.slice(i + 1).map((b) => Math.hypot(middle(a)[0] - middle(b)[0], middle(a)[1] - middle(b)[1])));
  const wanted = options.find((each) => each.querySelector('b')?.textContent === `${code} ${side}`);
  wanted.scrollIntoView({ block: 'nearest' });
  return { sizes: [...options, ...hits].map(size), gap: Math.min(...gaps), at: middle(wanted) };
}"""
# From the first point by arrow keys alone: which points can be come to.
BY_KEYS = """() => {
  const view = document.querySelector('.fc-view:not([hidden])');
  const nodes = [...view.querySelectorAll('.fc-pt')];
  const seen = new Set([nodes.find((node) => node.tabIndex === 0)]);
  const open = [...seen];
  while (open.length) {
    const from = open.pop();
    for (const key of ['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight']) {
      from.focus();
      from.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
      const to = document.activeElement;
      if (!seen.has(to)) { seen.add(to); open.push(to); }
    }
  }
  return [[...seen].map((node) => node.dataset.key).sort(), nodes.map((node) => node.dataset.key).sort(), nodes.filter((node) => node.tabIndex === 0).length];
}"""
BY_LIST = """() => [...document.querySelectorAll('.fc-row')].map((row) => {
  row.click();
  return [row.querySelector('b').textContent.split(' ')[0], document.querySelector('[data-chosen] [data-point-card]').dataset.pointCard];
})"""
SMALL = f"""() => [...document.querySelectorAll('.fc button, .fc summary, .fc input, .fc select')]
  .filter((each) => each.checkVisibility())
  .map((each) => [each.textContent.trim().slice(0, 40), each.getBoundingClientRect()])
  .filter(([, box]) => box.height < {TAP} - 0.1 || box.width < {TAP} - 0.1)
  .map(([text, box]) => `${{text}}: ${{box.width}} x ${{box.height}}`)"""


@pytest.fixture
def mei(site: Site) -> str:
    """Return the e-mail address of somebody who treats."""
    login = clinic.user(role="PRACTITIONER", name="Mei Tanaka")
    login.password = PBKDF2PasswordHasher().encode(clinic.PASSWORD, "salt-of-the-tests-own")
    login.save()
    home = house()
    home.people[0].user = login
    home.people[0].save()
    return str(login.email)


def tap(page: Page, key: str) -> Any:
    """Tap a point and, where the chart asks which, its button. Return what was asked."""
    code, side = key.split(":")
    words = {"L": "left", "R": "right", "M": "midline"}[side]
    page.touchscreen.tap(*page.evaluate(SPOT, key))
    asked = page.evaluate(ASKED, [code, words])
    if asked:
        page.touchscreen.tap(*asked["at"])
    assert page.evaluate(CHOSEN) == code, key
    if asked:
        page.evaluate("document.querySelector('[data-fc-whole]').click()")
    return asked


def test_every_point_is_reached_by_finger_by_key_and_in_the_list(
    site: Site, mei: str, visits: Visits
) -> None:
    page = visits.open(site, 360, 740, has_touch=True, is_mobile=True)
    page.emulate_media(reduced_motion="reduce")  # or else the page scrolls while it is measured
    page.goto(POINTS)
    log_in(page, mei)
    expect(page.locator(".fc.is-live")).to_be_visible()
    reached, zoomed = set(), 0
    for view, name in VIEWS.items():
        page.get_by_role("button", name=name, exact=True).click()
        by_keys, there, tab_stops = page.evaluate(BY_KEYS)
        assert by_keys == there, view
        assert tab_stops == 1
        # The right side is the left one mirrored: its own points are enough.
        for key in there if view != "RIGHT" else there[::6]:
            asked = tap(page, key)
            if asked:
                zoomed += 1
                assert asked["gap"] >= TAP, key
                assert min(min(size) for size in asked["sizes"]) >= TAP - 0.1, key
        reached |= set(there)
    assert zoomed > 20
    drawn = [point for point in load().points if point.on_chart]
    assert reached == {key_of(point.code, side) for point in drawn for side in point.sides}

    page.locator(".fc-all > summary").click()
    listed = page.evaluate(BY_LIST)
    assert all(code == shown for code, shown in listed)
    assert len(listed) == len(EVERY)
    assert page.evaluate(SMALL) == []
    page.locator(".fc-all").get_by_role("searchbox").fill("du 20")
    expect(page.locator(".fc-row:visible")).to_have_text(["GV20 midlineBaihui"])


def test_the_pages_of_the_points_are_for_everybody_and_keys_alone_will_do(
    site: Site, mei: str, visits: Visits
) -> None:
    page = visits.open(site, 1440, 900)
    page.goto(POINTS)
    log_in(page, mei)
    front = page.locator("[data-fc-view=FRONT] .fc-pt[tabindex='0']")
    front.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("[data-chosen] h3")).to_contain_text("GV23")
    page.locator(".fc-all > summary").click()
    visits.look(page, "the points, one of them chosen")
    with page.expect_navigation():
        page.locator("[data-chosen]").get_by_role("link", name="How GV23 is used here").click()
    visits.look(page, "a point")
    page.get_by_label("Switched off").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    off = page.get_by_role("button", name="GV23 midline, off, chosen, switched off here")
    expect(off).to_be_visible()

    with page.expect_navigation():
        page.get_by_role("link", name="Jowls").click()
    visits.look(page, "a set")
    page.locator("[data-fc-view=FRONT] .fc-pt[data-key='ST6:R']").click()
    page.locator("[data-fc-view=FRONT] .fc-pt[data-key='ST4:L']").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The set is saved.")).to_be_visible()
    points = PointSet.objects.get(code="jowls").points
    assert "ST4:L" in points
    assert "ST6:L" in points
    assert "ST6:R" not in points
