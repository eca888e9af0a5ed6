"""Whatever a submission hands back becomes plain arrays, or a sentence; no object's own code gets any further."""

from __future__ import annotations

import enum
import fractions
import tracemalloc
from collections import OrderedDict
from typing import NamedTuple

import numpy as np
import pytest
import torch

from worker.inside import wire
from worker.inside.values import MAX_BYTES, Unreadable, to_array, to_arrays, to_input


class Liar:
    """Looks like an array of ones wherever it is asked."""

    shape, dtype, ndim, size, nbytes = (1,), np.dtype("f8"), 1, 1, 8

    def __eq__(self, other):
        return True

    __hash__ = None

    def __array__(self, dtype=None, copy=None):
        return np.zeros(1)

    def __float__(self):
        return 1.0


class Pair(NamedTuple):
    w: list
    b: list


class Pretender:
    @property
    def __class__(self):
        return np.ndarray


class Meta(type):
    @property
    def __name__(cls):
        raise RuntimeError


class Nameless(metaclass=Meta):
    pass


class Half(np.ndarray):
    @property
    def shape(self):
        return (99,)

    def __array_finalize__(self, obj):
        pass


class Number(float):
    def __eq__(self, other):
        return True

    __hash__ = float.__hash__

    def __le__(self, other):
        return True


class Endless(list):
    def __iter__(self):
        return iter(lambda: 1.0, 2.0)


def raising(method, error):
    """An object that raises when a method of it is looked up or called."""
    return type("Bad", (), {method: lambda *_: (_ for _ in ()).throw(error)})()


def refusal(value):
    with pytest.raises(Unreadable) as caught:
        to_array(value, "W")
    return str(caught.value)


@pytest.mark.parametrize(("value", "want"), [
    (3, np.int64(3)), (2.5, np.float64(2.5)), (True, np.bool_(True)), (np.float32(2), np.float32(2)),
    ([1, 2], np.array([1, 2])), ([1, 2.5], np.array([1, 2.5])), ([True, False], np.array([True, False])),
    ([], np.zeros(0)), ([[]], np.zeros((1, 0))), ((1.0, (2.0)), np.array([1.0, 2.0])), (range(3), np.arange(3)),
    ([[1, 2], [3, 4]], np.array([[1, 2], [3, 4]])), ([[1], 2], np.array([1, 2])),
    (np.arange(3, dtype="u1"), np.arange(3)), (np.array(2**63, "u8"), np.float64(2**63)),
    (np.ones(2, "f2"), np.ones(2, "f4")), (np.ones(2, "f8"), np.ones(2)), (np.ones(2, ">i4"), np.ones(2, "i8")),
    (np.ones(2, np.longdouble), np.ones(2)), (np.ones((2, 3)).T, np.ones((3, 2))), (np.matrix([[1.0]]), np.ones((1, 1))),
    (np.ma.masked_array([1.0, 2.0], [0, 1]), np.array([1.0, 2.0])),
    (torch.tensor(2.0), np.float32(2)), (torch.ones(2, requires_grad=True), np.ones(2, "f4")),
    (torch.nn.Parameter(torch.ones(2, 1)), np.ones((2, 1), "f4")), (torch.ones(2, dtype=torch.bfloat16), np.ones(2, "f4")),
    (torch.ones(2, dtype=torch.float16), np.ones(2, "f4")), (torch.ones(2).long(), np.ones(2, "i8")),
    (torch.arange(6).reshape(2, 3).T, np.arange(6).reshape(2, 3).T),
    ([torch.tensor(1.0), 2.0], np.array([1.0, 2.0])), ([torch.ones(1), torch.tensor(2.0)], np.array([1, 2], "f4")),
    ([np.ones(2), torch.ones(2)], np.ones((2, 2))), ([[torch.tensor([3.0])]], np.full((1, 1, 1), 3.0, "f4")),
], ids=range(33))
def test_numbers_of_every_kind_become_plain_arrays(value, want):
    got = to_array(value, "W")
    np.testing.assert_array_equal(got, want)
    assert (type(got), got.shape, got.dtype) == (np.ndarray, np.shape(want), np.asarray(want).dtype)
    wire.unpack_arrays(wire.pack_arrays({"W": got}))


@pytest.mark.parametrize(("value", "said"), [
    (None, "W: None (is a return missing?) cannot be read as numbers"), ("2.0", "W: a str cannot be read as numbers"),
    (b"2", "W: a bytes cannot"), ({"W": 1}, "W: a dict cannot"), ({1.0}, "W: a set cannot"), (print, "cannot be read as"),
    ((x for x in [1]), "W: a generator cannot"), (object(), "W: an object cannot"), (Liar, "W: a type cannot"),
    (1j, "W: a complex cannot be read as numbers"), (np.ones(2, complex), "values of type complex128 cannot be read"),
    (torch.ones(2, dtype=torch.complex64), "values of type complex64 cannot be read as numbers"),
    (np.array(["a"]), "values of type <U1 cannot"), (np.array([None]), "values of type object cannot"),
    (np.array([object()]), "values of type object"), (np.zeros(2, "M8[s]"), "values of type datetime64[s] cannot"),
    (np.zeros(2, [("a", "f4")]), "values of type [('a', '<f4')] cannot"), (10**30, "values of type object cannot"),
    ([10**30], "values of type object cannot"), ([1, None], "W: None (is a return missing?) cannot"),
    ([1, "2"], "W: a str cannot"), ([[1, 2], [3]], "W: its rows have different shapes ((1,), (2,))"),
    ([1, [2, 3]], "W: its rows have different shapes ((), (2,))"), (fractions.Fraction(1, 2), "W: a Fraction cannot"),
    (torch.ones(2).to_sparse(), "W: a Tensor cannot be read as numbers (asked for them, it raised TypeError)"),
    (torch.ones(2, device="meta"), "W: a Tensor cannot be read as numbers (asked for them, it raised "),
    (torch.nn.Linear(1, 1), "W: a Linear cannot be read as numbers"), (Pretender(), "W: a Pretender cannot"),
    (Nameless(), "W: a Nameless cannot"), (enum.Enum("E", "A").A, "W: an E cannot"),
    (raising("__array__", KeyError("x")), "W: a Bad cannot be read as numbers (asked for them, it raised KeyError)"),
    (raising("__array__", SystemExit(3)), "it raised SystemExit"),
    (raising("__array__", KeyboardInterrupt()), "it raised KeyboardInterrupt"),
    (raising("__getattr__", ZeroDivisionError()), "W: a Bad cannot be read as numbers (asked for them, it raised Zero"),
    ([raising("__getattr__", ZeroDivisionError())], "it raised ZeroDivisionError"),
], ids=range(35))
def test_what_is_no_number_says_what_it_is(value, said):
    assert said in refusal(value)


def test_a_lack_of_memory_is_not_hidden():
    with pytest.raises(MemoryError):
        to_array(raising("__array__", MemoryError()), "W")


def test_what_an_object_says_of_itself_ends_at_the_edge():
    got = to_array(Liar(), "W")
    assert (type(got), got.tolist()) == (np.ndarray, [0.0])
    half = np.arange(2.0).view(Half)
    assert (type(to_array(half, "W")), to_array(half, "W").shape) == (np.ndarray, (2,))
    assert type(to_array(Number(2.0), "W")) is np.ndarray
    assert to_array([Number(2.0)], "W").dtype == np.float64


def test_the_array_is_a_copy():
    source = np.ones(2)
    to_array(source, "W")[0] = 5
    assert source[0] == 1


def test_a_list_inside_itself_is_refused():
    knot = []
    knot.append(knot)
    assert "W: a list cannot be read as numbers" in refusal(knot)


def test_too_many_numbers_are_refused_before_they_are_copied():
    many = np.zeros(MAX_BYTES, "f4")
    flat = [0.0] * 3_000_000
    tracemalloc.start()
    for value in (many, torch.from_numpy(many)):
        assert refusal(value) == "W: 67108864 bytes, 16777216 allowed"
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    assert refusal(flat) == "W: 24000000 bytes, 16777216 allowed"
    assert tracemalloc.get_traced_memory()[1] < 100_000_000
    tracemalloc.stop()
    assert refusal(np.zeros(MAX_BYTES // 4, "u1")) == "W: 33554432 bytes, 16777216 allowed"


@pytest.mark.parametrize("value", [
    [np.ones((2, 1)), np.zeros(1)], (np.ones((2, 1)), np.zeros(1)), {"w": np.ones((2, 1)), "b": np.zeros(1)},
    OrderedDict(w=torch.ones(2, 1), b=torch.zeros(1)), iter([np.ones((2, 1)), np.zeros(1)]),
    {"w": np.ones((2, 1)), "b": np.zeros(1)}.values(), Pair([[1.0], [1.0]], [0.0])])
def test_a_list_of_arrays_comes_in_many_forms(value):
    assert [a.shape for a in to_arrays(value, "w")] == [(2, 1), (1,)]


def test_a_network_and_its_parameters_are_lists_of_arrays():
    net = torch.nn.Linear(3, 2)
    for value in (net, net.parameters(), list(net.parameters()), net.state_dict()):
        assert [a.shape for a in to_arrays(value, "w")] == [(2, 3), (2,)]


@pytest.mark.parametrize(("value", "said"), [
    ([], "w: a list of 0 where 1 to 64 arrays are expected"), ([1.0] * 65, "w: a list of 65 where 1 to 64"),
    (5.0, "w: a float where a list of 1 to 64 arrays is expected"), (None, "w: None (is a return missing?) where a list"),
    (np.ones((2, 2)), "w: a ndarray where a list"), ("ab", "w: a str where a list"), ([1.0, "a"], "w[1]: a str cannot"),
    ([1.0, None], "w[1]: None (is a return missing?) cannot"), (iter(lambda: 1.0, 2.0), "w: a list of 65"),
    (raising("parameters", OSError()), "w: a Bad cannot be read as numbers (asked for them, it raised OSError)")])
def test_what_is_no_list_of_arrays_says_what_it_is(value, said):
    with pytest.raises(Unreadable) as caught:
        to_arrays(value, "w")
    assert said in str(caught.value)


def test_a_list_without_end_is_cut():
    with pytest.raises(Unreadable):
        to_arrays(Endless([1.0]), "w")


def test_inputs_are_fresh_in_the_submissions_own_kind():
    array = np.arange(3, dtype="f4")
    as_array, as_tensor = to_input(array, as_tensor=False), to_input(array, as_tensor=True)
    assert (type(as_array), type(as_tensor), as_tensor.dtype) == (np.ndarray, torch.Tensor, torch.float32)
    as_array[0], as_tensor[0] = 5, 6
    assert array[0] == 0
    for value, kind in ((np.asarray(2), int), (np.asarray(0.5), float)):
        assert type(to_input(value, as_tensor=True)) is kind
