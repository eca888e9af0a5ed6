"""A granted request and a replay that shall count: both are looked at in a regrade of one row before anything counts."""

import pytest
from django.urls import reverse

from grader.web import grades, replays
from grader.web.models import Attempt, Membership, Regrade, RegradeItem, RegradeRequest, WorkItem
from grader.web.regrades import promotion, start
from grader.web.regrades.promotion import Pick, Said
from tests.web.pages_ground import text_of, today

pytestmark = pytest.mark.django_db


def scores(klass):
    return {s.user.username: s.total for s in grades.of_all(klass.course)}


@pytest.fixture
def mended(klass):
    """The right version is set in the course, and nobody was graded with it yet."""
    klass.assignment.version = klass.right
    klass.assignment.save()
    return klass


@pytest.fixture
def grant(mended, alice, ta, logged_in):
    """Let Alice ask about a check and Tessa grant it; gives the page of the talk as Tessa reads it."""
    def make(check="few_steps"):
        page = reverse("check", args=[klass_attempt(mended).pk, check])
        logged_in(alice).post(page, {"text": "Mine is right."})
        return text_of(logged_in(ta).post(page, {"text": "Let us see.", "answer": "grant"}, follow=True))
    return make


def klass_attempt(klass):
    return klass.attempts["alice"]


def test_a_granted_request_counts_only_after_somebody_has_looked(mended, grant, grade, work, ta, alice, logged_in):
    before = scores(mended)
    said = grant()
    assert "counts for nothing until somebody has looked at it" in said
    new = Attempt.objects.get(submission=klass_attempt(mended).submission, number=2)
    assert (new.counts, new.priority, new.version) == (False, 1, mended.right)
    assert new.seed != klass_attempt(mended).seed
    grade()
    work()
    item = RegradeItem.objects.get()
    assert (item.outcome, item.old_score, item.new_score) == ("up", 8, 10)
    assert scores(mended) == before
    task = WorkItem.objects.get(kind="request")
    assert (task.state, task.reason) == ("open", f"granted: see whether regrade {item.regrade_id} shall count")
    client = logged_in(ta)
    client.post(reverse("regrade_promote", args=[mended.course.slug, item.regrade_id]), {"mode": "all", "reason": "it was ours"})
    assert scores(mended) == before | {"alice": 10}
    task.refresh_from_db()
    assert (task.state, task.done_by) == ("done", ta)
    for attempt in (klass_attempt(mended), new):
        assert logged_in(alice).get(reverse("attempt", args=[attempt.pk])).status_code == 200


def test_two_granted_requests_about_one_submission_are_one_grading(mended, grant):
    grant()
    grant("curve")
    assert Attempt.objects.filter(submission=klass_attempt(mended).submission).count() == 2
    assert Regrade.objects.get().reason == f"granted: another look at few_steps of attempt {klass_attempt(mended).pk}"
    assert set(WorkItem.objects.filter(kind="request").values_list("state", flat=True)) == {"open"}


def test_where_nothing_counts_the_granted_grading_does(mended, grant):
    Attempt.objects.filter(pk=klass_attempt(mended).pk).update(status="broken")
    grant()
    assert Attempt.objects.get(submission=klass_attempt(mended).submission, number=2).counts
    assert not Regrade.objects.exists()


def test_a_request_that_is_declined_starts_nothing(mended, alice, ta, logged_in):
    page = reverse("check", args=[klass_attempt(mended).pk, "curve"])
    logged_in(alice).post(page, {"text": "?"})
    logged_in(ta).post(page, {"text": "No.", "answer": "decline"})
    assert RegradeRequest.objects.get().state == "declined"
    assert not Regrade.objects.exists()
    assert WorkItem.objects.get(kind="request").state == "done"


@pytest.fixture
def replay(klass, ta, grade):
    """Alice's attempt replayed by Tessa, and graded."""
    member = Membership.objects.select_related("course", "user").get(user=ta)
    replays.replay(klass_attempt(klass), member, today())
    return grade()


def test_a_replay_counts_through_a_preview(klass, replay, work, ta, logged_in):
    client, before = logged_in(ta), scores(klass)
    assert "Let this result count" in text_of(client.get(reverse("attempt", args=[replay.pk])))
    answer = client.post(reverse("replay_count", args=[replay.pk]))
    made = Regrade.objects.get()
    assert answer.url == reverse("regrade", args=[klass.course.slug, made.pk])
    assert client.post(reverse("replay_count", args=[replay.pk])).url == answer.url
    assert scores(klass) == before
    work()
    said = text_of(client.get(answer.url))
    assert "one submission" in said
    assert "1 unchanged" in said
    member = Membership.objects.select_related("course", "user").get(user=ta)
    row = Regrade.objects.select_related("assignment__course", "version").get()
    promotion.promote(row, member, Pick("all"), Said("why"), today())
    replay.refresh_from_db()
    assert replay.counts
    assert not Attempt.objects.filter(submission=replay.submission, report="").exists()
    assert "Let this result count" not in text_of(client.get(reverse("attempt", args=[replay.pk])))


def test_a_replay_whose_regrade_was_cancelled_can_count_later(klass, replay, ta, logged_in):
    client = logged_in(ta)
    client.post(reverse("replay_count", args=[replay.pk]))
    first = Regrade.objects.get()
    start.cancel(first, Membership.objects.select_related("course", "user").get(user=ta), today())
    assert "Let this result count" in text_of(client.get(reverse("attempt", args=[replay.pk])))
    client.post(reverse("replay_count", args=[replay.pk]))
    assert RegradeItem.objects.get(new=replay).regrade != first


def test_only_a_graded_replay_can_count(klass, ta, logged_in):
    client, counting = logged_in(ta), klass_attempt(klass)
    client.post(reverse("replay", args=[counting.pk]))
    for attempt in (counting, Attempt.objects.get(state="queued")):
        answer = client.post(reverse("replay_count", args=[attempt.pk]), follow=True)
        assert "Only a replay that is graded" in text_of(answer)
    assert not Regrade.objects.exists()


def test_nobody_lets_a_replay_of_their_own_work_count(klass, replay, ta, alice, logged_in):
    Membership.objects.filter(user=alice).update(role="ta")
    assert logged_in(alice).post(reverse("replay_count", args=[replay.pk])).status_code == 404


def test_what_broke_is_graded_again_and_counts_with_its_own_time(mended, alice, ta, logged_in):
    attempt, client = klass_attempt(mended), logged_in(ta)
    assert "Grade it again" not in text_of(client.get(reverse("attempt", args=[attempt.pk])))
    client.post(reverse("mend", args=[attempt.pk]))
    assert Attempt.objects.filter(submission=attempt.submission).count() == 1
    Attempt.objects.filter(pk=attempt.pk).update(state="broken", status="broken", report="", because="disk full")
    assert "Grade it again" in text_of(client.get(reverse("attempt", args=[attempt.pk])))
    assert "Grade it again" not in text_of(logged_in(alice).get(reverse("attempt", args=[attempt.pk])))
    assert logged_in(alice).post(reverse("mend", args=[attempt.pk])).status_code == 404
    for _ in range(2):
        answer = client.post(reverse("mend", args=[attempt.pk]))
    made = Attempt.objects.get(submission=attempt.submission, number=2)
    assert answer.url == reverse("attempt", args=[made.pk])
    assert (made.counts, made.state, made.version) == (True, "queued", mended.right)


def test_what_broke_is_left_where_another_grading_counts(mended, replay, ta, logged_in):
    Attempt.objects.filter(pk=replay.pk).update(state="broken", status="broken", report="", counts=True)
    answer = logged_in(ta).post(reverse("mend", args=[replay.pk]), follow=True)
    assert "Another grading of this submission counts" in text_of(answer)
