"""Calendar objects read by ical.js, the parser of Thunderbird and of many calendars on the web."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from collections.abc import Sequence
from typing import Any

from clinic import env

PARSER = env.ROOT / "node_modules" / "ical.js" / "dist" / "ical.js"
SCRIPT = """
import { readFileSync } from "node:fs";
import ICAL from %(parser)s;
ICAL.design.strict = true;
const bodies = JSON.parse(readFileSync(0, "utf8"));
const read = (text) => {
  const calendar = new ICAL.Component(ICAL.parse(text));
  const events = calendar.getAllSubcomponents("vevent").map((component) => {
    const event = new ICAL.Event(component);
    const attendees = event.attendees.map((one) => ({
      address: one.getFirstValue(), rsvp: one.getParameter("rsvp"),
      partstat: one.getParameter("partstat"),
    }));
    return {
      uid: event.uid, sequence: event.sequence, summary: event.summary, location: event.location,
      starts: event.startDate.toJSDate().toISOString(), ends: event.endDate.toJSDate().toISOString(),
      zone: event.startDate.zone.tzid, status: component.getFirstPropertyValue("status"),
      stamp: component.getFirstPropertyValue("dtstamp").toJSDate().toISOString(),
      url: component.getFirstPropertyValue("url"), organizer: event.organizer, attendees,
    };
  });
  return {
    method: calendar.getFirstPropertyValue("method"),
    zones: calendar.getAllSubcomponents("vtimezone").length, events,
  };
};
console.log(JSON.stringify(bodies.map((body) => read(Buffer.from(body, "base64").toString("utf8")))));
"""


def node() -> str:
    """Return the machine's Node.js, or the one that was installed beside the environment's Python."""
    return shutil.which("node") or str(env.ROOT / ".venv" / "bin" / "node")


def read(bodies: Sequence[bytes]) -> list[dict[str, Any]]:
    """Return what ical.js reads in calendar objects. Fails for one it can't read."""
    done = subprocess.run(
        [
            node(),
            "--input-type=module",
            "--eval",
            SCRIPT % {"parser": json.dumps(PARSER.as_uri())},
        ],
        input=json.dumps([base64.b64encode(body).decode() for body in bodies]),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found
