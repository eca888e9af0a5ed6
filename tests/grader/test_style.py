"""How a submission is meant: functions to call, or a plain script whose variables are read."""

import pytest

from grader.style import style_of
from grader.submission import read_submission
from tests.making import spec

DOUBLE = {"name": "double", "signature": "double(x, times)", "returns": ["y"]}
BOTH = spec(styles=["function", "script"], function=[DOUBLE],
            script={"reads": {"y": ["y", "w1, w2", "model.y", "*.y"]}, "watch": {"costs": ["cost", "*loss*"]}})


def style(source):
    return style_of(read_submission("a.py", source.encode()), BOTH)


@pytest.mark.parametrize("source", [
    "def double(x, times): return x",
    "double = lambda x, times: x",
    "class double: pass",
    "from other import double",
    "def double(x, times): return x\nif __name__ == '__main__':\n    y = double(1, 2)",
    "def double(x): return x",
    "def duoble(x, times): return x",
])
def test_who_defines_the_asked_function_or_nearly_hands_in_functions(source):
    assert style(source) == "function"


@pytest.mark.parametrize("source", [
    "y = 3",
    "w1 = 2",
    "def main():\n    y = 3\nmain()",
    "def double(x): return 2 * x\ny = double(3)",
    "def doubled(x, times): return x\ny = doubled(1, 2)",
    "# nothing yet",
])
def test_who_only_leaves_variables_hands_in_a_script(source):
    assert style(source) == "script"


@pytest.mark.parametrize("cost", ["cost", "my_Loss"])
def test_a_helper_of_an_asked_name_beside_a_training_loop_makes_no_function_style(cost):
    two = BOTH.model_copy(update={"functions": [BOTH.functions[0], BOTH.functions[0].model_copy(update={"name": "train"})]})
    source = f"def double(x, times): return x\nfor k in range(3):\n    {cost} = y = k\n"
    assert style_of(read_submission("a.py", source.encode()), two) == "script"
