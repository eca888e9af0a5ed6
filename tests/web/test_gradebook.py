"""The gradebook: whose it is, what it says of each student, filters, orders, pages, and one student's history."""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.urls import reverse

from grader.errors import GraderError
from grader.web import courses, gradebook
from grader.web.models import Assignment, Attempt, Course, Entry, Extension, Membership, RegradeRequest, SpecVersion, Submission
from tests.web.pages_ground import graded, handed_in, hiding, open_assignment, text_of, today, verdict

pytestmark = pytest.mark.django_db


@pytest.fixture
def see(ta, course, logged_in):
    """Let the TA open the gradebook; gives the answer."""
    client = logged_in(ta)
    return lambda query="", name="gradebook", *args: client.get(reverse(name, args=[course.slug, *args]) + query)


def names(answer):
    """Read the students of a page, in its order."""
    return re.findall(r'<th scope="row"><a href="[^"]*">([^<]*)</a>', answer.content.decode())


def cells(answer, student):
    """Read a student's row as text, cell by cell."""
    row = next(r for r in answer.content.decode().split("<tr>") if f">{student}</a></th>" in r)
    return [" ".join(re.sub(r"<[^>]+>", " ", c).split()) for c in row.partition("</tr>")[0].split("<td")[1:]]


@pytest.mark.parametrize("who", ["alice", "carol", "other_ta"])
def test_nobody_but_the_courses_staff_finds_it(who, alice, course, logged_in, request):
    client = logged_in(request.getfixturevalue(who))
    for address in (reverse("gradebook", args=[course.slug]), reverse("gradebook_csv", args=[course.slug]),
                    reverse("student", args=[course.slug, alice.username])):
        assert client.get(address).status_code == 404


def test_the_course_page_leads_staff_there_and_students_not(alice, ta, instructor, course, logged_in):
    page, book = reverse("course", args=[course.slug]), f'href="{reverse("gradebook", args=[course.slug])}"'
    assert book in logged_in(ta).get(page).content.decode()
    assert book in logged_in(instructor).get(page).content.decode()
    assert book not in logged_in(alice).get(page).content.decode()


def test_no_assignment_can_hide_it_behind_its_own_name(course):
    with pytest.raises(GraderError, match="rename the folder"):
        courses.assign(course, SpecVersion(slug="gradebook"), courses.Rules())


def test_a_score_leads_to_the_attempt_that_counts_and_a_name_to_the_student(alice, bob, course, see):
    assignment = open_assignment(course)
    best = graded(handed_in(assignment, alice), verdict("predict"), verdict("train"))
    graded(handed_in(assignment, alice, b"x = 1\n"))
    answer = see()
    assert f'<a href="{reverse("attempt", args=[best.pk])}">4</a>' in answer.content.decode()
    assert f'href="{reverse("student", args=[course.slug, "alice"])}"' in answer.content.decode()
    assert cells(answer, "Alice")[0].endswith("4")
    assert "not handed in" in cells(answer, "Bob")[1]


def test_states_are_told_in_words(alice, bob, person, course, tmp_path, see):
    dave, erin = person("dave", course), person("erin", course)
    late = hiding(course, tmp_path, "few_steps", visibility="after_release", due_at=today() - timedelta(hours=1),
                  late_until=today() + timedelta(days=1), penalty_percent=50)
    graded(handed_in(late, alice))
    broken = handed_in(late, dave)
    Attempt.objects.filter(pk=broken.pk).update(state="broken", because="disk full")
    handed_in(late, bob)
    answer = see()
    assert cells(answer, "Alice")[1].endswith("1 late, 50% part hidden")
    assert cells(answer, "Bob")[1].endswith("no score yet waiting")
    assert cells(answer, "Dave")[1].endswith("no score yet broken")
    assert "missed" not in cells(answer, "Erin")[1]
    Assignment.objects.update(late_until=today() - timedelta(minutes=1), released_at=today())
    assert cells(see(), "Erin")[1].endswith("missed")
    assert "part hidden" not in cells(see(), "Alice")[1]
    assert erin.shown_name == "Erin"


@pytest.mark.parametrize(("state", "those"), [
    ("graded", ["Alice"]), ("waiting", ["Bob"]), ("none", ["Dave"]), ("broken", []), ("", ["Alice", "Bob", "Dave"]),
    ("made-up", ["Alice", "Bob", "Dave"])])
def test_students_are_filtered_by_state(state, those, alice, bob, person, course, see):
    person("dave", course)
    assignment = open_assignment(course)
    graded(handed_in(assignment, alice))
    handed_in(assignment, bob)
    assert names(see(f"?state={state}")) == those
    assert names(see(f"?state={state}&assignment=linear-zero")) == those


def test_students_are_found_by_name_address_and_section(alice, bob, person, course, see):
    person("dave", course)
    Membership.objects.filter(user=bob).update(section="Monday")
    assert names(see("?search=ALI")) == ["Alice"]
    assert names(see("?search=bob%40example")) == ["Bob"]
    assert names(see("?section=Monday")) == ["Bob"]
    assert names(see("?section=Tuesday")) == ["Alice", "Bob", "Dave"]
    nobody = see("?search=%3Cb%3Ezoe")
    assert "No student is like that." in text_of(nobody)
    assert "<b>zoe" not in nobody.content.decode()


def test_columns_sort_both_ways_with_those_without_a_score_last(alice, bob, person, course, see):
    person("dave", course)
    assignment = open_assignment(course)
    graded(handed_in(assignment, alice), verdict(points=1.0))
    graded(handed_in(assignment, bob), verdict(points=3.0))
    assert names(see("?sort=-score.linear-zero")) == ["Bob", "Alice", "Dave"]
    assert names(see("?sort=score.linear-zero")) == ["Alice", "Bob", "Dave"]
    assert names(see("?sort=-total")) == ["Bob", "Alice", "Dave"]
    assert names(see("?sort=-name")) == ["Dave", "Bob", "Alice"]
    assert names(see("?sort=score.nothing")) == ["Alice", "Bob", "Dave"]
    assert 'aria-sort="descending"' in see("?sort=-total").content.decode()


def test_an_assignment_alone_takes_the_other_columns_away(alice, course, see):
    open_assignment(course)
    open_assignment(course, "logistic")
    assert len(cells(see(), "Alice")) == 3
    assert len(cells(see("?assignment=logistic"), "Alice")) == 1


def test_free_late_days_count_in_the_book_as_everywhere(alice, course, see):
    Course.objects.update(late_days=1)
    assignment = open_assignment(
        course, due_at=today() - timedelta(hours=1), late_until=today() + timedelta(days=1), penalty_percent=50)
    graded(handed_in(assignment, alice))
    assert cells(see("?sort=-score.linear-zero"), "Alice")[1].endswith("2 late")


def test_people_who_left_and_staff_are_not_in_it(alice, bob, ta, course, see):
    Membership.objects.filter(user=bob).update(is_active=False)
    assert names(see()) == ["Alice"]


def test_a_long_class_comes_in_pages_that_keep_what_was_asked_for(person, course, see, monkeypatch):
    monkeypatch.setattr(gradebook, "PAGE", 2)
    for name in ("alice", "bob", "dave"):
        person(name, course)
    assert names(see("?sort=-name")) == ["Dave", "Bob"]
    assert "?sort=-name&amp;page=2" in see("?sort=-name").content.decode()
    assert names(see("?sort=-name&page=2")) == ["Alice"]
    assert names(see("?sort=-name&page=99")) == ["Alice"]
    assert names(see("?sort=-name&page=0")) == names(see("?sort=-name&page=x")) == ["Dave", "Bob"]


@pytest.mark.parametrize("query", ["", "?sort=-total", "?sort=score.logistic&state=graded", "?assignment=softmax&state=none"])
@pytest.mark.parametrize("late_days", [0, 2])
def test_its_queries_are_few_however_many_students_there_are(
        query, late_days, person, course, see, django_assert_max_num_queries):
    Course.objects.update(late_days=late_days)
    assignments = [open_assignment(course, slug) for slug in ("linear-zero", "logistic", "softmax")]
    for k in range(12):
        user = person(f"student-{k}", course)
        for assignment in assignments[:2]:
            graded(handed_in(assignment, user))
    see(query)  # specs are read once
    with django_assert_max_num_queries(21):
        assert see(query).status_code == 200


def test_the_file_holds_everybody_quotes_formulas_and_is_written_down(alice, bob, ta, course, see):
    graded(handed_in(open_assignment(course), alice))
    alice.first_name = "=1+1"
    alice.save()
    answer = see("", "gradebook_csv")
    [first, second] = csv.DictReader(io.StringIO(answer.content.decode()))
    assert (first["name"], first["linear-zero"], second["linear-zero"]) == ("'=1+1", "2", "")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert Entry.objects.filter(action="grades.export", actor=ta).count() == 1


def test_a_students_history_has_all_attempts_extensions_and_requests(alice, ta, course, see):
    assignment = open_assignment(
        course, due_at=today() - timedelta(days=1), late_until=today() + timedelta(days=3), penalty_percent=10)
    Extension.objects.create(
        assignment=assignment, user=alice, due_at=today() - timedelta(hours=2), given_by=ta, reason="was ill")
    attempts = [graded(handed_in(assignment, alice, f"x = {k}\n".encode())) for k in range(2)]
    RegradeRequest.objects.create(attempt=attempts[0], check_name="train", created_at=today())
    answer = see("", "student", "alice")
    said, body = text_of(answer), answer.content.decode()
    assert all(reverse("attempt", args=[a.pk]) in body for a in attempts)
    assert "Extension by Tessa: due" in said
    assert "was ill" in said
    assert said.count("1 day late") == 2
    assert "(90% counts)" in said
    assert reverse("check", args=[attempts[0].pk, "train"]) in body
    assert "alice@example.edu" in said
    assert "1.8 points in all" in said


def test_the_history_of_somebody_who_left_is_still_there_and_of_a_stranger_is_not(alice, carol, course, see):
    Membership.objects.filter(user=alice).update(is_active=False)
    assert "has left the course" in text_of(see("", "student", "alice"))
    assert see("", "student", "carol").status_code == 404


def test_a_history_asks_little_however_much_there_is(alice, course, see, django_assert_max_num_queries):
    for slug in ("linear-zero", "logistic", "softmax"):
        assignment = open_assignment(course, slug)
        for _ in range(3):
            graded(handed_in(assignment, alice))
    assert Submission.objects.count() == 9
    see("", "student", "alice")
    with django_assert_max_num_queries(21):
        assert see("", "student", "alice").status_code == 200
