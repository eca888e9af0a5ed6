import numpy as np
import pytest

from reference import data

TABLES = {"linear_two_columns": (3, 2, 1), "linear_scalar": (3, 2, 1), "linear_zero": (3, 1, 1),
          "linear_keras": (3, 1, 1), "logistic": (6, 2, 1), "softmax": (8, 4, 3), "xor": (4, 2, 1)}


@pytest.mark.parametrize("name", TABLES)
def test_tables_are_float32_matrices(name):
    rows, features, outputs = TABLES[name]
    table = getattr(data, name)()
    assert (table["x"].shape, table["y"].shape) == ((rows, features), (rows, outputs))
    assert table["x"].dtype == table["y"].dtype == np.float32


def test_tables_are_the_lectures():
    assert data.linear_two_columns()["x"].tolist() == [[1, 1], [2, 2], [3, 3]]
    assert data.linear_two_columns()["y"].flatten().tolist() == [10, 20, 30]
    assert data.linear_zero()["y"].flatten().tolist() == [2, 4, 6]
    assert data.linear_keras()["y"].flatten().tolist() == [1, 2, 3]
    assert data.logistic()["x"].tolist() == [[1, 2], [2, 3], [3, 1], [4, 3], [5, 3], [6, 2]]
    assert data.logistic()["y"].flatten().tolist() == [0, 0, 0, 1, 1, 1]
    assert data.xor()["x"].tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert data.xor()["y"].flatten().tolist() == [0, 1, 1, 0]


def test_the_softmax_table_is_the_lectures():
    table = data.softmax()
    assert table["x"].tolist() == [[1, 2, 1, 1], [2, 1, 3, 2], [3, 1, 3, 4], [4, 1, 5, 5],
                                   [1, 7, 5, 5], [1, 2, 5, 6], [1, 6, 6, 6], [1, 7, 7, 7]]
    assert table["labels"].tolist() == [2, 2, 2, 1, 1, 1, 0, 0]
    assert table["y"].argmax(axis=1).tolist() == table["labels"].tolist()
    assert table["y"].sum() == 8


def test_a_caller_may_spoil_its_own_table():
    data.xor()["x"][:] = 7
    assert data.xor()["x"].max() == 1


def test_everything_named_is_there():
    assert all(hasattr(data, name) for name in data.__all__)


def test_the_courses_own_diabetes_file_takes_the_place_of_the_made_set(tmp_path):
    own = tmp_path / "own.csv"
    own.write_text("0,0,0,0,0,0,0,0.5,1\n0,0,0,0,0,0,0,-0.5,0\n")
    assert data.diabetes(own)["y"].tolist() == [[1], [0]]
    assert data.diabetes()["x"].shape == (759, 8)


def test_the_grid_covers_the_square_row_by_row():
    table = data.xor_with_grid()
    assert table["x"].tolist() == data.xor()["x"].tolist()
    assert table["grid"].shape == (441, 2)
    assert np.allclose(table["grid"][[0, 1, 21, -1]], [[-0.5, -0.5], [-0.4, -0.5], [-0.5, -0.4], [1.5, 1.5]])
