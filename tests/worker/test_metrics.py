"""What Prometheus is told."""

import socket
import urllib.request

import pytest

from grader.errors import GraderError
from grader.spec import Limits
from worker.kinds import reason
from worker.metrics import Metrics, of_boxes, of_queues
from worker.pool import Pool

FACTS = {"boxes": 3, "idle": 1, "oldest_s": 12.5, "started": 9, "discarded": {"timeout": 2, "runs": 1}}


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def test_a_monitor_reads_attempts_boxes_and_queues_over_http():
    metrics, port = Metrics(), free_port()
    metrics.watch(lambda: of_boxes(FACTS))
    metrics.watch(lambda: of_queues({"cpu": 7, "gpu": 0}, {"cpu": 2}, {"cpu": 31.5}, 4))
    metrics.attempts.labels("timeout").inc()
    metrics.wait.observe(3)
    metrics.serve(f"127.0.0.1:{port}")
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        told = answer.read().decode()
    for line in ('grader_attempts_total{status="timeout"} 1.0', 'grader_boxes_discarded_total{reason="timeout"} 2.0',
                 'grader_queue_length{queue="cpu"} 7.0', 'grader_longest_wait_seconds{queue="cpu"} 31.5', "grader_slots 4.0",
                 "grader_box_age_seconds 12.5", 'grader_wait_seconds_bucket{le="5.0"} 1.0', "grader_lease_expiries_total 0.0",
                 "grader_broken_total 0.0", "grader_judge_seconds_count 0.0", "grader_run_seconds_count 0.0"):
        assert line in told.splitlines()


def test_a_port_that_is_taken_is_told_and_ends_nothing(caplog):
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        s.listen()
        Metrics().serve(f"127.0.0.1:{s.getsockname()[1]}")
    assert "no metrics" in caplog.text


@pytest.mark.parametrize("address", ["9464", "localhost", ":9464", "a:b"])
def test_an_address_that_is_none_is_refused(address):
    with pytest.raises(GraderError, match="GRADER_METRICS"):
        Metrics().serve(address)


class Box:
    """As much of a box as its end is told by."""

    def __init__(self, doubt, *, may_serve=False):
        self.doubt, self.may_serve = doubt, may_serve


@pytest.mark.parametrize(("doubt", "word"), [
    ("a run ended as timeout", "timeout"), ("a run ended as Status.MEMORY", "memory"), ("processes were left", "leftovers"),
    ("a process ended by signal 9", "signal"), ("a run that did not come to its end", "unfinished"), ("", "runs"),
    ("its attempts share namespaces", "alone"), ("12 MiB of memory were left", "memory")])
def test_reasons_are_a_handful_of_words(doubt, word):
    assert reason(Box(doubt)) == word


@pytest.mark.slow
def test_a_pool_counts_why_its_boxes_went(boxes):
    with Pool(boxes.engine) as pool:
        pool.warm("pytorch", Limits(), 1)
        assert set(pool.facts()) == set(FACTS)
