"""What a bubblewrap box sees of this host: the C library and tools, Python, and the framework's own files.

Never the whole of site-packages: the service's own packages may lie there. What a distribution brings is read
from its metadata, and so is what it requires.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from grader.errors import Broken

FRAMEWORKS = {"pytorch": ("torch", "numpy")}
SITE = "/opt/site"
BOX = "/opt/box"
SYSTEM = ("/usr/bin", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/share/zoneinfo")
LINKED = ("/bin", "/lib", "/lib32", "/lib64")  # links into /usr nowadays, folders on older hosts
SETTINGS = ("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives", "/etc/localtime")
PROCESSORS = "/sys/devices/system/cpu"
PRIVATE = {"__pycache__", "..", "bin"}


@dataclass(frozen=True)
class Rootfs:
    """What to bind read-only (source to target), what to cover with nothing, and which links to make."""

    binds: dict[str, str]
    covers: tuple[str, ...]
    links: dict[str, str]
    python: str


def plan(runtime: str, inside: Path) -> Rootfs:
    """List all that a box of this runtime sees."""
    if runtime not in FRAMEWORKS:
        known = ", ".join(FRAMEWORKS)
        raise Broken(f"bubblewrap: no runtime {runtime}; known here: {known}. Others need the docker engine")
    present = [path for path in (*SYSTEM, *LINKED, *SETTINGS, PROCESSORS) if Path(path).exists()]
    links = {path: str(Path(path).readlink()) for path in LINKED if Path(path).is_symlink()}
    binds = {path: path for path in present if path not in links}
    if sys.base_prefix != "/usr":
        binds[str(Path(sys.base_prefix).resolve())] = sys.base_prefix
    for name in closure(FRAMEWORKS[runtime]):
        binds |= {str(source): f"{SITE}/{source.name}" for source in entries(name)}
    binds[str(inside.resolve())] = f"{BOX}/inside"
    return Rootfs(binds, tuple(covers()), links, interpreter())


def interpreter() -> str:
    """Find the interpreter behind a virtual environment's link, at the path it has in the box."""
    prefix = Path(sys.base_prefix)
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    for name in (f"python{version}", "python3"):
        if (prefix / "bin" / name).exists():
            return str(prefix / "bin" / name)
    raise Broken(f"bubblewrap: no python{version} in {prefix}/bin")


def covers() -> Iterator[str]:
    """List the bound folders in which anything may be installed; a box sees them empty."""
    for root in sorted({Path(sys.base_prefix) / "lib", Path("/usr/lib")}):
        yield from (str(path) for path in sorted(root.glob("python3*/*-packages")))
    if sys.prefix != sys.base_prefix and Path(sys.prefix).is_relative_to(sys.base_prefix):
        yield sys.prefix  # a virtual environment kept below its Python


def closure(names: tuple[str, ...]) -> list[str]:
    """List the distributions that these need, and themselves; without extras and what is not installed."""
    found: dict[str, None] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in found or (dist := find(name)) is None:
            continue
        found[name] = None
        for requirement in dist.requires or []:
            wanted, _, marker = requirement.partition(";")
            if "extra" not in marker:
                waiting.append(normalize(re.split(r"[^A-Za-z0-9._-]", wanted.strip(), maxsplit=1)[0]))
    missing = [name for name in names if name not in found]
    if missing:
        raise Broken(f"bubblewrap: {' and '.join(missing)} not installed; pip install dlgrader brings them")
    return sorted(found)


def normalize(name: str) -> str:
    """Write a distribution's name as the index does."""
    return re.sub(r"[-_.]+", "-", name).lower()


def find(name: str) -> Distribution | None:
    """Find an installed distribution."""
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


def entries(name: str) -> Iterator[Path]:
    """List a distribution's files and folders at the top of site-packages."""
    dist = distribution(name)
    if not dist.files:
        raise Broken(f"bubblewrap: {name} has no list of its files; install it from a wheel")
    for first in sorted({file.parts[0] for file in dist.files} - PRIVATE):
        path = Path(str(dist.locate_file(first))).resolve()
        if path.exists():
            yield path
