"""The soak kills parts of a real service, and sees what is left of it."""

import pytest

from tests.service.running import wait_for
from worker.bench.soak import Outcome, Remains
from worker.serve import Part


def test_a_process_that_outlives_its_part_is_named_until_it_is_gone():
    part = Part("worker", ["sh", "-c", "sleep 60 & wait"], 1)
    part.start()
    remains = Remains()
    wait_for(lambda: remains.look([part]) or len(remains.known) == 2)
    part.process.kill()
    part.process.wait()
    [left] = remains.left()
    assert left.startswith("process ")
    part.stop()
    wait_for(lambda: not remains.left())


@pytest.mark.parametrize("what", ["lost", "doubled", "blamed", "orphaned"])
def test_one_of_what_must_not_be_is_enough_to_fail(what):
    assert Outcome(broken=3, accepted=9).is_well
    assert not Outcome(**{what: 1}).is_well
