"""Every assignment proves itself: each example gets exactly the verdicts its folder names, in real boxes."""

import pytest

from grader.catalog import default_root, load, slugs
from grader.example import examples_of
from grader.settings import read_settings
from worker.demo import choice
from worker.fetch import fetch_mnist
from worker.verify import prove


@pytest.fixture(scope="module")
def places():
    settings = read_settings()
    fetch_mnist(settings.mnist)
    return settings.places


def surprises(slug, boxes, places, wanted):
    proofs = prove([load(default_root() / slug)], boxes, places, jobs=1, only=wanted)
    return {p.example: p.surprises for p in proofs if not p.holds}


@pytest.mark.parametrize("boxes", ["bubblewrap"], indirect=True)
@pytest.mark.parametrize("slug", slugs(default_root()))
def test_every_example_gets_the_verdicts_it_names(slug, boxes, places):
    assert surprises(slug, boxes, places, lambda e: not e.expected.slow) == {}


@pytest.mark.slow
@pytest.mark.parametrize("boxes", ["bubblewrap"], indirect=True)
@pytest.mark.parametrize("slug", slugs(default_root()))
def test_every_slow_example_gets_the_verdicts_it_names(slug, boxes, places):
    assert surprises(slug, boxes, places, lambda e: e.expected.slow) == {}


@pytest.mark.slow
@pytest.mark.docker
@pytest.mark.parametrize("boxes", ["docker"], indirect=True)
@pytest.mark.parametrize("slug", slugs(default_root()))
def test_right_and_wrong_get_the_same_verdicts_in_containers(slug, boxes, places):
    assignment = load(default_root() / slug)
    names = {e.name for e in choice([e for e in examples_of(assignment.root, assignment.spec) if not e.expected.slow])}
    assert names
    assert surprises(slug, boxes, places, lambda e: e.name in names) == {}
