"""The parts of a spec fit together: names exist, styles are worth the same, nothing is idle, data are arrays."""

from __future__ import annotations

import pytest

from grader.soundness import problems_of
from tests.making import BASE, CLOSE, spec

DOUBLE = {"name": "double", "signature": "double(x)", "returns": ["y"]}
CALL = {"name": "doubled", "call": "double", "args": {"x": "@published.x"}}
VALUES = BASE | {"name": "right", "kind": "values", "of": ["doubled.y"], "tolerance": CLOSE}
X = {"published": {"arrays": {"x": [[1.0]]}}}
REFERENCE = {"file": "reference.py"}
SCRIPT = {"styles": ["function", "script"], "script": {"reads": {"y": ["y"]}},
          "probe": [CALL, {"do": "script", "name": "doubled"}]}


@pytest.fixture
def folder(tmp_path):
    for name in ("statement.md", "starter.py"):
        (tmp_path / name).touch()
    (tmp_path / "reference.py").write_text("import math\ndef double(x): return 2 * x\ndef _own(): pass\n")
    return tmp_path


def told(folder, **changes):
    return problems_of(spec(**({"reference": REFERENCE} | changes)), folder)


def data(**value):
    return {"data": {"published": {"arrays": {"x": [[1.0]]}}, "other": value}}


def probe(**more):
    return {"probe": [CALL | more]}


def checks(*changes):
    return {"check": [VALUES | c for c in changes]}


def test_a_sound_spec_has_no_problem(folder):
    assert told(folder) == []
    assert told(folder, **SCRIPT) == []


@pytest.mark.parametrize(("changes", "problem"), [
    (checks({}, {}), "check right: this name is used twice"),
    (probe() | {"probe": [CALL, CALL]}, "probe doubled: this name is used twice"),
    ({"function": [DOUBLE, DOUBLE]}, "function double: this name is used twice"),
    (checks({"points": 0}), "styles: the checks of style function are worth no points"),
    ({"styles": ["function", "script"]}, 'styles: a [script] table is needed exactly when styles contains "script"'),
    ({"script": {"reads": {}}}, 'styles: a [script] table is needed exactly when styles contains "script"'),
    (SCRIPT | checks({"style": "function"}, {"name": "b", "style": "script", "points": 5}),
     "styles: the styles are worth different points (function 2, script 5); a student may choose, so make them equal"),
    (checks({}, {"name": "b", "style": "script"}), "check b: style script is none of styles = ['function']"),
    ({"function": [DOUBLE | {"signature": "dubble(x)"}]},
     "function double: signature = 'dubble(x)' cannot be read; write it as double(x, y)"),
    ({"function": [DOUBLE | {"signature": "twice(x)"}]}, "cannot be read; write it as double(x, y)"),
    ({"reference": {"module": "linear_regresion"}},
     "reference: there is no module linear_regresion; did you mean linear_regression?"),
    ({"reference": {"module": "linear_regression"}}, "reference: it has no function double; there are "),
    ({"reference": {"module": "linear_regression", "names": {"double": "train_form_zero"}}},
     "reference: it has no function train_form_zero; did you mean train_from_zero?"),
    ({"reference": REFERENCE | {"names": {"dubble": "double"}}},
     "reference: names has dubble, which is no [[function]]; did you mean double?"),
    ({"reference": {"file": "answer.py"}}, "answer.py: this file is not in the folder"),
    (data(source="hidden_case:hidden_linear"),
     'data.other: source = "hidden_case:hidden_linear": reference/ has no module hidden_case; did you mean hidden_cases?'),
    (data(source="hidden_cases:hidden_liner"),
     "reference/hidden_cases.py has no function hidden_liner; did you mean hidden_linear?"),
    (data(source="hidden_cases"), "reference/hidden_cases.py has no function ; there are"),
    (data(arrays={"a": [[1.0], [1.0, 2.0]]}), "data.other: arrays.a: its rows have different lengths"),
    (data(arrays={"a": [[1.0], 2.0]}), "data.other: arrays.a: its rows have different lengths"),
    (data(arrays={"a": [[[1.0], 2.0]]}), "arrays.a: it holds something that is no number, or rows of different lengths"),
    (data(arrays={"a": [1.0, "2"]}), "data.other: arrays.a: it holds something that is no number"),
    (data(arrays={"a": []}), "data.other: arrays.a: it is empty"),
    (data(arrays={"a": {"draw": "one_hot", "shape": [3]}}), "arrays.a: one_hot needs shape = [rows, classes]"),
    (data(arrays={"a": {"draw": "choice", "shape": [3]}}), "choice needs of = [...], the numbers to choose from"),
    (data(arrays={"a": {"draw": "uniform", "shape": [0]}}), "shape = [0] must be up to 4 whole numbers above 0"),
    (data(arrays={"a": {"draw": "uniform", "shape": [2], "low": 3}}), "arrays.a: low (3) is above high (1)"),
    (probe(call="duble"), "probe doubled: calls duble, which is no [[function]]; did you mean double?"),
    (probe(args={"x": "@publshed.x"}), "@publshed.x names no [data.publshed]; did you mean published?"),
    (probe(args={"x": "@published.z"}), "probe doubled: @published.z: no such array; there are x"),
    (probe(args={"x": "@published"}), "probe doubled: @published: no such array; there are x"),
    (probe(args={"x": "$build.G"}), "probe doubled: $build.G: no earlier probe of this name; there are none"),
    (probe(keep=["y", "z"]), "probe doubled: keep has z, which it does not return; there are y"),
    ({"probe": [CALL, CALL | {"name": "again", "args": {"x": "$doubled.z"}}]},
     "probe again: $doubled.z: no such output; there are y"),
    ({"probe": [CALL, CALL | {"name": "again"}]}, "probe again: no check and no later probe uses it"),
    ({"probe": [CALL | {"do": "gradient", "wrt": "w"}]}, "probe doubled: wrt = 'w' is none of its args; there are x"),
    ({"probe": [CALL, {"do": "routing", "name": "r", "build": "buidl", "d_step": "double", "g_step": "g",
                       "x": "@published.x", "z": "@published.x"}]}, "probe r: calls buidl, which is no [[function]]"),
    (SCRIPT | {"data": {"other": X["published"]}}, "probe doubled: a script needs [data.published]"),
    (checks({"of": ["doubeld.y"]}), "check right: doubeld.y: no probe doubeld for style function; did you mean doubled?"),
    (checks({"of": ["doubled.z"]}), "check right: doubled.z: doubled leaves no z; there are y"),
    (checks({}) | probe(returns=["y", "model!"], keep=["model"]), "doubled.y: doubled leaves no y; there are none"),
    (checks({"needs": ["rihgt"]}), "check right: needs rihgt, which is no other check of style function"),
    (checks({"needs": ["right"]}), "check right: needs right, which is no other check of style function"),
    (checks({"needs": ["b"]}, {"name": "b", "needs": ["right"]}), "check right: it needs itself, by way of b"),
    (SCRIPT | checks({"style": "function", "needs": ["b"]}, {"name": "b", "style": "script"}),
     "check right: needs b, which is no other check of style function"),
    (SCRIPT | {"probe": [CALL | {"name": "called"}, {"do": "script", "name": "doubled"}]},
     "check right: doubled.y: no probe doubled for style function, which answers for the reference"),
    ({"file": [{"name": "data.csv", "arrays": {"table": "@published.tabel"}}]},
     "file data.csv: @published.tabel: no such array; there are x"),
    (checks({}, BASE | {"name": "own", "kind": "pytest", "file": "tests.py", "of": ["doubled.y"]}),
     "tests.py: this file is not in the folder"),
])
def test_what_does_not_fit_is_named_with_what_would(changes, problem, folder):
    if changes.get("check", [{}])[-1].get("kind") == "pytest":
        changes["check"][-1] = {k: v for k, v in changes["check"][-1].items() if k != "tolerance"}
    problems = told(folder, **changes)
    assert any(problem in p for p in problems), problems


def test_a_method_of_what_a_probe_handed_back_may_be_called(folder):
    build = {"name": "build", "call": "double", "args": {}, "returns": ["G!"], "keep": []}
    part = {"name": "part", "call": "$build.G.parameters", "returns": ["y"]}
    assert told(folder, probe=[CALL, build, part], **checks({}, {"name": "b", "of": ["part.y"]})) == []


def test_names_a_reference_takes_from_elsewhere_or_hides_are_told_apart(folder):
    (folder / "reference.py").write_text("from somewhere import *\n")
    assert told(folder) == []
    (folder / "reference.py").write_text("from somewhere import twice as double\n")
    assert told(folder) == []
    (folder / "reference.py").write_text("def double(:\n")
    assert told(folder) == []  # the worker says so, with the reason, when it loads it


def test_every_problem_is_told_once(folder):
    problems = told(folder, **SCRIPT, **checks({"of": ["doubled.z", "doubled.z"]}))
    assert len(problems) == len(set(problems)) == 1
