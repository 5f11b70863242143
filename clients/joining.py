"""One outcome of several: the worst of what is known of a client counts (pure)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from clients.rules import Outcome, worst
from clients.screening import PhaseResult, Result


def join(own: Result, *known: Result) -> Result:
    """Return `own` made worse by what is known of the same client, worst wins.

    All are for the same day. What was not asked earlier makes nothing worse, and what was fine
    earlier makes nothing better. The messages stay those of `own`: whoever types a client's name
    must not read what the clinic knows of them.
    """
    for other in known:
        own = replace(
            own,
            outcome=_worse(own.outcome, [other.outcome]),
            not_before=max(
                (day for day in (own.not_before, other.not_before) if day), default=None
            ),
            phases={
                phase: _worse_phase(result, other.phases.get(phase))
                for phase, result in own.phases.items()
            },
            rules={
                code: _worse_rule(outcome, other.rules.get(code, Outcome.NOT_ASKED))
                for code, outcome in own.rules.items()
            },
            triggers=own.triggers + tuple(t for t in other.triggers if t not in own.triggers),
        )
    return own


def _worse(own: Outcome, others: Iterable[Outcome]) -> Outcome:
    return worst([own, *(other for other in others if other is not Outcome.NOT_ASKED)])


def _worse_rule(own: Outcome, other: Outcome) -> Outcome:
    quiet = (Outcome.FINE, Outcome.NOT_ASKED)
    return other if own in quiet and other not in quiet else _worse(own, [other])


def _worse_phase(own: PhaseResult, other: PhaseResult | None) -> PhaseResult:
    if other is None:
        return own
    restrictions = [*own.restrictions]
    restrictions += [each for each in other.restrictions if each not in own.restrictions]
    return PhaseResult(_worse(own.outcome, [other.outcome]), tuple(restrictions))
