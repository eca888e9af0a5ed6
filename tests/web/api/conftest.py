"""What the API's tests share: programs with tokens, an assignment that is open now, and attempts with reports."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from grader.report import score_of
from grader.verdict import Result
from grader.web import queue, specs, tokens
from grader.web.models import Attempt
from grader.web.queue import LEASE_S
from tests.sample_reports import PROVENANCE
from worker.attempt import unrun
from worker.keep import report_bytes

ROOT = Path(__file__).parents[3]
RIGHT = ROOT / "assignments" / "linear-zero" / "examples" / "autograd" / "submission.py"
WORK = "/api/v1/courses/dl-2026/assignments/linear-zero"
MEDIA = "application/problem+json"


class Program:
    """A program that calls the API with a token, as anybody's would from outside."""

    def __init__(self, token=None):
        self.token = token
        self.client = Client(raise_request_exception=False, enforce_csrf_checks=True)

    def call(self, method, path, body=None, **headers):
        headers |= {"Authorization": f"Bearer {self.token}"} if self.token else {}
        sent = {"data": json.dumps(body), "content_type": "application/json"} if body is not None else {}
        return self.client.generic(method, path if path.startswith("/") else f"/api/v1/{path}", headers=headers, **sent)

    def get(self, path, **headers):
        return self.call("GET", path, **headers)

    def post(self, path, body=None, **headers):
        return self.call("POST", path, body, **headers)

    def hand_in(self, text=None, name="submission.py", work=WORK, **headers):
        body = {"name": name, "content": RIGHT.read_text() if text is None else text}
        return self.post(f"{work}/submissions", body, **headers)


def refused(answer, status, code):
    """Check that an answer is a problem with this status and code; returns it."""
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, MEDIA), answer.content
    problem = answer.json()
    assert (problem["code"], problem["status"], problem["type"]) == (code, status, f"urn:dlgrader:problem:{code}")
    assert problem["detail"]
    return problem


@pytest.fixture
def refuses():
    return refused


@pytest.fixture
def program(db):
    """Make a program of somebody, with a token of these scopes."""
    def make(user, scopes=("read", "submit"), days=30, at=None):
        return Program(tokens.make(user, "a program", scopes, days, at or specs.now())[1])
    return make


@pytest.fixture
def nobody(db):
    """A program without a token."""
    return Program()


@pytest.fixture
def work(assignment):
    """The assignment, open now and due in a week."""
    now = specs.now()
    assignment.opens_at, assignment.due_at = now - timedelta(days=7), now + timedelta(days=7)
    assignment.late_until = now + timedelta(days=9)
    assignment.save()
    return assignment


@pytest.fixture
def grade():
    """Write the report of the next waiting attempt as a worker does; the checks named fail."""
    def write(failing=()):
        attempt = queue.claim(["cpu"], "a worker", specs.now())
        report = unrun(specs.folder(attempt.version), attempt.submission.name, "broken", "", attempt.seed)
        checks = [c.model_copy(update=told(c, failing)) for c in report.checks]
        report = report.model_copy(update={
            "status": "finished", "because": "", "checks": checks, "score": score_of(checks), "stdout": "printed while it ran",
            "provenance": PROVENANCE | report.provenance})
        name = specs.objects().put(report_bytes(report))
        assert queue.finish(attempt, specs.now(), {"status": "finished", "because": "", "score": report.score,
                                                   "points": report.points, "report": name, "manifest": None})
        return Attempt.objects.get(pk=attempt.pk)
    return write


def told(check, failing):
    is_passed = check.name not in failing
    return {"verdict": Result.PASSED if is_passed else Result.FAILED, "points": check.max_points if is_passed else 0,
            "because": "0.001 of 0.010 allowed" if is_passed else "0.062 off, 0.050 allowed"}


@pytest.fixture
def hide(work, tmp_path):
    """Set another version of the assignment, in which these checks are hidden until the grades are released."""
    def publish(*names):
        folder = shutil.copytree(specs.folder_of(work.version), tmp_path / work.slug)
        spec = (folder / "assignment.toml").read_text()
        for name in names:
            spec = spec.replace(f'name = "{name}"\n', f'name = "{name}"\nvisibility = "after_release"\n')
        (folder / "assignment.toml").write_text(spec)
        work.version = specs.publish(folder)
        work.save()
    return publish


@pytest.fixture
def long_ago():
    """A time at which every lease has run out."""
    return specs.now() - timedelta(seconds=10 * LEASE_S)
