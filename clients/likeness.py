"""Whether two names may be one person's, written differently. Pure."""

from __future__ import annotations

from difflib import SequenceMatcher

ALIKE = 0.84


def alike(one: str, other: str) -> bool:
    """Return whether two folded names may be of one person.

    The same words in another order, one among the words of the other ("ana silva", "ana maria
    silva"), the same surname after the same initial ("a silva"), or a slip of the keyboard.
    """
    if not one or not other or one == other:
        return bool(one) and one == other
    mine, theirs = one.split(), other.split()
    if len(mine) > 1 and len(theirs) > 1:
        if set(mine) <= set(theirs) or set(theirs) <= set(mine):
            return True
        short = len(mine[0]) == 1 or len(theirs[0]) == 1
        if short and mine[-1] == theirs[-1] and mine[0][0] == theirs[0][0]:
            return True
    return SequenceMatcher(None, one, other).ratio() >= ALIKE
