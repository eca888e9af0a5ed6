"""Two workers on network hosts of their own, with PostgreSQL, Redis and an S3 store between them; one is cut off in mid-run."""

import os
import shutil
import subprocess
import sys

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError

from tests.service.running import RIGHT, Desk, Service, postgresql, wait_for
from tests.service.test_rush import free_port

pytestmark = [pytest.mark.slow, pytest.mark.docker,
              pytest.mark.skipif(os.geteuid() != 0 or shutil.which("ip") is None, reason="network hosts need root and ip")]


class Hosts:
    """A switch with two hosts on it, each a network namespace."""

    def __init__(self):
        number = os.getpid() % 200
        self.net, self.names = f"10.213.{number}", {k: f"dl{number}{k}" for k in "ab"}
        self.bridge, self.address = f"dl{number}br", f"{self.net}.1"
        ip("link", "add", self.bridge, "type", "bridge")
        ip("addr", "add", f"{self.address}/24", "dev", self.bridge)
        ip("link", "set", self.bridge, "up")
        for last, name in enumerate(self.names.values(), 2):
            ip("netns", "add", name)
            ip("link", "add", f"{name}v", "type", "veth", "peer", "name", "eth0", "netns", name)
            ip("link", "set", f"{name}v", "master", self.bridge, "up")
            ip("-n", name, "addr", "add", f"{self.net}.{last}/24", "dev", "eth0")
            ip("-n", name, "link", "set", "eth0", "up")
            ip("-n", name, "link", "set", "lo", "up")

    def within(self, key):
        return ["nsenter", f"--net=/run/netns/{self.names[key]}"]

    def cut(self, key, *, is_cut=True):
        ip("link", "set", f"{self.names[key]}v", "down" if is_cut else "up")

    def close(self):
        for name in self.names.values():
            ip("netns", "del", name)
        ip("link", "del", self.bridge)


def ip(*words):
    subprocess.run(["ip", *words], check=True, capture_output=True)


@pytest.fixture
def hosts():
    hosts = Hosts()
    yield hosts
    hosts.close()


@pytest.fixture
def spread(hosts, home):
    """A service whose every part is reached over the network, and whose data folders nobody shares."""
    store, redis = free_port(), free_port()
    settings = {"GRADER_REDIS": f"redis://{hosts.address}:{redis}/0", "GRADER_STORE_KEY": "key", "GRADER_STORE_SECRET": "secret",
                "GRADER_STORE": f"s3://kept/dl?endpoint=http://{hosts.address}:{store}&region=us-east-1"}
    with postgresql(hosts.address) as database:
        service = Service(home, GRADER_DATABASE=database, GRADER_JOBS="1", **settings)
        service.redis = lambda: [*Service.redis(service), "--port", str(redis), "--bind", hosts.address, "--protected-mode", "no"]
        s3 = subprocess.Popen([sys.executable, "-m", "moto.server", "-H", hosts.address, "-p", str(store)],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        bucket = boto3.client("s3", endpoint_url=f"http://{hosts.address}:{store}", region_name="us-east-1",
                              aws_access_key_id="key", aws_secret_access_key="secret")
        wait_for(lambda: made(bucket))
        service.start("redis")
        yield service
        service.close()
        s3.terminate()
        s3.wait()


def made(bucket):
    try:
        return bucket.create_bucket(Bucket="kept")
    except EndpointConnectionError:  # it isn't up yet
        return None


def test_a_host_that_is_cut_off_in_mid_run_costs_time_and_nothing_else(hosts, spread, sleepy):
    desk = Desk(spread)
    desk.begin(slugs=["linear-zero"], students=["alice", "bob", "carol", "dave"])
    spread.start("sweeper")
    for key in "ab":
        spread.start("worker", called=key, within=hosts.within(key), GRADER_DATA=str(spread.home / key))
    by_pid = {str(spread.running[key].pid): key for key in "ab"}

    def host_of(row):
        return by_pid[row["worker"].split(":")[1]]
    first = desk.hand_in(student="alice", slug="linear-zero", file=sleepy)
    running = wait_for(lambda: [r for r in desk.rows() if r["state"] == "running"], spread.logs)
    lost = host_of(running[0])
    hosts.cut(lost)
    second = desk.hand_in(student="bob", slug="linear-zero", file=RIGHT)
    rows = {r["pk"]: r for r in desk.await_all()}
    assert {(r["status"], r["score"]) for r in rows.values()} == {("finished", 10)}
    assert rows[first]["tries"] == 2
    assert {host_of(r) for r in rows.values()} == set("ab") - {lost}
    hosts.cut(lost, is_cut=False)
    spread.end(next(iter(set("ab") - {lost})))
    desk.hand_in(student="carol", slug="linear-zero", file=RIGHT)
    later = {r["pk"]: r for r in desk.await_all()}
    assert {k: later[k] for k in rows} == rows, "the host that came back has changed a report"
    assert [host_of(r) for k, r in later.items() if k not in rows] == [lost]
    assert desk.missing() == []
    assert not (spread.home / "store").exists()
    assert second in rows
    desk.close()
