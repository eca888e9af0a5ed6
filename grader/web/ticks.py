"""What is ticked of rubrics, as points by hand: read with the grades, in one query, two where there is group work."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from grader.web import teams
from grader.web.models import Assignment, RubricTick


@dataclass
class Ticked:
    """What is ticked at one student's submissions in one assignment: by the submission's id, its number and the points."""

    of: dict[int, tuple[int, list[float]]] = field(default_factory=dict)

    def counted(self, submission: int | None) -> float | None:
        """Add up what counts: the ticks of the submission that counts, or, where none does, of the newest that has any."""
        if submission is None and self.of:
            submission = max(self.of, key=lambda pk: self.of[pk][0])
        found = self.of.get(submission or 0)
        return None if found is None else round(sum(found[1]), 6)


def of(assignments: Iterable[Assignment], students: Iterable[int],
       worth: Mapping[int, float] | None = None) -> dict[tuple[int, int], Ticked]:
    """Look up what is ticked, by assignment and student; `worth` are points of items, by id, to reckon with instead of theirs."""
    places, users = list(assignments), list(students)
    found: dict[tuple[int, int], Ticked] = defaultdict(Ticked)
    for way in teams.ways(places):
        rows = RubricTick.objects.filter(**{"submission__assignment__in": places, f"{way}__in": users}, undone_at=None)
        for place, user, submission, number, item, points in rows.values_list(
                "submission__assignment", way, "submission", "submission__number", "item", "item__points"):
            mine = found[place, user].of.setdefault(submission, (number, []))
            mine[1].append((worth or {}).get(item, points))
    return found
