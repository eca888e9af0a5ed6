import numpy as np
import pytest

from reference import diabetes

LINE = "-0.294118,0.487437,0.180328,-0.292929,0,0.00149028,-0.53117,-0.0333333,{}\n"


def linear_accuracy(x, y):
    """Fit logistic regression with Newton's method and return the share it gets right."""
    rows, answers = np.hstack([x, np.ones_like(y)]).astype(float), y.astype(float)
    weights = np.zeros((9, 1))
    for _ in range(20):
        h = 1 / (1 + np.exp(-rows @ weights))
        weights -= np.linalg.solve(rows.T @ (rows * h * (1 - h)), rows.T @ (h - answers))
    return ((rows @ weights > 0) == answers).mean()


def test_the_made_set_has_the_courses_form_and_difficulty():
    x, y = diabetes.made_diabetes()
    assert (x.shape, y.shape, x.dtype, y.dtype) == ((759, 8), (759, 1), np.float32, np.float32)
    assert (x.min(axis=0) == -1).all()
    assert (x.max(axis=0) == 1).all()
    assert set(np.unique(y)) == {0, 1}
    assert y.mean() == pytest.approx(0.65, abs=0.005)
    assert linear_accuracy(x, y) == pytest.approx(0.767, abs=0.001)


def test_other_seeds_make_other_sets_of_the_same_difficulty():
    sets = [diabetes.made_diabetes(seed) for seed in range(1, 6)]
    assert len({x[0, 1] for x, _ in sets}) == 5
    assert all(0.745 <= linear_accuracy(x, y) <= 0.785 for x, y in sets)
    again = diabetes.made_diabetes(1)
    assert all(np.array_equal(one, other) for one, other in zip(sets[0], again, strict=True))


def test_what_is_written_is_read_again(tmp_path):
    x, y = diabetes.made_diabetes()
    path = tmp_path / "made.csv"
    path.write_text(diabetes.diabetes_csv_text(x, y))
    read_x, read_y = diabetes.read_diabetes(path)
    assert np.array_equal(read_x, x)
    assert np.array_equal(read_y, y)


def test_the_courses_way_of_writing_is_read(tmp_path):
    path = tmp_path / "data-diabetes.csv"
    lines = LINE.format(0) + LINE.format(1) + "\n"
    path.write_bytes(b"\xef\xbb\xbf" + lines.replace("\n", "\r\n").encode())
    x, y = diabetes.read_diabetes(str(path))
    assert x.shape == (2, 8)
    assert x[0, 4] == 0
    assert y.flatten().tolist() == [0, 1]


@pytest.mark.parametrize(("text", "told"), [
    ("", "empty, expected lines of 8 features and a label"),
    (LINE.format(0) + "0,1\n", "line 2: 2 columns, expected 9"),
    (LINE.format("yes"), "line 1: could not convert string to float: 'yes"),
    (LINE.format(2), "line 1: label is 2, expected 0 or 1"),
    (LINE.format("nan"), "line 1: label is nan"),
    (LINE.format(0).replace("-0.294118", "1.5"), r"line 1: a feature is outside \[-1, 1\]"),
    (LINE.format(0).replace("-0.294118", "nan"), r"line 1: a feature is outside \[-1, 1\]"),
])
def test_a_wrong_file_is_told_with_its_line(tmp_path, text, told):
    path = tmp_path / "wrong.csv"
    path.write_text(text)
    with pytest.raises(ValueError, match=told):
        diabetes.read_diabetes(path)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"none\.csv: not there"):
        diabetes.read_diabetes(tmp_path / "none.csv")
