"""Home, course and assignment: what a student reads there, and what staff see besides."""

from datetime import timedelta

import pytest
from django.urls import reverse

from grader.web import specs
from grader.web.models import Membership, RegradeMessage, RegradeRequest
from tests.web.pages_ground import graded, handed_in, hiding, open_assignment, page_of, text_of, today, verdict

pytestmark = pytest.mark.django_db


def test_home_says_what_to_do_to_somebody_in_no_course(person, logged_in):
    said = text_of(logged_in(person("dave")).get("/"))
    assert "You are in no course yet." in said
    assert "Open the invitation link that your instructor sent you" in said


def test_home_of_somebody_in_one_course_is_that_course(alice, course, logged_in):
    answer = logged_in(alice).get("/")
    assert answer.status_code == 302
    assert answer.url == reverse("course", args=[course.slug])


def test_home_lists_courses_with_markup_in_a_title_shown_as_text(alice, course, other_course, logged_in):
    other_course.title = "<script>alert(1)</script>"
    other_course.save()
    Membership.objects.create(course=other_course, user=alice)
    answer = logged_in(alice).get("/")
    assert "Deep learning 2026" in text_of(answer)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in answer.content.decode()
    assert "<script>alert" not in answer.content.decode()


def test_home_sends_whoever_is_not_logged_in_to_the_login_and_back(client):
    answer = client.get("/")
    assert answer.status_code == 302
    assert answer.url == f"{reverse('login')}?next=/"


def test_course_lists_assignments_with_dates_in_its_own_time_zone(alice, course, logged_in):
    course.time_zone = "Asia/Seoul"
    course.save()
    due = today().replace(hour=3, minute=30) + timedelta(days=3)
    open_assignment(course, due_at=due, max_attempts=4)
    said = text_of(logged_in(alice).get(reverse("course", args=[course.slug])))
    assert "12:30 KST (in 3 days)" in said or "12:30 KST (in 2 days)" in said
    assert "Linear regression from zero weights" in said
    assert "not started" in said


def test_course_shows_own_scores_and_attempts_left(alice, bob, course, logged_in):
    assignment = open_assignment(course, max_attempts=4)
    graded(handed_in(assignment, alice))
    address = reverse("course", args=[course.slug])
    assert "3 2 of 4 points to gain" in text_of(logged_in(alice).get(address))
    assert "4 none yet not started" in text_of(logged_in(bob).get(address))


@pytest.mark.parametrize(("dates", "word"), [
    ({"opens_at": timedelta(days=1), "due_at": timedelta(days=2)}, "not open yet"),
    ({"opens_at": timedelta(days=-9), "due_at": timedelta(days=-2)}, "missed"),
    ({"opens_at": None, "due_at": None}, "not started")])
def test_course_says_in_a_word_where_one_stands(dates, word, alice, course, logged_in):
    open_assignment(course, **{k: v if v is None else today() + v for k, v in dates.items()})
    assert text_of(logged_in(alice).get(reverse("course", args=[course.slug]))).count(word) == 1


def test_course_without_assignments_says_so(alice, course, logged_in):
    assert "No assignment is set yet." in text_of(logged_in(alice).get(reverse("course", args=[course.slug])))


def test_course_lists_open_requests_to_staff_alone(alice, ta, course, logged_in):
    attempt = graded(handed_in(open_assignment(course), alice))
    asked = RegradeRequest.objects.create(attempt=attempt, check_name="train", created_at=today())
    RegradeMessage.objects.create(request=asked, author=alice, text="Why?", at=today())
    address = reverse("course", args=[course.slug])
    assert reverse("check", args=[attempt.pk, "train"]) in logged_in(ta).get(address).content.decode()
    assert "Requests that wait" not in text_of(logged_in(alice).get(address))


def test_assignment_shows_statement_rules_points_and_formulas_without_scripts(alice, course, logged_in):
    assignment = open_assignment(
        course, max_attempts=3, cooldown_s=120, penalty_percent=20, late_until=today() + timedelta(days=9))
    answer = logged_in(alice).get(page_of(assignment))
    said, body = text_of(answer), answer.content.decode()
    assert "Fit a line" in said
    assert '<math display="block">' in body
    assert "$" not in said.partition("What is asked")[2]
    assert "every day begun takes 20 % of the score" in said
    assert "You have 3 attempts" in said
    assert "at least 2 min" in said
    assert "Handed in as functions: 10 points" in said
    assert "predict computes" in said
    assert "<script>" not in body
    assert "style=" not in body


def test_assignment_counts_hidden_checks_and_does_not_name_them(alice, course, tmp_path, logged_in):
    assignment = hiding(course, tmp_path, "few_steps", "final_weights")
    about = {c.name: c.about for c in specs.folder(assignment.version).spec.checks}
    said = text_of(logged_in(alice).get(page_of(assignment)))
    assert "2 checks worth" in said
    assert "shown after the due date" in said
    assert about["few_steps"] not in said
    assert about["first_step"] in said


def test_assignment_that_is_not_open_shows_its_statement_to_staff_alone(alice, ta, course, logged_in):
    assignment = open_assignment(course, opens_at=today() + timedelta(days=1))
    said = text_of(logged_in(alice).get(page_of(assignment)))
    assert "This assignment is not open yet" in said
    assert "Fit a line" not in said
    assert logged_in(alice).get(page_of(assignment, "starter")).status_code == 404
    assert "Fit a line" in text_of(logged_in(ta).get(page_of(assignment)))


def test_starter_is_a_file_to_save(alice, course, logged_in):
    answer = logged_in(alice).get(page_of(open_assignment(course), "starter"))
    assert answer["Content-Disposition"] == 'attachment; filename="linear-zero.py"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert b"def " in answer.content


def test_history_marks_the_attempt_that_counts(alice, course, logged_in):
    assignment = open_assignment(course)
    graded(handed_in(assignment, alice), verdict("predict"), verdict("train"))
    graded(handed_in(assignment, alice, b"x = 1\n"))
    said = text_of(logged_in(alice).get(page_of(assignment)))
    assert "Attempt 1 counts" in said
    assert "Attempt 2 counts" not in said


def test_history_chooses_by_what_is_visible(alice, course, tmp_path, logged_in):
    assignment = hiding(course, tmp_path, "few_steps")
    hidden, missed = (verdict("few_steps", visibility="after_due", points=5.0, passed=p) for p in (True, False))
    graded(handed_in(assignment, alice), verdict("predict", passed=False), hidden)
    graded(handed_in(assignment, alice, b"x = 1\n"), verdict("predict"), missed)
    said = text_of(logged_in(alice).get(page_of(assignment)))
    assert "Attempt 2 counts" in said
    assert "2 of 2" in said
    assert "0 of 2" in said
    assert "of 7" not in said


def test_late_score_is_shown_after_the_penalty(alice, course, logged_in):
    assignment = open_assignment(
        course, due_at=today() - timedelta(hours=1), late_until=today() + timedelta(days=1), penalty_percent=50)
    graded(handed_in(assignment, alice))
    said = text_of(logged_in(alice).get(page_of(assignment)))
    assert "1 of 4 (late, 50% counts)" in said


def test_free_late_days_are_spent_before_anything_is_taken_off(alice, course, logged_in):
    course.late_days = 1
    course.save()
    late = {"due_at": today() - timedelta(hours=1), "late_until": today() + timedelta(days=1), "penalty_percent": 50}
    first, second = (open_assignment(course, slug, **late | {"due_at": late["due_at"] + timedelta(minutes=k)})
                     for k, slug in enumerate(["linear-zero", "logistic"]))
    for assignment in (first, second):
        graded(handed_in(assignment, alice))
    assert "2 of 4" in text_of(logged_in(alice).get(page_of(first)))
    assert "1 of 4 (late, 50% counts)" in text_of(logged_in(alice).get(page_of(second)))
    said = text_of(logged_in(alice).get(reverse("course", args=[course.slug])))
    assert "2 of 4" in said
    assert "1 of 4" in said


def test_a_course_page_asks_little_however_many_attempts_there_are(alice, course, logged_in, django_assert_max_num_queries):
    for slug in ("linear-zero", "logistic", "softmax", "xor-2-3-1"):
        assignment = open_assignment(course, slug)
        for _ in range(3):
            graded(handed_in(assignment, alice))
    client = logged_in(alice)
    with django_assert_max_num_queries(14):
        client.get(reverse("course", args=[course.slug]))
