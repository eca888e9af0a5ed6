"""The Celery application of a worker. Its messages are bells: see grader/web/queue.py."""

from __future__ import annotations

from celery import Celery
from celery.signals import worker_shutdown, worker_shutting_down

from grader.settings import Settings
from grader.web.bell import PROVE, REGRADES, TASK, broker_url
from worker.grading import Grading
from worker.proving import Proving
from worker.regrading import Regrading


def make(settings: Settings, grading: Grading, proving: Proving) -> Celery:
    """Make the application whose tasks are done by `grading`, and beside it by what works on regrades and proofs.

    A bell is acknowledged late and never prefetched beyond what runs, so that the bells of a killed worker ring again
    elsewhere; there is no result to keep.
    """
    app = Celery("grader", broker=broker_url(settings.redis_url))
    app.conf.update(
        accept_content=["json"], task_serializer="json", task_ignore_result=True, task_acks_late=True,
        worker_prefetch_multiplier=1, worker_concurrency=grading.jobs, worker_pool="threads", worker_hijack_root_logger=False,
        worker_enable_remote_control=False, worker_send_task_events=False, broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None, task_default_queue="cpu",
        broker_transport_options={"visibility_timeout": 3600, "socket_keepalive": True})
    app.task(name=TASK)(grading.grade_waiting)
    app.task(name=REGRADES)(Regrading(grading).work)
    app.task(name=PROVE)(proving.prove_waiting)
    for part in (grading, proving):
        worker_shutting_down.connect(part.stop, weak=False)
        worker_shutdown.connect(part.close, weak=False)
    return app
