"""Plots and progress bars of lecture code are swallowed, whatever it does with them, and its loops still run."""

from __future__ import annotations

import sys

import pytest

from worker.inside import stand_ins


@pytest.fixture(autouse=True)
def swallowed(monkeypatch):
    """Only the stand-ins, and no module of theirs left behind."""
    forget()
    monkeypatch.setattr(sys, "meta_path", [stand_ins.Finder(), *sys.meta_path])
    yield
    forget()


def forget():
    for name in [n for n in sys.modules if n.partition(".")[0] in stand_ins.SWALLOWED]:
        del sys.modules[name]


def run(source):
    names = {}
    exec(source, names)
    return names


@pytest.mark.parametrize("source", [
    "import matplotlib.pyplot as plt\nplt.plot([1], [2], 'r-', label='x')\nplt.legend()\nplt.show()",
    "from matplotlib import pyplot as plt\nfig, ax = plt.subplots()\nax.set_title('x')",
    "import matplotlib.pyplot as plt\nfig, (a, b, c) = plt.subplots(1, 3)\na.plot(1); c.plot(2)",
    "import matplotlib.pyplot as plt\nfig, ((a, b), (c, d)) = plt.subplots(2, 2)\nd.plot(1)",
    "import matplotlib.pyplot as plt\nfig, axes = plt.subplots(2, 3)\naxes[0, 1].imshow(1)\nfor ax in axes.flat: ax.axis('off')",
    "import matplotlib.pyplot as plt\nline, = plt.plot([1])\nline.set_data(1, 2)",
    "import matplotlib.pyplot as plt\nn, bins, patches = plt.hist([1])",
    "import matplotlib\nmatplotlib.use('Agg')\nmatplotlib.rcParams['font.size'] = 12",
    "from matplotlib.animation import FuncAnimation\nFuncAnimation(1, 2)",
    "import matplotlib.pyplot as plt\nwith plt.style.context('x'):\n    pass\nif plt.get_fignums(): pass",
    "import seaborn as sns\nsns.set_theme()\nsns.heatmap([[1]])",
    "from IPython.display import display, clear_output\ndisplay(1)\nclear_output(wait=True)",
    "import matplotlib.pyplot as plt\ndef f():\n    a, b, c, d = plt.axis()\nf()",
])
def test_whatever_is_drawn_is_swallowed(source):
    run(source)


@pytest.mark.parametrize("loop", [
    "from tqdm import tqdm\nfor i in tqdm(range(5)): total += i",
    "import tqdm\nfor i in tqdm.tqdm([0, 1, 2, 3, 4], desc='x'): total += i",
    "from tqdm.auto import trange\nfor i in trange(5): total += i",
    "from tqdm import trange\nfor i in trange(1, 5, desc='x'): total += i",
    "from tqdm.notebook import tqdm\nbar = tqdm(range(5))\nfor i in bar:\n    total += i\n    bar.set_postfix(cost=i)",
    "from tqdm import tqdm\nwith tqdm(total=5) as bar:\n    for i in range(5):\n        total += i\n        bar.update(1)",
    "from tqdm import tqdm\nfor i, x in enumerate(tqdm(list('abcde'))): total += i\ntqdm.write('done')",
    "from tqdm import tqdm\nbar = tqdm(range(5))\nassert len(bar) == 5\nfor i in bar: total += i\nbar.close()",
    "from tqdm import tqdm\nfor i in tqdm(iterable=range(5)): total += i",
])
def test_a_loop_with_a_progress_bar_runs_as_often_as_without(loop):
    assert run(f"total = 0\n{loop}")["total"] == 10


def test_an_installed_package_wins_and_the_finder_is_there_once(monkeypatch):
    monkeypatch.setattr(sys, "meta_path", [f for f in sys.meta_path if not isinstance(f, stand_ins.Finder)])
    stand_ins.install()
    stand_ins.install()
    assert [isinstance(f, stand_ins.Finder) for f in sys.meta_path].count(True) == 1
    assert isinstance(sys.meta_path[-1], stand_ins.Finder)


def test_other_missing_packages_stay_missing():
    with pytest.raises(ModuleNotFoundError):
        run("import tensorboard_of_nobody")


def test_nothing_is_no_number_and_no_array():
    nothing = stand_ins.Nothing()
    for name in ("__array__", "__float__", "__index__"):
        assert not hasattr(nothing, name)
