"""One measurement verb per file; a probe knows no answer. Adding one means adding its file and its line here."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Any

from . import call, gradient, routing, script

VERBS: MappingProxyType[str, Callable[..., dict[str, Any]]] = MappingProxyType({
    "call": call.run, "gradient": gradient.run, "routing": routing.run, "script": script.run})
