"""What a worker does for regrades: judge kept evidence, compare what was run again, and work out what students are told.

Students' submissions go first: between two handfuls of attempts it grades every submission that waits. One thread of a process
does this work, however many bells ring, because judging is Python and gains nothing from a second one.
"""

from __future__ import annotations

import logging
import threading
import time
import zlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from django.db import IntegrityError, connection

from grader.catalog import Assignment
from grader.errors import Broken, SpecError, SubmissionError
from grader.manifest import Judged, Manifest, Record
from grader.report import Report
from grader.submission import read_submission
from grader.web import bell, reports, specs
from grader.web.models import Attempt, RegradeItem, State
from grader.web.regrades import claims, notices
from grader.web.regrades.claims import CHUNK, RENEW_S, Finding, ItemState
from worker.attempt import unrun
from worker.grading import LONGEST_S, Grading, stubborn
from worker.keep import Store, report_bytes
from worker.lease import renewed
from worker.regrade import changed, judged_again, outcome_of

WRITERS = 8  # reports on their way to the disk at once
SLICE_S = 3.0  # of judging before students' submissions have their turn
log = logging.getLogger(__name__)


class Regrading:
    """The regrades' work of one worker process."""

    def __init__(self, grading: Grading) -> None:
        self.grading = grading
        self.places = grading.settings.places
        self.store = Store(grading.settings.data / "store", specs.objects())
        self.one = threading.Lock()
        self.writers = ThreadPoolExecutor(WRITERS, "reports")
        self.faults = 0  # of ours, one after the other

    def work(self) -> int:
        """Do what regrades have to do until nothing is left; returns how many steps that took."""
        if not self.one.acquire(blocking=False):
            return 0
        done = 0
        try:
            while not self.grading.stopping.is_set():
                self.grading.grade_waiting(regrades=False)
                now = specs.now()
                steps = self._judge() + self._settle() + claims.feed(now) + notices.settle(now)
                if not steps:
                    break
                if not done and steps >= CHUNK:
                    bell.ring_for_regrades()  # another worker may help
                done += steps
                self._pause()
        finally:
            self.one.release()
            connection.close()
        return done

    def _judge(self) -> int:
        """Judge a handful of attempts from what was kept of them."""
        items = claims.claim(self.grading.name, specs.now())
        if not items:
            return 0
        name = f"{len(items)} attempts of regrades"
        with renewed(lambda: claims.renew(items, datetime.now(UTC)), RENEW_S, name), self.store.objects.keeping():
            until = time.monotonic() + SLICE_S
            found = self._kept([(item, self._tried(item, until)) for item in items])
            written = stubborn(lambda: _finish(found))
        if written < len(items):
            log.warning("%s: the lease of %d was lost, another worker writes them", name, len(items) - written)
        return len(items)

    def _tried(self, item: RegradeItem, until: float) -> Finding:
        """Judge an attempt, and if the fault is ours, say which; put it back where the time is over."""
        if self.grading.stopping.is_set() or time.monotonic() > until:
            return Finding(ItemState.WAITING, {"tries": item.tries - 1})
        try:
            found = self._judged(item)
        except (Broken, SpecError, OSError) as e:
            self.faults += 1
            return Finding.fault(item, str(e))
        except Exception as e:
            log.exception("item %s of regrade %s: a bug", item.pk, item.regrade_id)
            self.faults += 1
            return Finding.fault(item, f"{type(e).__name__}: {e}")
        self.faults = 0
        return found

    def _judged(self, item: RegradeItem) -> Finding:
        """Judge one attempt with the regrade's version; raises Broken where our side fails."""
        if item.regrade.choice in claims.BY_REPORT and not claims.is_wanted(item.regrade, reports.stored(item.old)):
            return Finding(ItemState.LEFT_OUT)
        folder = specs.folder(item.regrade.version)
        if item.old.manifest is None:
            return self._unrun(item, folder)
        manifest = Manifest.model_validate(item.old.manifest)
        if lost := self._lost(manifest):
            return Finding(ItemState.AGAIN, {"because": lost})
        kept = Judged(report=item.old.report, at=item.old.finished_at or item.old.created_at)
        found = judged_again(self.store, Record(str(item.old_id), manifest, (kept,)), folder, self.places)
        if found.missing:
            return Finding(ItemState.AGAIN, {"because": _told_missing(found.missing)})
        new = zlib.decompress(found.packed) if found.packed else self.store.objects.get(item.old.report)
        rests_on = manifest.model_copy(update={"spec": folder.digest}).model_dump(mode="json")
        return self._graded(found.old, found.new, new, rests_on)

    def _unrun(self, item: RegradeItem, folder: Assignment) -> Finding:
        """Judge a submission that could not be run: it can be now, or gets the same report from this version."""
        name, raw = item.old.submission.name, self.store.objects.get(item.old.submission.content)
        try:
            read_submission(name, raw)
        except SubmissionError as e:
            report = unrun(folder, name, "crashed", str(e), item.old.seed)
            return self._graded(reports.stored(item.old), report, report_bytes(report), None)
        return Finding(ItemState.AGAIN, {"because": "it was never run"})

    def _graded(self, old: Report, new: Report, content: bytes, manifest: Mapping[str, Any] | None) -> Finding:
        return Finding(ItemState.DONE, compared(old, new), {
            "status": new.status, "because": new.because, "score": new.score, "points": new.points,
            "report": content, "manifest": manifest}, new)

    def _kept(self, found: Sequence[tuple[RegradeItem, Finding]]) -> list[tuple[RegradeItem, Finding]]:
        """Keep the new reports and put their names in their place, many at once because each waits for the disk."""
        def kept(item: RegradeItem, finding: Finding) -> tuple[RegradeItem, Finding]:
            if finding.attempt is None:
                return item, finding
            try:
                name = self.store.objects.put(finding.attempt["report"])
            except Broken as e:
                return item, Finding.fault(item, str(e))
            return item, replace(finding, attempt={**finding.attempt, "report": name})
        return list(self.writers.map(kept, *zip(*found, strict=True)))

    def _lost(self, manifest: Manifest) -> str:
        """Say what of an attempt's evidence is no longer there; empty where all of it is."""
        try:
            for run in manifest.runs:
                self.store.objects.get(run.content)
        except Broken:
            return "its evidence is no longer kept, or is damaged"
        return ""

    def _settle(self) -> int:
        """Compare attempts that were run again with those before."""
        items = list(claims.unsettled().select_related("old", "new")[:CHUNK])
        for item in items:
            assert item.new is not None  # noqa: S101 - for the type checker: it was asked for
            try:
                found = settled(item.old, item.new)
            except (Broken, ValueError) as e:
                found = Finding(ItemState.BROKEN, {"because": str(e)})
            claims.settle(item, found, specs.now())
        return len(items)

    def _pause(self) -> None:
        """Wait after faults of ours, or a store that is away for a minute would break all that waits."""
        if self.faults:
            self.grading.stopping.wait(min(LONGEST_S, 2.0 ** self.faults))


def settled(old: Attempt, new: Attempt) -> Finding:
    """Say what became of an attempt that was run again and is over."""
    if new.state == State.CANCELLED:
        return Finding(ItemState.CANCELLED)
    if new.state == State.BROKEN or not new.report:
        return Finding(ItemState.BROKEN, {"because": new.because})
    return Finding(ItemState.DONE, compared(reports.stored(old), reports.stored(new)))


def compared(old: Report, new: Report) -> dict[str, Any]:
    """Say what differs between the two reports of an attempt, as an item keeps it."""
    found = changed(old, new)
    return {"outcome": outcome_of(old, new), "old_score": old.score, "old_points": old.points, "new_score": new.score,
            "new_points": new.points, "near": new.near, "is_near": bool(new.near), "because": "",
            "changed": f" {' '.join(c.check for c in found)} " if found else "", "changes": [
                {"check": c.check, "before": c.before, "after": c.after, "because": c.because[:300]} for c in found]}


def _finish(found: Sequence[tuple[RegradeItem, Finding]]) -> int:
    """Write a claim's findings, again where another attempt of a submission took the number."""
    try:
        return claims.finish(found, specs.now())
    except IntegrityError:
        return claims.finish(found, specs.now())


def _told_missing(missing: Mapping[str, str]) -> str:
    return "; ".join(why if name == "limits" else f"probe {name}: {why}" for name, why in missing.items())
