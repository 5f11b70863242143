"""A form being filled in on several devices: every save is merged question by question. Pure.

A page knows the revision it was made from. What it sends for a question it left as it was changes
nothing; what it changed stands, unless another device changed the same question meanwhile: then
the newer answer stands and the other is kept beside it, until somebody has seen both and saved.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

Typed = Mapping[str, Sequence[str]]
MOST_KEPT = 20


@dataclass(frozen=True)
class Entry:
    """What is typed at a question since which revision, what was before, and what stands aside."""

    now: Typed = field(default_factory=dict)
    revision: int = 0
    was: tuple[tuple[int, Typed], ...] = ()
    other: Typed | None = None

    def at(self, revision: int) -> Typed | None:
        """Return what a page of that revision showed; None where that is not known any more."""
        if self.revision <= revision:
            return self.now
        for since, typed in reversed(self.was):
            if since <= revision:
                return typed
        return None if len(self.was) >= MOST_KEPT else {}

    def set(self, typed: Typed, revision: int, *, other: Typed | None = None) -> Entry:
        was = (*self.was, (self.revision, self.now))[-MOST_KEPT:]
        return Entry(typed, revision, was, other)


@dataclass(frozen=True)
class Draft:
    """All that was typed, by question; `seen` are the screens that were saved at least once. What
    staff enter for a client says how it was told (`source`), and on which day, in ISO format."""

    entries: Mapping[str, Entry] = field(default_factory=dict)
    seen: frozenset[str] = frozenset()
    source: str = ""
    told_on: str = ""

    @property
    def typed(self) -> dict[str, Typed]:
        return {code: entry.now for code, entry in self.entries.items() if entry.now}

    @property
    def aside(self) -> dict[str, Typed]:
        """What another device typed at questions where something else stands."""
        return {c: entry.other for c, entry in self.entries.items() if entry.other is not None}

    def document(self) -> dict[str, Any]:
        return {
            "entries": {
                code: {
                    "now": dict(entry.now),
                    "revision": entry.revision,
                    "was": [[since, dict(typed)] for since, typed in entry.was],
                    "other": None if entry.other is None else dict(entry.other),
                }
                for code, entry in self.entries.items()
            },
            "seen": sorted(self.seen),
            "source": self.source,
            "told_on": self.told_on,
        }

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Draft:
        entries = {
            code: Entry(
                kept["now"],
                kept["revision"],
                tuple((since, typed) for since, typed in kept["was"]),
                kept["other"],
            )
            for code, kept in document.get("entries", {}).items()
        }
        return cls(
            entries,
            frozenset(document.get("seen", ())),
            document.get("source", ""),
            document.get("told_on", ""),
        )

    @classmethod
    def begun_with(cls, typed: Mapping[str, Typed]) -> Draft:
        """Return the draft of a form that shows something from the beginning."""
        return cls({code: Entry(now) for code, now in typed.items() if now})

    def saved(
        self, typed: Mapping[str, Typed], *, base: int, revision: int, screen: str = ""
    ) -> Draft:
        """Return the draft with what a page sent that was made from revision `base`.

        revision: the number of this save, higher than all before.
        """
        entries = dict(self.entries)
        for code, mine in typed.items():
            entry = entries.get(code, Entry())
            entries[code] = _merged(entry, mine, base=base, revision=revision)
        return replace(self, entries=entries, seen=self.seen | ({screen} if screen else set()))


def _merged(entry: Entry, mine: Typed, *, base: int, revision: int) -> Entry:
    if mine == entry.now:
        # Whoever saves a page that showed both has chosen.
        return Entry(entry.now, entry.revision, entry.was) if entry.revision <= base else entry
    shown = entry.at(base)
    if mine == shown:
        return entry
    beside = None if entry.revision <= base else entry.now
    return entry.set(mine, revision, other=beside or None)
