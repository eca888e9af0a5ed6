"""The code base keeps its own rules, and each rule is seen to fail on a tree that breaks it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests import layout_rules as rules

ROOT = Path(__file__).parent.parent

LONG = "def f():\n" + "    x = 1\n" * 40
CATCH = "try:\n    x = 1\nexcept Exception:\n    x = 2\n"
NINE = "def f():\n" + "    x = 1\n" * 8

# rule, file, what it holds, a piece of the fault that must be named
BROKEN = [
    ("file_lengths", "grader/long.py", "x = 1\n" * 301, "301 lines, limit 300"),
    ("file_lengths", "tests/test_long.py", "x = 1\n" * 401, "401 lines, limit 400"),
    ("function_lengths", "reference/long.py", LONG, "f: 41 lines, limit 40"),
    ("function_medians", "worker/medium.py", NINE, "worker: the median function has 9 lines"),
    ("import_arrows", "grader/a.py", "import torch.nn\n", "imports torch.nn"),
    ("import_arrows", "grader/a.py", "def f():\n    from worker import box\n", "imports worker"),
    ("import_arrows", "grader/checks/a.py", "from ... import reference\n", "imports reference"),
    ("import_arrows", "grader/a.py", 'import_module("docker")\n', "imports docker"),
    ("import_arrows", "grader/web/a.py", "from worker.tasks import grade\n", "imports worker.tasks"),
    ("import_arrows", "reference/a.py", "from grader.errors import Broken\n", "imports grader.errors"),
    ("import_arrows", "reference/a.py", "import scipy\n", "imports scipy"),
    ("import_arrows", "worker/inside/a.py", "from worker.inside import wire\n", "imports worker.inside"),
    ("import_arrows", "worker/inside/a.py", "from ..box import Box\n", "imports worker.box.Box"),
    ("import_arrows", "worker/inside/a.py", 'import_module("worker.box")\n', "imports worker.box"),
    ("import_arrows", "worker/inside/probes/a.py", "import pydantic\n", "imports pydantic"),
    ("names", "worker/utils.py", "", "worker/utils.py"),
    ("names", "grader/a.py", "class BoxManager:\n    pass\n", "BoxManager"),
    ("names", "grader/a.py", "def process_data(): ...\n", "process_data"),
    ("prints", "reference/a.py", "def f():\n    print(1)\n", "a.py:2 prints"),
    ("broad_excepts", "worker/a.py", CATCH, "a.py:3 catches everything"),
    ("broad_excepts", "worker/a.py", CATCH.replace("Exc", "BaseExc"), "a.py:3"),
    ("broad_excepts", "worker/a.py", CATCH.replace("Exception", "(OSError, Exception)"), "a.py:3"),
    ("broad_excepts", "worker/a.py", CATCH.replace(" Exception", ""), "a.py:3"),
    ("parses", "grader/a.py", "import ast\ntree = ast.parse('x')\n", "a.py:2 calls ast.parse"),
    ("work_at_import", "worker/a.py", "import torch\ntorch.set_num_threads(1)\n", "a.py:2 does something"),
    ("work_at_import", "worker/a.py", "for i in range(3):\n    pass\n", "a.py:1 does something"),
    ("top_level", "notes.txt", "", "notes.txt"),
    ("unfinished", "grader/a.py", "x = 1  # TO" + "DO later\n", "a.py:1"),
    ("unfinished", "worker/a.py", "raise NotImplemented" + "Error\n", "a.py:1"),
    ("checks", "grader/checks/values.py", "", "no tests/checks/test_values.py"),
    ("checks", "grader/checks/values.py", "", "no row in assignments/README.md"),
    ("checks", "grader/checks/values.py", "", "no assignment uses a check of kind values"),
    ("probes", "worker/inside/probes/call.py", "", "no tests/probes/test_call.py"),
    ("probes", "worker/inside/probes/call.py", "", "no row in assignments/README.md"),
    ("models", "reference/gan.py", "", "no tests/reference/test_gan.py"),
    ("models", "reference/gan.py", "", "no row in README.md"),
    ("assignments", "assignments/gan/starter.py", "", "gan: no row in README.md"),
    ("assignments", "assignments/gan/starter.py", "", "gan: no statement.md"),
    ("assignments", "assignments/gan/starter.py", "", "gan: 0 examples, at least 5"),
    ("assignments", "assignments/gan/examples/right/submission.py", "", "right needs submission.* and"),
]

GOOD = {
    "README.md": "| assignment |\n|---|\n| [`gan`](assignments/gan) |\n| `xor` |\n",
    "assignments/README.md": "| kind |\n|---|\n| `values` | close |\n| `call` | calls |\n",
    "assignments/gan/assignment.toml": '[[check]]\nkind = "values"\n',
    "assignments/gan/statement.md": "",
    "assignments/gan/starter.py": "raise NotImplemented" + "Error\n",
    **{f"assignments/gan/examples/{n}/submission.ipynb": "" for n in range(5)},
    **{f"assignments/gan/examples/{n}/expected.toml": "" for n in range(5)},
    "grader/checks/base.py": "from ..errors import Broken\nimport numpy\n",
    "grader/checks/values.py": '"""Close."""\nif True:\n    LIMIT = 1\n',
    "grader/web/views.py": "import django\n",
    "reference/xor.py": "import math\nimport torch\nfrom reference import gan\n",
    "reference/gan.py": f'def f():\n    """{"Long." + chr(10) * 30}"""\n    return 1\n',
    "worker/cli.py": "print(1)\n",
    "worker/inside/probes/call.py": "import numpy, torch\nfrom .. import wire\nfrom ..wire import pack\n",
    "grader/syntax.py": "import ast\ntree = ast.parse('x')\n",
    "worker/inside/load.py": "import ast\ntree = ast.parse('x')\n",
    "worker/inside/supervisor.py": 'def f():\n    import_module(".measure", __package__)\n',
    "tests/checks/test_values.py": "",
    "tests/probes/test_call.py": "",
    "tests/reference/test_gan.py": "",
    "tests/reference/test_xor.py": "",
}


def plant(root, files):
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
def test_the_code_base_keeps_the_rule(rule):
    assert rule(ROOT) == []


@pytest.mark.parametrize(("rule", "name", "text", "fault"), BROKEN)
def test_a_tree_that_breaks_a_rule_is_refused(rule, name, text, fault, tmp_path):
    plant(tmp_path, {name: text})
    assert fault in "\n".join(getattr(rules, rule)(tmp_path))


@pytest.mark.parametrize("rule", [*rules.RULES, lambda root: rules.broad_excepts(root, {})])
def test_a_tree_that_keeps_all_rules_passes(rule, tmp_path):
    plant(tmp_path, GOOD)
    reasons = {"reasons": {}} if rule is rules.broad_excepts else {}
    assert rule(tmp_path, **reasons) == []


def test_every_rule_has_a_tree_that_breaks_it():
    assert {rule.__name__ for rule in rules.RULES} == {row[0] for row in BROKEN}


def test_a_reason_to_catch_everything_excuses_its_file_and_no_other(tmp_path):
    plant(tmp_path, {"worker/a.py": CATCH, "worker/b.py": CATCH})
    faults = rules.broad_excepts(tmp_path, {"worker/a.py": "student code"})
    assert faults == ["worker/b.py:3 catches everything"]


def test_a_reason_that_nobody_needs_is_refused(tmp_path):
    assert rules.broad_excepts(tmp_path, {"worker/a.py": "was needed once"}) != []


def installed_from():
    """Name where this machine's pip looks, besides the public index."""
    asked = subprocess.check_output([sys.executable, "-m", "pip", "config", "list"], text=True)
    values = re.findall(r"(?:index-url|find-links|trusted-host)='([^']*)'", asked)
    places = [urlsplit(place) for value in values for place in value.split()]
    return {place.netloc or place.path for place in places} - {"pypi.org", ""}


def test_the_project_names_no_place_of_one_machine():
    home = [] if os.getuid() == 0 else [str(Path.home())]
    assert rules.foreign_places(ROOT, [f"{ROOT}/", *home, *installed_from()]) == []


@pytest.mark.parametrize("text", ["see /made/up/place\n", "see .." + "/shared\n"])
def test_a_place_of_one_machine_is_found(text, tmp_path):
    plant(tmp_path, {"README.md": text})
    assert rules.foreign_places(tmp_path, ["/made/up/place"]) != []


def test_the_ci_script_alone_may_look_beside_the_checkout(tmp_path):
    plant(tmp_path, {".ci/run": ".." + "/shared/ci/docker-engine\n"})
    assert rules.foreign_places(tmp_path, []) == []


def test_the_lock_file_has_exact_versions_and_nothing_else():
    lock = (ROOT / "requirements.lock").read_text().splitlines()
    packages = [line for line in lock if not line.startswith("#")]
    assert [line for line in packages if not re.match(r"[\w.-]+==[\d.a-z]+(; [\w '=]+)?$", line)] == []
    assert "torch==2.13.0" in packages
    assert [line for line in packages if re.match(r"nvidia-(?!ml-py)|cuda|triton|dlgrader", line)] == []
