"""Backups of a service that is in use, restored elsewhere, and refused where anything is amiss."""

import io
import json
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import threading
import time

import pytest

from tests.service.running import RIGHT, ROOT, Desk, Service, wait_for

pytestmark = pytest.mark.slow


def grader(service, *words):
    return subprocess.run([sys.executable, "-m", "worker.cli", *map(str, words)], env=service.env, cwd=ROOT, capture_output=True,
                          text=True, check=False)


@pytest.fixture
def elsewhere(tmp_path_factory):
    """Another machine: no database, no objects."""
    service = Service(tmp_path_factory.mktemp("b"))
    yield service
    service.close()


@pytest.fixture
def backup(service, desk):
    """A backup of a service in which an attempt waits."""
    service.start("redis")
    desk.hand_in(student="bob", slug="linear-zero", file=RIGHT)
    return backed_up(service)


def backed_up(service):
    file = service.home / "grader.tar"
    done = grader(service, "backup", file, "--replace")
    assert done.returncode == 0, done.stderr
    return file


def test_what_was_graded_comes_back_and_what_waited_is_graded_elsewhere(service, desk, elsewhere):
    service.start("redis")
    service.start("worker")
    desk.hand_in(student="alice", slug="linear-zero", file=RIGHT)
    desk.await_all()
    service.end("worker")
    desk.hand_in(student="bob", slug="linear-zero", file=RIGHT)
    backup = backed_up(service)
    assert backup.stat().st_mode & 0o077 == 0
    done = grader(elsewhere, "restore", backup)
    assert done.returncode == 0, done.stderr
    assert (elsewhere.home / "secret_key").read_text() == (service.home / "secret_key").read_text()
    desk = Desk(elsewhere)
    graded, waiting = desk.rows()
    assert (graded["state"], graded["score"], waiting["state"]) == ("done", 10, "queued")
    assert desk.shown_score(pk=graded["pk"], student="alice") == 10
    for name in ("redis", "worker", "sweeper"):
        elsewhere.start(name)
    assert [r["score"] for r in desk.await_all()] == [10, 10]
    desk.close()


def test_a_backup_taken_in_mid_rush_names_nothing_that_it_lacks(service, desk, elsewhere):
    service.start("redis")
    file, stopped = service.home / "grader.tar", threading.Event()

    students = [f"student{k}" for k in range(40)]
    for name in students:
        desk.enrol(student=name)

    def hand_in_on_and_on():
        for number, student in enumerate(students * 5):
            if stopped.is_set():
                return
            source = service.home / f"{number}.py"
            source.write_text(f"x = {number}\n")
            desk.hand_in(student=student, slug="linear-zero", file=source)
            time.sleep(0.05)

    thread = threading.Thread(target=hand_in_on_and_on)
    thread.start()
    wait_for((service.home / "5.py").exists)
    done = grader(service, "backup", file)
    stopped.set()
    thread.join()
    assert done.returncode == 0, done.stderr
    assert grader(elsewhere, "restore", file).returncode == 0
    desk = Desk(elsewhere)
    assert desk.missing() == []
    assert len(desk.rows()) >= 5
    desk.close()


def test_what_is_here_is_replaced_only_when_told_to_and_kept_beside(backup, elsewhere, service):
    assert grader(elsewhere, "restore", backup).returncode == 0
    again = grader(elsewhere, "restore", backup)
    assert again.returncode == 2
    assert "--replace" in again.stderr
    assert grader(elsewhere, "restore", backup, "--replace").returncode == 0
    assert len(list(elsewhere.home.glob("grader.sqlite3.before-*"))) == 1
    assert grader(service, "backup", backup).returncode == 2


def test_a_service_that_runs_is_not_replaced(backup, service, elsewhere):
    service.start("worker")
    wait_for(lambda: "workers are running" in grader(service, "restore", backup, "--replace").stderr)
    service.end("worker", signal.SIGTERM)


def spoilt(backup, change):
    """Write a backup anew in which each member is what `change` makes of it."""
    target = backup.with_name("spoilt.tar")
    with tarfile.open(backup) as old, tarfile.open(target, "w") as new:
        for entry in old:
            content = change(entry.name, old.extractfile(entry).read())
            if content is not None:
                entry.size = len(content)
                new.addfile(entry, io.BytesIO(content))
    return target


def kept_in(service):
    """List the objects of a service, and the databases that were replaced."""
    return sorted([*service.home.glob("store/objects/??/*"), *service.home.glob("*.before-*")])


def newer(name, content):
    if name != "manifest.json":
        return content
    told = json.loads(content)
    return json.dumps(told | {"migrations": [*told["migrations"], "web.9999_from_the_future"]}).encode()


SPOILT = [
    (lambda name, content: content if name != "manifest.json" else None, "cut"),
    (lambda name, content: content[:-9] + b"x" * 9 if name == "database" else content, "database is damaged"),
    (lambda name, content: content[:-1] if name.startswith("objects/") else content, "damaged"),
    (lambda name, content: None if name.startswith("objects/") else content, "objects, [0-9]+ expected"),
    (newer, "newer version"),
]


def test_a_damaged_backup_is_refused_before_anything_changes(backup, elsewhere):
    assert grader(elsewhere, "restore", backup).returncode == 0
    before = kept_in(elsewhere)
    for change, told in SPOILT:
        done = grader(elsewhere, "restore", spoilt(backup, change), "--replace")
        assert done.returncode in (2, 3)
        assert re.search(told, done.stderr.replace("\n", " ")), done.stderr
    cut = backup.with_name("cut.tar")
    shutil.copy(backup, cut)
    with cut.open("r+b") as file:
        file.truncate(backup.stat().st_size // 2)
    assert grader(elsewhere, "restore", cut, "--check").returncode == 3
    assert kept_in(elsewhere) == before
