"""Sources are parsed by several threads of one process: a web server's, a worker's."""

import gc
import threading

import pytest

from grader.syntax import parse


class Cycle:
    """Rubbish that runs Python code when it is collected, which lets another thread go on in the middle of a parse."""

    def __init__(self):
        self.me = self

    def __del__(self):
        sum(range(200))


@pytest.fixture
def eager_collector():
    before = gc.get_threshold()
    gc.set_threshold(50)
    yield
    gc.set_threshold(*before)


def test_threads_that_parse_at_once_do_not_disturb_each_other(eager_collector):
    source, faults = "x = [1, 2]\n" * 300, []

    def parse_again_and_again():
        try:
            for _ in range(60):
                _ = [Cycle() for _ in range(6)]
                parse(source)
        except SystemError as e:  # where `ast.parse` is called in its place, seven of eight threads end here
            faults.append(e)
    threads = [threading.Thread(target=parse_again_and_again) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []


def test_a_source_that_is_wrong_says_where():
    with pytest.raises(SyntaxError) as told:
        parse("a = 1\nb = = 2\n", "submission.py")
    assert (told.value.filename, told.value.lineno) == ("submission.py", 2)
