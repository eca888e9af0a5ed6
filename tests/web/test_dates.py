"""Dates and rules of a course in one table: read by the course's clock, saved together, shown first where it matters."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from grader.web import grades, timetable
from grader.web.models import Assignment, Course, Entry
from grader.web.times import read_zone
from tests.web.pages_ground import graded, handed_in, open_assignment, text_of, verdict

pytestmark = pytest.mark.django_db


@pytest.fixture
def berlin(course):
    Course.objects.update(time_zone="Europe/Berlin")
    course.refresh_from_db()
    return course


@pytest.fixture
def send(instructor, course, logged_in):
    """Send the table as it stands, with some cells changed; names of cells are written as due_at of the first assignment."""
    client = logged_in(instructor)

    def post(changes=None, deed="save", seen=None, **more):
        course.refresh_from_db()
        rows = list(course.assignments.all())
        cells = timetable.cells(rows, read_zone(course.time_zone))
        said = cells | {k if "." in k else f"{k}.{rows[0].pk}": v for k, v in (changes or {}).items()}
        return client.post(reverse("dates", args=[course.slug]), said | {
            "deed": deed, "seen": json.dumps(cells if seen is None else seen), **more})
    return post


def faults(answer):
    return dict(re.findall(r'id="e-([\w.]+)">([^<]*)<', answer.content.decode()))


@pytest.mark.parametrize("who", ["alice", "ta", "other_ta"])
def test_it_is_for_the_courses_instructors(who, course, logged_in, request):
    assert logged_in(request.getfixturevalue(who)).get(reverse("dates", args=[course.slug])).status_code == 404


def test_the_table_says_its_time_zone_and_shows_its_clock(berlin, assignment, send):
    page = send(deed="x").client.get(reverse("dates", args=[berlin.slug]))
    assert "by the clocks of Europe/Berlin" in text_of(page)
    assert f'name="due_at.{assignment.pk}" value="2026-11-09T13:00"' in page.content.decode()


def test_all_rows_are_saved_together_with_what_they_were(berlin, assignment, send, instructor):
    other = open_assignment(berlin, "logistic")
    answer = send({"due_at": "2026-11-20T23:59", "late_until": "", f"max_attempts.{other.pk}": "7", "counting": "latest"})
    assert answer.status_code == 302
    assignment.refresh_from_db()
    other.refresh_from_db()
    assert (assignment.due_at, assignment.late_until) == (datetime(2026, 11, 20, 22, 59, tzinfo=UTC), None)
    assert (assignment.counting, other.max_attempts) == ("latest", 7)
    first, second = Entry.objects.filter(action="assignment.set", actor=instructor).order_by("id")
    assert (first.after["due_at"], second.after) == ("2026-11-20T22:59:00+00:00", {"max_attempts": 7})
    assert second.before == {"max_attempts": None}


def test_a_look_changes_nothing_to_the_microsecond(course, send):
    assignment = open_assignment(course)
    assert send().status_code == 302
    assert Assignment.objects.get().due_at == assignment.due_at
    assert not Entry.objects.exists()


@pytest.mark.parametrize(("cells", "wrong"), [
    ({"due_at": "soon"}, {"due_at": "write it as"}), ({"due_at": "2026-10-01T10:00"}, {"due_at": "before it opens"}),
    ({"late_until": "2026-11-03T10:00"}, {"late_until": "before the due date"}), ({"penalty_percent": "101"}, {
        "penalty_percent": "from 0 to 100"}), ({"max_attempts": "0", "cooldown_s": "-5"}, {
            "max_attempts": "from 1", "cooldown_s": "from 0"}), ({"counting": "worst"}, {"counting": "one of best"}),
    ({"due_at": "9999-12-31T23:59"}, {"due_at": "year 9999"})])
def test_every_wrong_cell_says_why_and_nothing_is_saved(assignment, send, cells, wrong):
    answer = send(cells | {"max_attempts": cells.get("max_attempts", "5")})
    found = faults(answer)
    assert answer.status_code == 422
    for name, told in wrong.items():
        assert told in found[f"{name}.{assignment.pk}"]
    assert Assignment.objects.get().max_attempts is None


def test_an_hour_that_there_is_not_is_refused(berlin, assignment, send):
    found = faults(send({"late_until": "2027-03-28T02:30"}))
    assert "go forward" in found[f"late_until.{assignment.pk}"]


def test_all_dates_move_by_the_clock_on_the_wall(berlin, assignment, send):
    before = Assignment.objects.get()
    Assignment.objects.update(due_at=datetime(2026, 10, 20, 21, 59, tzinfo=UTC), opens_at=None, late_until=None)
    answer = send(deed="shift", days="7")
    assert f'name="due_at.{assignment.pk}" value="2026-10-27T23:59"' in answer.content.decode()  # summer time has ended
    assert "Nothing is saved yet" in text_of(answer)
    assert before.pk == assignment.pk
    assert Assignment.objects.get().due_at == datetime(2026, 10, 20, 21, 59, tzinfo=UTC)
    assert send(deed="shift", days="x").status_code == 422
    assert send(deed="shift", days="99999999999").status_code == 422


def test_a_cell_that_somebody_else_set_meanwhile_is_not_overwritten(assignment, send, course):
    seen = timetable.cells([assignment], read_zone("UTC"))
    Assignment.objects.update(penalty_percent=25)
    answer = send({"penalty_percent": "5", "max_attempts": "5"}, seen=seen)
    assert "somebody else has set it since: 25" in faults(answer)[f"penalty_percent.{assignment.pk}"]
    assert Assignment.objects.get().penalty_percent == 25


def test_what_it_does_to_scores_is_shown_before_it_is_saved(alice, bob, course, send):
    now = datetime.now(UTC)
    assignment = open_assignment(course, due_at=now - timedelta(hours=1), late_until=now + timedelta(days=2), penalty_percent=50)
    graded(handed_in(assignment, alice), verdict(points=4.0))
    later = (now + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    answer = send({"due_at": later})
    assert "1 submission is there already. 1 score would rise, 0 would fall." in text_of(answer)
    assert "Alice" in text_of(answer)
    assert Assignment.objects.get().due_at == assignment.due_at
    confirmed = re.search(r'name="confirmed" value="([^"]+)"', answer.content.decode())[1]
    assert send({"due_at": later}, confirmed=confirmed).status_code == 302
    assert grades.of_all(course)[0].scores["linear-zero"] == 4.0
    assert send({"penalty_percent": "7"}, confirmed=confirmed).status_code == 200  # another change wants its own look


def test_its_queries_are_few_however_many_assignments_there_are(course, send, django_assert_max_num_queries):
    for slug in ("linear-zero", "logistic", "softmax", "xor-wide", "xor-deep"):
        open_assignment(course, slug)
    client = send(deed="x").client
    with django_assert_max_num_queries(5):
        assert client.get(reverse("dates", args=[course.slug])).status_code == 200
