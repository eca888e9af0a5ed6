"""Runs as a worker keeps them, for attempts that no worker graded."""

import json
from datetime import UTC, datetime

import numpy as np

from grader.evidence import pack_arrays
from grader.manifest import KeptRun, Manifest
from grader.store import pack_run
from grader.web import specs
from grader.web.models import Attempt

ARRAYS = {"W": np.array([[1.5], [-2.25]], np.float32), "costs": np.array([0.5, np.nan, np.inf, 0.25]), "empty": np.zeros((0, 3)),
          "on": np.array(True), "n": np.arange(12, dtype=np.int64)}
FACTS = {"status": "finished", "because": "", "stdout": "step 0\n\x1b[31mred\n", "stderr": "", "stdout_bytes": 123456,
         "stderr_bytes": 0, "seconds": 1.25, "cpu_s": 0.75, "peak_memory_mb": 412.5, "provenance": {}, "stages": {"fork": 0.006}}


def head(probe, **more):
    return {"probe": probe, "status": "ok", "seconds": 0.5, "seed": 7} | more


FRAMES = [(head("trained"), pack_arrays(ARRAYS)),
          (head("predicted", status="raised", because="ValueError: <b>no</b>", where="line 3"), b""),
          (head("forged"), b"\0" * 40), (head("of no round"), pack_arrays({})), ({"probe": 1}, b"")]
PROBES = ("trained", "predicted", "forged", "silent")


def with_evidence(attempt, frames=FRAMES, probes=PROBES, **facts):
    """Give a graded attempt a run of evidence."""
    content = specs.objects().put(pack_run(FACTS | facts, frames))
    kept = KeptRun(trial=0, probes=dict.fromkeys(probes, "0" * 64), content=content)
    manifest = Manifest(
        assignment="linear-zero", file=attempt.submission.name, origin="a test", style="function", seed=attempt.seed,
        submission=attempt.submission.content, at=datetime(2026, 11, 2, tzinfo=UTC), spec="", measured="", runs=[kept])
    Attempt.objects.filter(pk=attempt.pk).update(manifest=json.loads(manifest.model_dump_json()))
    attempt.refresh_from_db()
    return attempt
