"""An attempt's page in every state, the comparison of two, and what can be done with one."""

import pytest
from django.urls import reverse

from grader.web import queue
from grader.web.models import Attempt, Entry, State
from tests.web.pages_ground import SOURCE, graded, handed_in, hiding, open_assignment, page_of, text_of, today, verdict

pytestmark = pytest.mark.django_db


@pytest.fixture
def task(course):
    return open_assignment(course)


def at(name, attempt, *more):
    return reverse(name, args=[attempt.pk, *more])


def test_a_waiting_attempt_shows_that_it_waits_and_can_be_cancelled(alice, task, logged_in):
    attempt = handed_in(task, alice)
    answer = logged_in(alice).get(at("attempt", attempt))
    assert "Waiting" in text_of(answer)
    assert "Cancel this attempt" in text_of(answer)
    assert f'sse-connect="{at("events", attempt)}"' in answer.content.decode()


def test_without_scripts_a_waiting_page_loads_itself_again(alice, task, logged_in):
    body = logged_in(alice).get(at("attempt", handed_in(task, alice))).content.decode()
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in body


def test_a_graded_attempt_shows_score_verdicts_reasons_and_what_to_try(alice, task, logged_in):
    attempt = graded(handed_in(task, alice), verdict("predict"), verdict("train", passed=False, because="W is 0.3 off"))
    answer = logged_in(alice).get(at("attempt", attempt))
    said = text_of(answer)
    assert "2 of 4 points" in said
    assert "W is 0.3 off" in said
    assert "Look at the sum." in said
    assert "sse-connect" not in answer.content.decode()
    assert "style=" not in answer.content.decode()


def test_the_part_that_replaces_the_live_one_is_the_same_report(alice, task, logged_in):
    attempt = graded(handed_in(task, alice))
    part = logged_in(alice).get(at("result", attempt))
    assert "2 of 4 points" in text_of(part)
    assert "<html" not in part.content.decode()


def test_hidden_checks_are_told_as_a_number_and_a_worth(alice, ta, course, tmp_path, logged_in):
    task = hiding(course, tmp_path, "few_steps", "final_weights")
    hidden = [verdict(name, passed=False, visibility="after_due", points=1.5, because="a secret")
              for name in ("few_steps", "final_weights")]
    attempt = graded(handed_in(task, alice), verdict("predict"), *hidden, stdout="printed")
    said = text_of(logged_in(alice).get(at("attempt", attempt)))
    assert "2 checks worth 3 points are shown after the due date." in said
    assert "a secret" not in said
    assert "few_steps" not in said
    assert "printed" not in said
    assert "2 of 2 points" in said
    assert "a secret" in text_of(logged_in(ta).get(at("attempt", attempt)))


def test_own_output_is_shown_escaped_and_cut(alice, task, logged_in):
    attempt = graded(handed_in(task, alice), stdout="<script>alert(1)</script>\x1b[31m\n" + "line\n" * 5000)
    body = logged_in(alice).get(at("attempt", attempt)).content.decode()
    assert "<script>alert" not in body
    assert "\x1b" not in body
    assert "more lines)" in body
    assert body.count("line\n") < 1000


def test_a_broken_attempt_is_said_to_be_our_fault(alice, task, logged_in):
    attempt = handed_in(task, alice)
    for _ in range(queue.MAX_TRIES):
        queue.give_back(queue.claim(["cpu"], "w", today()), "the engine is gone", today())
    said = text_of(logged_in(alice).get(at("attempt", attempt)))
    assert "The grading broke, and that is our fault" in said
    assert "the engine is gone" not in said
    assert "State" not in said


def test_cancelling_takes_a_waiting_attempt_out_and_is_written_down(alice, task, logged_in):
    attempt = handed_in(task, alice)
    answer = logged_in(alice).post(at("cancel", attempt), follow=True)
    attempt.refresh_from_db()
    assert attempt.state == State.CANCELLED
    assert "Cancelled. It uses up no attempt." in text_of(answer)
    assert Entry.objects.get().action == "attempt.cancel"


def test_an_attempt_that_is_being_graded_cannot_be_cancelled(alice, task, logged_in):
    attempt = handed_in(task, alice)
    queue.claim(["cpu"], "w", today())
    answer = logged_in(alice).post(at("cancel", attempt), follow=True)
    assert "it is no longer waiting" in text_of(answer)
    assert Attempt.objects.get().state == State.RUNNING
    assert not Entry.objects.exists()


def test_staff_cannot_cancel_a_students_attempt_here(alice, ta, task, logged_in):
    attempt = handed_in(task, alice)
    logged_in(ta).post(at("cancel", attempt))
    assert Attempt.objects.get().state == State.QUEUED


def test_cancelling_by_a_link_does_nothing(alice, task, logged_in):
    attempt = handed_in(task, alice)
    assert logged_in(alice).get(at("cancel", attempt)).status_code == 405
    assert Attempt.objects.get().state == State.QUEUED


def test_the_own_submission_is_given_back_as_it_was_handed_in(alice, task, logged_in):
    answer = logged_in(alice).get(at("file", handed_in(task, alice, name='né "quoted".py')))
    assert answer.content == SOURCE
    assert answer["Content-Disposition"] == 'attachment; filename="n_ _quoted_.py"'
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_comparing_two_attempts_shows_lines_and_verdicts_that_changed(alice, task, logged_in):
    first = graded(handed_in(task, alice), verdict("predict"), verdict("train", passed=False))
    changed = SOURCE.replace(b"+ b", b"- b  # <i>")
    second = graded(handed_in(task, alice, changed), verdict("predict"), verdict("train"))
    answer = logged_in(alice).get(page_of(task, "compare"), {"before": first.pk, "after": second.pk})
    said = text_of(answer)
    assert "2 - return x * W + b" in said
    assert "2 + return x * W - b # <i>" in said
    assert "train is as it should be failed 0 of 2 passed 2 of 2" in said
    assert "predict is as it should be" not in said
    assert "<i>" not in answer.content.decode()


def test_comparing_an_attempt_with_itself_says_that_all_is_the_same(alice, task, logged_in):
    first = graded(handed_in(task, alice))
    said = text_of(logged_in(alice).get(page_of(task, "compare"), {"before": first.pk, "after": first.pk}))
    assert "Every check that is shown came out the same." in said
    assert "The source is the same." in said


@pytest.mark.parametrize("asked", [
    {}, {"before": "x", "after": "1"}, {"before": "9" * 40, "after": "1"}, {"before": "²", "after": "1"}])
def test_comparing_what_there_is_not_is_not_found(asked, alice, task, logged_in):
    assert logged_in(alice).get(page_of(task, "compare"), asked).status_code == 404


def test_attempts_of_two_students_are_not_compared(alice, bob, ta, task, logged_in):
    first, second = graded(handed_in(task, alice)), graded(handed_in(task, bob))
    assert logged_in(ta).get(page_of(task, "compare"), {"before": first.pk, "after": second.pk}).status_code == 404
