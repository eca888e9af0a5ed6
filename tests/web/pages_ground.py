"""What the tests of the pages make: an assignment that is open today, submissions, reports, and a page read as text."""

import re
import shutil
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

from django.urls import reverse

from grader.report import Report, score_of
from grader.verdict import Result, Verdict
from grader.web import intake, queue, specs
from grader.web.intake import Upload
from grader.web.models import Assignment

SHIPPED = Path(__file__).parents[2] / "assignments"
SOURCE = b"def predict(x, W, b):\n    return x * W + b\n"


def today():
    return datetime.now(UTC)


def open_assignment(course, slug="linear-zero", **rules):
    """Set a shipped assignment, due a week from now."""
    return set_assignment(course, specs.publish(SHIPPED / slug), **rules)


def set_assignment(course, version, **rules):
    rules = {"opens_at": today() - timedelta(days=7), "due_at": today() + timedelta(days=7)} | rules
    return Assignment.objects.create(course=course, slug=version.slug, title=version.title, version=version, **rules)


def hiding(course, tmp_path, *names, visibility="after_due", **rules):
    """Set linear-zero with some checks hidden."""
    folder = tmp_path / "linear-zero"
    shutil.copytree(SHIPPED / "linear-zero", folder, ignore=shutil.ignore_patterns("examples"))
    spec = (folder / "assignment.toml").read_text()
    for name in names:
        assert f'name = "{name}"\n' in spec
        spec = spec.replace(f'name = "{name}"\n', f'name = "{name}"\nvisibility = "{visibility}"\n')
    (folder / "assignment.toml").write_text(spec)
    return set_assignment(course, specs.publish(folder), **rules)


def handed_in(assignment, user, source=SOURCE, name="line.py", at=None):
    """Hand a file in, past the page."""
    return intake.receive(assignment, user, Upload(name, source), at or today())


def verdict(name="predict", passed=True, points=2.0, about=None, visibility="always", because="0 off", hint="Look at the sum."):
    return Verdict(name=name, about=about or f"{name} is as it should be", kind="values",
                   verdict=Result.PASSED if passed else Result.FAILED, points=points if passed else 0.0, max_points=points,
                   because=because, hint=hint, margin="", used=None, visibility=visibility, trials=[], picture={})


def report_of(attempt, *verdicts, stdout="", status="finished", because="", update=None):
    """Make the report of an attempt; `update` changes it further."""
    checks = list(verdicts) or [verdict("predict"), verdict("train", passed=False)]
    return Report(
        assignment="linear-zero", title="Linear regression", file=attempt.submission.name, style="function", status=status,
        because=because, score=score_of(checks), points=sum(c.max_points for c in checks), checks=checks, notes=[], stdout=stdout,
        stderr="", provenance={"engine": "bubblewrap", "seconds": 1.5}).model_copy(update=update or {})


def graded(attempt, *verdicts, **told):
    """Let an attempt be graded as if by a worker, through the queue."""
    report = report_of(attempt, *verdicts, **told)
    taken = queue.claim(["cpu"], "a worker", today())
    assert taken.pk == attempt.pk
    assert queue.finish(taken, today(), {
        "status": report.status, "because": report.because, "score": report.score, "points": report.points,
        "report": specs.objects().put(report.model_dump_json().encode())})
    attempt.refresh_from_db()
    return attempt


def page_of(assignment, name="assignment"):
    return reverse(name, args=[assignment.course.slug, assignment.slug])


def text_of(response):
    """Read what a page says: its text without tags, spaces brought together."""
    body = re.sub(r"<(script|style|title)\b.*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())
