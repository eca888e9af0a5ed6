"""The gradebook's filters, which go by what is kept, against everybody's grades worked out."""

from datetime import timedelta
from itertools import product

import pytest

from grader.web import gradebook, gradebook_states, grades, queue
from grader.web.models import Assignment, Course, Membership
from tests.web.pages_ground import handed_in, hiding, open_assignment, today
from tests.web.test_counted import Events

pytestmark = pytest.mark.django_db


def worked_out(course, columns, now):
    """Say for each state whom it is told of, from everybody's grades."""
    every = list(course.assignments.select_related("course", "version"))
    students = grades.of(course, list(grades.students(course)), every)
    versions = gradebook._versions(students)
    def is_told(student, state):
        return any(state in gradebook.states(student.grades[a.slug], versions, now) for a in columns)
    return {state: {s.user.pk for s in students if is_told(s, state)} for state in gradebook.WORDS}


def found(course, columns, now):
    members = list(grades.students(course).values_list("user", flat=True))
    return {state: gradebook_states.students_in(state, columns, members, now) & set(members) for state in gradebook.WORDS}


def also(events):
    """Hand something in that waits, or that is cancelled at once; gives what waits."""
    attempt = handed_in(events._assignment(), events.rng.choice(events.students), f"y = {events.rng.random()}\n".encode())
    if events.rng.random() < 0.5:
        return attempt
    assert queue.cancel(attempt, today())
    return None


@pytest.mark.parametrize("late_days", [0, 2])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_filter_finds_whom_the_state_is_told_of(seed, late_days, person, ta, course, tmp_path):
    Course.objects.update(late_days=late_days)
    course.refresh_from_db()
    late = {"late_until": today() + timedelta(days=9), "penalty_percent": 10}
    assignments = [hiding(course, tmp_path, "few_steps", **late), open_assignment(course, "logistic", counting="latest", **late)]
    students = [person(n, course) for n in ("alice", "bob", "dave", "erin", "frank")]
    events = Events(course, assignments, students, Membership.objects.get(user=ta), seed)
    seen = dict.fromkeys(gradebook.WORDS, 0)
    for _ in range(20):
        events.one()
        waiting = also(events)
        every = list(Assignment.objects.select_related("course", "version"))
        for now, columns in product((today(), today() + timedelta(days=20)), (every, every[1:])):
            expected = worked_out(course, columns, now)
            assert found(course, columns, now) == expected
            seen = {state: seen[state] + len(those) for state, those in expected.items()}
        if waiting is not None:
            queue.cancel(waiting, today())
    assert sum(map(bool, seen.values())) >= 7, seen
