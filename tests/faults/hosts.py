"""A memory limit around a worker, and a Docker engine of a test's own: what only root may make."""

import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress
from pathlib import Path

import docker
import pytest

from tests.faults.injuries import small_disk
from tests.service.running import wait_for

GROUPS = Path("/sys/fs/cgroup")
DISK_MB = 4000
HOG = """
import pathlib, sys, time
group, kills = pathlib.Path(sys.argv[1]), sys.argv[2]
(group / "cgroup.procs").write_text("0")
def killed():
    return any(line.split()[0] == "oom_kill" and int(line.split()[1]) for line in (group / kills).read_text().splitlines())
held, until = [], time.monotonic() + 60
while not killed() and time.monotonic() < until:
    held.append(bytearray(b"x") * (4 << 20))
"""


class Cramped:
    """A control group whose memory is limited, made beside those of the machine's own."""

    def __init__(self, name, limit_mb):
        is_v1 = (GROUPS / "memory").is_dir()
        self.folder = (GROUPS / "memory" if is_v1 else GROUPS) / name
        self.limit, self.kills = (("memory.limit_in_bytes", "memory.oom_control") if is_v1 else ("memory.max", "memory.events"))
        try:
            self.folder.mkdir()
            (self.folder / self.limit).write_text(str(limit_mb << 20))
        except OSError as e:
            with suppress(OSError):
                self.folder.rmdir()
            pytest.skip(f"this host lets nobody limit a worker's memory: {e}")

    def within(self):
        """Say how a process is started in it."""
        return ["sh", "-c", f'echo $$ > {self.folder}/cgroup.procs; exec "$@"', "sh"]

    def fill(self, victim):
        """Use its memory up until the kernel kills the victim, the first one that it would; says whether it killed one alone."""
        Path(f"/proc/{victim}/oom_score_adj").write_text("1000")
        subprocess.run([sys.executable, "-c", HOG, self.folder, self.kills], check=True)
        return "oom_kill 1" in (self.folder / self.kills).read_text().splitlines()

    def close(self):
        wait_for(lambda: not (self.folder / "cgroup.procs").read_text().split())
        for folder in sorted(self.folder.rglob("*/"), reverse=True):  # of boxes, where a test failed
            folder.rmdir()
        self.folder.rmdir()


class Engine:
    """A Docker engine beside the machine's own, with a folder of its own for all that it keeps."""

    def __init__(self, home):
        self.home, self.socket, self.process = home, home / "engine.sock", None
        self.address = f"unix://{self.socket}"

    def start(self):
        """Start it, again or for the first time."""
        with (self.home / "engine.log").open("ab") as log:
            self.process = subprocess.Popen(
                ["dockerd", "--data-root", self.home / "d", "--exec-root", self.home / "e", "--host", self.address,
                 "--pidfile", self.home / "engine.pid", "--bridge", "none", "--iptables=false", "--ip-masq=false"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        wait_for(lambda: self.answers() or self.process.poll() is not None, self.log)
        if self.process.poll() is not None:
            raise RuntimeError(self.log())

    def log(self):
        return (self.home / "engine.log").read_text()[-2000:]

    def answers(self):
        try:
            return docker.DockerClient(self.address, timeout=5).ping()
        except (docker.errors.DockerException, OSError):
            return False

    def end(self, number):
        """End it, and with it the containerd that it started; a killed one leaves that one's number, which would be believed."""
        self.process.send_signal(number)
        self.process.wait(60)
        (self.home / "e" / "containerd" / "containerd.pid").unlink(missing_ok=True)

    def take(self, image):
        """Give it an image of the machine's own engine."""
        load = ["docker", "--host", self.address, "load", "--quiet"]
        with subprocess.Popen(["docker", "save", image], stdout=subprocess.PIPE) as saved:
            subprocess.run(load, stdin=saved.stdout, check=True, capture_output=True)

    def containers(self):
        return docker.DockerClient(self.address).api.containers(all=True)


@contextmanager
def engine_of_its_own(home):
    """Run an engine until the block ends, and leave nothing of it."""
    if shutil.which("dockerd") is None:
        pytest.skip("no dockerd here")
    engine = Engine(home)
    with small_disk(home / "d", DISK_MB):  # in memory: an image of many small files comes and goes quickly
        try:
            engine.start()
        except RuntimeError as e:
            pytest.skip(f"no second engine can be started here: {str(e)[-300:]}")
        try:
            yield engine
        finally:
            if engine.process.poll() is not None:
                engine.start()  # only an engine ends its containers and what it started
            engine.end(signal.SIGTERM)
            below = [line.split()[1] for line in Path("/proc/self/mounts").read_text().splitlines()]
            for at in reversed([at for at in below if at.startswith((f"{home}/d/", f"{home}/e/"))]):
                subprocess.run(["umount", "-l", at], check=False)
