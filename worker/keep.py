"""Keeping what an attempt left, and making the attempt again from it without a box."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

from grader.catalog import Assignment
from grader.errors import Broken, SubmissionError
from grader.judge import due
from grader.manifest import Judged, KeptRun, Manifest, Manifests, Record
from grader.report import Report
from grader.settings import Places
from grader.store import MAX_ATTEMPT, Batch, Objects, pack_run, unpack_run
from grader.submission import MAX_NOTEBOOK, read_submission
from worker.attempt import Attempt, unrun
from worker.box import Boxes, Run, Status
from worker.fingerprint import fingerprints, measured_digest
from worker.grade import measured
from worker.known import explain
from worker.live import Sink, silent
from worker.plan import trial_seed

LIMITS = {Status.TIMEOUT: "seconds", Status.MEMORY: "memory_mb", Status.OUTPUT: "output_kb"}  # which one ended a run


class Store:
    """A folder of kept attempts: their objects, and the manifests that name them."""

    def __init__(self, root: Path, objects: Objects | None = None) -> None:
        self.objects = objects or Objects(root / "objects")
        self.manifests = Manifests(root / "attempts")

    def report(self, judged: Judged) -> Report:
        """Read a report."""
        return Report.model_validate_json(self.objects.get(judged.report))


def graded(assignment: Assignment, file: Path, seed: int, boxes: Boxes, places: Places, store: Store | None,
           sink: Sink = silent) -> Report:
    """Grade a file and keep what the attempt left, if there is a store; raises Broken when either cannot be done."""
    raw, now = file.read_bytes(), datetime.now(UTC)
    try:
        attempt = measured(Attempt(assignment, read_submission(file.name, raw), seed, places), boxes, sink)
    except SubmissionError as e:
        report = unrun(assignment, file.name, "crashed", str(e), seed)
        if store:
            keep_unrun(store, assignment, report, raw, now, str(file))
        return report
    sink("phase", {"text": "comparing with known mistakes"})
    attempt.diagnosis = explain(attempt, boxes)
    report = attempt.report()
    if store:
        keep(store, attempt, report, now, str(file))
    return report


def keep(store: Store, attempt: Attempt, report: Report, now: datetime, origin: str) -> Record:
    """Keep an attempt with its report; raises Broken when it is too large or cannot be written."""
    with store.objects.keeping():
        with store.objects.together() as objects:
            manifest = manifest_of(objects, attempt, report, now, origin)
            first = Judged(report=objects.put(report_bytes(report)), at=now)
        return store.manifests.add(manifest, first)


def manifest_of(objects: Batch, attempt: Attempt, report: Report, now: datetime, origin: str) -> Manifest:
    """Keep what came out of an attempt's runs and say what its report rests on; call it inside `objects.keeping()`."""
    spec, seed, places = attempt.assignment.spec, attempt.seed, attempt.places
    evidence = sum(len(blob) for run in attempt.runs for _, blob in run.frames)
    if evidence > MAX_ATTEMPT:
        raise Broken(f"{origin}: {evidence} bytes of evidence in all, {MAX_ATTEMPT} allowed")
    def kept(run: Run, trial: int, names: list[str]) -> KeptRun:
        told = fingerprints(attempt.assignment, attempt.style, trial_seed(seed, trial), places)
        return KeptRun(trial=trial, probes={n: told[n] for n in names}, content=objects.put(packed(run)))
    return _manifest(attempt.assignment, report, origin, attempt.submission.raw, objects, now).model_copy(update={
        "probes": dict(fingerprints(attempt.assignment, attempt.style, seed, places)),
        "limits": spec.limits.model_dump(),
        "runs": [kept(run, *asked) for run, asked in zip(attempt.runs, attempt.rounds, strict=True)]})


def keep_unrun(store: Store, assignment: Assignment, report: Report, raw: bytes, now: datetime, origin: str) -> Record | None:
    """Keep a submission that could not be run with its report; None for one that was refused for its size."""
    if len(raw) > MAX_NOTEBOOK:
        return None
    with store.objects.keeping():
        with store.objects.together() as objects:
            manifest = _manifest(assignment, report, origin, raw, objects, now)
            first = Judged(report=objects.put(report_bytes(report)), at=now)
        return store.manifests.add(manifest, first)


def _manifest(assignment: Assignment, report: Report, origin: str, raw: bytes, objects: Batch, now: datetime) -> Manifest:
    return Manifest(assignment=assignment.slug, file=report.file, origin=origin, submission=objects.put(raw),
                    style=report.style, seed=report.provenance["seed"], at=now, spec=assignment.digest,
                    measured=measured_digest(assignment.spec))


def report_bytes(report: Report) -> bytes:
    """Write a report so that two equal reports are equal bytes."""
    return json.dumps(report.model_dump(mode="json"), allow_nan=False, separators=(",", ":")).encode()


def packed(run: Run) -> bytes:
    """Pack a run, its frames as they came."""
    return pack_run({f.name: getattr(run, f.name) for f in fields(Run) if f.name != "frames"}, run.frames)


def unpacked(content: bytes) -> Run:
    """Undo packed; raises Broken when it is no run."""
    facts, frames = unpack_run(content)
    try:
        return Run(**facts | {"status": Status(facts["status"]), "frames": frames})
    except (TypeError, KeyError, ValueError) as e:
        raise Broken(f"a kept run cannot be read: {e}") from e


def rebuild(store: Store, manifest: Manifest, assignment: Assignment, places: Places) -> Attempt:
    """Make a kept attempt again under a spec as it is now: only what is still asked in the same way is taken over.

    Raises SubmissionError when the submission cannot be run at all, Broken when something kept is damaged.
    """
    submission = read_submission(manifest.file, store.objects.get(manifest.submission))
    attempt = Attempt(assignment, submission, manifest.seed, places)
    for run in manifest.runs:
        attempt.trial = run.trial
        now = fingerprints(assignment, attempt.style, trial_seed(attempt.seed, run.trial), places)
        attempt.names = [n for n, asked in run.probes.items() if now.get(n) == asked and attempt.style == manifest.style]
        attempt.read(unpacked(store.objects.get(run.content)))
    if attempt.runs:
        attempt.judge()
    return attempt


def missing(attempt: Attempt, manifest: Manifest) -> dict[str, str]:
    """Name what has to be measured in a box before a rebuilt attempt can be judged, with why; empty when nothing."""
    spec, style = attempt.assignment.spec, attempt.style
    now = fingerprints(attempt.assignment, style, attempt.seed, attempt.places)
    last = attempt.runs[-1] if attempt.runs else None
    if last is None or last.status is Status.FINISHED:
        names = attempt.names if attempt.plan() else []
    else:  # it went no further then, and would not now
        names = [n for n in due(spec, style, attempt.verdicts, set()) if now[n] != manifest.probes.get(n)]
    found = {n: _why(n, now[n], attempt, manifest) for n in names}
    limit = LIMITS.get(last.status, "") if last else ""
    if limit and manifest.limits[limit] != getattr(spec.limits, limit):
        found["limits"] = f"{limit} changed, which ended a run"
    return found


def _why(name: str, asked: str, attempt: Attempt, manifest: Manifest) -> str:
    if attempt.style != manifest.style:
        return f"now read as a {attempt.style}"
    if name not in manifest.probes:
        return "new" if manifest.runs else "never run"
    if manifest.probes[name] != asked:
        return "changed"
    return "another trial is due" if name in attempt.trials[0] else "due now, was not then"
