"""What a file would change, line by line: shown first, and then done as shown or not at all."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass

from grader.errors import GraderError

WORDS = {"new": "new", "pending": "invited before, changed", "changed": "changed", "back": "active again",
         "missing": "not in the file", "refused": "refused", "same": "unchanged"}
IDLE = {"same", "refused", "missing"}  # what nothing is done about, unless it is asked for


@dataclass(frozen=True, slots=True)
class Line:
    """What one line of a file, or one person that it leaves out, comes to."""

    kind: str  # of WORDS
    line: int  # of the file; 0 where there is none
    who: str
    email: str = ""
    before: str = ""
    after: str = ""
    why: str = ""
    user: int = 0  # the person's, by id; 0 for a stranger
    role: str = ""
    section: str = ""  # or group


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a file would change, in the order of the file."""

    lines: tuple[Line, ...]

    @property
    def digest(self) -> str:
        """Name this very plan, so that nothing else is done than what was seen."""
        return hashlib.sha256(json.dumps([asdict(x) for x in self.lines]).encode()).hexdigest()

    @property
    def counts(self) -> dict[str, int]:
        """Count the lines by kind."""
        return {kind: n for kind in WORDS if (n := sum(x.kind == kind for x in self.lines))}

    @property
    def is_idle(self) -> bool:
        """Whether nothing is to be done."""
        return set(self.counts) <= IDLE


class Stale(GraderError):
    """What a file would change is no longer what was shown."""

    def __init__(self) -> None:
        super().__init__("The course changed since this preview was made, so nothing was done. Look at the new preview.")


def told(plan: Plan, *, removes: bool) -> str:
    """Say what was done."""
    counts = {k: n for k, n in plan.counts.items() if k != "missing" or removes}
    return f"Done: {', '.join(f'{n} {WORDS[k]}' for k, n in counts.items()) or 'nothing'}."
