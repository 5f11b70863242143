"""A question of the intake as a page shows it: its fields, options, zones and spots of the face."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.functional import Promise

Words = str | Promise


@dataclass(slots=True)
class Option:
    """Something to choose."""

    value: str
    label: Words
    chosen: bool = False


@dataclass(slots=True)
class Input:
    """One field. `look` is how it is drawn: line, area, choice, tick, day."""

    name: str
    label: Words
    value: str = ""
    look: str = "line"
    type: str = "text"
    inputmode: str = ""
    autocomplete: str = "off"
    most: int = 0
    error: Words = ""
    unit: str = ""
    options: list[Option] = field(default_factory=list)
    parts: list[Input] = field(default_factory=list)
    unsure: Input | None = None

    @property
    def is_ticked(self) -> bool:
        return bool(self.value)


@dataclass(slots=True)
class Zone:
    """One region of the face with the concerns offered there."""

    code: str
    name: str
    is_open: bool
    count: int
    spots: list[Spot]


@dataclass(slots=True)
class Spot:
    """A concern at a region: ticked or not, on which side, how much it bothers."""

    tick: Input
    side: Input | None
    bother: Input


@dataclass(slots=True)
class Ask:
    """One question as a page shows it. `if_words` says when it is to be answered, where another
    question of the page decides; `if_` attributes say it to the script that hides it."""

    code: str
    name: str
    label: Words
    help: Words
    look: str
    is_required: bool
    error: Words = ""
    options: list[Option] = field(default_factory=list)
    inputs: list[Input] = field(default_factory=list)
    rows: list[list[Input]] = field(default_factory=list)
    zones: list[Zone] = field(default_factory=list)
    none: Input | None = None
    date: Input | None = None
    may_add: bool = False
    may_rest: bool = False
    if_question: str = ""
    if_any: str = ""
    if_none: str = ""
    if_words: str = ""
    refer: list[str] = field(default_factory=list)
    doubles: str = ""

    @property
    def marked(self) -> frozenset[str]:
        """The regions of the face that have a concern."""
        return frozenset(zone.code for zone in self.zones if zone.count)
