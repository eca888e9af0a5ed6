"""A process that stands for the web beside a running service: it hands in, cancels and looks, one JSON line a wish.

It is a process of its own, so that its tables are those of the service under test and not those of pytest.
"""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from worker.tables import prepare

settings = prepare()

import insight_wishes  # noqa: E402 - beside this file, which is run as a program
import proof_wishes  # noqa: E402
import regrade_wishes  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402

from grader.web import bell, intake, kept_runs, queue, replays, reports, specs, staff_report, tokens  # noqa: E402
from grader.web.models import Assignment, Attempt, Course, Membership, SpecVersion, Submission, Token, User  # noqa: E402


def begin(slugs, students):
    call_command("migrate", verbosity=0, interactive=False)
    course = Course.objects.create(slug="dl", title="Deep learning")
    for slug in slugs:
        version = specs.publish(settings.assignments / slug)
        Assignment.objects.create(course=course, slug=slug, title=slug, version=version)
    for name in students:
        user = User.objects.create(username=name, email=f"{name}@example.org")
        Membership.objects.create(course=course, user=user)


def hand_in(student, slug, file, key=None, seed=None):
    upload = intake.Upload(Path(file).name, Path(file).read_bytes(), "api", key)
    assignment, user = Assignment.objects.get(slug=slug), User.objects.get(username=student)
    with transaction.atomic():  # no worker sees it before it has the seed
        made = intake.receive(assignment, user, upload, specs.now())
        if seed is not None:
            Attempt.objects.filter(pk=made.pk).update(seed=seed)
    return made.pk


def rows():
    names = ("pk", "state", "status", "score", "points", "tries", "report", "because", "worker", "submission__user__username")
    return [dict(zip(names, row, strict=True)) for row in Attempt.objects.order_by("pk").values_list(*names)]


def cancel(pk):
    return queue.cancel(Attempt.objects.get(pk=pk), specs.now())


def left(student, slug):
    return intake.standing(Assignment.objects.get(slug=slug), User.objects.get(username=student), specs.now()).used


def ring(times):
    return sum(bell.ring("cpu") for _ in range(times))


def shown_score(pk, student):
    attempt = Attempt.objects.get(pk=pk)
    return reports.shown(attempt, Membership.objects.get(user__username=student), specs.now()).report.score


def lose(pk):
    """Take away what an attempt was handed in as, as a broken disk would."""
    name = Attempt.objects.get(pk=pk).submission.content
    (specs.objects().root / name[:2] / name[2:]).unlink()


def missing():
    """List the objects that rows name and the store lacks."""
    named = {*Submission.objects.values_list("content", flat=True), *SpecVersion.objects.values_list("content", flat=True),
             *Attempt.objects.exclude(report="").values_list("report", flat=True)}
    return sorted(named - set(specs.objects().names()))


def expire_lease(pk):
    return Attempt.objects.filter(pk=pk).update(lease_until=datetime(2020, 1, 1, tzinfo=UTC))


def token(student, scopes):
    return tokens.make(User.objects.get(username=student), "tests", scopes, 1, specs.now())[1]


def revoke_tokens(student):
    return [tokens.revoke(t, t.user, specs.now()) for t in Token.objects.filter(user__username=student)]


def enrol(student, password=None, course="dl", role="student"):
    """Give somebody a password and a place in a course, which is made where there is none."""
    course, _ = Course.objects.get_or_create(slug=course, defaults={"title": course})
    user, _ = User.objects.get_or_create(username=student, defaults={"email": f"{student}@example.org"})
    if password:
        user.set_password(password)
        user.save()
    Membership.objects.update_or_create(course=course, user=user, defaults={"role": role})


def set_assignment(course, slug):
    version = specs.publish(settings.assignments / slug)
    Assignment.objects.create(course=Course.objects.get(slug=course), slug=slug, title=slug, version=version)


def replay(pk, ta):
    """Replay an attempt as a TA, who is made one here."""
    enrol(ta, role="ta")
    return replays.replay(Attempt.objects.get(pk=pk), Membership.objects.get(user__username=ta), specs.now()).pk


def again(pk):
    """Say how a replay came out: verdicts and numbers that differ from those of what it repeats."""
    attempt = Attempt.objects.get(pk=pk)
    found = staff_report.of(attempt, reports.stored(attempt)).again
    return {"original": found.original.pk, "changes": [c.about for c in found.changes], "numbers": found.numbers}


def evidence(pk):
    """List the arrays that an attempt's runs left, as staff see them."""
    return [[p.header.probe, a.name, list(a.shape), a.dtype] for run in kept_runs.runs(Attempt.objects.get(pk=pk))
            for p in run.probes for a in p.arrays]


def invite(email):
    """Make an instructor and invite somebody by mail."""
    from grader.web import roster
    course = Course.objects.get(slug="dl")
    ines, _ = User.objects.get_or_create(username="ines", defaults={"email": "ines@example.org"})
    return roster.invite(course, email, "student", "", ines, specs.now()).pk


def letters():
    from grader.web.models import Letter
    return list(Letter.objects.order_by("pk").values_list("address", "state"))


WISHES = {f.__name__: f for f in (begin, hand_in, rows, cancel, left, ring, shown_score, lose, missing,
                                  expire_lease, token, revoke_tokens, enrol, set_assignment, replay, again, evidence,
                                  invite, letters)}
WISHES |= regrade_wishes.WISHES | proof_wishes.WISHES | insight_wishes.WISHES

for line in sys.stdin:
    wish = json.loads(line)
    sys.stdout.write(json.dumps(WISHES[wish.pop("do")](**wish), default=str) + "\n")
    sys.stdout.flush()
