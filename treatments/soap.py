"""The record in words, put together from what was done. The practitioner may change every word.

S: what the client said. O: what was seen. A: how it is judged. P: what was done and comes next
(session.json, `soap`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clients.phases import Phase
from treatments import wording
from treatments.session_actions import Part
from treatments.session_log import Needle, SessionState


@dataclass(frozen=True)
class Known:
    """What the session itself doesn't say: lines of words from the client's forms, the safety
    answers and the plan. `concerns` by code, in words; `despite`: the areas a phase was in though
    they were off."""

    changed: Sequence[str] = ()
    screening: Sequence[str] = ()
    plan: Sequence[str] = ()
    concerns: Mapping[str, str] = field(default_factory=dict)
    despite: Mapping[Phase, Sequence[str]] = field(default_factory=dict)


def compose(state: SessionState, known: Known) -> dict[str, str]:
    """Return the words of each part that the practitioner has not written in words of their own."""
    made = {
        Part.SUBJECTIVE: [*known.changed, *_ratings(state, known.concerns)],
        Part.OBJECTIVE: [text for _at, text in state.notes],
        Part.ASSESSMENT: [*known.screening, *_improvement(state)],
        Part.PLAN: [*_done(state, known.despite), *_events(state), *known.plan],
        Part.RATIONALE: _rationale(known),
    }
    return {part: state.words.get(part, "\n".join(lines)) for part, lines in made.items()}


def point_words(needles: Iterable[Needle]) -> str:
    """Return "BL2 both, GB14 left (2)": each point with its sides, in the order it was needled."""
    sides: dict[str, list[str]] = {}
    for needle in needles:
        sides.setdefault(str(needle.details["code"]), []).append(str(needle.details["side"]))
    return ", ".join(f"{code} {_side_words(found)}" for code, found in sides.items())


def _side_words(sides: Sequence[str]) -> str:
    if sorted(sides) == ["L", "R"]:
        return _("both")
    names = [str(wording.SIDES[side]) for side in dict.fromkeys(sides)]
    words = _(" and ").join(names)
    return words if len(sides) == len(names) else f"{words} ({len(sides)})"


def minutes_of(spent: timedelta) -> int:
    """Return a stretch in whole minutes, a half and more rounded up."""
    return int(spent.total_seconds() / 60 + 0.5)


def _rationale(known: Known) -> list[str]:
    if not known.concerns:
        return []
    return [
        _("Points commonly used for: %(concerns)s.")
        % {"concerns": ", ".join(known.concerns.values())}
    ]


def _ratings(state: SessionState, concerns: Mapping[str, str]) -> list[str]:
    lines = []
    for (scale, of, _by), value in state.ratings.items():
        if scale == "self_0_10":
            lines.append(f"{concerns.get(of, of.replace('_', ' '))}: {value} / 10")
        elif scale == "stress_0_10":
            lines.append(_("Stress in the last week: %(value)s / 10") % {"value": value})
    return lines


def _improvement(state: SessionState) -> list[str]:
    return [
        _("Compared with the first photo: %(word)s (%(by)s)")
        % {"word": wording.GAIS.get(str(value), value), "by": by or _("practitioner")}
        for (scale, _of, by), value in state.ratings.items()
        if scale == "gais"
    ]


def _done(state: SessionState, despite: Mapping[Phase, Sequence[str]]) -> list[str]:
    lines = []
    spent = {phase: state.spent(phase, state.ended_at) for phase in Phase} if state.ended_at else {}
    for phase in Phase:
        if minutes := minutes_of(spent.get(phase, timedelta(0))):
            name = wording.PHASES[phase]
            words = ngettext(
                "%(phase)s: %(minutes)d minute.", "%(phase)s: %(minutes)d minutes.", minutes
            )
            lines.append(words % {"phase": name, "minutes": minutes})
    for (phase, area), reason in state.skipped.items():
        what = wording.AREAS.get(area, area.replace("_", " ")) if area else wording.PHASES[phase]
        lines.append(_("Left out: %(what)s (%(reason)s).") % {"what": what, "reason": reason})
    for phase, areas in despite.items():
        done = state.massage if phase is Phase.LYMPHATIC_MASSAGE else state.roller
        if areas:
            said = {"phase": wording.PHASES[phase], "areas": ", ".join(areas)}
            words = _("%(phase)s though off today: %(areas)s") % said
            lines.append(f"{words} ({done['reason']})." if done.get("reason") else f"{words}.")
    if state.needles:
        count = ngettext("%(count)d needle in", "%(count)d needles in", state.count.put_in)
        lines.append(
            _("%(points)s. %(count)s, %(out)d out.")
            % {
                "points": point_words(state.needles),
                "count": count % {"count": state.count.put_in},
                "out": state.count.out,
            }
        )
    if state.retained:
        minutes = minutes_of(state.retained)
        words = ngettext("In for %(minutes)d minute.", "In for %(minutes)d minutes.", minutes)
        lines.append(words % {"minutes": minutes})
    return lines


def _events(state: SessionState) -> list[str]:
    return [
        ". ".join(
            part
            for part in (str(wording.EVENTS.get(one["what"], one["what"])), one.get("action", ""))
            if part
        )
        for one in state.events
    ]
