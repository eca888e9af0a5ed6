"""What a box rehearses before its first fork is what its children do, so that they find it done."""

import sys
from fnmatch import _compile_pattern

import numpy as np
import pytest
import torch

from grader.catalog import load, slugs
from grader.settings import read_settings
from worker.inside.load import run_units
from worker.inside.measure import seed_all
from worker.inside.recorder import Recorder
from worker.inside.rehearsal import rehearse
from worker.inside.rewrite import WATCH, Rewriter
from worker.plan import watched

ROOT = read_settings().assignments
SOURCE = "cost_value = 1.5\ntheLoss = cost_value\nother = 2.0\nmse: float = other\n"


def test_a_second_rehearsal_imports_nothing_and_leaves_no_submission():
    rehearse()
    before = set(sys.modules)
    rehearse()
    assert set(sys.modules) == before
    assert "submission" not in before


@pytest.mark.parametrize("slug", [s for s in slugs(ROOT) if s != "gan-mnist"])  # which trains for minutes
def test_no_assignment_watches_for_a_pattern_that_was_not_rehearsed(slug):
    rehearse()
    compiled, recorder = _compile_pattern.cache_info().misses, Recorder()
    names = {*watched(load(ROOT / slug).spec)}
    run_units([["a.py", SOURCE]], "a", Rewriter(None, names, recorder).watch, {WATCH: recorder.record})
    del sys.modules["a"]
    assert _compile_pattern.cache_info().misses == compiled


def test_names_are_watched_as_they_are_and_patterns_in_small_letters():
    found = {}
    for watch in ({"mse", "other"}, {"*loss*", "COST_VALUE"}, {"cost_value", "*.backward()"}):
        seen = []
        run_units([["a.py", SOURCE]], "a", Rewriter(None, watch, Recorder()).watch,
                  {WATCH: lambda name, _, __, seen=seen: seen.append(name)})
        found[min(watch)] = seen
    del sys.modules["a"]
    assert found == {"mse": ["mse"], "*loss*": ["theLoss"], "*.backward()": []}


def test_all_generators_begin_where_a_seed_puts_them():
    seed_all(7)
    ours = torch.rand(3), np.random.rand(3)  # noqa: NPY002 - the generator that submissions use
    torch.manual_seed(7)
    np.random.seed(7)  # noqa: NPY002
    assert torch.initial_seed() == 7
    assert torch.equal(ours[0], torch.rand(3))
    assert np.array_equal(ours[1], np.random.rand(3))  # noqa: NPY002
