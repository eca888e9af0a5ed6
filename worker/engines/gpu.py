"""Which device a box gets: the spec's `gpu` is none, preferred or required."""

from __future__ import annotations

from typing import Any

from grader.errors import Broken


def wants(gpu: str, *, has_gpu: bool, engine: str) -> bool:
    """Say whether the box is to get a GPU. Raises Broken where it must have one and there is none."""
    if gpu == "required" and not has_gpu:
        raise Broken(f"{engine}: this assignment needs a GPU, and this engine has none; use a worker with one")
    return gpu != "none" and has_gpu


def requests(gpu: str, info: dict[str, Any]) -> list[dict[str, Any]]:
    """Write Docker's device request: one GPU, never all, or nothing. `info` is what the engine says of itself."""
    has_gpu = "nvidia" in (info.get("Runtimes") or {})
    if not wants(gpu, has_gpu=has_gpu, engine="docker"):
        return []
    return [{"Driver": "nvidia", "Count": 1, "DeviceIDs": None, "Capabilities": [["gpu"]], "Options": {}}]
