"""What the engine is asked for when a box's container is made: all of it follows from the few facts of an order.

The engine (docker.py) sends this; the door (worker/door) lets nothing else through, so a worker that was taken over can
make no other container. Whoever changes a wall changes it here, for both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import docker.types

from worker.engines import base, gpu, seccomp

BOX_LABEL, OWNER_LABEL = "dlgrader.box", "dlgrader.owner"
SUPERVISOR_UID, FIRST_UID, UIDS = 19_999, 20_000, 40_000
TMPFS = "nosuid,nodev,noexec,mode=1777,size=256m,nr_inodes=16k"
SHM_BYTES = 64 << 20
ONE_CPU = 10**9
ULIMITS = {"core": 0, "nofile": 256, "fsize": 64 << 20, "memlock": 64 << 10, "msgqueue": 0}
ENVIRONMENT = base.ENVIRONMENT | {"PYTHONPATH": "/opt/box"}


@dataclass(frozen=True, slots=True)
class Order:
    """What boxes differ in."""

    image: str  # an id
    memory: int  # bytes
    processes: int
    is_nested: bool
    owner: str
    devices: list[dict[str, Any]]


def body(version: str, order: Order) -> dict[str, Any]:
    """Write the request for a container, as this version of the engine's API wants it."""
    users = [[0, SUPERVISOR_UID, 1], [FIRST_UID, FIRST_UID, UIDS]] if order.is_nested else []
    walls = base.walls(seccomp.child_program(), owns_namespace=True, is_nested=order.is_nested, users=users)
    whole = docker.types.ContainerConfig(
        version, order.image, ["python3", "-s", "-P", "-m", "inside.supervisor", walls],
        user="0:0", hostname="box", working_dir="/", environment=ENVIRONMENT | gpu.environment(order.devices), stdin_open=True,
        labels={BOX_LABEL: "1", OWNER_LABEL: order.owner}, host_config=host_config(version, order))
    return {key: value for key, value in whole.items() if value is not None}


def host_config(version: str, order: Order) -> dict[str, Any]:
    """Write what the container may use and what it is kept from."""
    config: dict[str, Any] = docker.types.HostConfig(
        version=version,
        network_mode="none",
        ipc_mode="private",
        cap_drop=["ALL"],
        cap_add=["SETUID", "SETGID"] if order.is_nested else ["SETUID", "SETGID", "KILL"],
        security_opt=security(is_nested=order.is_nested),
        read_only=True,
        tmpfs={"/tmp": TMPFS, "/work": TMPFS},  # noqa: S108 - the box's own
        shm_size=SHM_BYTES,
        mem_limit=order.memory,
        memswap_limit=order.memory,
        nano_cpus=ONE_CPU,
        pids_limit=order.processes,
        ulimits=[docker.types.Ulimit(name=name, soft=n, hard=n) for name, n in ULIMITS.items()],
        log_config=docker.types.LogConfig(type="none"),
        init=True,
        device_requests=order.devices or None,
    )
    if order.is_nested:  # a covered /proc can't be mounted afresh; nest.py covers its own
        config |= {"MaskedPaths": [], "ReadonlyPaths": []}
    return config


def security(*, is_nested: bool) -> list[str]:
    """Choose the rules; Docker's own AppArmor profile would refuse the mounts of an attempt's namespaces."""
    profile = seccomp.docker_profile(is_nested=is_nested)
    return ["no-new-privileges:true", f"seccomp={profile}", *(["apparmor=unconfined"] if is_nested else [])]
