"""Assignment folders that prove themselves in a real worker: what holds, what doesn't, what is cancelled or killed."""

import signal

import pytest

from tests.service.running import PATIENCE_S, RIGHT, wait_for

pytestmark = pytest.mark.slow
FEW = ["autograd", "lecture-script", "zeros", "lr-tenfold"]
SLEEP = "\nimport time\ntime.sleep(6)\n"


@pytest.fixture
def desk(desk):
    desk.enrol(student="ines", role="instructor")
    desk.draft(slug="linear-new", source="linear-zero", by="ines", only=FEW)
    return desk


def over(desk, pk):
    """Wait until a proof is over; returns what is known of it."""
    try:
        return wait_for(lambda: (found := desk.proof(pk=pk))["state"] not in ("queued", "running") and found)
    except TimeoutError:
        pytest.fail(f"{desk.proof(pk=pk)}\n{desk.service.logs()}")


def test_a_draft_that_holds_is_proven_example_by_example(service, desk):
    service.start("redis")
    service.start("worker")
    pk = desk.prove(slug="linear-new", by="ines")
    found = over(desk, pk)
    assert (found["state"], found["holds"], found["is_of_the_draft"]) == ("done", True, True), found["report"]
    assert sorted(line["name"] for line in found["told"]) == sorted(FEW)
    [zeros] = [e for e in found["report"]["examples"] if e["name"] == "zeros"]
    assert all(r["got"] == r["wanted"] for r in zeros["rows"])
    assert "failed" in {r["got"] for r in zeros["rows"]}
    assert found["report"]["engine"].startswith("bubblewrap")
    assert 0 < max(e["seconds"] for e in found["report"]["examples"]) < PATIENCE_S


def test_a_wrong_example_that_passes_is_found(service, desk):
    desk.edit(slug="linear-new", path="examples/lr-tenfold/submission.py", by="ines", old=(
        mistake := (RIGHT.parents[1] / "lr-tenfold" / "submission.py").read_text()), new=RIGHT.read_text())
    assert mistake != RIGHT.read_text()
    service.start("redis")
    service.start("worker")
    found = over(desk, desk.prove(slug="linear-new", by="ines"))
    assert (found["state"], found["holds"], found["is_of_the_draft"]) == ("done", False, False)
    [wrong] = [e for e in found["report"]["examples"] if e["surprises"]]
    assert wrong["name"] == "lr-tenfold"
    assert any("passed, expected failed" in s for s in wrong["surprises"])


def test_a_proof_that_is_cancelled_ends_and_leaves_nothing(service, desk):
    desk.edit(slug="linear-new", path="examples/autograd/submission.py", by="ines", old=(text := RIGHT.read_text()),
              new=text + SLEEP)
    service.start("redis")
    service.start("worker")
    pk = desk.prove(slug="linear-new", by="ines")
    wait_for(lambda: desk.proof(pk=pk)["told"])
    assert desk.cancel_proof(pk=pk, by="ines")
    wait_for(lambda: not list((service.home / "proofs").glob("*")), service.logs)
    assert desk.proof(pk=pk)["state"] == "cancelled"
    assert not desk.cancel_proof(pk=pk, by="ines")


def test_a_worker_that_ends_or_is_killed_in_mid_proof_costs_time_and_nothing_else(service, desk):
    desk.edit(slug="linear-new", path="examples/autograd/submission.py", by="ines", old=(text := RIGHT.read_text()),
              new=text + SLEEP)
    service.start("redis")
    service.start("worker")
    service.start("sweeper")
    pk = desk.prove(slug="linear-new", by="ines")
    wait_for(lambda: desk.proof(pk=pk)["phase"].startswith("grading"), service.logs)
    service.end("worker")
    assert desk.proof(pk=pk)["state"] == "queued"
    service.start("worker")
    wait_for(lambda: desk.proof(pk=pk)["state"] == "running", service.logs)
    service.end("worker", signal.SIGKILL)
    service.start("worker")
    found = over(desk, pk)
    assert (found["holds"], found["tries"]) == (True, 3), found


def test_students_go_before_a_proof(service, desk, sleepy):
    desk.edit(slug="linear-new", path="examples/autograd/submission.py", by="ines", old=(text := RIGHT.read_text()),
              new=text + SLEEP)
    service.start("redis")
    service.start("worker", GRADER_JOBS="1")
    pk = desk.prove(slug="linear-new", by="ines")
    wait_for(lambda: desk.proof(pk=pk)["phase"].startswith("grading"), service.logs)
    for student in ("alice", "bob", "carol"):
        desk.hand_in(student=student, slug="linear-zero", file=sleepy)
    wait_for(lambda: desk.proof(pk=pk)["phase"].startswith("held back"), lambda: f"{desk.proof(pk=pk)} {service.logs()}")
    wait_for(lambda: "queued" not in {r["state"] for r in desk.rows()})
    assert len(desk.proof(pk=pk)["told"]) < len(FEW)
    assert over(desk, pk)["holds"]
    desk.await_all()


def test_bands_that_are_due_are_measured_and_put_into_the_draft(service, desk):
    desk.draft(slug="logistic-new", source="logistic", by="ines")
    desk.edit(slug="logistic-new", path="assignment.toml", by="ines", old="seeds = 2000", new="seeds = 100")
    service.start("redis")
    service.start("worker")
    found = over(desk, desk.prove(slug="logistic-new", by="ines"))
    assert found["report"]["bands"]["is_new"]
    assert found["report"]["bands"]["seeds"] == 100
    assert found["is_of_the_draft"] is found["holds"]
