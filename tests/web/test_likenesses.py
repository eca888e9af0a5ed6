"""Similar pairs: found among the newest submissions of an assignment and of other terms, and shown to staff alone."""

from datetime import timedelta

import pytest
from django.urls import reverse

from grader.web import likenesses
from grader.web.models import Comparison, Course, Membership, Pair, Prints, Role, WorkItem
from tests.grader.test_likeness import ONE, OTHER, disguise
from tests.web.pages_ground import SHIPPED, graded, handed_in, open_assignment, text_of, today
from worker.comparing import compare_waiting

pytestmark = pytest.mark.django_db
LISTING = (SHIPPED / "linear-zero" / "examples" / "lecture-script" / "submission.py").read_text()


class Never:
    """What tells a worker to go on."""

    def is_set(self):
        return False


def compared(queues=("cpu",)):
    return compare_waiting(queues, Never())


@pytest.fixture
def assignment(course):
    return open_assignment(course)


@pytest.fixture
def hand_in():
    return lambda assignment, user, source: graded(handed_in(assignment, user, source.encode()))


def test_a_disguised_copy_is_found_and_put_on_the_list_of_work(alice, bob, assignment, hand_in):
    first, second = hand_in(assignment, alice, ONE), hand_in(assignment, bob, disguise(ONE))
    assert compared() == 1
    pair = Pair.objects.get()
    assert (pair.first, pair.second, pair.share) == (first.submission, second.submission, 1.0)
    item = WorkItem.objects.get(kind="similar")
    assert (item.student, item.attempt, item.pair, item.reason) == (bob, second, pair, "100% in common with Alice")


def test_different_programs_are_no_pair(alice, bob, assignment, hand_in):
    hand_in(assignment, alice, ONE)
    hand_in(assignment, bob, OTHER)
    assert compared() == 1
    assert not Pair.objects.exists()


def test_what_everybody_was_given_is_left_out(alice, bob, assignment, hand_in):
    hand_in(assignment, alice, LISTING)
    hand_in(assignment, bob, LISTING.replace("x", "x_data"))
    compared()
    assert not Pair.objects.exists()


def test_what_many_have_says_nothing(person, course, assignment, hand_in):
    for k in range(likenesses.COMMON + 1):
        hand_in(assignment, person(f"student-{k}", course), ONE)
    compared()
    assert not Pair.objects.exists()


def test_only_the_newest_submission_of_each_speaks_and_nobody_resembles_themself(alice, bob, assignment, hand_in):
    hand_in(assignment, alice, ONE)
    hand_in(assignment, alice, OTHER)
    hand_in(assignment, bob, ONE)
    compared()
    assert not Pair.objects.exists()


def test_an_assignment_is_compared_again_when_something_new_has_come_and_not_too_often(alice, bob, assignment, hand_in):
    hand_in(assignment, alice, ONE)
    assert (compared(), compared()) == (1, 0)
    hand_in(assignment, bob, ONE)
    assert compared() == 0
    Comparison.objects.update(done_at=today() - likenesses.PAUSE - timedelta(seconds=1))
    assert compared() == 1
    assert Pair.objects.count() == 1
    assert Comparison.objects.get().due_at is None


def test_a_pair_that_is_found_again_is_one_pair_and_what_was_done_stays_done(alice, bob, assignment, hand_in):
    hand_in(assignment, alice, ONE)
    hand_in(assignment, bob, ONE)
    compared()
    WorkItem.objects.update(state="done")
    Comparison.objects.update(due_at=today(), done_at=None)
    assert compared() == 1
    assert (Pair.objects.count(), list(WorkItem.objects.filter(kind="similar").values_list("state", flat=True))) == (1, ["done"])


def test_attempts_that_wait_go_first(alice, bob, assignment, hand_in):
    hand_in(assignment, alice, ONE)
    handed_in(assignment, bob, b"x = 1\n")
    assert compared() == 0
    assert compared(["gpu"]) == 1


def test_of_two_workers_one_compares_and_a_lost_ones_work_is_taken_up(alice, assignment, hand_in):
    hand_in(assignment, alice, ONE)
    now = today()
    assert likenesses.claim(now) is not None
    assert likenesses.claim(now) is None
    assert likenesses.claim(now + likenesses.LEASE + timedelta(seconds=1)) is not None


def test_what_comes_meanwhile_is_due_again(alice, bob, assignment, hand_in):
    hand_in(assignment, alice, ONE)
    claimed = likenesses.claim(today())
    hand_in(assignment, bob, ONE)
    likenesses.end(claimed, today())
    assert Comparison.objects.get().due_at is not None


def test_a_comparison_that_fails_is_written_down_and_not_repeated_for_ever(alice, assignment, hand_in, monkeypatch):
    hand_in(assignment, alice, ONE)
    monkeypatch.setattr(likenesses, "known", lambda _: 1 / 0)
    assert (compared(), compared()) == (1, 0)
    assert Comparison.objects.get().because == "ZeroDivisionError: division by zero"


def test_fingerprints_are_taken_once_and_anew_by_another_method(alice, assignment, hand_in):
    hand_in(assignment, alice, ONE)
    compared()
    Prints.objects.update(marks=[1, 2, 3])
    assert likenesses._prints(likenesses._newest("linear-zero")) == [{1, 2, 3}]
    Prints.objects.update(method=0)
    [own] = likenesses._prints(likenesses._newest("linear-zero"))
    assert own == set(Prints.objects.get().marks) != {1, 2, 3}


def test_a_pair_is_shown_side_by_side_with_the_lines_in_common(alice, bob, ta, course, assignment, hand_in, logged_in):
    hand_in(assignment, alice, "import this\n" + ONE)
    hand_in(assignment, bob, ONE + "\nprint('<b>bold</b>')\n")
    compared()
    answer = logged_in(ta).get(reverse("pair", args=[course.slug, Pair.objects.get().pk]))
    said = answer.content.decode()
    assert "100% in common" in text_of(answer)
    assert said.count('class="common"') >= 10
    assert "&lt;b&gt;bold" in said
    assert "<b>bold" not in said


@pytest.fixture
def across(alice, carol, course, other_course, assignment, hand_in):
    """Let a student hand in what another one did in another term."""
    hand_in(open_assignment(other_course), carol, ONE)
    hand_in(assignment, alice, ONE)
    compared()
    return Pair.objects.get()


def test_a_copy_from_another_term_is_on_both_lists_without_names(across, alice, carol, course, other_course):
    items = {i.course: i for i in WorkItem.objects.filter(kind="similar")}
    assert (items[course].student, items[other_course].student) == (alice, carol)
    assert {i.reason for i in items.values()} == {"100% in common with a submission of another course"}


def test_the_other_terms_program_and_name_are_for_its_own_staff(across, ta, course, logged_in):
    client, address = logged_in(ta), reverse("pair", args=[course.slug, across.pk])
    said = text_of(client.get(address))
    assert "Carol" not in said
    assert "Only staff of that course may see it" in said
    Membership.objects.create(course=Course.objects.get(slug="ml-2026"), user=ta, role=Role.TA)
    assert "Carol" in text_of(client.get(address))


def test_a_pair_of_another_course_is_not_found(alice, bob, other_ta, other_course, assignment, hand_in, logged_in):
    hand_in(assignment, alice, ONE)
    hand_in(assignment, bob, ONE)
    compared()
    assert logged_in(other_ta).get(reverse("pair", args=[other_course.slug, Pair.objects.get().pk])).status_code == 404
