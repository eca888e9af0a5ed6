"""What a worker does when no attempt waits: it compares the submissions of assignments that have new ones."""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection

from grader.web import likenesses, queue, specs
from grader.web.models import Comparison

log = logging.getLogger(__name__)


def compare_waiting(queues: Collection[str], stopping: threading.Event) -> int:
    """Compare until nothing is due or an attempt waits; returns how many assignments were compared."""
    done = 0
    while not (stopping.is_set() or queue.in_order(queues)) and (claimed := likenesses.claim(specs.now())) is not None:
        _compare(claimed)
        done += 1
    return done


def _compare(claimed: Comparison) -> None:
    """Compare one assignment; whatever goes wrong is written down, and it is tried again when something new comes."""
    try:
        found = likenesses.compare(claimed, specs.now())
        log.info("assignment %s: %d similar pairs", claimed.pk, found)
    except Exception as e:
        log.exception("assignment %s: its submissions are not compared", claimed.pk)
        likenesses.end(claimed, specs.now(), f"{type(e).__name__}: {e}")
