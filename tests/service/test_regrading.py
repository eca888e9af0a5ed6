"""A wrong tolerance in a graded class, made right by real workers through a real Redis, whatever is killed."""

import shutil
import signal

import pytest

from tests.service.running import ROOT, wait_for

pytestmark = pytest.mark.slow
EXAMPLES = ROOT / "assignments" / "linear-zero" / "examples"
CLASS = {"alice": "numpy", "bob": "sum-for-mean", "carol": "lr-ignored"}
NARROW = ('["few.W", "few.b"]\ntolerance = { atol = 1e-5, rtol = 1e-5,', '["few.W", "few.b"]\ntolerance = { atol = 1e-12,')
RUN = ('y = "@published.y", lr = 0.01, steps = 2001 }', 'y = "@published.y", lr = 0.01, steps = 2000 }')


@pytest.fixture
def changed(home):
    """Make a copy of linear-zero with a text changed; gives its folder."""
    def make(old, new):
        folder = shutil.copytree(ROOT / "assignments" / "linear-zero", home / f"v{old.count('few')}" / "linear-zero")
        file = folder / "assignment.toml"
        assert old in file.read_text()
        file.write_text(file.read_text().replace(old, new, 1))
        return str(folder)
    return make


@pytest.fixture
def graded(service, desk, changed):
    """The class, graded with a tolerance that is too narrow; gives its scores."""
    for name in ("redis", "worker", "sweeper"):
        service.start(name)
    desk.enrol(student="ines", role="instructor")
    desk.set_version(folder=changed(*NARROW))
    for student, example in CLASS.items():
        desk.hand_in(student=student, slug="linear-zero", file=EXAMPLES / example / "submission.py", seed=7)
    desk.await_all()
    return desk.totals()


def regraded(service, desk, **wish):
    """Begin a regrade as the instructor, and wait for its end."""
    made = desk.regrade(by="ines", **wish)
    return wait_for(lambda: found if (found := desk.regrade_of(pk=made))["state"] == "ready" else None,
                    lambda: f"{desk.regrade_of(pk=made)}\n{service.logs()}")


def test_a_wrong_tolerance_is_made_right_and_nobody_is_hurt(service, desk, graded):
    right = desk.publish(folder=str(ROOT / "assignments" / "linear-zero"))
    found = regraded(service, desk, version=right)
    assert {i["student"]: i["outcome"] for i in found["items"]} == {"alice": "up", "bob": "unchanged", "carol": "unchanged"}
    assert desk.totals() == graded
    made = desk.promote(by="ines", pk=found["pk"], mode="all", reason="a wrong tolerance", sets_version=True)
    assert desk.totals() == graded | {"alice": graded["alice"] + 2}
    wait_for(lambda: all(n["is_ready"] for n in desk.notices()), service.logs)
    assert [n["user__username"] for n in desk.notices() if not n["is_void"]] == ["alice"]
    assert desk.mail_is_due() == 1
    wait_for(lambda: "To: alice@example.org" in service.logs(), service.logs)
    assert service.logs().count("Subject: Changed scores in") == 1
    fresh = desk.hand_in(student="bob", slug="linear-zero", file=EXAMPLES / "numpy" / "submission.py", seed=7)
    wait_for(lambda: [r for r in desk.rows() if r["pk"] == fresh and r["score"] == 10], service.logs)
    desk.revert(by="ines", pk=made)
    assert desk.totals()["alice"] == graded["alice"]


def test_what_must_be_run_again_is_run_and_outlasts_a_killed_worker(service, desk, graded, changed):
    found = regraded(service, desk, version=desk.publish(folder=changed(*RUN)))
    assert {i["state"] for i in found["items"]} == {"again"}
    assert desk.run_again(by="ines", pk=found["pk"]) == 3
    wait_for(lambda: [r for r in desk.rows() if r["state"] == "running"], service.logs)
    service.end("worker", signal.SIGKILL)
    service.start("worker")
    found = wait_for(lambda: now if (now := desk.regrade_of(pk=found["pk"]))["state"] == "ready" else None, service.logs)
    assert {i["state"] for i in found["items"]} == {"done"}
    assert {i["student"]: i["outcome"] for i in found["items"]}["alice"] == "up"
    assert desk.totals() == graded
    assert len(desk.rows()) == 6


def test_a_worker_killed_while_it_judges_loses_nothing(service, desk, graded):
    right = desk.publish(folder=str(ROOT / "assignments" / "linear-zero"))
    service.end("worker")
    made = desk.regrade(by="ines", version=right)
    assert desk.claim_items_and_die(pk=made) == 3
    service.start("worker")
    found = wait_for(lambda: now if (now := desk.regrade_of(pk=made))["state"] == "ready" else None,
                     lambda: f"{desk.regrade_of(pk=made)}\n{service.logs()}")
    assert {i["state"] for i in found["items"]} == {"done"}
    assert len(desk.rows()) == 6
