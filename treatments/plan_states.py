"""The states of a treatment plan and the moves between them. Pure."""

from __future__ import annotations

PROPOSED = "PROPOSED"
AGREED = "AGREED"
ACTIVE = "ACTIVE"
PAUSED = "PAUSED"
COMPLETED = "COMPLETED"
STOPPED = "STOPPED"

OPEN = (PROPOSED, AGREED, ACTIVE, PAUSED)
CLOSED = (COMPLETED, STOPPED)
STATES = OPEN + CLOSED

# Plans whose next visit is waited for.
RUNNING = (AGREED, ACTIVE)

ALLOWED: dict[str, tuple[str, ...]] = {
    PROPOSED: (AGREED, STOPPED),
    AGREED: (ACTIVE, PAUSED, COMPLETED, STOPPED),
    ACTIVE: (PAUSED, COMPLETED, STOPPED),
    PAUSED: (ACTIVE, COMPLETED, STOPPED),
    COMPLETED: (),
    STOPPED: (),
}


def may(state: str, to: str) -> bool:
    """Return whether a plan may go from one state to another."""
    return to in ALLOWED[state]


def shown(state: str, *, done: int) -> str:
    """Return the state as it is told: the first visit makes an agreed plan active by itself."""
    return ACTIVE if state == AGREED and done else state
