"""What may pass the door: the few calls that a worker makes, each rewritten from what was understood of it.

Nothing is passed on as it came. A call is taken apart, held against the list below, and written anew, so that two parsers
cannot read one request in two ways. A container is made only from a body that is, to the last word, what
worker/engines/container.py writes for an image of ours: no mount, no network, no capability, no device but one GPU more.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from worker.engines import container, gpu
from worker.engines.container import BOX_LABEL, OWNER_LABEL, Order

DOOR_LABEL = "dlgrader.door"
MOST_MEMORY = (65536 + 2048) << 20  # what a spec may ask for, and what a box needs around it
MOST_PROCESSES = 2048
MOST_BOXES = 256
VERSION = re.compile(r"/v(1\.[0-9]{2})(/.*)")
BOX = re.compile(r"/containers/([0-9a-f]{64})(/[a-z]+)?")
IMAGE = re.compile(r"/images/(dlgrader/[a-z0-9-]{1,40}:[0-9a-f]{12})/json")
ATTACH = {"stdin": "1", "stdout": "1", "stderr": "1", "stream": "1", "logs": "0"}
ENDS = {"force": "True", "v": "True", "link": "False"}
OF_A_BOX = {("GET", "/json"), ("POST", "/start"), ("POST", "/kill"), ("POST", "/wait"), ("POST", "/attach"), ("DELETE", "")}
ENGINE_FACTS = ("Runtimes", "DefaultRuntime", "CDISpecDirs", "DiscoveredDevices", "NCPU", "MemTotal", "Architecture", "OSType",
                "ServerVersion", "KernelVersion", "OperatingSystem", "CgroupVersion", "CgroupDriver", "SecurityOptions")


class Refused(Exception):
    """A call that doesn't pass, with the reason."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call as it goes on to the engine."""

    method: str
    target: str
    body: bytes = b""
    box: str = ""  # the container it is about
    kind: str = ""  # create, attach, remove, info, or empty


@dataclass(frozen=True, slots=True)
class Known:
    """What the door knows: its own name, the ids of our images, and the boxes that were made through it."""

    door: str
    images: Collection[str]
    boxes: Collection[str]


def permit(method: str, target: str, body: bytes, known: Known) -> Call:
    """Write a call anew that may pass; raises Refused for every other."""
    parts = urlsplit(target)
    path, asked = unquote(parts.path), dict(parse_qsl(parts.query, keep_blank_values=True))
    if path in ("/_ping", "/version") and method in ("GET", "HEAD"):
        return Call(method, path)
    found = VERSION.fullmatch(path)
    if found is None:
        raise Refused(f"{method} {path[:100]}")
    version, rest = found.groups()
    call = _about_engine(method, rest, known) or _about_box(method, rest, asked, known)
    if call is None and (method, rest) == ("POST", "/containers/create") and not asked:
        call = Call("POST", rest, _container(version, body, known), kind="create")
    if call is None:
        raise Refused(f"{method} {path[:100]}")
    return Call(call.method, f"/v{version}{call.target}", call.body, call.box, call.kind)


def _about_engine(method: str, rest: str, known: Known) -> Call | None:
    """Let through what is only looked at."""
    if method != "GET":
        return None
    if rest in ("/_ping", "/version", "/info"):
        return Call("GET", rest, kind=rest[1:])
    if rest == "/containers/json":
        labels = json.dumps({"label": [BOX_LABEL, f"{DOOR_LABEL}={known.door}"]})
        return Call("GET", f"{rest}?{urlencode({'all': '1', 'filters': labels})}")
    if rest == "/images/json":
        return Call("GET", f"{rest}?{urlencode({'filters': json.dumps({'reference': ['dlgrader/*']})})}")
    if (image := IMAGE.fullmatch(rest)) is not None:
        return Call("GET", f"/images/{quote(image[1])}/json")
    return None


def _about_box(method: str, rest: str, asked: dict[str, str], known: Known) -> Call | None:
    """Let through what is done to a box that was made through this door."""
    found = BOX.fullmatch(rest)
    if found is None or (method, found[2] or "") not in OF_A_BOX:
        return None
    box, deed = found[1], found[2] or ""
    if box not in known.boxes:
        raise Refused(f"container {box[:12]} was not made through this door")
    if deed == "/attach":
        if {**ATTACH, **asked} != ATTACH:
            raise Refused(f"attach with {asked}")
        return Call("POST", f"{rest}?{urlencode(ATTACH)}", box=box, kind="attach")
    if method == "DELETE":
        return Call("DELETE", f"{rest}?force=1&v=1", box=box, kind="remove")
    if asked:
        raise Refused(f"{deed} with {asked}")
    return Call(method, rest, box=box)


def _container(version: str, raw: bytes, known: Known) -> bytes:
    """Hold a request for a container against what the engine of this service would write; give it with the door's label."""
    try:
        asked = json.loads(raw)
        order = _order(asked)
        wanted = json.loads(json.dumps(container.body(version, order)))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as e:
        raise Refused("a container whose request can't be read") from e
    if order.image not in known.images:
        raise Refused(f"a container of {order.image[:80]!r}, which is no image of this service")
    if asked != wanted:
        told = {*differences(asked, wanted), *differences(asked["HostConfig"], wanted["HostConfig"])}
        raise Refused(f"a container that is no box: {', '.join(sorted(told))[:300]}")
    if len(known.boxes) >= MOST_BOXES:
        raise Refused(f"more than {MOST_BOXES} boxes")
    wanted["Labels"][DOOR_LABEL] = known.door
    return json.dumps(wanted).encode()


def differences(one: dict[str, Any], other: dict[str, Any]) -> set[str]:
    """Name the keys in which two requests differ."""
    return {k for k in {*one, *other} if one.get(k) != other.get(k)}


def _order(asked: dict[str, Any]) -> Order:
    """Read the few facts in which boxes differ."""
    host = asked["HostConfig"]
    memory, processes, devices = host["Memory"], host["PidsLimit"], host.get("DeviceRequests") or []
    if not (type(memory) is int and 0 < memory <= MOST_MEMORY and type(processes) is int and 0 < processes <= MOST_PROCESSES):
        raise Refused(f"a container with {memory!r:.20} bytes of memory and {processes!r:.20} processes")
    if not gpu.is_one(devices):
        raise Refused("a container with more devices than one GPU, or one without a name")
    return Order(str(asked["Image"]), memory, processes, "MaskedPaths" in host, str(asked["Labels"][OWNER_LABEL])[:200], devices)


def known_facts(body: bytes) -> bytes:
    """Keep of what the engine says of itself what a worker needs to choose a device."""
    told = json.loads(body)
    return json.dumps({k: told[k] for k in ENGINE_FACTS if k in told}).encode()
