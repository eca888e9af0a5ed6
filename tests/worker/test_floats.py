"""Tolerances leave room for rounding and none for zeros, or the proof refuses them."""

import shutil

import pytest
import torch

from grader.calibration import Float
from grader.catalog import default_root, load, rounding
from grader.settings import read_settings
from worker import floats


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    copy = tmp_path / "vanishing-gradients"
    shutil.copytree(default_root() / "vanishing-gradients", copy)
    (copy / "calibration.json").unlink(missing_ok=True)
    return copy


def edited(folder, old, new):
    toml = folder / "assignment.toml"
    text = toml.read_text()
    assert old in text
    toml.write_text(text.replace(old, new))
    return floats.unsound(load(folder), read_settings().places)


def tolerance_of(folder, name):
    text = (folder / "assignment.toml").read_text()
    return text[text.index("tolerance", text.index(f'name = "{name}"')):].split("\n")[0]


def test_shipped_tolerance_leaves_room_for_rounding_and_none_for_zeros(folder):
    found = floats.measure(load(folder), read_settings().places)
    assert found.keys() == {"sigmoid_gradients", "relu_gradients", "sigmoid_ratio", "relu_ratio"}
    for name, f in found.items():
        assert 0 < f.noise < 0.5, name
        assert f.zeros > 10, name
        assert f.cases == floats.CASES


def test_tolerance_narrower_than_rounding_is_refused(folder):
    told = edited(folder, tolerance_of(folder, "relu_gradients"), 'tolerance = { atol = 1e-12, because = "much too narrow" }')
    assert len(told) == 1
    assert "check relu_gradients: rounding alone (" in told[0]


def test_tolerance_that_lets_zeros_pass_is_refused(folder):
    told = edited(folder, tolerance_of(folder, "relu_gradients"), 'tolerance = { atol = 100, because = "much too wide" }')
    assert len(told) == 1
    assert "check relu_gradients: zeros in place of every number pass" in told[0]


def test_where_zeros_are_the_right_answer_another_check_is_needed():
    spec = load(default_root() / "xor-one-unit").spec
    found = {"final_weights": Float(noise=0.1, by="64 bits", zeros=0.2, cases=2)}
    assert floats.complaints(spec, found) == []
    alone = [c.model_copy(update={"needs": []}) for c in spec.checks]
    assert len(floats.complaints(spec.model_copy(update={"checks": alone}), found)) == 1


@pytest.mark.parametrize("take", [
    lambda a: a @ a.T, lambda a: a.sum(), lambda a: a.sum(dim=0), lambda a: a.mean(dim=1, keepdim=True), lambda a: a.mean(),
    lambda a: torch.nn.functional.linear(a, a, a[:, 0]), lambda a: torch.bmm(a[None], a.T[None])])
def test_sums_the_other_way_round_are_the_same_but_for_rounding(take):
    numbers = torch.randn(300, 300, generator=torch.Generator().manual_seed(1))
    with floats.backwards():
        other = take(numbers)
    torch.testing.assert_close(other, take(numbers), rtol=1e-4, atol=1e-4)


def test_sums_the_other_way_round_do_differ():
    numbers = torch.randn(300, 300, generator=torch.Generator().manual_seed(1))
    with floats.backwards():
        other = numbers @ numbers
    assert not torch.equal(other, numbers @ numbers)


def test_record_is_about_the_checks_it_was_made_of(folder):
    assert rounding(folder) is None
    shipped = default_root() / "linear-zero"
    assert rounding(shipped).keys() == {c.name for c in load(shipped).spec.checks if c.answered() and c.kind != "pytest"}
