"""The queue of proofs: rows that change as those of attempts do (grader/web/queue.py), by compare-and-set, lease and fence.

A proof is of one content: what is published is the content that was proven, or that with the calibration the proof measured.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet

from grader import archive
from grader.calibration import FILE as CALIBRATION
from grader.errors import Broken, GraderError
from grader.proof import ProofReport
from grader.web import audit, bell, drafts, own_code, specs
from grader.web.models import Course, Draft, DraftFile, Proof, User

LEASE_S = 30
MAX_TRIES = 3
MOST = 3  # proofs of one course that wait or run
LIVE = (Proof.State.QUEUED, Proof.State.RUNNING)


def ask(draft: Draft, *, by: User, now: datetime, has_mutants: bool = False, is_anew: bool = False) -> Proof:
    """Queue the proof of a draft as it is; raises GraderError where the folder has errors or one is under way."""
    looked = drafts.look(draft)
    if looked.spec is None or looked.problems:
        raise GraderError(f"The folder has {len(looked.problems)} error{'s' if len(looked.problems) != 1 else ''}; mend "
                          f"{'them' if len(looked.problems) != 1 else 'it'} first: there is nothing to prove yet.")
    files = drafts.files_of(draft)
    own_code.check(files)
    content = specs.objects().put(archive.packed(files))
    with transaction.atomic():
        Course.objects.select_for_update().get(pk=draft.course_id)
        live = Proof.objects.filter(course=draft.course, state__in=LIVE)
        if live.filter(slug=draft.slug, content=content).exists():
            raise GraderError("A proof of exactly this is waiting or running already.")
        if live.count() >= MOST:
            raise GraderError(f"{MOST} proofs of this course are waiting or running; wait for one, or cancel one.")
        made = Proof.objects.create(
            course=draft.course, slug=draft.slug, draft=draft, content=content, has_mutants=has_mutants, is_anew=is_anew,
            asked_by=by, created_at=now, queue="gpu" if looked.spec.limits.gpu == "required" else "cpu")
        audit.record(by, "proof.ask", course=draft.course, about=f"proof {made.pk}: {draft.slug}",
                     after={"content": content, "has_mutants": has_mutants, "is_anew": is_anew})
        transaction.on_commit(lambda: bell.ring(queue_name(made.queue), bell.PROVE))
    return made


def queue_name(queue: str) -> str:
    """Name the queue of messages about proofs: their own, so that bells for attempts can be counted."""
    return f"{queue}.proofs"


def claim(queues: Collection[str], worker: str, now: datetime) -> Proof | None:
    """Take the proof that has waited longest; None where none waits."""
    for pk in Proof.objects.filter(state=Proof.State.QUEUED, queue__in=queues).order_by("created_at", "pk").values_list(
            "pk", flat=True):
        taken = Proof.objects.filter(pk=pk, state=Proof.State.QUEUED).update(
            state=Proof.State.RUNNING, tries=F("tries") + 1, worker=worker, started_at=now, lease_until=_lease(now),
            done=0, total=0, told=[], phase="")
        if taken:
            return Proof.objects.select_related("course", "draft").get(pk=pk)
    return None


def tell(proof: Proof, now: datetime, said: Mapping[str, Any]) -> bool:
    """Prolong the lease and say how far it is; False where the proof is no longer this worker's, or was cancelled."""
    return bool(_mine(proof).update(lease_until=_lease(now), **said))


def finish(proof: Proof, now: datetime, report: ProofReport, calibration: str | None) -> bool:
    """Write what was found, once; bands that were measured go into the draft. False where the proof is another's now."""
    name = specs.objects().put(report.model_dump_json().encode())
    proven = _proven(proof, calibration) if report.holds else ""
    with transaction.atomic():
        is_mine = bool(_mine(proof).update(
            state=Proof.State.DONE, finished_at=now, lease_until=None, report=name, holds=report.holds, proven=proven,
            phase="", because=""))
        if is_mine:
            if calibration is not None and proof.draft is not None:
                _put_calibration(proof.draft, calibration, now)
            audit.record(None, "proof.end", course=proof.course, about=f"proof {proof.pk}: {proof.slug}",
                         after={"holds": report.holds, "report": name, "proven": proven})
    return is_mine


def give_back(proof: Proof, because: str, now: datetime) -> bool:
    """Put a proof back that could not be done through our fault; after MAX_TRIES it is broken."""
    return _put_back(_mine(proof), proof.tries, because, now)


def expire(now: datetime) -> int:
    """Put back every proof whose lease has run out; returns how many."""
    late = Proof.objects.filter(state=Proof.State.RUNNING, lease_until__lt=now)
    return sum(_put_back(Proof.objects.filter(pk=p.pk, state=Proof.State.RUNNING, tries=p.tries, lease_until__lt=now), p.tries,
                         f"worker {p.worker} was lost", now) for p in late)


def cancel(proof: Proof, *, by: User, now: datetime) -> bool:
    """End a proof that waits or runs; False where it is over. Its worker sees it and stops."""
    with transaction.atomic():
        is_ended = bool(Proof.objects.filter(pk=proof.pk, state__in=LIVE).update(
            state=Proof.State.CANCELLED, finished_at=now, lease_until=None))
        if is_ended:
            audit.record(by, "proof.cancel", course=proof.course, about=f"proof {proof.pk}: {proof.slug}")
    return is_ended


def waiting() -> list[str]:
    """Name the queue of every proof that waits."""
    return list(Proof.objects.filter(state=Proof.State.QUEUED).values_list("queue", flat=True))


def report_of(proof: Proof) -> ProofReport | None:
    """Read what a proof found; None where it found nothing yet, or what it found can't be read."""
    try:
        return ProofReport.model_validate_json(specs.objects().get(proof.report)) if proof.report else None
    except (Broken, ValueError):
        return None


def holding(course: Course, slug: str, content: str) -> Proof | None:
    """Find the newest proof in this course that holds for exactly this content."""
    return of(course, slug).filter(holds=True, proven=content).first()


def about(course: Course, slug: str, content: str) -> QuerySet[Proof]:
    """List the proofs of exactly this content, the newest first."""
    return of(course, slug).filter(Q(content=content) | Q(proven=content))


def of(course: Course, slug: str) -> QuerySet[Proof]:
    """List the proofs of an assignment's drafts in a course, the newest first."""
    return Proof.objects.filter(course=course, slug=slug).select_related("asked_by")


def _proven(proof: Proof, calibration: str | None) -> str:
    """Hash the content that a proof holds for, and keep it."""
    if calibration is None:
        return proof.content
    files = archive.unpacked(specs.objects().get(proof.content)) | {CALIBRATION: calibration.encode()}
    return specs.objects().put(archive.packed(files))


def _put_calibration(draft: Draft, calibration: str, now: datetime) -> None:
    """Put measured bands into the draft; whether they fit what was edited meanwhile, their own hash tells."""
    raw = calibration.encode()
    specs.objects().put(raw)
    if Draft.objects.filter(pk=draft.pk).update(changed_at=now):
        DraftFile.objects.update_or_create(draft_id=draft.pk, path=CALIBRATION, defaults={
            "content": hashlib.sha256(raw).hexdigest(), "size": len(raw), "changed_by": None, "changed_at": now})


def _put_back(rows: QuerySet[Proof], tries: int, because: str, now: datetime) -> bool:
    if tries < MAX_TRIES:
        return bool(rows.update(state=Proof.State.QUEUED, lease_until=None, worker="", because=because))
    return bool(rows.update(state=Proof.State.BROKEN, lease_until=None, because=because, finished_at=now))


def _mine(proof: Proof) -> QuerySet[Proof]:
    return Proof.objects.filter(pk=proof.pk, state=Proof.State.RUNNING, tries=proof.tries)


def _lease(now: datetime) -> datetime:
    return now + timedelta(seconds=LEASE_S)
