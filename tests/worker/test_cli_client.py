"""The commands of a student's machine, against a real service: uvicorn, Redis, SQLite, and a worker where one is needed."""

import csv
import json
import os
import signal
import socket
import socketserver
import stat
import subprocess
import sys
import tempfile
import threading
import urllib.request
from pathlib import Path

import pytest

from tests.service.running import RIGHT, ROOT, Desk, Service, wait_for

PASSWORD = "correct horse battery"
WRONG = RIGHT.parents[1] / "gradients-kept" / "submission.py"


@pytest.fixture(scope="module")
def service():
    with socket.socket() as found, tempfile.TemporaryDirectory(prefix="dl-") as home:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
        found.close()
        service = Service(Path(home), GRADER_PORT=str(port))
        desk = service.desk = Desk(service)
        desk.begin(slugs=["linear-zero", "softmax"], students=["alice", "bob", "carol"])
        desk.enrol(student="alice", password=PASSWORD)
        desk.enrol(student="tessa", role="ta")
        service.url = f"http://127.0.0.1:{port}"
        service.start("redis")
        service.start("web")
        wait_for(lambda: is_up(service.url))
        yield service
        desk.close()
        service.close()


@pytest.fixture(scope="module")
def worker(service):
    service.start("worker")


def is_up(url):
    try:
        return urllib.request.urlopen(f"{url}/api/openapi.json", timeout=5).status == 200
    except OSError:
        return False


@pytest.fixture
def machine(tmp_path):
    """A student's machine: a configuration folder of its own, and no setting of any service."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("GRADER_")}
    return env | {"XDG_CONFIG_HOME": str(tmp_path), "COLUMNS": "120"}


def grader(machine, *args, typed=""):
    return subprocess.run([sys.executable, "-m", "worker.cli", *map(str, args)], env=machine, input=typed, capture_output=True,
                          text=True, cwd=ROOT, timeout=240, check=False)


@pytest.fixture
def alice(machine, service):
    """Alice's machine, logged in."""
    return logged_in(machine, service, "alice")


def logged_in(machine, service, student, url=None, scopes=("read", "submit", "grades")):
    done = grader(machine, "login", url or service.url, "--token", "-", typed=service.desk.token(student=student, scopes=scopes))
    assert done.returncode == 0, done.stderr
    return machine


def login_file(machine):
    return Path(machine["XDG_CONFIG_HOME"]) / "dlgrader" / "login.json"


def mine(service, student="alice"):
    return [r for r in service.desk.rows() if r["submission__user__username"] == student]


def test_a_password_becomes_a_token_that_only_its_owner_can_read(machine, service):
    done = grader(machine, "login", service.url, "--user", "alice", typed=PASSWORD + "\n")
    assert done.returncode == 0, done.stderr
    assert "as alice (dl)" in done.stdout
    file = login_file(machine)
    assert (stat.S_IMODE(file.stat().st_mode), stat.S_IMODE(file.parent.stat().st_mode)) == (0o600, 0o700)
    assert PASSWORD not in file.read_text()


@pytest.mark.parametrize(("args", "typed", "said"), [
    (("--user", "alice"), "wrong\n", "don't belong together"), (("--token", "-"), "dlg_nobody\n", "not known here"),
    (("--token", "hunter2"), "", "begins with dlg_"), ((), "\n", "begins with dlg_")])
def test_a_login_that_fails_keeps_nothing(machine, service, args, typed, said):
    done = grader(machine, "login", service.url, *args, typed=typed)
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr
    assert not login_file(machine).exists()


@pytest.mark.parametrize("url", ["ftp://grader.example", "https://", "https://a@b.example", "what is this"])
def test_an_address_that_is_none_is_refused(machine, url):
    done = grader(machine, "login", url, "--token", "-", typed="dlg_x")
    assert (done.returncode, "not an address" in done.stderr) == (2, True), done.stderr


def test_without_a_login_the_commands_say_how_to_log_in(machine):
    for command in (("submit", "linear-zero", RIGHT), ("status",), ("grades",), ("logout",)):
        done = grader(machine, *command)
        assert (done.returncode, "grader login https://" in done.stderr) == (2, True), command


def test_logging_out_revokes_the_token(alice, service):
    token = json.loads(login_file(alice).read_text())["token"]
    assert grader(alice, "logout").returncode == 0
    assert not login_file(alice).exists()
    assert "was revoked" in grader(alice, "login", service.url, "--token", token).stderr


def test_a_submission_waits_and_its_place_is_told(machine, service):
    bob = logged_in(machine, service, "bob")
    done = grader(bob, "submit", "dl/linear-zero", RIGHT)
    assert done.returncode == 0, done.stderr
    [row] = mine(service, "bob")
    assert f"grader status {row['pk']}" in done.stderr
    assert "waiting" in grader(bob, "status", row["pk"]).stdout
    assert "dl/linear-zero" in grader(bob, "status").stdout
    service.desk.cancel(pk=row["pk"])
    gone = grader(bob, "status", row["pk"], "--wait")
    assert (gone.returncode, "was cancelled" in gone.stderr) == (2, True)


@pytest.mark.parametrize(("name", "file", "said"), [
    ("linear-zer", RIGHT, "did you mean linear-zero"), ("ml/linear-zero", RIGHT, "did you mean dl/linear-zero"),
    ("linear-zero", RIGHT.parent / "expected.toml", "hand in a .py"), ("linear-zero", "nowhere.py", "nowhere.py")])
def test_what_is_not_taken_is_said_and_exits_with_2(alice, name, file, said):
    done = grader(alice, "submit", name, file)
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr


def test_an_assignment_of_two_courses_wants_to_be_named_in_full(machine, service):
    service.desk.enrol(student="carol", course="dl-b")
    service.desk.set_assignment(course="dl-b", slug="linear-zero")
    done = grader(logged_in(machine, service, "carol"), "submit", "linear-zero", RIGHT)
    assert (done.returncode, "dl/linear-zero or dl-b/linear-zero" in done.stderr) == (2, True), done.stderr


def test_a_file_too_large_is_not_even_sent(alice, tmp_path):
    large = tmp_path / "large.py"
    large.write_bytes(b"#" * 10_000_001)
    done = grader(alice, "submit", "linear-zero", large)
    assert (done.returncode, "without data" in done.stderr) == (2, True)


def test_a_service_that_is_not_there_is_our_fault_and_says_what_to_do(alice, service):
    login = json.loads(login_file(alice).read_text())
    login_file(alice).write_text(json.dumps(login | {"url": "http://127.0.0.1:9"}))
    impatient = "import worker.client as c; c.AGAIN_S = (0.1, 0.1); import worker.cli as m; m.main()"
    done = subprocess.run([sys.executable, "-c", impatient, "status"], env=alice,
                          capture_output=True, text=True, cwd=ROOT, timeout=240, check=False)
    assert (done.returncode, "trying again" in done.stderr, "run the same command again" in done.stderr) == (3, True, True)


def test_an_answer_lost_on_its_way_hands_in_nothing_twice(machine, service):
    carol = logged_in(machine, service, "carol")
    before = len(mine(service, "carol"))
    with LossyWay(int(service.env["GRADER_PORT"])) as way:
        login = json.loads(login_file(carol).read_text())
        login_file(carol).write_text(json.dumps(login | {"url": f"http://127.0.0.1:{way.port}"}))
        done = grader(carol, "submit", "dl/linear-zero", RIGHT)
        assert done.returncode == 0, done.stderr
        assert way.lost == 1
    assert "trying again" in done.stderr
    assert len(mine(service, "carol")) == before + 1


def test_whoever_interrupts_the_handing_in_is_told_that_it_may_have_arrived(machine, service):
    carol = logged_in(machine, service, "carol")
    with LossyWay(int(service.env["GRADER_PORT"]), held=threading.Event()) as way:
        login = json.loads(login_file(carol).read_text())
        login_file(carol).write_text(json.dumps(login | {"url": f"http://127.0.0.1:{way.port}"}))
        sending = started(carol, "submit", "dl/linear-zero", RIGHT)
        wait_for(lambda: way.lost)
        sending.send_signal(signal.SIGINT)
        said = sending.communicate(timeout=60)[1]
        way.held.set()
    assert (sending.returncode, "may have arrived" in said) == (130, True), said


def test_the_commands_import_neither_torch_nor_django():
    code = "import sys, worker.cli; print(sorted({'torch', 'django', 'celery'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True).stdout == "[]\n"


@pytest.mark.slow
def test_a_submission_is_waited_for_and_its_report_is_printed(alice, service, worker):
    done = grader(alice, "submit", "linear-zero", RIGHT, "--wait")
    assert done.returncode == 0, done.stderr
    assert "10 / 10 points" in done.stdout
    assert "being graded" in done.stderr
    wrong = grader(alice, "submit", "linear-zero", WRONG, "--wait")
    assert (wrong.returncode, "What to try" in wrong.stdout) == (0, True)  # graded, whatever the score


@pytest.mark.slow
def test_grades_are_shown_and_written_as_csv(alice, service, worker, tmp_path):
    assert grader(alice, "submit", "linear-zero", RIGHT, "--wait").returncode == 0
    assert "10" in grader(alice, "grades").stdout
    assert grader(alice, "grades", "dl", "--csv", tmp_path / "mine.csv").returncode == 0
    rows = list(csv.DictReader((tmp_path / "mine.csv").open()))
    assert [(r["assignment"], r["score"]) for r in rows] == [("linear-zero", "10"), ("softmax", "")]
    tessa = logged_in(alice, service, "tessa")
    assert grader(tessa, "grades", "dl", "--csv", tmp_path / "all.csv").returncode == 0
    assert {r["user"]: r["linear-zero"] for r in csv.DictReader((tmp_path / "all.csv").open())}["alice"] == "10"
    assert "alice" in grader(tessa, "grades").stdout


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["revoked", "interrupted"])
def test_a_wait_that_ends_early_leaves_the_submission_standing(alice, service, worker, tmp_path, ending):
    sleepy = tmp_path / "sleepy.py"
    sleepy.write_text(RIGHT.read_text() + "\nimport time\ntime.sleep(8)\n")
    waiting = started(alice, "submit", "linear-zero", sleepy, "--wait")
    assert "handed in" in waiting.stderr.readline()
    row = wait_for(lambda: next((r for r in mine(service) if r["state"] == "running"), None))
    service.desk.revoke_tokens(student="alice") if ending == "revoked" else waiting.send_signal(signal.SIGINT)
    said = waiting.communicate(timeout=240)[1]
    assert waiting.returncode == (2 if ending == "revoked" else 130), said
    assert f"grader status {row['pk']}" in said
    assert ("was revoked" in said) == (ending == "revoked")
    assert wait_for(lambda: next(r for r in mine(service) if r["pk"] == row["pk"])["state"] == "done")


def started(env, *args):
    return subprocess.Popen([sys.executable, "-m", "worker.cli", *map(str, args)], env=env, text=True, cwd=ROOT,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            preexec_fn=heed_interrupts)  # noqa: PLW1509 - it calls nothing that another thread may hold


def heed_interrupts():
    """Undo what a shell does to programs in its background, and to all that they start."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class LossyWay:
    """A way to the service on which the answer to the first submission is lost, or held back, after the service has given it."""

    def __init__(self, port, held=None):
        self.upstream, self.lost, self.held = port, 0, held
        way = self

        class Relay(socketserver.BaseRequestHandler):
            def handle(self):
                with socket.create_connection(("127.0.0.1", way.upstream)) as there:
                    sent = threading.Event()
                    threading.Thread(target=way.forward, args=(self.request, there, sent), daemon=True).start()
                    while answer := there.recv(65536):
                        if sent.is_set() and not way.lost:
                            way.lost = 1
                            if way.held:
                                way.held.wait(60)
                            return
                        self.request.sendall(answer)
        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Relay)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]

    def forward(self, here, there, sent):
        try:
            while data := here.recv(65536):
                if b"/submissions " in data:
                    sent.set()
                there.sendall(data)
        except OSError:
            return

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
