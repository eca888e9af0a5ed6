"""What Prometheus is told: of a worker its attempts and boxes, of the sweeper the queue. README has a row for each.

They are served on GRADER_METRICS, an address of their own that nobody but the monitor should reach; the web has no such page.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from grader.errors import GraderError

SECONDS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600)
log = logging.getLogger(__name__)


class Metrics:
    """The metrics of one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.attempts = Counter("grader_attempts", "Attempts that were graded, by how they ended.", ["status"],
                                registry=self.registry)
        self.faults = Counter("grader_faults", "Tries that failed through a fault of ours.", registry=self.registry)
        self.wait = self._seconds("grader_wait_seconds", "How long attempts waited for a worker.")
        self.run = self._seconds("grader_run_seconds", "How long attempts were measured in boxes.")
        self.judge = self._seconds("grader_judge_seconds", "How long attempts were compared with mistakes, judged and kept.")
        self.lost = Counter("grader_lease_expiries", "Attempts put back because their worker was lost.", registry=self.registry)
        self.broken = Counter("grader_broken", "Attempts that are broken for good.", registry=self.registry)
        self.sweeps = Counter("grader_sweeps", "Rounds of the sweeper.", registry=self.registry)

    def _seconds(self, name: str, about: str) -> Histogram:
        return Histogram(name, about, buckets=SECONDS, registry=self.registry)

    def watch(self, look: Callable[[], list[Metric]]) -> None:
        """Add what is looked up whenever it is asked for."""
        self.registry.register(Looked(look))

    def serve(self, address: str) -> None:
        """Begin to answer the monitor, where an address is set; a port that is taken is told in the log."""
        if not address:
            return
        host, _, port = address.rpartition(":")
        if not host or not port.isdigit():
            raise GraderError(f"GRADER_METRICS: {address!r} is no address and port, as in 127.0.0.1:9464")
        try:
            start_http_server(int(port), host, registry=self.registry)
        except OSError as e:
            log.warning("no metrics at %s: %s", address, e.strerror)


class Looked:
    """A collector of what is looked up when the monitor asks."""

    def __init__(self, look: Callable[[], list[Metric]]) -> None:
        self.look = look

    def collect(self) -> Iterator[Metric]:
        """Look."""
        yield from self.look()

    def describe(self) -> list[Metric]:
        """Say nothing ahead: looking needs a database."""
        return []


def of_boxes(facts: Mapping[str, Any]) -> list[Metric]:
    """Tell of a worker's boxes (Pool.facts)."""
    ends = CounterMetricFamily("grader_boxes_discarded", "Boxes thrown away, by reason.", labels=["reason"])
    for reason, count in facts["discarded"].items():
        ends.add_metric([reason], count)
    return [GaugeMetricFamily("grader_boxes", "Boxes that exist.", facts["boxes"]),
            GaugeMetricFamily("grader_boxes_idle", "Boxes that wait for an attempt.", facts["idle"]),
            GaugeMetricFamily("grader_box_age_seconds", "Age of the oldest box that waits.", facts["oldest_s"]),
            CounterMetricFamily("grader_boxes_started", "Boxes started.", facts["started"]), ends]


def of_queues(waiting: Mapping[str, int], running: Mapping[str, int], longest_s: Mapping[str, float],
              slots: int | None) -> list[Metric]:
    """Tell of the queues, as the database has them."""
    families = []
    for name, about, of in (("grader_queue_length", "Attempts that wait.", waiting),
                            ("grader_running", "Attempts that are being graded.", running),
                            ("grader_longest_wait_seconds", "How long the oldest waiting submission has waited.",
                             {q: longest_s.get(q, 0.0) for q in waiting})):
        family = GaugeMetricFamily(name, about, labels=["queue"])
        for queue, value in of.items():
            family.add_metric([queue], value)
        families.append(family)
    return [*families, *([] if slots is None else [
        GaugeMetricFamily("grader_slots", "Attempts that all workers together grade at once.", slots)])]
