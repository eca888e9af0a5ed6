"""The data sets of one attempt: tables of the spec, functions of reference/, and hidden cases drawn from the seed."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import numpy as np

from grader.errors import Broken
from grader.settings import Places
from grader.spec import Draw, Spec, Tables
from grader.tolerance import Array
from worker import cache


def case_of(tables: Tables, seed: int) -> int:
    """Tell which case of the pool this attempt gets."""
    return seed % tables.cases


def inputs_of(spec: Spec, seed: int, places: Places) -> dict[str, Array]:
    """Return every array of every data set as `set.key`; the same seed gives the same arrays.

    Raises Broken when a source does not exist or its file is missing.
    """
    return {f"{name}.{key}": array for name, tables in spec.data.items()
            for key, array in arrays_of(name, tables, seed, places).items()}


def arrays_of(name: str, tables: Tables, seed: int, places: Places) -> dict[str, Array]:
    """Return the arrays of one data set."""
    case = case_of(tables, seed)
    found: dict[str, Array] = dict(sourced(name, tables, case, places)) if tables.source else {}
    rng = np.random.default_rng([case, *name.encode()])
    for key, value in tables.arrays.items():
        found[key] = draw(value, rng) if isinstance(value, Draw) else constant(value)
    return found


def sourced(name: str, tables: Tables, case: int, places: Places) -> Mapping[str, Array]:
    """Return the arrays that a function of reference/ makes: from this process, from the disk, or by asking it."""
    of = case if tables.hidden else None
    return _sourced(cache.key_of("data", tables.source, of, cache.identity(places)), name, tables.source or "", of, places)


@lru_cache(maxsize=128)
def _sourced(key: str, name: str, source: str, case: int | None, places: Places) -> Mapping[str, Array]:
    found = cache.load(key)
    if found is None:
        found = cache.frozen(_from_source(name, source, case, places))
        cache.save(key, found)
    return MappingProxyType(found)


def forget() -> None:
    """Empty what this process has in memory; the disk keeps it."""
    _sourced.cache_clear()


def _from_source(name: str, source: str, case: int | None, places: Places) -> dict[str, Array]:
    function = source_function(source, name)
    wanted = inspect.signature(function).parameters
    given: dict[str, Any] = {"seed": case} if case is not None and "seed" in wanted else {}
    if "path" in wanted:
        if not places.mnist.exists():
            remedy = "run `grader data fetch`, or set GRADER_MNIST to a file"
            msg = f"data.{name}: the MNIST images are not at {places.mnist}; {remedy}"
            raise Broken(msg)
        given["path"] = places.mnist
    if "diabetes" in wanted:
        given["diabetes"] = places.diabetes
    try:
        return {k: np.asarray(v) for k, v in function(**given).items()}
    except (OSError, ValueError) as e:
        msg = f"data.{name}: {e}"
        raise Broken(msg) from e


def source_function(source: str, name: str) -> Callable[..., dict[str, Array]]:
    """Find `module:function` under reference/."""
    module, _, function = source.partition(":")
    try:
        found: Callable[..., dict[str, Array]] = getattr(importlib.import_module(f"reference.{module}"), function)
    except (ImportError, AttributeError) as e:
        msg = f"data.{name}: there is no function {function} in reference/{module}.py"
        raise Broken(msg) from e
    return found


def constant(value: float | list[Any]) -> Array:
    """Turn a value of the spec into an array: whole numbers stay whole, everything else is float32."""
    if isinstance(value, int):
        return np.asarray(value, dtype=np.int64)
    return np.asarray(value, dtype=np.float32)


def draw(d: Draw, rng: np.random.Generator) -> Array:
    """Draw one array as the spec describes it."""
    shape = tuple(d.shape)
    if d.draw == "normal":
        return (d.scale * rng.standard_normal(shape)).astype(np.float32)
    if d.draw == "uniform":
        return rng.uniform(d.low, d.high, shape).astype(np.float32)
    if d.draw == "choice":
        return np.asarray(rng.choice(np.asarray(d.of), shape), dtype=np.float32)
    if d.draw == "integers":
        return np.asarray(rng.integers(int(d.low), int(d.high) + 1, shape))
    rows, classes = shape
    return np.asarray(np.eye(classes, dtype=np.float32)[rng.permutation(np.arange(rows) % classes)])
