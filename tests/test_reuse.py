"""Pairs of whole submissions in one warm box: the first plants something wherever it can, the second finds nothing."""

from dataclasses import replace
from pathlib import Path

import pytest

from grader.catalog import default_root, load
from grader.settings import read_settings
from grader.spec import Limits
from grader.submission import read_submission
from worker.engines.choose import choose
from worker.grade import grade
from worker.pool import Pool

HERE = Path(__file__).parent / "reuse"
LIMITS = Limits(seconds=30, memory_mb=512)


@pytest.fixture(scope="module")
def assignment():
    loaded = load(default_root() / "linear-zero")
    return replace(loaded, spec=loaded.spec.model_copy(update={"limits": LIMITS}))


@pytest.fixture(params=["bubblewrap", pytest.param("docker", marks=[pytest.mark.docker, pytest.mark.slow])])
def pool(request):
    with Pool(choose(request.param, "pytorch")[0]) as made:
        yield made


def attempt(name, assignment, pool):
    path = HERE / name
    return grade(assignment, read_submission("submission.py", path.read_bytes()), 5, pool, read_settings().places)


def test_what_one_attempt_plants_the_next_one_does_not_find(assignment, pool):
    for again in range(2):
        planted = attempt("plants.py", assignment, pool)
        assert (planted.status, planted.stdout) == ("finished", "PLANTED\n"), planted.checks[0].because
        looked = attempt("looks.py", assignment, pool)
        assert looked.stdout == "LOOKED\n"
        assert (looked.status, looked.score) == ("finished", looked.points)
        assert [idle.talk.runs for idle in pool.idle] == [2 * again + 2]  # it was one box all the time
        assert pool.idle[0].talk.doubt == ""
