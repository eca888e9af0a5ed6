import pytest
import torch

from reference.shapes import require_shape


def test_a_fitting_shape_passes_and_letters_stand_for_any_size():
    require_shape("x", torch.zeros(3, 2), "N", 2)
    require_shape("z", torch.zeros(()))


@pytest.mark.parametrize(("shape", "expected", "told"), [
    ((3,), ("N", 1), r"mse: y: shape is \(3,\), expected \(N, 1\)"),
    ((3, 2), ("N", 1), r"shape is \(3, 2\), expected \(N, 1\)"),
    ((3, 1), ("N",), r"shape is \(3, 1\), expected \(N,\)"),
    ((), ("N",), r"shape is \(\), expected \(N,\)"),
])
def test_a_wrong_shape_is_told_with_the_right_one(shape, expected, told):
    with pytest.raises(ValueError, match=told):
        require_shape("mse: y", torch.zeros(shape), *expected)
