"""Half-open stretches of whole UTC minutes, and sums on lists of them. Pure.

A minute is the number of minutes since 1970-01-01 00:00 UTC. A list of intervals in *normal form*
is sorted, none is empty, and none touches the next; every function here returns that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Interval = tuple[int, int]
"""[start, end) in minutes: the start belongs to it, the end doesn't."""


def union(intervals: Iterable[Interval]) -> list[Interval]:
    """Return the minutes that lie in any of the intervals; empty and reversed ones are ignored."""
    merged: list[Interval] = []
    for start, end in sorted(intervals):
        if end <= start:
            continue
        if merged and start <= merged[-1][1]:
            if end > merged[-1][1]:
                merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


def subtract(whole: Sequence[Interval], parts: Sequence[Interval]) -> list[Interval]:
    """Return the minutes of `whole` that lie in none of `parts`. Both in normal form."""
    left: list[Interval] = []
    at = 0
    for start, end in whole:
        while at < len(parts) and parts[at][1] <= start:
            at += 1
        cursor = start
        index = at
        while index < len(parts) and parts[index][0] < end:
            part_start, part_end = parts[index]
            if part_start > cursor:
                left.append((cursor, part_start))
            cursor = max(cursor, part_end)
            if part_end >= end:
                break
            index += 1
        if cursor < end:
            left.append((cursor, end))
    return left


def intersect(one: Sequence[Interval], other: Sequence[Interval]) -> list[Interval]:
    """Return the minutes that lie in both. Both in normal form."""
    both: list[Interval] = []
    i = j = 0
    while i < len(one) and j < len(other):
        start = max(one[i][0], other[j][0])
        end = min(one[i][1], other[j][1])
        if start < end:
            both.append((start, end))
        if one[i][1] < other[j][1]:
            i += 1
        else:
            j += 1
    return both


def chop(intervals: Iterable[Interval], start: int, end: int) -> list[Interval]:
    """Return what of the intervals lies within [start, end)."""
    return [(max(a, start), min(b, end)) for a, b in intervals if max(a, start) < min(b, end)]
