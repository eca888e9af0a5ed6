import pytest
import torch

from reference import data, perceptron

# course.md, section 4: y1 of A and B, C from rounded y: z, out; C exact: z, out
BY_HAND = [
    ("0.000335", "0.952574", -5, "0.006693", "-4.482004", "0.011184"),
    ("0.047426", "0.017986", 6, "0.997527", "5.280467", "0.994936"),
    ("0.047426", "0.017986", 6, "0.997527", "5.280467", "0.994936"),
    ("0.880797", "0.000017", -5, "0.006693", "-3.688952", "0.024389"),
]


@pytest.fixture
def x():
    return torch.tensor(data.xor()["x"], dtype=torch.float64)


def written(values):
    return [f"{value:.6f}" for value in values]


def test_the_gates_answer_their_truth_tables(x):
    gates = data.gates()
    assert perceptron.and_gate(x).tolist() == gates["and"].tolist() == [0, 0, 0, 1]
    assert perceptron.or_gate(x).tolist() == gates["or"].tolist() == [0, 1, 1, 1]


def test_a_sum_of_exactly_zero_does_not_fire(x):
    assert perceptron.unit(x, torch.tensor([1.0, 1.0]).double(), -1.0).tolist() == [0, 0, 0, 1]


def test_no_single_unit_gets_more_than_three_rows_of_xor(x):
    y, ticks = torch.tensor(data.gates()["xor"]), torch.arange(-3, 3.5, 0.5).double().tolist()
    right = {int((perceptron.unit(x, torch.tensor([w1, w2]).double(), w0) == y).sum())
             for w1 in ticks for w2 in ticks for w0 in ticks}
    assert max(right) == 3


def test_units_a_and_b_sum_what_the_slide_says(x):
    for (w, w0), sums in ((perceptron.UNIT_A, [-8, -3, -3, 2]), (perceptron.UNIT_B, [3, -4, -4, -11])):
        expected = torch.sigmoid(torch.tensor(sums).double())
        assert torch.allclose(perceptron.sigmoid_unit(x, torch.tensor(w).double(), w0), expected)


def test_the_hand_weighted_net_computes_the_published_table(x):
    hidden, output = perceptron.xor_by_hand(x)
    assert written(hidden[:, 0]) == [row[0] for row in BY_HAND]
    assert written(hidden[:, 1]) == [row[1] for row in BY_HAND]
    assert written(torch.logit(output)) == [row[4] for row in BY_HAND]
    assert written(output) == [row[5] for row in BY_HAND]
    assert (output > 0.5).tolist() == [False, True, True, False]


def test_the_slides_rounding_gives_the_slides_numbers(x):
    hidden, output = perceptron.xor_by_hand_rounded(x)
    assert hidden.tolist() == [[0, 1], [0, 0], [0, 0], [1, 0]]
    assert torch.logit(output).tolist() == pytest.approx([row[2] for row in BY_HAND])
    assert written(output) == [row[3] for row in BY_HAND]


def test_float32_prints_the_same_outputs():
    _, output = perceptron.xor_by_hand(torch.tensor(data.xor()["x"]))
    assert written(output) == [row[5] for row in BY_HAND]


def test_three_inputs_are_refused():
    with pytest.raises(ValueError, match=r"x: shape is \(1, 3\), expected \(N, 2\)"):
        perceptron.and_gate(torch.zeros(1, 3))
