"""The whole service as an operator brings it up: docker-compose.yml on a real engine, used through its published port."""

import json
import os
import shutil
import subprocess
import time
import urllib.request
from uuid import uuid4

import docker
import pytest

from tests.service.running import PATIENCE_S, RIGHT, ROOT, wait_for
from tests.service.test_rush import free_port, is_open
from worker.client import Login, Server

pytestmark = [pytest.mark.docker, pytest.mark.slow]
PROJECT = f"dlgtest{os.getpid()}"
PASSWORD = "correct horse battery"
ONCE = {"secrets", "migrate"}


def compose_command():
    if shutil.which("docker-compose"):
        return ["docker-compose"]
    if subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode == 0:
        return ["docker", "compose"]
    return None


class Deployed:
    """The running service, and what is asked of compose."""

    def __init__(self, project=PROJECT, files=(), **env):
        self.project, self.files = project, [w for f in files for w in ("-f", f)]
        self.port = free_port()
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("GRADER_")}
        self.env |= {"PUBLISH": f"127.0.0.1:{self.port}", "GRADER_VERSION": PROJECT, "JOBS": "1", "DOCKER_BUILDKIT": "0",
                     "COMPOSE_DOCKER_CLI_BUILD": "0", "DOOR": project, **env}

    def __call__(self, *words, given=None, is_checked=True):
        done = subprocess.run([*compose_command(), *self.files, "-p", self.project, *words], env=self.env, cwd=ROOT, input=given,
                              capture_output=True, text=True, check=False)
        assert done.returncode == 0 or not is_checked, f"{words}: {done.stdout[-3000:]}{done.stderr[-5000:]}"
        return done.stdout

    def grader(self, *words, given=None, service="web"):
        return self("exec", "-T", service, "grader", *words, given=given)

    def server(self):
        address = f"http://localhost:{self.port}"
        asked = urllib.request.Request(f"{address}/api/v1/sign-in", headers={"Content-Type": "application/json"}, data=json.dumps(
            {"user": "alice", "password": PASSWORD, "name": "tests", "scopes": ["read", "submit"], "days": 1}).encode())
        with urllib.request.urlopen(asked) as answer:
            return Server(Login(address, json.load(answer)["secret"]), lambda _: None)

    def containers(self):
        mine = {"label": f"com.docker.compose.project={self.project}"}
        return docker.from_env(timeout=PATIENCE_S).containers.list(all=True, filters=mine)


@pytest.fixture(scope="module")
def deployed():
    """A service with a course, an assignment, an instructor and a student."""
    if compose_command() is None:
        pytest.skip("neither docker-compose nor docker compose is here")
    deployed = Deployed()
    try:
        deployed("up", "-d", "--build")
        wait_for(lambda: answers(deployed.port, "/readyz"), lambda: deployed("logs", "--tail", "50"))
        for name in ("ines", "alice"):
            deployed.grader("user", "create", name, "--email", f"{name}@example.edu", given=f"{PASSWORD}\n")
        deployed.grader("course", "create", "dl", "--title", "Deep learning", "--instructor", "ines")
        deployed.grader("course", "assign", "dl", "linear-zero")
        deployed.grader("course", "role", "dl", "alice")
        yield deployed
    finally:
        deployed("down", "-v", "--remove-orphans", "-t", "20", is_checked=False)
        client = docker.from_env(timeout=PATIENCE_S)
        for image in ("web", "worker"):
            client.images.remove(f"dlgrader/service-{image}:{PROJECT}", force=True)
        left = {"label": f"com.docker.compose.project={PROJECT}"}
        assert [*deployed.containers(), *client.networks.list(filters=left), *client.volumes.list(filters=left)] == []
        assert client.containers.list(all=True, filters={"label": f"dlgrader.door={PROJECT}"}) == []


def answers(port, path):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def graded(server, timeout_s=240):
    """Hand in through the published port, and wait for the report."""
    sent = server.json(server.call("POST", "courses/dl/assignments/linear-zero/submissions",
                                   headers={"Idempotency-Key": uuid4().hex},
                                   json={"name": "submission.py", "content": RIGHT.read_text()}))
    until = time.monotonic() + timeout_s
    while (attempt := server.json(server.call("GET", f"attempts/{sent['id']}")))["state"] not in ("done", "broken"):
        assert time.monotonic() < until, attempt
        time.sleep(0.5)
    return attempt


def test_a_submission_through_the_published_port_is_graded_in_a_docker_box(deployed):
    attempt = graded(deployed.server())
    report = attempt["report"]
    assert (attempt["state"], report["score"], report["points"]) == ("done", 10, 10)
    assert report["provenance"]["engine"] == "docker"


def test_every_part_is_well_and_runs_as_nobody_of_weight(deployed):
    found = {c.labels["com.docker.compose.service"]: c for c in deployed.containers()}
    assert {n for n, c in found.items() if c.status == "running"} == {
        "web", "worker", "sweeper", "door", "postgres", "redis"}
    assert {n: c.attrs["State"]["ExitCode"] for n, c in found.items() if n in ONCE} == dict.fromkeys(ONCE, 0)
    wait_for(lambda: {c.attrs["State"]["Health"]["Status"] for c in deployed.containers() if c.status == "running"}
             == {"healthy"})
    for name, container in found.items():
        host = container.attrs["HostConfig"]
        assert not host["Privileged"]
        assert host["CapDrop"] == ["ALL"]
        assert host["Memory"] > 0
        assert host["PidsLimit"] > 0
        assert host["RestartPolicy"]["Name"] == ("on-failure" if name in ONCE else "unless-stopped")
        assert name == "door" or not any("docker.sock" in m["Source"] for m in container.attrs["Mounts"])
    for name in ("web", "worker", "sweeper", "door", "redis"):
        top = found[name].top(ps_args="-eo pid,uid,args")
        assert [p for p in top["Processes"] if p[1] == "0"] == [], name
    top = found["postgres"].top(ps_args="-eo pid,uid,args")
    servers = [p for p in top["Processes"] if p[2].startswith(("postgres:", "/usr/lib"))]
    assert servers
    assert "0" not in {p[1] for p in servers}


def test_nothing_but_the_web_is_reachable(deployed):
    published = [c for c in deployed.containers() if c.attrs["HostConfig"]["PortBindings"]]
    assert [c.labels["com.docker.compose.service"] for c in published] == ["web"]
    assert not is_open(5432)
    assert not is_open(6379)
    networks = docker.from_env(timeout=PATIENCE_S).networks.list(filters={"label": f"com.docker.compose.project={PROJECT}"})
    inner = {n.attrs["Labels"]["com.docker.compose.network"]: n.attrs["Internal"] for n in networks}
    assert inner == {"front": False, "back": True}
    of = {c.labels["com.docker.compose.service"]: {n.rsplit("_", 1)[-1] for n in c.attrs["NetworkSettings"]["Networks"]}
          for c in deployed.containers()}
    assert of["postgres"] == of["redis"] == of["worker"] == {"back"}
    assert of["door"] == {"none"}


def test_passwords_stand_in_files_that_only_their_readers_mount(deployed):
    words = deployed("exec", "-T", "web", "sh", "-c", "cat /secrets/grader/database; ls /secrets; env")
    password = words.split("grader:")[1].split("@")[0]
    assert len(password) == 64
    for container in deployed.containers():
        assert password not in json.dumps(container.attrs)
    assert deployed("exec", "-T", "redis", "sh", "-c", "redis-cli ping 2>&1 || true").startswith("NOAUTH")


def test_the_worker_can_make_boxes_and_nothing_else(deployed):
    tried = """
import docker
client = docker.from_env()
for ask in (lambda: client.containers.run("postgres:15", "true", privileged=True),
            lambda: client.networks.list(), lambda: client.images.pull("x"),
            lambda: client.volumes.list(), lambda: client.containers.get("postgres")):
    try:
        ask()
        print("done")
    except docker.errors.APIError as e:
        print(e.status_code)
"""
    said = deployed("exec", "-T", "worker", "python3", "-", given=tried).split()
    assert said == ["403"] * 5


def test_a_killed_worker_leaves_no_box_and_the_next_submission_is_graded(deployed):
    deployed("kill", "-s", "SIGKILL", "worker")
    boxes = docker.from_env(timeout=PATIENCE_S).containers
    wait_for(lambda: not boxes.list(all=True, filters={"label": f"dlgrader.door={PROJECT}"}))
    deployed("up", "-d")
    assert graded(deployed.server())["report"]["score"] == 10


def test_a_door_that_is_killed_opens_again_where_it_was(deployed):
    deployed("kill", "-s", "SIGKILL", "door")  # its socket stays behind
    deployed("up", "-d")
    assert graded(deployed.server())["report"]["score"] == 10


def test_a_backup_of_postgresql_is_restored_and_the_service_goes_on(deployed):
    server = deployed.server()
    before = server.json(server.call("GET", "attempts"))
    assert "postgresql database" in deployed.grader("backup", "/data/backup.tar", "--replace")
    assert "is whole" in deployed.grader("restore", "/data/backup.tar", "--check")
    graded(server)  # which the backup doesn't have
    deployed("stop", "web", "worker", "sweeper")
    refused = deployed("run", "--rm", "-T", "web", "restore", "/data/backup.tar", is_checked=False)
    assert "restored" not in refused
    wait_for(lambda: "restored" in deployed("run", "--rm", "-T", "web", "restore", "/data/backup.tar", "--replace",
                                            is_checked=False))  # a killed worker counts as there for a minute
    deployed("up", "-d")
    wait_for(lambda: answers(deployed.port, "/readyz"))
    server = deployed.server()
    assert server.json(server.call("GET", "attempts")) == before
    assert graded(server)["report"]["score"] == 10


def test_metrics_and_logs_tell_of_attempts_where_nobody_outside_reaches_them(deployed):
    read = "import urllib.request as r; print(r.urlopen('http://127.0.0.1:9464/metrics').read().decode())"
    assert "grader_run_seconds_count" in deployed("exec", "-T", "worker", "python3", "-c", read)
    assert 'grader_queue_length{queue="cpu"} 0.0' in deployed("exec", "-T", "sweeper", "python3", "-c", read)
    assert not is_open(9464)
    assert not answers(deployed.port, "/metrics")
    lines = [line.split("|", 1)[1].strip() for line in deployed("logs", "--no-color", "worker").splitlines() if "|" in line]
    assert {"time", "level", "logger", "message"} <= set(json.loads(lines[-1]))


def test_the_file_is_read_by_compose_with_the_gpu_profile_too(deployed):
    told = deployed("--profile", "gpu", "config")
    assert "worker-gpu" in told
    assert "nvidia" in told


@pytest.fixture
def elsewhere(deployed, tmp_path):
    """A second machine, as far as compose can tell: a project of its own that has nothing of the first but what it is given."""
    client = docker.from_env(timeout=PATIENCE_S)
    private = client.networks.get("bridge").attrs["IPAM"]["Config"][0]["Gateway"]
    shared = client.volumes.get(f"{PROJECT}_data").attrs["Mountpoint"]
    deployed.files = ["-f", "docker-compose.yml", "-f", "worker/deploy/main.yml"]
    deployed.env |= {"PRIVATE": private, "POSTGRES_PORT": str(free_port()), "REDIS_PORT": str(free_port())}
    other = Deployed(f"{PROJECT}b", ("docker-compose.yml", "worker/deploy/worker.yml"), DATA=shared, SECRETS=str(tmp_path))
    yield other, private
    other("down", "-v", "--remove-orphans", "-t", "20", is_checked=False)
    assert other.containers() == []


def test_another_machine_grades_with_the_files_of_the_first_and_nothing_else(deployed, elsewhere, tmp_path):
    other, private = elsewhere
    deployed("up", "-d")
    wait_for(lambda: answers(deployed.port, "/readyz"))
    deployed("stop", "worker", "door")
    for name in ("database", "redis", "secret_key", "store_key", "store_secret"):
        words = deployed("exec", "-T", "web", "cat", f"/secrets/grader/{name}")
        words = words.replace("@postgres/", f"@{private}:{deployed.env['POSTGRES_PORT']}/")
        (tmp_path / name).write_text(words.replace("@redis:6379", f"@{private}:{deployed.env['REDIS_PORT']}"))
    for place in (tmp_path, *tmp_path.iterdir()):
        shutil.chown(place, 10001)
    other("up", "-d", "--no-deps", "door", "worker")
    assert graded(deployed.server())["report"]["score"] == 10
    assert {c.labels["com.docker.compose.service"] for c in other.containers()} == {"door", "worker"}
