"""What one submission costs, for every way of grading it, side by side: the same submission, by turns, in one run."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median, quantiles

from grader.catalog import Assignment
from grader.errors import Broken
from grader.settings import Places
from worker.bench import floor
from worker.bench.floor import Floor
from worker.bench.task import Task, task
from worker.bench.ways import Sample, Way

BLOCKS = 4
FIRST_SEED = 100


@dataclass(frozen=True, slots=True)
class Spread:
    """The middle of some numbers, and the middle half of them."""

    low: float
    middle: float
    high: float

    @classmethod
    def of(cls, numbers: Sequence[float]) -> Spread:
        """Take the quartiles; a single number is all three."""
        if len(numbers) < 2:
            return cls(numbers[0], numbers[0], numbers[0])
        low, middle, high = quantiles(numbers, n=4, method="inclusive")
        return cls(low, middle, high)


@dataclass
class Row:
    """One way: a sample from each round, with the floor's CPU and clock of that round."""

    name: str
    samples: list[Sample] = field(default_factory=list)
    floors: list[tuple[float, float]] = field(default_factory=list)

    @property
    def cpu_s(self) -> Spread:
        """Seconds of CPU of one submission."""
        return Spread.of([s.cpu_s for s in self.samples])

    @property
    def cpu_ratio(self) -> Spread:
        """CPU of one submission over that of its own calls in a warm interpreter, round by round."""
        return Spread.of([s.cpu_s / cpu for s, (cpu, _) in zip(self.samples, self.floors, strict=True)])

    @property
    def overhead_ms(self) -> Spread:
        """From submitted to verdict, without the student's own calls: timed in the box, or else those of the floor."""
        pairs = zip(self.samples, self.floors, strict=True)
        return Spread.of([1000 * (s.wall_s - (wall if s.loop_s is None else s.loop_s)) for s, (_, wall) in pairs])

    def stages_ms(self) -> dict[str, float]:
        """Take the median of every stage; empty for a way that doesn't tell."""
        return {stage: 1000 * median(s.stages[stage] for s in self.samples) for stage in self.samples[0].stages}

    def against(self, other: Row) -> Spread:
        """This way's CPU over another's, round by round."""
        return Spread.of([a.cpu_s / b.cpu_s for a, b in zip(self.samples, other.samples, strict=True)])


@dataclass(frozen=True, slots=True)
class Flow:
    """How many submissions a minute a way grades on all cores, in each block."""

    name: str
    submissions: int
    per_minute: list[float]


def compare(assignment: Assignment, ways: Sequence[Way], rounds: int, places: Places, missing: dict[str, str],
            on_done: Callable[[], None] = lambda: None) -> list[Row]:
    """Grade one submission in every way by turns, so many rounds, each beside the floor; a first round is not counted.

    A way that fails is left out from then on, with the reason in `missing`.
    """
    rows = [Row(way.name) for way in ways]
    floors = {in_image: Floor(floor.in_image() if in_image else floor.here()) for in_image in {w.is_in_image for w in ways}}
    try:
        for number in range(rounds + 1):
            given = task(assignment, FIRST_SEED + number % 2, places)
            for row, way in [(r, w) for r, w in zip(rows, ways, strict=True) if w.name not in missing]:
                with noted(way, missing):
                    sample, least = way.grade(given), floors[way.is_in_image].loop(given)
                    if number:
                        row.samples.append(sample)
                        row.floors.append(least)
                on_done()
    finally:
        for one in floors.values():
            one.close()
    return [row for row in rows if row.name not in missing]


@contextmanager
def noted(way: Way, missing: dict[str, str]) -> Iterator[None]:
    """Go on where a way fails, and keep why."""
    try:
        yield
    except (Broken, subprocess.SubprocessError) as e:
        missing[way.name] = str(e)


def flow(assignment: Assignment, counts: Sequence[tuple[Way, int]], places: Places, missing: dict[str, str],
         on_done: Callable[[], None] = lambda: None) -> list[Flow]:
    """Grade so many submissions in each way on all cores, in blocks by turns; a way that fails is left out."""
    given = task(assignment, FIRST_SEED, places)
    flows = [Flow(way.name, count, []) for way, count in counts]
    for block in range(BLOCKS):
        for found, (way, count) in zip(flows, counts, strict=True):
            share = count // BLOCKS + (block < count % BLOCKS)
            if share and way.name not in missing:
                with noted(way, missing):
                    found.per_minute.append(60 * share / graded_s(way, given, share, on_done))
    return [found for found in flows if found.name not in missing]


def graded_s(way: Way, given: Task, count: int, on_done: Callable[[], None]) -> float:
    """Grade one submission so many times, as many at once as there are cores; seconds by the clock."""
    def one(_: int) -> None:
        way.grade(given)
        on_done()
    began = time.monotonic()
    with ThreadPoolExecutor(os.cpu_count()) as cores:
        list(cores.map(one, range(count)))
    return time.monotonic() - began


def faster(ours: Flow, other: Flow) -> float:
    """How many times as many submissions a minute: the median of the blocks, each beside its neighbour."""
    return median(a / b for a, b in zip(ours.per_minute, other.per_minute, strict=False))
