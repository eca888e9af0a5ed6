"""The talk about a check: asking for another look, answering, deciding."""

import pytest
from django.urls import reverse

from grader.web.models import Attempt, Entry, RegradeMessage, RegradeRequest
from grader.web.views.check import LONGEST
from tests.web.pages_ground import graded, handed_in, hiding, open_assignment, text_of, verdict

pytestmark = pytest.mark.django_db


@pytest.fixture
def attempt(alice, course):
    return graded(handed_in(open_assignment(course), alice))


@pytest.fixture
def address(attempt):
    return reverse("check", args=[attempt.pk, "train"])


def test_the_report_links_to_the_talk_about_each_check_that_did_not_pass(alice, attempt, address, logged_in):
    body = logged_in(alice).get(reverse("attempt", args=[attempt.pk])).content.decode()
    assert address in body
    assert reverse("check", args=[attempt.pk, "predict"]) not in body


def test_a_student_asks_and_follows_the_talk(alice, ta, attempt, address, logged_in):
    said = text_of(logged_in(alice).post(address, {"text": "My loss is a <b>mean</b>.\n\nPlease look."}, follow=True))
    assert "My loss is a <b>mean</b>. Please look." in said
    assert "The request open" in said
    logged_in(ta).post(address, {"text": "It is a sum.", "answer": "decline"})
    said = text_of(logged_in(alice).get(address))
    assert "Tessa staff" in said
    assert "It is a sum." in said
    assert "The request declined" in said
    assert "Request about this check" in text_of(logged_in(alice).get(reverse("attempt", args=[attempt.pk])))
    assert [e.action for e in Entry.objects.order_by("id")] == ["request.open", "request.decline"]


def test_another_message_of_the_student_opens_a_declined_request_again(alice, ta, address, logged_in):
    for user, sent in ((alice, {"text": "Why?"}), (ta, {"text": "So.", "answer": "decline"}), (alice, {"text": "But line 3?"})):
        logged_in(user).post(address, sent)
    assert RegradeRequest.objects.get().state == "open"
    assert RegradeMessage.objects.count() == 3


def test_a_granted_request_is_a_new_attempt_on_the_same_submission(alice, ta, attempt, address, logged_in):
    logged_in(alice).post(address, {"text": "Please."})
    logged_in(ta).post(address, {"text": "You are right.", "answer": "grant"})
    again = Attempt.objects.get(number=2)
    assert (again.submission, again.state, again.priority, again.counts) == (attempt.submission, "queued", 1, False)
    logged_in(ta).post(address, {"text": "As I said.", "answer": "grant"})
    assert Attempt.objects.count() == 2


def test_a_student_cannot_decide(alice, address, logged_in):
    logged_in(alice).post(address, {"text": "Granted, I say.", "answer": "grant"})
    assert RegradeRequest.objects.get().state == "open"
    assert Attempt.objects.count() == 1


def test_staff_cannot_open_a_request_for_a_student(ta, address, logged_in):
    answer = logged_in(ta).post(address, {"text": "Hello"})
    assert answer.status_code == 422
    assert not RegradeRequest.objects.exists()


@pytest.mark.parametrize(("text", "said"), [("", "Nothing is written yet"), (" \n ", "Nothing is written yet"),
                                            ("x" * (LONGEST + 1), f"{LONGEST} is the most")])
def test_a_message_that_is_not_taken_is_kept_in_the_form(text, said, alice, address, logged_in):
    answer = logged_in(alice).post(address, {"text": text})
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert text.strip() in answer.content.decode()
    assert not RegradeRequest.objects.exists()


def test_a_check_that_is_hidden_or_not_there_is_not_found(alice, course, tmp_path, logged_in):
    task = hiding(course, tmp_path, "few_steps")
    attempt = graded(handed_in(task, alice), verdict("predict"), verdict("few_steps", visibility="after_due"))
    for name in ("few_steps", "nothing"):
        address = reverse("check", args=[attempt.pk, name])
        assert logged_in(alice).get(address).status_code == 404
        assert logged_in(alice).post(address, {"text": "?"}).status_code == 404
