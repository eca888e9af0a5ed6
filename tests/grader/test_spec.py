"""A spec is frozen, strict, and knows its probes, checks, points and outputs by style."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from grader.spec import DataFile, Limits, Reference, Spec, Tables
from tests.making import BASE, CLOSE, spec

CALL = {"name": "doubled", "call": "double", "args": {"x": "@published.x"}}
TWO = {"styles": ["function", "script"], "script": {"reads": {"y": ["y"]}, "watch": {"costs": ["cost"]}},
       "probe": [CALL, {"do": "script", "name": "doubled"}]}


def test_a_spec_cannot_be_changed():
    with pytest.raises(ValidationError, match="frozen"):
        spec().title = "Other"


def test_an_unknown_key_is_refused_everywhere():
    for place in ({"more": 1}, {"limits": {"more": 1}}, {"data": {"published": {"more": 1}}}):
        with pytest.raises(ValidationError, match="more"):
            spec(**place)


def test_probes_and_checks_are_told_apart_by_style():
    both = spec(**TWO, check=[BASE | {"kind": "values", "name": n, "style": s, "of": ["doubled.y"], "tolerance": CLOSE}
                              for n, s in (("a", "function"), ("b", "script"), ("c", None))])
    assert both.probe("doubled", "script").do == "script"
    assert both.probe("doubled", "function").do == "call"
    assert [c.name for c in both.checks_of("script")] == ["b", "c"]
    assert both.points("function") == both.points("script") == 4
    with pytest.raises(KeyError):
        both.probe("other", "script")


def test_outputs_are_what_the_function_the_probe_or_the_script_says():
    both = spec(**TWO)
    assert both.outputs(both.probe("doubled", "function")) == ["y"]
    assert both.outputs(both.probe("doubled", "script")) == ["costs", "y"]
    own = spec(probe=[CALL | {"returns": ["G!", "w[]"]}, CALL | {"name": "b", "call": "$doubled.G"},
                      CALL | {"name": "g", "do": "gradient", "wrt": "x"}])
    assert [own.outputs(p) for p in own.probes] == [["G!", "w[]"], ["value"], ["value", "gradient"]]


@pytest.mark.parametrize("value", [5, 0, -3])
def test_whole_numbers_in_data_and_arguments_stay_whole(value):
    given = spec(data={"published": {"arrays": {"x": [[1]], "steps": value}}},
                 probe=[CALL | {"args": {"x": "@published.x", "steps": value, "sizes": [2, value]}}])
    assert type(given.data["published"].arrays["steps"]) is int
    assert type(given.probes[0].args["steps"]) is int
    assert [type(n) for n in given.probes[0].args["sizes"]] == [int, int]


def test_a_truth_value_and_a_fraction_stay_what_they_are():
    args = {"flag": True, "lr": 0.5, "name": "adam", "of": ["@a.b", "@a.c"]}
    kept = spec(probe=[CALL | {"args": args}]).probes[0].args
    assert kept == args
    assert [type(v) for v in kept.values()] == [bool, float, str, list]


@pytest.mark.parametrize(("model", "table"), [
    (Limits, {"seconds": 0}), (Limits, {"seconds": float("nan")}), (Limits, {"memory_mb": 10}), (Limits, {"gpu": "some"}),
    (Reference, {}), (Reference, {"module": "xor", "file": "a.py"}), (Tables, {"cases": 0}),
    (DataFile, {"name": "../data.csv", "arrays": {}}), (DataFile, {"name": "data.pkl", "arrays": {}}),
    (DataFile, {"name": ".csv", "arrays": {}})])
def test_values_out_of_range_are_refused(model, table):
    with pytest.raises(ValidationError):
        model.model_validate(table)


@pytest.mark.parametrize("missing", ["title", "reference", "probe", "check"])
def test_a_spec_needs_a_title_a_reference_a_probe_and_a_check(missing):
    with pytest.raises(ValidationError, match=missing):
        spec(**{missing: None})


def test_a_spec_without_functions_or_data_is_one_for_scripts():
    alone = Spec.model_validate({
        "title": "Plain", "reference": {"file": "reference.py"}, "styles": ["script"],
        "script": {"reads": {"y": ["y"]}}, "probe": [{"do": "script", "name": "run"}],
        "check": [BASE | {"kind": "values", "of": ["run.y"], "tolerance": CLOSE}]})
    assert alone.points("script") == 2
