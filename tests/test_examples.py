"""Every assignment proves itself: each example gets exactly the verdicts its folder names, in real boxes."""

import pytest

from grader.catalog import default_root, load, slugs
from grader.settings import read_settings
from worker.fetch import fetch_mnist
from worker.verify import prove


@pytest.fixture(scope="module")
def places():
    settings = read_settings()
    fetch_mnist(settings.mnist)
    return settings.places


def surprises(slug, boxes, places, *, slow):
    proofs = prove([load(default_root() / slug)], boxes, places, jobs=1, only=lambda e: e.expected.slow == slow)
    return {p.example: p.surprises for p in proofs if not p.holds}


@pytest.mark.parametrize("slug", slugs(default_root()))
def test_every_example_gets_the_verdicts_it_names(slug, boxes, places):
    assert surprises(slug, boxes, places, slow=False) == {}


@pytest.mark.slow
@pytest.mark.parametrize("slug", slugs(default_root()))
@pytest.mark.parametrize("boxes", ["bubblewrap"], indirect=True)
def test_every_slow_example_gets_the_verdicts_it_names(slug, boxes, places):
    assert surprises(slug, boxes, places, slow=True) == {}
