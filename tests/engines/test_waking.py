"""A supervisor is not woken for every line that is printed, and nothing waits for it that is in a hurry."""

from pathlib import Path

import pytest

from grader.spec import Limits
from worker.bench import cpu
from worker.box import Job, Status
from worker.engines.shares import youngest

LIMITS = Limits(seconds=20, memory_mb=256, processes=8, output_kb=256)
LINES = "import time\nfor i in range(3000):\n    print(i)\n    time.sleep(1e-5)\n"


@pytest.fixture
def talk(engine):
    if engine.name == "bubblewrap-unprivileged":
        pytest.skip("its boxes are another process's")
    talk = engine.start("bare", LIMITS)
    yield talk
    talk.shell.kill()


def wakings(pid):
    _, _, rest = Path(f"/proc/{pid}/status").read_text().partition("\nvoluntary_ctxt_switches:")
    return int(rest.split()[0])


def test_lines_are_taken_in_together(talk):
    try:
        supervisor = youngest(cpu.tree(talk.shell.pid()))
    except (ValueError, OSError):
        pytest.skip("the box's processes can't be seen from here")
    before = wakings(supervisor)
    run = talk.run(Job(LINES.encode(), LIMITS, 0), lambda _: None)
    woken = wakings(supervisor) - before
    assert (run.status, run.stdout_bytes) == (Status.FINISHED, sum(len(f"{i}\n") for i in range(3000)))
    assert woken < 200 + 400 * run.seconds, f"woken {woken} times in {run.seconds:.2f} s"


def test_its_end_is_not_waited_for(talk):
    runs = [talk.run(Job(b"print('begun')", LIMITS, 0), lambda _: None) for _ in range(5)]
    assert {r.stdout for r in runs} == {"begun\n"}
    assert min(r.seconds for r in runs) < 1
