"""The attempt page for staff: every trial, what it rests on and used, all gradings, replays, and the way to the next student."""

import pytest
from django.urls import reverse

from grader.verdict import Trial
from grader.web import intake, queue
from grader.web.models import Attempt, Course, Entry, Membership, State
from tests.web.pages_ground import graded, handed_in, hiding, open_assignment, text_of, today, verdict

pytestmark = pytest.mark.django_db


def tried(*values, name="learns"):
    trials = [Trial(seed=100 + k, is_passed=v <= 0.4, margin=f"{v} in 0.001 .. 0.4") for k, v in enumerate(values)]
    return verdict(name, passed=values[-1] <= 0.4).model_copy(update={"trials": trials})


@pytest.fixture
def attempt(alice, course, tmp_path):
    """Alice's attempt: a hidden check with three trials, and much output."""
    assignment = hiding(course, tmp_path, "few_steps", visibility="staff")
    hidden = tried(0.7, 0.6, 0.3, name="few_steps").model_copy(update={"visibility": "staff", "about": "a hidden thing"})
    return graded(handed_in(assignment, alice), verdict("predict"), hidden,
                  stdout="\n".join(f"line {k}" for k in range(500)))


@pytest.fixture
def page(attempt):
    return reverse("attempt", args=[attempt.pk])


def test_staff_read_every_trial_of_hidden_checks_too_and_students_none(attempt, page, alice, ta, logged_in):
    answer = logged_in(ta).get(page)
    said = text_of(answer)
    assert "a hidden thing hidden: staff 1 100 failed 0.7 0.001 to 0.4 0.7 in 0.001 .. 0.4" in said
    assert "a hidden thing hidden: staff 3 102 passed 0.3" in said
    assert "Trials against the band" in answer.content.decode()
    student = text_of(logged_in(alice).get(page))
    for word in ("a hidden thing", "0.001 to 0.4", "Every trial", "What the verdicts rest on", "Replay"):
        assert word not in student


def test_staff_read_the_whole_output_and_students_its_head(attempt, page, alice, ta, logged_in):
    assert "line 499" in text_of(logged_in(ta).get(page))
    other = graded(handed_in(attempt.submission.assignment, alice, b"x = 2\n"), verdict("predict"),
                   stdout="\n".join(f"line {k}" for k in range(500)))
    Attempt.objects.filter(pk=attempt.pk).update(report=other.report)
    student = text_of(logged_in(alice).get(page))
    assert "line 199" in student
    assert "line 499" not in student


def test_what_it_rests_on_and_used_is_told_in_full(attempt, page, ta, logged_in):
    Attempt.objects.filter(pk=attempt.pk).update(seed=41, worker="host:7", tries=2)
    said = text_of(logged_in(ta).get(page))
    assert f"spec linear-zero, version {attempt.version.number}" in said
    for words in ("seed 41", "worker host:7", "tries 2", "engine bubblewrap", attempt.version.digest, attempt.submission.content,
                  "in boxes 1.5 s; at most 60 s a run", "waited"):
        assert words in said, words


def test_a_replay_has_the_same_seed_and_spec_waits_behind_all_and_counts_for_nothing(attempt, page, ta, bob, course, logged_in):
    client = logged_in(ta)
    assert "Replay with the same seeds" in text_of(client.get(page))
    answer = client.post(reverse("replay", args=[attempt.pk]))
    made = Attempt.objects.get(number=2)
    assert answer.url == reverse("attempt", args=[made.pk])
    assert (made.seed, made.version, made.priority, made.counts) == (attempt.seed, attempt.version, 1, False)
    assert made.state == State.QUEUED
    submitted = handed_in(attempt.submission.assignment, bob)
    assert [w.pk for w in queue.in_order(["cpu"])] == [submitted.pk, made.pk]
    entry = Entry.objects.get(action="attempt.replay")
    assert (entry.actor, entry.object, entry.after) == (ta, f"attempt {attempt.pk}", {"attempt": made.pk})
    assert "Replay with" not in text_of(client.get(page))
    assert client.post(reverse("replay", args=[attempt.pk])).url == answer.url
    assert Attempt.objects.filter(number__gt=1).count() == 1


def test_it_uses_up_no_attempt_of_its_student(attempt, alice, ta, logged_in):
    before = intake.standing(attempt.submission.assignment, alice, today()).used
    logged_in(ta).post(reverse("replay", args=[attempt.pk]))
    assert intake.standing(attempt.submission.assignment, alice, today()).used == before


@pytest.mark.parametrize(("values", "words"), [
    ((0.7, 0.6, 0.3), "the same Every check came out as in Attempt 1"),
    ((0.7, 0.6, 0.31), "The same verdict from other numbers: a hidden"),
    ((0.7, 0.6, 0.5), "passed → failed")])
def test_a_replays_page_says_whether_it_came_out_the_same(values, words, attempt, ta, logged_in):
    client = logged_in(ta)
    client.post(reverse("replay", args=[attempt.pk]))
    made = Attempt.objects.get(number=2)
    hidden = tried(*values, name="few_steps").model_copy(update={"visibility": "staff", "about": "a hidden thing"})
    graded(made, verdict("predict"), hidden)
    said = text_of(client.get(reverse("attempt", args=[made.pk])))
    assert words in said
    assert "doesn't count" in said
    assert "Attempt 1, graded again (2), not counted this one" in said


def test_what_is_being_graded_is_not_replayed(alice, ta, course, logged_in):
    waiting = handed_in(open_assignment(course), alice)
    assert "Replay" not in text_of(logged_in(ta).get(reverse("attempt", args=[waiting.pk])))
    answer = logged_in(ta).post(reverse("replay", args=[waiting.pk]), follow=True)
    assert "replay it when it is over" in text_of(answer)
    assert Attempt.objects.count() == 1


def test_staff_take_a_waiting_replay_back_and_a_students_attempt_not(attempt, bob, ta, course, logged_in):
    client = logged_in(ta)
    client.post(reverse("replay", args=[attempt.pk]))
    made, theirs = Attempt.objects.get(number=2), handed_in(attempt.submission.assignment, bob)
    assert "Cancel this attempt" in text_of(client.get(reverse("attempt", args=[made.pk])))
    client.post(reverse("cancel", args=[made.pk]))
    client.post(reverse("cancel", args=[theirs.pk]))
    assert [Attempt.objects.get(pk=a.pk).state for a in (made, theirs)] == [State.CANCELLED, State.QUEUED]


def test_a_broken_attempt_can_be_looked_at_and_replayed(attempt, page, ta, logged_in):
    Attempt.objects.filter(pk=attempt.pk).update(state="broken", status="broken", report="", because="disk full")
    said = text_of(logged_in(ta).get(page))
    assert "disk full" in said
    assert "Replay with" in said
    assert logged_in(ta).post(reverse("replay", args=[attempt.pk])).status_code == 302


@pytest.mark.parametrize("late_days", [0, 2])
def test_the_next_student_is_the_gradebooks_with_the_attempt_that_counts(late_days, attempt, bob, person, course, ta, logged_in):
    Course.objects.update(late_days=late_days)
    person("carl", course)  # handed nothing in
    assignment = attempt.submission.assignment
    best = graded(handed_in(assignment, bob), verdict("predict"))
    graded(handed_in(assignment, bob, b"x = 1\n"), verdict("predict", passed=False))
    zoe = graded(handed_in(assignment, person("zoe", course)))
    client = logged_in(ta)

    def way(pk, how, **more):
        return client.get(reverse("beside", args=[pk]), {"way": how} | more).url
    assert way(attempt.pk, "next") == reverse("attempt", args=[best.pk])
    assert way(best.pk, "next") == reverse("attempt", args=[zoe.pk])
    assert way(zoe.pk, "before") == reverse("attempt", args=[best.pk])
    assert way(zoe.pk, "next") == reverse("attempt", args=[zoe.pk])
    assert "the last student" in text_of(client.get(reverse("attempt", args=[zoe.pk])))
    Membership.objects.filter(user=bob).update(is_active=False)
    assert way(best.pk, "next") == reverse("attempt", args=[zoe.pk])
    assert way(best.pk, "before") == way(attempt.pk, "before") == reverse("attempt", args=[attempt.pk])


def test_the_list_is_as_the_gradebook_was_last_shown_whatever_is_done_on_the_way(attempt, bob, person, course, ta, logged_in):
    assignment, client = attempt.submission.assignment, logged_in(ta)
    low = graded(handed_in(assignment, bob), verdict("predict", passed=False))
    zoe = graded(handed_in(assignment, person("zoe", course)), verdict("predict", points=1.0))
    Membership.objects.exclude(user=bob).update(section="Monday")
    book = reverse("gradebook", args=[course.slug])

    def following(pk):
        return client.get(reverse("beside", args=[pk]), {"way": "next"}).url.strip("/").split("/")[-1]
    client.get(f"{book}?section=Monday")
    client.post(reverse("adjust", args=[attempt.pk]), {"points": "1", "comment": "c"})
    assert following(attempt.pk) == str(zoe.pk)
    assert "of those that the gradebook last showed" in text_of(client.get(reverse("beside", args=[zoe.pk]), follow=True))
    client.get(f"{book}?sort=score.linear-zero")
    assert [following(pk) for pk in (low.pk, zoe.pk)] == [str(zoe.pk), str(attempt.pk)]
    client.get(f"{book}?search=zoe")
    assert following(low.pk) == str(zoe.pk)  # who is not in the list goes by the name
    client.get(book)
    assert following(attempt.pk) == str(low.pk)


def test_only_staff_replay_and_go_through_the_list(attempt, alice, bob, logged_in):
    for who in (alice, bob):
        client = logged_in(who)
        assert client.post(reverse("replay", args=[attempt.pk])).status_code == 404
        assert client.get(reverse("beside", args=[attempt.pk])).status_code == 404


def test_its_queries_are_few_however_many_gradings_and_students(attempt, page, ta, person, course, logged_in,
                                                                django_assert_max_num_queries):
    client = logged_in(ta)
    for k in range(12):
        graded(handed_in(attempt.submission.assignment, person(f"student-{k}", course)))
        client.post(reverse("replay", args=[attempt.pk]))
        graded(Attempt.objects.filter(state="queued").get())
    client.get(page)
    with django_assert_max_num_queries(22):
        assert client.get(page).status_code == 200
    with django_assert_max_num_queries(16):
        client.get(reverse("beside", args=[attempt.pk]))
