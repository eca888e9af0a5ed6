"""Turning whatever a submission hands back into plain arrays, at the box's edge.

Python numbers, nested lists and tuples, NumPy, PyTorch, TensorFlow, Keras and JAX arrays all become NumPy arrays of
one of six dtypes. Nothing is trusted for it: what an object says of itself ends here, only its bytes go on. Asking an
object runs its own code, which may raise anything; that makes it unreadable, and no more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, ValuesView
from itertools import islice
from typing import Any, TypeVar

import numpy as np

from . import accelerator

Array = np.ndarray[Any, Any]
Read = TypeVar("Read")
MAX_BYTES = 16 << 20
MAX_DEPTH = 8
MAX_LIST = 64
NUMBERS = {int, float, bool}


class Unreadable(ValueError):
    """A value that cannot be read as numbers; the message names its type."""


def to_array(value: Any, name: str) -> Array:
    """Return a plain array (f4, f8, i8 or b1); raises Unreadable with the output's name otherwise."""
    return _asked(lambda: _small(_plain(_small(_convert(value, name, 0), name), name), name), value, name)


def to_arrays(value: Any, name: str) -> list[Array]:
    """Return the arrays of a list, tuple, dict of arrays, iterator, or module with parameters."""
    parts = _asked(lambda: _parts(value, name), value, name)
    return [to_array(v, f"{name}[{i}]") for i, v in enumerate(parts)]


def _asked(read: Callable[[], Read], value: object, name: str) -> Read:
    """Read a value; whatever its own code raises makes it unreadable, only a lack of memory ends the run."""
    try:
        return read()
    except (MemoryError, Unreadable):
        raise
    except BaseException as e:  # noqa: BLE001 - a student's object may raise anything
        why = class_name(type(e))
    raise Unreadable(f"{name}: {_kind(value)} cannot be read as numbers (asked for them, it raised {why})")


def _parts(value: Any, name: str) -> list[Any]:
    if hasattr(value, "parameters") and callable(value.parameters):
        value = value.parameters()
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, Iterator | ValuesView):
        value = list(islice(value, MAX_LIST + 1))  # as parameters() hands them out
    if not isinstance(value, list | tuple):
        raise Unreadable(f"{name}: {_kind(value)} where a list of 1 to {MAX_LIST} arrays is expected")
    parts = list(islice(value, MAX_LIST + 1))
    if not 1 <= len(parts) <= MAX_LIST:
        raise Unreadable(f"{name}: a list of {len(value)} where 1 to {MAX_LIST} arrays are expected")
    return parts


def _small(array: Array, name: str) -> Array:
    if array.nbytes > MAX_BYTES:
        raise Unreadable(f"{name}: {array.nbytes} bytes, {MAX_BYTES} allowed")
    return array


def _convert(value: Any, name: str, depth: int) -> Array:
    if isinstance(value, bool | int | float | np.generic):
        return np.asarray(value)
    if isinstance(value, np.ndarray):
        return np.array(_small(value, name), copy=True, subok=False)
    if isinstance(value, list | tuple | range) and depth < MAX_DEPTH:
        if {*map(type, value)} <= NUMBERS:  # at once: a list of millions of arrays of one number would not fit
            return np.asarray(value, dtype=None if len(value) else np.float64)
        return _stack([_convert(v, name, depth + 1) for v in value], name)
    return _foreign(value, name)


def _foreign(value: Any, name: str) -> Array:
    for method in ("detach", "cpu", "resolve_conj", "numpy"):
        step = getattr(value, method, None)
        if callable(step):
            value = _half_to_single(step()) if method == "detach" else step()
    if not isinstance(value, np.ndarray) and hasattr(value, "__array__") and not isinstance(value, type):
        value = value.__array__()
    if isinstance(value, np.ndarray):
        return np.array(_small(value, name), copy=True, subok=False)
    raise Unreadable(f"{name}: {_kind(value)} cannot be read as numbers")


def _half_to_single(value: Any) -> Any:
    """NumPy has no bfloat16; half precision is widened, the numbers stay the same."""
    return value.float() if str(getattr(value, "dtype", "")).endswith(("bfloat16", "float16")) else value


def _stack(parts: list[Array], name: str) -> Array:
    shapes = {p.shape for p in parts}
    if len(shapes) > 1 and all(p.size == 1 for p in parts):
        parts = [p.reshape(()) for p in parts]
    elif len(shapes) > 1:
        raise Unreadable(f"{name}: its rows have different shapes ({', '.join(map(str, sorted(shapes)[:3]))})")
    return np.stack(parts)


def _plain(array: Array, name: str) -> Array:
    kind = array.dtype.kind
    if kind == "f":
        return np.asarray(array, dtype=np.float64 if array.dtype.itemsize > 4 else np.float32, order="C")
    if kind == "u" and array.dtype.itemsize == 8:  # its upper half would come out negative
        return np.asarray(array, dtype=np.float64, order="C")
    if kind in "iu":
        return np.asarray(array, dtype=np.int64, order="C")
    if kind == "b":
        return np.asarray(array, dtype=np.bool_, order="C")
    raise Unreadable(f"{name}: values of type {array.dtype!s:.60} cannot be read as numbers")


def _kind(value: object) -> str:
    word = class_name(type(value))
    return "None (is a return missing?)" if value is None else f"{'an' if word[:1] in 'aeiouAEIOU' else 'a'} {word}"


def class_name(kind: type) -> str:
    """Read a class's name past whatever its metaclass says."""
    return str(type.__dict__["__name__"].__get__(kind))[:60]


def to_input(array: Array, *, as_tensor: bool) -> Any:
    """Make a fresh argument from an input array: 0-d becomes a Python number, others a tensor or a NumPy array."""
    if array.ndim == 0:
        return array.item()
    if not as_tensor:
        return array.copy()
    import torch

    made = torch.from_numpy(array.copy())
    return made.to(torch.get_default_device()) if accelerator.is_given() else made
