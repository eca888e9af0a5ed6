"""What may pass the door to the Docker engine, call by call and word by word."""

import json
from dataclasses import replace

import pytest

from worker.door.rules import DOOR_LABEL, Known, Refused, permit
from worker.engines import container

IMAGE, BOX, OTHER = f"sha256:{'a' * 64}", "b" * 64, "c" * 64
KNOWN = Known("door", [IMAGE], {BOX})
ORDER = container.Order(IMAGE, 2432 << 20, 68, is_nested=True, owner="host:1:2", devices=[])
GPU = {"Driver": "nvidia", "Count": 0, "DeviceIDs": ["GPU-1-2"], "Capabilities": [["gpu", "compute"]], "Options": {}}
CDI = {"Driver": "cdi", "Count": 0, "DeviceIDs": ["nvidia.com/gpu=0"], "Capabilities": [], "Options": {}}


def body(order=ORDER):
    """What the engine of this service sends, as it arrives."""
    return json.loads(json.dumps(container.body("1.41", order)))


def create(asked):
    return permit("POST", "/v1.41/containers/create", json.dumps(asked).encode(), KNOWN)


@pytest.mark.parametrize("order", [ORDER, replace(ORDER, is_nested=False), replace(ORDER, devices=[GPU]),
                                   replace(ORDER, devices=[CDI]),
                                   replace(ORDER, memory=1 << 30, processes=20)])
def test_a_box_passes_and_gets_the_doors_label(order):
    sent = json.loads(create(body(order)).body)
    assert sent.pop("Labels") == body(order)["Labels"] | {DOOR_LABEL: "door"}
    assert sent == {k: v for k, v in body(order).items() if k != "Labels"}


HOST = [("Privileged", True), ("Binds", ["/:/host"]), ("Mounts", [{"Type": "bind", "Source": "/", "Target": "/h"}]),
        ("NetworkMode", "host"), ("NetworkMode", "bridge"), ("PidMode", "host"), ("IpcMode", "host"), ("UTSMode", "host"),
        ("UsernsMode", "host"), ("CgroupnsMode", "host"), ("CapAdd", ["SETUID", "SETGID", "SYS_ADMIN"]), ("CapDrop", []),
        ("SecurityOpt", ["seccomp=unconfined"]), ("ReadonlyRootfs", False), ("Devices", [{"PathOnHost": "/dev/sda"}]),
        ("DeviceCgroupRules", ["a *:* rwm"]), ("VolumesFrom", ["postgres"]), ("Links", ["postgres"]), ("CgroupParent", "/"),
        ("Runtime", "other"), ("Tmpfs", {"/etc": ""}), ("Ulimits", []), ("LogConfig", {"Type": "syslog"}), ("Sysctls",
        {"a": "b"}),
        ("GroupAdd", ["docker"]), ("PortBindings", {"80/tcp": [{"HostPort": "80"}]}), ("RestartPolicy", {"Name": "always"}),
        ("AutoRemove", True), ("OomKillDisable", True), ("OomScoreAdj", -1000), ("MemorySwap", -1), ("NanoCpus", 0),
        ("privileged", True), ("ContainerIDFile", "/etc/passwd"), ("ExtraHosts", ["a:1.2.3.4"])]
TOP = [("Cmd", ["sh"]), ("Entrypoint", ["sh"]), ("User", "1000"), ("Env", ["LD_PRELOAD=/x"]), ("Volumes", {"/var": {}}),
       ("Healthcheck", {"Test": ["CMD", "sh"]}), ("Image", "debian:bookworm-slim"), ("Image", OTHER), ("Hostname", "x"),
       ("NetworkingConfig", {"EndpointsConfig": {"back": {}}}), ("hostconfig", {"Privileged": True}), ("ExposedPorts",
       {"1/tcp": {}}),
       ("WorkingDir", "/x"), ("Labels", {"dlgrader.box": "1"}), ("Labels", {"dlgrader.owner": "x"}), ("HostConfig", None),
       ("Tty", True)]


@pytest.mark.parametrize(("key", "value"), HOST)
def test_a_container_with_other_walls_is_refused(key, value):
    asked = body()
    asked["HostConfig"][key] = value
    with pytest.raises(Refused, match=key):
        create(asked)


@pytest.mark.parametrize(("key", "value"), TOP)
def test_a_container_that_is_something_else_is_refused(key, value):
    with pytest.raises(Refused):
        create(body() | {key: value})


@pytest.mark.parametrize("key", ["Privileged", "HostConfig", "hostConfig"])
def test_no_second_meaning_of_a_key_reaches_the_engine(key):
    """Go reads keys in any case and takes the last of two; what is sent is written anew, so it has one of each."""
    text = json.dumps(body())
    doubled = text[:-1] + f', "{key}": {json.dumps(body()["HostConfig"])}}}'
    if key == "HostConfig":
        sent = permit("POST", "/v1.41/containers/create", doubled.encode(), KNOWN).body
        assert sent.count(b'"HostConfig"') == 1
    else:
        with pytest.raises(Refused):
            permit("POST", "/v1.41/containers/create", doubled.encode(), KNOWN)


@pytest.mark.parametrize("devices", [
    [GPU, GPU], [GPU | {"Count": -1}], [GPU | {"Count": 1}], [GPU | {"DeviceIDs": ["GPU-1", "GPU-2"]}], [GPU | {"DeviceIDs": []}],
    [GPU | {"DeviceIDs": ["all"]}], [GPU | {"DeviceIDs": ["GPU-1,GPU-2"]}], [GPU | {"DeviceIDs": None, "Count": 1}],
    [GPU | {"DeviceIDs": ["0"]}], [GPU | {"DeviceIDs": "GPU-1"}], [GPU | {"DeviceIDs": [1]}], [GPU | {"DeviceIDs": [["GPU-1"]]}],
    [GPU | {"Capabilities": [["gpu", "compat32"]]}], [GPU | {"Capabilities": [["gpu", "utility"]]}], [GPU | {"Driver": "other"}],
    [GPU | {"Options": {"a": "b"}}], [{}], [CDI | {"DeviceIDs": ["nvidia.com/gpu=all"]}], [CDI | {"DeviceIDs": ["/dev/sda"]}],
    [CDI | {"DeviceIDs": ["GPU-1"]}], [CDI | {"Capabilities": [["gpu"]]}], "GPU-1", [[]], ["GPU-1"]])
def test_more_than_one_gpu_is_refused(devices):
    asked = body()
    asked["HostConfig"]["DeviceRequests"] = devices
    with pytest.raises(Refused):
        create(asked)


@pytest.mark.parametrize("memory", [0, -1, 1 << 60, "1g", None, True, 1.5])
def test_memory_without_bounds_is_refused(memory):
    asked = body()
    asked["HostConfig"]["Memory"] = asked["HostConfig"]["MemorySwap"] = memory
    with pytest.raises(Refused):
        create(asked)


@pytest.mark.parametrize("raw", [b"", b"[]", b"{", b"null", b"{}", b'{"HostConfig": {}}', b"\xff", b"[" * 100_000])
def test_what_is_no_request_is_refused(raw):
    with pytest.raises(Refused):
        permit("POST", "/v1.41/containers/create", raw, KNOWN)


@pytest.mark.parametrize(("method", "target"), [
    ("GET", "/_ping"), ("HEAD", "/_ping"), ("GET", "/version"), ("GET", "/v1.41/info"), ("GET", "/v1.41/containers/json?all=1"),
    ("GET", "/v1.41/images/json"), ("GET", "/v1.41/images/dlgrader/pytorch:0123456789ab/json"),
    ("GET", f"/v1.41/containers/{BOX}/json"), ("POST", f"/v1.41/containers/{BOX}/start"), ("POST",
    f"/v1.41/containers/{BOX}/kill"),
    ("POST", f"/v1.41/containers/{BOX}/wait"), ("DELETE", f"/v1.41/containers/{BOX}?v=True&link=False&force=True"),
    ("POST", f"/v1.41/containers/{BOX}/attach?stdin=1&stdout=1&stderr=1&stream=1")])
def test_what_a_worker_does_passes(method, target):
    assert permit(method, target, b"", KNOWN).method == method


def test_of_containers_only_the_doors_own_are_listed():
    asked = permit("GET", "/v1.41/containers/json?filters=%7B%7D", b"", KNOWN).target
    assert "dlgrader.door%3Ddoor" in asked
    assert "%7B%7D" not in asked


@pytest.mark.parametrize(("method", "target"), [
    ("POST", "/v1.41/build"), ("POST", "/v1.41/images/create?fromImage=x"), ("DELETE", f"/v1.41/images/{OTHER}"),
    ("GET", "/v1.41/images/postgres:15/json"), ("GET", "/v1.41/images/dlgrader/x:0123456789ab/get"), ("POST",
    "/v1.41/images/load"),
    ("POST", f"/v1.41/containers/{BOX}/exec"), ("PUT", f"/v1.41/containers/{BOX}/archive?path=/"), ("POST",
    "/v1.41/exec/x/start"),
    ("GET", f"/v1.41/containers/{BOX}/archive?path=/"), ("POST", f"/v1.41/containers/{BOX}/update"), ("POST", "/v1.41/commit"),
    ("GET", f"/v1.41/containers/{OTHER}/json"), ("DELETE", f"/v1.41/containers/{OTHER}"), ("POST",
    f"/v1.41/containers/{OTHER}/attach"),
    ("GET", "/v1.41/containers/postgres/json"), ("GET", "/v1.41/events"), ("GET", "/v1.41/volumes"), ("POST",
    "/v1.41/networks/create"),
    ("POST", "/v1.41/swarm/init"), ("GET", "/v1.41/secrets"), ("POST", "/v1.41/plugins/pull"), ("POST", "/session"), ("POST",
    "/grpc"),
    ("GET", f"/v1.41/containers/{BOX}/../{OTHER}/json"), ("GET", f"/v1.41/containers/{BOX}%2f..%2f{OTHER}/json"),
    ("GET", f"/v1.41/containers/{BOX}/logs"), ("POST", f"/v1.41/containers/{BOX}/start?checkpoint=x"), ("GET", "/"), ("GET", "*"),
    ("POST", f"/v1.41/containers/{BOX}/attach?stdin=1&detachKeys=a"), ("POST", "/v1.41/containers/create?name=postgres"),
    ("POST", "/containers/create"), ("POST", "/v2/containers/create"), ("CONNECT", "x:1"), ("GET",
    "http://x/v1.41/containers/prune"),
    ("POST", "/v1.41/containers/prune"), ("POST", "/v1.41//containers/create"), ("POST",
    f"/v1.41/containers/{BOX}/kill?signal=x")])
def test_everything_else_is_refused(method, target):
    with pytest.raises(Refused):
        permit(method, target, json.dumps(body()).encode(), KNOWN)
