"""A class that was graded with two wrong tolerances, its evidence really kept, and the version in which both are mended.

One tolerance is too narrow, so that right programs lose two points; another is so wide that a wrong curve gets two.
"""

import shutil
from dataclasses import dataclass

import pytest
from django.conf import settings

from grader.example import examples_of
from grader.web import queue, specs
from grader.web.intake import Upload, receive
from grader.web.models import Assignment, Attempt, Course, Membership, Regrade, Role, User
from grader.web.regrades import start
from grader.web.regrades.start import Wish
from tests.web.pages_ground import SHIPPED, set_assignment, today
from worker.attempt import Attempt as Measuring
from worker.engines.choose import choose
from worker.grade import measured
from worker.grading import Grading, result
from worker.keep import manifest_of, report_bytes
from worker.pool import Pool
from worker.regrading import Regrading

NARROW = ('["few.W", "few.b"]\ntolerance = { atol = 1e-5, rtol = 1e-5,', '["few.W", "few.b"]\ntolerance = { atol = 1e-12,')
WIDE = ('"other.costs"\ntolerance = { atol = 1e-6,', '"other.costs"\ntolerance = { atol = 1e6,')
RIGHT, WRONG = "numpy", "sum-for-mean"


def version(tmp_path, *changes, slug="linear-zero"):
    """Publish linear-zero with some of its text changed."""
    folder = tmp_path / f"{len(list(tmp_path.iterdir()))}" / slug
    shutil.copytree(SHIPPED / slug, folder, ignore=shutil.ignore_patterns("examples"))
    file = folder / "assignment.toml"
    text = file.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    file.write_text(text)
    return specs.publish(folder)


@pytest.fixture(scope="session")
def pool():
    with Pool(choose("bubblewrap", "pytorch")[0]) as pool:
        yield pool


@pytest.fixture(scope="session")
def programs():
    """The examples of linear-zero by name."""
    folder = SHIPPED / "linear-zero"
    from grader.catalog import load
    return {e.name: e.submission for e in examples_of(folder, load(folder).spec)}


@pytest.fixture(scope="session")
def _results():
    """What was measured before, so that one program is run once for all students and tests."""
    return {}


@pytest.fixture
def grade(pool, _results):
    """Grade the next waiting attempt in a box, evidence kept, as a worker does."""
    def make():
        row = queue.claim(["cpu"], "a worker", today())
        folder, objects = specs.folder(row.version), specs.objects()
        key = (row.version.content, row.submission.content, row.seed)
        if key not in _results:
            from grader.submission import read_submission
            submission = read_submission(row.submission.name, objects.get(row.submission.content))
            attempt = measured(Measuring(folder, submission, row.seed, settings.GRADER.places), pool)
            report = attempt.report()
            with objects.together() as batch:
                manifest = manifest_of(batch, attempt, report, today(), f"submission {row.submission.pk}")
                _results[key] = result(report, batch.put(report_bytes(report)), manifest)
        assert queue.finish(row, today(), _results[key])
        return Attempt.objects.select_related("submission").get(pk=row.pk)
    return make


@dataclass
class Class:
    """The class: its assignment with the wrong version, the right version, and the attempts by student."""

    course: Course
    assignment: Assignment
    wrong: object
    right: object
    attempts: dict[str, Attempt]
    hand_in: object

    def regrade(self, by, **wish):
        member = Membership.objects.select_related("course", "user").get(course=self.course, user__username=by)
        asked = {"version": self.right, "reason": "a wrong tolerance"} | wish
        return start.start(self.assignment, member, Wish(**asked), today())


@pytest.fixture
def people(alice, bob, instructor, ta):
    """Those who are in the course beside the ones that `klass` makes."""


@pytest.fixture
def klass(course, person, people, tmp_path, programs, grade):
    """Alice is right, Bob is wrong, and Dave is right and has a wrong first submission; all graded with the wrong tolerances."""
    wrong, right = version(tmp_path, NARROW, WIDE), version(tmp_path)
    assignment = set_assignment(course, wrong)

    def hand_in(name, example):
        user = User.objects.filter(username=name).first() or person(name, course)
        submission = programs[example]
        made = receive(assignment, user, Upload(f"{example}.py", submission.raw), today())
        Attempt.objects.filter(pk=made.pk).update(seed=7)
        return grade()
    attempts = {name: [hand_in(name, e) for e in those][-1]
                for name, those in {"alice": [RIGHT], "bob": [WRONG], "dave": [WRONG, RIGHT]}.items()}
    return Class(course, assignment, wrong, right, attempts, hand_in)


@pytest.fixture
def work():
    """Do what a worker does for regrades, without its students' submissions and bells."""
    regrading = Regrading(Grading(settings.GRADER))

    def do():
        while regrading._judge() + regrading._settle():
            pass
    return do


@pytest.fixture
def judged(klass, work):
    """The class judged again with the right version; nothing counts yet."""
    made = klass.regrade("ines")
    work()
    return Regrade.objects.select_related("assignment__course", "assignment__version", "version").get(pk=made.pk)


@pytest.fixture
def head(klass, instructor):
    """The instructor's membership."""
    return Membership.objects.select_related("course", "user").get(user=instructor, role=Role.INSTRUCTOR)
