"""The state of one attempt between its rounds: what was measured, what it came to, and what to measure next."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from grader.catalog import Assignment
from grader.checks.base import Case
from grader.diagnose import Diagnosis
from grader.evidence import Measured, read_evidence
from grader.judge import due, judge, retried, shown_first
from grader.report import Report, StatusName, score_of
from grader.settings import Places
from grader.style import style_of
from grader.submission import Submission
from grader.verdict import Result, Verdict
from worker import __version__
from worker.answers import answers
from worker.box import Job, Run, Status
from worker.datasets import inputs_of
from worker.plan import promised, request, trial_seed, with_dependencies

MAX_ROUNDS = 24
UNMEASURED = Measured("absent")


@dataclass
class Attempt:
    """One grading of one submission: rounds of probes, then a report."""

    assignment: Assignment
    submission: Submission
    seed: int
    places: Places
    style: str = ""
    trials: list[dict[str, Measured]] = field(default_factory=lambda: [{}])
    runs: list[Run] = field(default_factory=list)
    rounds: list[tuple[int, list[str]]] = field(default_factory=list)  # each run's trial and probes
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)  # the probes of the round under way
    trial: int = 0
    diagnosis: Diagnosis | None = None

    def __post_init__(self) -> None:
        """Decide the style once."""
        self.style = style_of(self.submission, self.assignment.spec)

    @property
    def runtime(self) -> str:
        """The runtime this attempt's boxes are made from."""
        return self.assignment.spec.runtimes[0]

    def plan(self) -> bool:
        """Choose the next round's probes; False when nothing is left to measure."""
        spec, measured = self.assignment.spec, set(self.trials[0])
        if len(self.runs) >= MAX_ROUNDS:
            return False
        self.trial, names = 0, due(spec, self.style, self.verdicts, measured)
        if not names and self.runs:
            names = [n for n in retried(spec, self.style, self.verdicts) if self.last(n).is_ok]
            self.trial = len(self.trials)
        self.names = shown_first(spec, self.style, names)
        return bool(self.names)

    def last(self, probe: str) -> Measured:
        """Give what the last trial that measured a probe found."""
        return next((t[probe] for t in reversed(self.trials) if probe in t), UNMEASURED)

    def job(self) -> Job:
        """Pack the round for a box."""
        spec, seed = self.assignment.spec, trial_seed(self.seed, self.trial)
        probes = with_dependencies(spec, self.style, self.names)
        data = inputs_of(spec, seed, self.places)
        blob = request(spec, self.submission, probes, promised(spec, probes, self.names), data, self.seed,
                       self.trial)
        return Job(blob, spec.limits, len(probes))

    def add(self, run: Run) -> None:
        """Read the round's evidence and judge everything so far."""
        self.read(run)
        self.judge()

    def read(self, run: Run) -> None:
        """Read the evidence of the round under way."""
        spec = self.assignment.spec
        probes = with_dependencies(spec, self.style, self.names)
        found = read_evidence(run.frames, promised(spec, probes, self.names))
        if self.trial == len(self.trials):
            self.trials.append({})
        self.trials[self.trial] |= {n: said(m, run) for n, m in found.items() if n in self.names}
        self.runs.append(run)
        self.rounds.append((self.trial, self.names))

    def judge(self) -> None:
        """Judge everything measured so far."""
        spec = self.assignment.spec
        self.verdicts = {v.name: v for v in judge(spec, self.style, self.cases())}

    def cases(self) -> list[Case]:
        """Make what the checks of each trial may look at."""
        spec = self.assignment.spec
        seeds = [trial_seed(self.seed, t) for t in range(len(self.trials))]
        return [Case(evidence, answers(self.assignment, self.style, s, self.places), inputs_of(spec, s, self.places),
                     self.submission.source, self.style, s, self.assignment.root)
                for evidence, s in zip(self.trials, seeds, strict=True)]

    def report(self) -> Report:
        """Write the report of all rounds."""
        last, checks = self.runs[-1] if self.runs else None, list(self.verdicts.values())
        return Report(
            assignment=self.assignment.slug, title=self.assignment.spec.title, file=self.submission.name,
            style=self.style, status=last.status.value if last else "finished", because=last.because if last else "",
            score=score_of(checks), points=self.assignment.spec.points(self.style), checks=checks,
            diagnosis=self.diagnosis, notes=list(self.submission.notes), stdout=self.runs[0].stdout if self.runs else "",
            stderr=self.runs[0].stderr if self.runs else "", provenance=self.provenance())

    def provenance(self) -> dict[str, Any]:
        """Say what the verdicts rest on: spec, submission, engine, versions, seed, time and memory."""
        peaks = [r.peak_memory_mb for r in self.runs if r.peak_memory_mb is not None]
        return {"spec": self.assignment.digest, "submission": self.submission.digest, "seed": self.seed,
                "grader": __version__, "rounds": len(self.runs), "trials": len(self.trials),
                "seconds": round(sum(r.seconds for r in self.runs), 3),
                "cpu_s": round(sum(r.cpu_s or 0 for r in self.runs), 3),
                "peak_memory_mb": max(peaks) if peaks else None, **(self.runs[-1].provenance if self.runs else {})}


def said(measured: Measured, run: Run) -> Measured:
    """Give a probe that left nothing the run's own reason."""
    is_unsaid = measured.status == "absent" and run.status is not Status.FINISHED
    return Measured("absent", run.because) if is_unsaid else measured


def unrun(assignment: Assignment, name: str, status: StatusName, because: str, seed: int) -> Report:
    """Write the report of a submission that was not run: `crashed` (a syntax error, say) or `broken` (our fault)."""
    spec = assignment.spec
    style, result = spec.styles[0], Result.SKIPPED if status == "broken" else Result.FAILED
    checks = [c.skip(because).model_copy(update={"verdict": result}) for c in spec.checks_of(style)]
    return Report(assignment=assignment.slug, title=spec.title, file=name, style=style, status=status, because=because,
                  score=0, points=spec.points(style), checks=checks, notes=[], stdout="", stderr="",
                  provenance={"spec": assignment.digest, "seed": seed, "grader": __version__})
