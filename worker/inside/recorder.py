"""What a script's watched variables were assigned while it ran."""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatch
from typing import Any

from .ticker import Seen
from .values import Unreadable, to_array

SLOPED = "*.backward()"  # watched: what gradients are taken of, under any name or none
LOOPED = "for "  # before a watched name that a loop runs over: a curve only where no other is, for rows are gone through, too
MAX_RECORDS = 400_000


@dataclass
class Recorder:
    """What watched variables were assigned, as floats in order, for each statement that assigns them."""

    records: dict[str, dict[int, list[float]]] = field(default_factory=dict)
    sums: set[int] = field(default_factory=set)  # statements that only add up
    seen: Seen = lambda *_: None  # is shown every value that was recorded

    def record(self, name: str, statement: int, value: Any) -> Any:
        """Append a scalar, and hand it on; anything else is not a cost and is left out."""
        try:
            number = to_array(value, name)  # NumPy makes no float of an array [[0.5]]
        except Unreadable:
            return value
        kept = self.records.setdefault(name, {}).setdefault(statement, [])
        if number.size == 1 and len(kept) < MAX_RECORDS:
            kept.append(float(number.reshape(())))
            if not name.startswith(LOOPED):
                self.seen(name, statement, kept[-1])
        return value

    def fitting(self, pattern: str) -> list[str]:
        """List the recorded names that fit a pattern in small letters (`*loss*`), or what gradients were taken of."""
        if pattern == SLOPED:
            return [SLOPED]
        return [n for n in self.records if n != SLOPED and not n.startswith(LOOPED) and fnmatch(n.lower(), pattern)]

    def curve(self, name: str) -> list[float]:
        """Return what the last of the busiest statements assigned: one that runs every hundredth step only shows."""
        records = self.records.get(name, {})
        told = [r for statement, r in sorted(records.items()) if statement not in self.sums] or list(records.values())
        most = max(map(len, told), default=0)
        return next((r for r in reversed(told) if 2 * len(r) >= most), [])
