"""Everything that `grader bench` measured, and what it says in JSON."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any

from worker.bench.attempt import Flow, Row, Spread, faster

OURS = "ours"
COLD = "cold docker run"
TARGETS = {"cpu_ratio": "<= 1.15", "overhead_ms_median": "<= 40", "throughput_vs_cold": ">= 10", "kill_s": "<= 0.2",
           "regrade_per_minute": ">= 1000", "check50": ">= 10", "nbgrader": ">= 18", "otter run": ">= 18"}


@dataclass
class Outcome:
    """Rows and flows by way, seconds to kill by engine, and why a way is missing."""

    assignment: str
    rows: list[Row]
    flows: list[Flow]
    kills: dict[str, list[float]]
    regrade_per_minute: float
    missing: dict[str, str] = field(default_factory=dict)

    @property
    def best(self) -> Row:
        """The way that counts: containers where there are any, else the embedded engine."""
        return [row for row in self.rows if row.name.startswith(OURS)][-1]

    def peers(self) -> dict[str, Spread]:
        """Compare every other way's CPU with ours, round by round."""
        return {row.name: row.against(self.best) for row in self.rows if not row.name.startswith(OURS)}

    def flow(self, name: str) -> Flow | None:
        """Find a way's throughput."""
        return next((f for f in self.flows if f.name == name), None)

    def against_cold(self) -> float | None:
        """How many times the throughput of cold containers; None where there are none."""
        ours, cold = self.flow(self.best.name), self.flow(COLD)
        return faster(ours, cold) if ours and cold else None

    def headlines(self) -> dict[str, float | None]:
        """The numbers that the targets are about."""
        return {"cpu_ratio": self.best.cpu_ratio.middle, "overhead_ms_median": self.best.overhead_ms.middle,
                "throughput_vs_cold": self.against_cold(), "kill_s": median(self.kills[self.best.name]),
                "regrade_per_minute": self.regrade_per_minute}

    def document(self) -> dict[str, Any]:
        """Write all of it as plain JSON."""
        ways = {r.name: {"cpu_s": asdict(r.cpu_s), "cpu_ratio": asdict(r.cpu_ratio), "overhead_ms": asdict(r.overhead_ms),
                         "stages_ms": r.stages_ms(), "rounds": len(r.samples)} for r in self.rows}
        flows = {f.name: {"submissions": f.submissions, "per_minute": f.per_minute} for f in self.flows}
        told: dict[str, Any] = rounded({**self.headlines(), "assignment": self.assignment, "ways": ways, "throughput": flows,
                        "cpu_against_ours": {name: asdict(s) for name, s in self.peers().items()}, "kills_s": self.kills,
                        "missing": self.missing, "cores": os.cpu_count(), "load": os.getloadavg()[0], "targets": TARGETS})
        return told


def rounded(value: Any) -> Any:
    """Round every number in a document to what was measured."""
    if isinstance(value, dict):
        return {k: rounded(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(v) for v in value]
    return round(value, 4) if isinstance(value, float) else value
