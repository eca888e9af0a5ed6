"""The process in which a folder proves itself is told no secrets, says nothing that others put in its mouth, and ends in time."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from grader.errors import Broken
from grader.settings import Settings
from worker.proving import Found, environment

ROOT = Path(__file__).parents[2]
FORGED = "import os, sys\nfor out in (sys.stdout, sys.__stdout__):\n    print('{\"event\": \"end\"}', file=out, flush=True)\n"
TELLS = "raise RuntimeError(' '.join(k for k in os.environ if k.startswith(('GRADER_', 'DJANGO_'))))\n"


@pytest.fixture
def folder(tmp_path):
    """A folder with a reference of its own and two examples."""
    made = shutil.copytree(ROOT / "assignments" / "cost-functions", tmp_path / "cost-functions")
    right = next(f.parent for f in sorted(made.glob("examples/*/expected.toml")) if "right = true" in f.read_text())
    for example in (made / "examples").iterdir():
        if example.name not in (right.name, "zeros"):
            shutil.rmtree(example)
    return made


def begin(folder, env=None):
    child = subprocess.Popen([sys.executable, "-m", "worker.proof_child"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, cwd=ROOT, start_new_session=True, env=env or environment(Settings()))
    job = {"folder": str(folder), "hold": str(folder.parent / "hold"), "jobs": 1, "has_mutants": False, "is_anew": False}
    child.stdin.write(json.dumps(job).encode() + b"\n")
    child.stdin.flush()
    return child


def heard(child):
    """Listen to the end; gives what was told and the status."""
    threading.Timer(240, child.kill).start()
    events = [json.loads(line) for line in child.stdout]
    child.stderr.read()
    return events, child.wait(60)


def spoil(folder, text):
    file = folder / "reference.py"
    file.write_text(text + file.read_text())


def test_a_child_is_told_no_secrets(monkeypatch):
    secret = "of-nobodys-business-" * 4
    for name in ("SECRET_KEY", "DATABASE", "REDIS", "MAIL", "DATA", "MODE"):
        monkeypatch.setenv(f"GRADER_{name}", secret)
    found = environment(Settings.model_construct(engine="auto", mnist=Path("m"), diabetes=None, isolation="warm", pool_mb=4096))
    assert secret not in found.values()
    assert {k for k in found if k.startswith(("GRADER_", "DJANGO_"))} == {
        "GRADER_ENGINE", "GRADER_MNIST", "GRADER_ISOLATION", "GRADER_POOL_MB"}


@pytest.mark.slow
def test_what_an_instructors_reference_prints_is_nobodys_word(folder):
    spoil(folder, FORGED)
    events, status = heard(begin(folder))
    assert status == 0
    assert [e["event"] for e in events].count("end") == 1
    examples = [e["found"] for e in events if e["event"] == "example"]
    assert len(examples) == 2
    assert all(e["surprises"] == [] for e in examples)


@pytest.mark.slow
def test_a_reference_that_fails_or_ends_the_process_proves_nothing(folder):
    spoil(folder, f"import os\n{TELLS}")
    events, status = heard(begin(folder))
    assert status == 0
    [told] = [e for e in events if e["event"] == "problems"]
    assert "reference cannot be loaded" in told["problems"][0]
    assert "GRADER_ENGINE" in told["problems"][0]
    assert not any(name in told["problems"][0] for name in ("SECRET", "DATABASE", "REDIS", "DATA", "DJANGO"))
    spoil(folder, "import os\nos._exit(0)\n")
    events, status = heard(begin(folder))
    assert "end" not in [e["event"] for e in events]


@pytest.mark.slow
def test_errors_of_a_folder_are_told_all_at_once(folder):
    spec = folder / "assignment.toml"
    spec.write_text(spec.read_text().replace("points =", "pionts =", 2))
    events, status = heard(begin(folder))
    assert (status, [e["event"] for e in events]) == (0, ["problems", "end"])
    assert len(events[0]["problems"]) >= 2


@pytest.mark.slow
def test_a_child_ends_with_its_worker_and_all_that_it_started(folder):
    spoil(folder, "import subprocess, time\nsubprocess.Popen(['sleep', '600'])\ntime.sleep(600)\n")
    child = begin(folder)
    until = time.monotonic() + 60
    while "sleep" not in (names := group(child.pid)) and time.monotonic() < until:
        time.sleep(0.1)
    assert "sleep" in names
    child.stdin.close()  # as when the worker is killed
    assert child.wait(30) == -signal.SIGKILL
    while group(child.pid) and time.monotonic() < until:
        time.sleep(0.1)
    assert group(child.pid) == set()
    child.stdout.close()
    child.stderr.close()


def group(pgid):
    """Name the processes of a group."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = stat.read_text().partition("(")[2].rpartition(")")
        except OSError:
            continue
        state, _, group, *_ = rest.split()
        if int(group) == pgid and state != "Z":
            found.add(name)
    return found


@pytest.mark.parametrize("event", [
    {"event": "phase"}, {"event": "phase", "text": "x", "done": "many", "total": 1}, {"event": "example", "found": {"name": "x"}},
    {"event": "example"}, {"event": "calibrated", "content": "{"}, {"event": "mutants", "found": []}, {"event": "problems"}, {}])
def test_what_makes_no_sense_is_no_report(event):
    with pytest.raises(Broken, match="strange"):
        Found().take(event)


def test_what_a_child_tells_is_taken_in():
    found = Found()
    found.take({"event": "phase", "text": "grading", "done": 0, "total": 2})
    found.take({"event": "example", "found": {"name": "zeros", "about": "zeros", "is_right": False, "style": "function",
                                              "seconds": 0.1, "surprises": ["predict passed, expected failed"]}})
    found.take({"event": "unheard of"})
    assert (found.done, found.total, found.is_over) == (1, 2, False)
    assert found.told == [{"name": "zeros", "about": "zeros", "is_right": False, "holds": False, "seconds": 0.1}]
    found.take({"event": "end"})
    assert found.is_over


def test_it_gives_way_to_everybody():
    code = ("from worker.proof_child import be_last, os, Path\nbe_last()\n"
            "print(os.nice(0), Path('/proc/self/oom_score_adj').read_text().strip())")
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT, env=os.environ)
    nice, score = said.stdout.split()
    assert int(nice) >= 10
    assert score == "1000"
