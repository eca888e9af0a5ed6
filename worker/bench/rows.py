"""A course as large as asked for, made in the database itself: what pages are timed on.

Reports are a few for each assignment, which many attempts share; all that is written beside reports is made by the functions that
write it in the service, so that the pages meet what they would meet after a term.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING

from grader.catalog import Assignment as Folder
from grader.catalog import load, slugs
from grader.diagnose import Diagnosis
from grader.report import Report, score_of
from grader.settings import Settings
from grader.verdict import Result, Verdict

if TYPE_CHECKING:
    from grader.web.models import Assignment, Course, Submission, User

SLUG = "pages"
KINDS = 8  # reports of an assignment
TERM = timedelta(days=100)
BATCH = 2000
SECTIONS = ("Monday", "Tuesday", "Wednesday", "Thursday")
FAILING = (0.0, 0.1, 0.3, 0.6)  # share of the checks that fail


@dataclass(frozen=True, slots=True)
class Size:
    """How large the course is."""

    students: int = 500
    assignments: int = 20
    attempts: int = 5  # of each student in each assignment


def make(size: Size, settings: Settings, now: datetime, seed: int = 1) -> None:
    """Make the course with its people, submissions, attempts and all that rests on them; call it inside a transaction."""
    from grader.web import counted
    from grader.web.models import Course
    rng = random.Random(seed)
    course = Course.objects.create(slug=SLUG, title="A large course")
    users = people(course, size.students)
    names = slugs(settings.assignments)
    for k in range(size.assignments):
        folder = load(settings.assignments / names[k % len(names)])
        assignment = set_assignment(course, folder, k, size, now)
        hand_in(assignment, folder, users, size, now, rng)
    counted.recount(course)


def people(course: Course, count: int) -> list[User]:
    """Make students, and staff who are named after their roles."""
    from grader.web.models import Membership, Role, User
    users = User.objects.bulk_create([User(username=f"s{k:04}", email=f"s{k:04}@bench.invalid", first_name=f"First{k}",
                                           last_name=f"Last{(k * 7919) % count}") for k in range(count)], batch_size=BATCH)
    users = list(User.objects.filter(username__in=[u.username for u in users]).order_by("pk"))
    staff = [User.objects.create(username=name, email=f"{name}@bench.invalid", is_staff=name == "instructor")
             for name in ("instructor", "ta-one", "ta-two")]
    Membership.objects.bulk_create([
        *(Membership(course=course, user=u, section=SECTIONS[k % len(SECTIONS)]) for k, u in enumerate(users)),
        *(Membership(course=course, user=u, role=Role.INSTRUCTOR if u.username == "instructor" else Role.TA,
                     section="" if k == 0 else SECTIONS[k]) for k, u in enumerate(staff))], batch_size=BATCH)
    return users


def set_assignment(course: Course, folder: Folder, place: int, size: Size, now: datetime) -> Assignment:
    """Set an assignment whose due date lies somewhere in the term."""
    from grader.web import specs
    from grader.web.models import Assignment
    version = specs.publish(folder.root)
    due = now - TERM + TERM * (place + 1) / size.assignments
    return Assignment.objects.create(
        course=course, slug=f"task-{place + 1}", title=f"{place + 1}. {version.title}", version=version, position=place,
        due_at=due, late_until=due + timedelta(days=3), penalty_percent=10)


def hand_in(assignment: Assignment, folder: Folder, users: Sequence[User], size: Size, now: datetime, rng: random.Random) -> None:
    """Let everybody hand in, and write the reports as a worker would have."""
    from grader.web import specs
    from grader.web.models import Submission
    kept = [(r, specs.objects().put(r.model_dump_json().encode())) for r in (report(folder, k, rng) for k in range(KINDS))]
    program = specs.objects().put(b"x = 1\n")
    begin = (assignment.due_at or now) - TERM / size.assignments
    Submission.objects.bulk_create([
        Submission(assignment=assignment, user=u, number=n + 1, name="submission.py", content=program, size=6,
                   received_at=begin + (TERM / size.assignments + timedelta(hours=10)) * rng.random())
        for u in users for n in range(size.attempts)], batch_size=BATCH)
    submissions = Submission.objects.filter(assignment=assignment).select_related("assignment__course", "user").order_by("pk")
    for some in batches(submissions.iterator(BATCH), BATCH):
        write_reports(assignment, some, kept, rng)


def write_reports(assignment: Assignment, submissions: Sequence[Submission], kept: Sequence[tuple[Report, str]],
                  rng: random.Random) -> None:
    """Make the attempts of submissions, with all that is written beside their reports."""
    from grader.web import outcomes, work
    from grader.web.models import Attempt, Digest, Outcome, State, WorkItem, WorkRules
    rules, reports = WorkRules(), {}
    for s in submissions:
        found, name = rng.choice(kept)
        started = s.received_at + timedelta(seconds=rng.lognormvariate(1, 1.5))
        reports[s.pk] = found, Attempt(
            submission=s, version=assignment.version, state=State.DONE, seed=1, tries=1, created_at=s.received_at,
            started_at=started, finished_at=started + timedelta(seconds=rng.uniform(1, 20)), status=found.status,
            because=found.because, score=found.score, points=found.points, report=name)
    Attempt.objects.bulk_create([a for _, a in reports.values()], batch_size=BATCH)
    attempts = {a.submission_id: a for a in Attempt.objects.filter(submission__in=submissions)}
    rows, digests, items = [], [], []
    for s in submissions:
        attempt, found = attempts[s.pk], reports[s.pk][0]
        attempt.submission = s
        rows += outcomes.rows_of(attempt, found)
        digests.append(digest := outcomes.digest_of(attempt, found))
        items += [WorkItem(course=assignment.course, assignment=assignment, student=s.user, attempt=attempt, kind=kind,
                           reason=why[:300], created_at=attempt.finished_at or s.received_at)
                  for kind, why in work.reasons(attempt, digest, found, rules).items()]
    Outcome.objects.bulk_create(rows, batch_size=BATCH)
    Digest.objects.bulk_create(digests, batch_size=BATCH)
    WorkItem.objects.bulk_create(items[::5], batch_size=BATCH)  # the others were done long ago, or went with a newer attempt


def report(folder: Folder, kind: int, rng: random.Random) -> Report:
    """Make one of an assignment's reports; the first one is all right, the last one timed out."""
    spec, share = folder.spec, FAILING[kind % len(FAILING)]
    style = spec.styles[0]
    checks = [_verdict(c.skip(""), rng.random() >= share, rng) for c in spec.checks_of(style)]
    is_stopped = kind == KINDS - 1
    named = Diagnosis(mistake=f"mistake-{kind}", about="a mistake", hint="Look again.", confidence=0.98)
    return Report(assignment=folder.slug, title=spec.title, file="submission.py", style=style,
                  status="timeout" if is_stopped else "finished", because="stopped after 60 s (limit 60 s)" if is_stopped else "",
                  score=score_of(checks), points=spec.points(style), checks=checks, diagnosis=named if kind in (2, 3) else None,
                  notes=[], stdout="", stderr="", provenance={
                      "engine": "made", "seconds": 2.0, "device": "cuda" if kind == 1 else "cpu", "kind": kind})


def batches(found: Iterator[Submission], size: int) -> Iterator[list[Submission]]:
    """Cut into lists of a size."""
    while some := list(islice(found, size)):
        yield some


def _verdict(check: Verdict, is_passed: bool, rng: random.Random) -> Verdict:  # noqa: FBT001 - what it comes to
    used = rng.uniform(0, 0.7) if is_passed else rng.choice([1.1, 3.0, 20.0, 0.0]) or None
    return check.model_copy(update={"verdict": Result.PASSED if is_passed else Result.FAILED, "used": used, "trials": [],
                                    "points": check.max_points if is_passed else 0.0, "because": "0.1 of 0.2 allowed"})
