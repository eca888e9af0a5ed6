"""Which queue an attempt waits in where a GPU is wanted, and what its page says meanwhile."""

from datetime import timedelta

import pytest
from django.conf import settings

from grader.web import devices, intake, progress, queue, waiting
from grader.web.models import Attempt, SpecVersion, State

WELL = {"queues": ["gpu"], "devices": [{"uuid": "GPU-a", "aside": ""}]}
ILL = {"queues": ["gpu"], "devices": [{"uuid": "GPU-a", "aside": "too hot"}]}


@pytest.fixture
def handed_in(assignment, alice, now):
    """Hand in, the spec saying this of GPUs."""
    def make(gpu, number=0):
        SpecVersion.objects.filter(pk=assignment.version_id).update(gpu=gpu)
        assignment.version.refresh_from_db()
        return intake.receive(assignment, alice, intake.Upload("submission.py", b"x = %d\n" % number), now)
    return make


@pytest.mark.parametrize(("gpu", "worker", "wanted"), [
    ("none", WELL, "cpu"), ("preferred", None, "cpu"), ("preferred", ILL, "cpu"), ("preferred", {"queues": ["cpu"]}, "cpu"),
    ("preferred", WELL, "gpu"), ("required", None, "gpu")])
def test_a_gpu_that_is_preferred_is_waited_for_where_a_well_one_is_there(redis_server, handed_in, gpu, worker, wanted):
    if worker:
        progress.say_how(redis_server, "w", worker, 60)
    assert handed_in(gpu).queue == wanted


def test_one_that_waited_long_enough_runs_without_and_others_go_on_waiting(redis_server, handed_in, now):
    progress.say_how(redis_server, "w", WELL, 60)
    late, soon, claimed = (handed_in("preferred", n) for n in range(3))
    Attempt.objects.filter(pk__in=[late.pk, claimed.pk]).update(created_at=now - timedelta(seconds=61))
    Attempt.objects.filter(pk=claimed.pk).update(state=State.RUNNING)
    assert devices.fall_back(now, 60) == 1
    assert [Attempt.objects.get(pk=a.pk).queue for a in (late, soon, claimed)] == ["cpu", "gpu", "gpu"]


def test_one_that_must_have_a_gpu_never_runs_without(redis_server, handed_in, now):
    attempt = handed_in("required")
    assert devices.fall_back(now + timedelta(days=9), 60) == 0
    assert Attempt.objects.get(pk=attempt.pk).queue == "gpu"


def test_an_attempt_handed_back_has_all_its_tries_and_the_claim_before_writes_nothing(handed_in, now):
    handed_in("required")
    for _ in range(queue.MAX_TRIES + 2):
        claimed = queue.claim(["gpu"], "w", now)
        assert claimed.tries == 1
        assert queue.hand_back(claimed, "the device was too hot")
        assert not queue.hand_back(claimed, "again")
    row = Attempt.objects.get()
    assert (row.state, row.tries, row.because) == (State.QUEUED, 0, "the device was too hot")
    assert not queue.finish(claimed, now, {"status": "finished"})


def test_who_waits_for_a_gpu_is_told_that_none_is_there_and_since_when(redis_server, handed_in, now):
    attempt, url = handed_in("required"), settings.GRADER.redis_url
    assert waiting.place(attempt, url, now).gpu_gone is True
    devices.be_seen(redis_server, now)
    assert waiting.place(attempt, url, now).gpu_gone == now
    progress.say_how(redis_server, "w", WELL, 60)
    assert waiting.place(attempt, url, now).gpu_gone is False


def test_the_page_says_so(redis_server, handed_in, alice, now, logged_in):
    attempt = handed_in("required")
    devices.be_seen(redis_server, now)
    page = logged_in(alice).get(f"/attempts/{attempt.pk}/")
    assert "needs a GPU, and no worker with one is there since" in page.content.decode()
