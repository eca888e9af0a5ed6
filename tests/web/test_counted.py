"""The scores that are kept: always those that count, whatever happens in whatever order."""

import random
from datetime import timedelta

import pytest

from grader.web import accommodations, adjustments, counted, courses, grades, groups, holds, outcomes, queue, rubrics
from grader.web.adjustments import Given
from grader.web.courses import Rules
from grader.web.models import (
    Accommodation,
    Adjustment,
    Assignment,
    Attempt,
    Counted,
    Course,
    Extension,
    Membership,
    Partner,
    RubricItem,
    Submission,
)
from tests.web.pages_ground import graded, handed_in, open_assignment, today, verdict

pytestmark = pytest.mark.django_db


def computed(course):
    """Work all that counts out anew."""
    found = {}
    for student in grades.of_all(course):
        for grade in student.grades.values():
            if grade.attempt is not None or grade.manual.count:
                found[grade.work.assignment.pk, student.user.pk] = (grade.attempt.pk if grade.attempt else None, grade.score)
    return found


def kept():
    """Read what is kept of the students of the course."""
    active = Membership.objects.filter(is_active=True).values("user")
    return {(r.assignment_id, r.student_id): (r.attempt_id, r.score) for r in Counted.objects.filter(student__in=active)}


class Events:
    """What may happen in a course, drawn at random."""

    def __init__(self, course, assignments, students, member, seed):
        self.course, self.assignments, self.students, self.member = course, assignments, students, member
        self.rng = random.Random(seed)
        self.number = 0

    def one(self):
        weighted = [self.report] * 7 + [self.adjust, self.withdraw, self.extend, self.rules, self.breaks, self.turn, self.hold,
                                     self.tick, self.worth, self.accommodate, self.move, self.leave]
        return self.rng.choice(weighted)()

    def report(self):
        self.number += 1
        attempt = handed_in(self._assignment(), self._student(), f"x = {self.number}\n".encode())
        points = self.rng.choice([0.0, 1.0, 2.5, 4.0])
        status = self.rng.choice(["finished"] * 5 + ["timeout", "broken"])
        graded(attempt, verdict("a", points=points), verdict("b", passed=False), status=status)

    def breaks(self):
        self.number += 1
        handed_in(self._assignment(), self._student(), f"x = {self.number}\n".encode())
        for _ in range(queue.MAX_TRIES):
            queue.give_back(queue.claim(["cpu"], "a worker", today()), "disk full", today())

    def turn(self):
        """Let a second grading count, or count no more, as promotions of regrades and their reverts do."""
        found = [*Attempt.objects.filter(state="done", number=1).order_by("pk")]
        if found:
            first = self.rng.choice(found)
            second, is_new = Attempt.objects.get_or_create(submission=first.submission, number=2, defaults={
                "version": first.version, "seed": first.seed, "created_at": today(), "counts": False})
            if is_new:
                graded(second, verdict("a", points=self.rng.choice([0.0, 3.0])), verdict("b", passed=False))
            Attempt.objects.filter(pk=second.pk).update(counts=not second.counts)
            outcomes.changed([second.pk])

    def accommodate(self):
        student = self.rng.choice(self.students)
        known = Accommodation.objects.filter(user=student).first()
        if known is not None and self.rng.random() < 0.5:
            accommodations.withdraw(known, by=self.member.user)
        else:
            accommodations.give(self.course, student, accommodations.Given(self.rng.randrange(3)), by=self.member.user)

    def move(self):
        """Put somebody into a group, or out of it, whatever they handed in."""
        for found in self.course.group_sets.all():
            groups.place(found, self._student(), self.rng.choice(["reds", "reds", "blues", ""]), self.member)

    def leave(self):
        """Take somebody out of the course, or let them back in."""
        place = Membership.objects.get(user=self.rng.choice(self.students), course=self.course)
        if not place.is_active or self.course.memberships.filter(is_active=True, role="student").count() > 1:
            courses.set_place(self.course, place.user, {"is_active": not place.is_active}, by=None)

    def hold(self):
        assignment, student = self._assignment(), self.rng.choice(self.students)
        if not holds.hold(assignment, student, self.member, "a talk is due", today()):
            holds.lift(assignment, student, self.member, today())

    def adjust(self):
        given = Given(self.rng.choice([-1.0, 0.5, 3.0]), self.rng.random() < 0.3, "well done", "as we agreed")
        adjustments.give(self._assignment(), self.rng.choice(self.students), self.member, given, today())

    def tick(self):
        """Tick a rubric's item at a submission, a new one or one that is there, or take the tick back."""
        self.number += 1
        submission = self.rng.choice([*Submission.objects.order_by("pk")] or [None])
        if submission is not None:
            said = rubrics.Said(f"item {self.number}", self.rng.choice([-1.0, 0.5]), "")
            item = submission.assignment.rubric.first() or rubrics.add(submission.assignment, said, self.member)
            if not rubrics.tick(submission, item, self.member, today()):
                rubrics.untick(submission, item, self.member, today())

    def worth(self):
        """Give an item other points."""
        if (item := RubricItem.objects.order_by("pk").last()) is not None:
            said = rubrics.Said(item.name, self.rng.choice([-2.0, 1.0, 3.0]), "")
            assert rubrics.edit(item, said, self.member, rubrics.moves(item, said.points).seen) is None

    def withdraw(self):
        found = Adjustment.objects.filter(withdrawn_at=None).first()
        if found is not None:
            adjustments.withdraw(found, self.member, today())

    def extend(self):
        courses.extend(self._assignment(), self.rng.choice(self.students), by=None,
                       due_at=today() + timedelta(hours=self.rng.randrange(-30, 60)))

    def rules(self):
        assignment = self._assignment()
        due = today() + timedelta(hours=self.rng.randrange(-60, 24))
        courses.assign(self.course, assignment.version, Rules(
            due_at=due, late_until=today() + timedelta(days=9), penalty_percent=self.rng.choice([0, 10, 50])))

    def _student(self):
        return self.rng.choice([s for s in self.students if Membership.objects.get(user=s, course=self.course).is_active])

    def _assignment(self):
        return Assignment.objects.select_related("course", "version").get(pk=self.rng.choice(self.assignments).pk)


@pytest.fixture
def students(alice, bob, person, course):
    return [alice, bob, person("dave", course)]


@pytest.mark.parametrize("late_days", [0, 2])
@pytest.mark.parametrize("in_groups", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_what_is_kept_is_what_counts_after_anything_in_any_order(seed, in_groups, late_days, students, ta, course):
    Course.objects.update(late_days=late_days)
    course.refresh_from_db()
    late = {"late_until": today() + timedelta(days=9), "penalty_percent": 10}
    assignments = [open_assignment(course, "linear-zero", **late), open_assignment(course, "logistic", counting="latest", **late)]
    if in_groups:
        Assignment.objects.update(group_set=groups.make(course, groups.Rules("pairs"), by=ta))
    events = Events(course, assignments, students, Membership.objects.get(user=ta), seed)
    for user in events.students if in_groups else ():
        groups.place(course.group_sets.get(), user, "reds", events.member)
    for _ in range(60 if in_groups else 40):
        events.one()
        assert kept() == computed(course)
    assert Counted.objects.count() >= 4
    assert Partner.objects.exists() is in_groups


def test_a_row_that_is_wrong_is_mended_and_told(alice, course, caplog):
    graded(handed_in(open_assignment(course), alice))
    Counted.objects.update(score=99.0)
    assert counted.audit(course) == 1
    assert kept() == computed(course)
    assert "1 kept scores differed" in caplog.text
    assert counted.audit(course) == 0


def test_what_no_longer_counts_leaves_no_row(alice, course):
    attempt = graded(handed_in(open_assignment(course), alice))
    Attempt.objects.filter(pk=attempt.pk).update(counts=False)
    assert counted.recount(course) == 1
    assert kept() == {}


def test_late_work_and_what_was_given_by_hand_are_kept_too(alice, ta, course):
    assignment = open_assignment(course, due_at=today() - timedelta(hours=1), late_until=today() + timedelta(days=1))
    graded(handed_in(assignment, alice))
    adjustments.give(assignment, alice, Membership.objects.get(user=ta), Given(1.0, comment="well done"), today())
    row = Counted.objects.get()
    assert (row.is_late, row.by_hand, row.score) == (True, 1, 3.0)
    Extension.objects.create(assignment=assignment, user=alice, due_at=today() + timedelta(hours=1))
    counted.recount(course, [alice.pk], [assignment])
    assert Counted.objects.get().is_late is False


def test_a_report_costs_a_bounded_number_of_queries(alice, course, django_assert_max_num_queries):
    assignment = open_assignment(course)
    for k in range(5):
        graded(handed_in(assignment, alice, f"x = {k}\n".encode()))
    attempt = handed_in(assignment, alice, b"x = 'last'\n")
    with django_assert_max_num_queries(32):
        graded(attempt, *(verdict(f"check{k}") for k in range(20)))
