"""The rules of the code base: functions from a tree's root to its faults, and the lists they go by."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatch
from pathlib import Path
from statistics import median

Function = ast.FunctionDef | ast.AsyncFunctionDef
Node = tuple[Path, ast.AST]

ROOMS = ("grader", "worker", "reference")
LINES = {"grader": 300, "worker": 300, "reference": 300, "assignments": 300, "tests": 400}
FUNCTION_LINES = 40
MEDIAN_LINES = 8

# What a room may not import, the nearest folder's line counting; `stdlib` stands for the standard library.
FORBIDDEN = {
    "grader": {"torch", "docker", "django", "ninja", "worker", "reference"},
    "grader/web": {"torch", "docker", "reference", "worker"},
}
ALLOWED = {
    "reference": {"stdlib", "torch", "numpy", "reference"},
    "worker/inside": {"stdlib", "torch", "numpy"},  # and one another, relatively: the box has no `worker`
}

TOP_LEVEL = {"README.md", "pyproject.toml", "reference", "assignments", "grader", "worker", "tests",
             "docker-compose.yml", "Makefile", "LICENSE", "CHANGELOG.md", "requirements.lock"}
LEFT_BY_TOOLS = ("*.egg-info", "build", "dist", "__pycache__")

BROAD = ("Exception", "BaseException")

# Where anything may be raised and must be caught, with the reason.
BROAD_EXCEPTS = {
    "worker/inside/child.py": "student code may raise anything, and the child must say so before it ends",
    "worker/answers.py": "an instructor's reference may raise anything when it is loaded",
    "worker/grading.py": "a bug of ours is broken, and neither ends the worker nor looks like the student's failure",
    "worker/regrading.py": "as worker/grading.py, for an attempt of a regrade",
    "worker/comparing.py": "a hint that fails must neither end the worker nor be tried for ever",
    "worker/inside/load.py": "a student's exception may raise when asked for its text",
    "worker/inside/ticker.py": "a tensor under a student's torch modes may raise anything when asked for its number",
    "worker/inside/values.py": "a student's object may raise anything when asked for its numbers",
}

EMPTY_NAME = re.compile(r"(^|_)(utils?|helpers?|managers?|handlers?)(_|$)|^process_data$")
UNFINISHED = re.compile("|".join(("TO" + "DO", "FIX" + "ME", "raise NotImplemented" + "Error")))
EXAMPLES = 5  # at least: full marks, three typical mistakes, one trivial output
NOT_A_PART = {"__init__", "base"}  # of the modules in a folder of kinds, verbs or models


def sources(root: Path, *folders: str) -> Iterator[Path]:
    """List the Python files of these folders, as paths from the root."""
    for folder in folders:
        for path in sorted((root / folder).rglob("*.py")):
            yield path.relative_to(root)


def nodes(root: Path, *folders: str) -> Iterator[Node]:
    """Walk through the syntax of every Python file of these folders."""
    for path in sources(root, *folders):
        for node in ast.walk(ast.parse((root / path).read_text())):
            yield path, node


def functions(root: Path, *folders: str) -> Iterator[tuple[Path, Function]]:
    """List the functions and methods, nested ones too."""
    return ((path, node) for path, node in nodes(root, *folders) if isinstance(node, Function))


def lines(node: ast.stmt) -> int:
    """Count the lines of a statement."""
    return (node.end_lineno or node.lineno) - node.lineno + 1


def lines_of_code(node: Function) -> int:
    """Count the lines of a function without its docstring, which reference/ and the probes need long."""
    return lines(node) - (lines(node.body[0]) if ast.get_docstring(node) is not None else 0)


def file_lengths(root: Path) -> list[str]:
    """Hold every file's length."""
    faults = []
    for folder, limit in LINES.items():
        for path in sources(root, folder):
            count = len((root / path).read_text().splitlines())
            if count > limit:
                faults.append(f"{path}: {count} lines, limit {limit}")
    return faults


def function_lengths(root: Path) -> list[str]:
    """Hold every function's length, docstring included."""
    return [f"{path}:{node.lineno} {node.name}: {lines(node)} lines, limit {FUNCTION_LINES}"
            for path, node in functions(root, *ROOMS) if lines(node) > FUNCTION_LINES]


def function_medians(root: Path) -> list[str]:
    """Hold the median length of a room's functions."""
    faults = []
    for room in ROOMS:
        lengths = [lines_of_code(node) for _, node in functions(root, room)]
        if lengths and median(lengths) > MEDIAN_LINES:
            faults.append(f"{room}: the median function has {median(lengths):g} lines, limit {MEDIAN_LINES}")
    return faults


def imported(path: Path, node: ast.AST) -> list[str]:
    """Name in full the modules that a statement imports, `importlib.import_module("name")` included."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        above = path.parent.parts[: len(path.parent.parts) - node.level + 1] if node.level else ()
        stem = [*above, *filter(None, [node.module])]
        return [".".join([*stem, alias.name]) for alias in node.names] if node.level else [".".join(stem)]
    if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
        called = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if called in ("import_module", "__import__"):
            name = str(node.args[0].value)
            return [".".join(path.parent.parts) + name if name.startswith(".") else name]
    return []


def room_of(path: Path, rooms: Iterable[str]) -> str | None:
    """Find the nearest folder above a file that has a line of its own."""
    return max((room for room in rooms if path.is_relative_to(room)), key=len, default=None)


def is_relative(node: ast.AST) -> bool:
    """Tell whether an import says where to look from where it stands."""
    said = getattr(node, "args", None) or [node]
    return bool(getattr(node, "level", 0)) or str(getattr(said[0], "value", "")).startswith(".")


def is_allowed(path: Path, name: str, *, is_near: bool) -> bool:
    """Tell whether a file may import a module of this full name."""
    top = name.partition(".")[0]
    if (room := room_of(path, FORBIDDEN)) is not None:
        return top not in FORBIDDEN[room]
    if (room := room_of(path, ALLOWED)) is not None:
        own = is_near and name.startswith(room.replace("/", ".") + ".")
        return own or ("stdlib" if top in sys.stdlib_module_names else top) in ALLOWED[room]
    return True


def import_arrows(root: Path) -> list[str]:
    """Hold who may import whom, wherever in a file the import stands."""
    return [f"{path}:{node.lineno} imports {name}"
            for path, node in nodes(root, *ROOMS) for name in imported(path, node)
            if not is_allowed(path, name, is_near=is_relative(node))]


def names(root: Path) -> list[str]:
    """Refuse names that say nothing, of files, classes and functions."""
    files = sources(root, *ROOMS, "tests")
    faults = [f"{path}: says nothing" for path in files if EMPTY_NAME.search(path.stem)]
    for path, node in nodes(root, *ROOMS):
        if isinstance(node, Function | ast.ClassDef):
            snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", node.name).lower()
            faults += [f"{path}:{node.lineno} {node.name}: says nothing"] if EMPTY_NAME.search(snake) else []
    return faults


def prints(root: Path) -> list[str]:
    """Refuse print outside the command line."""
    return [f"{path}:{node.lineno} prints" for path, node in nodes(root, *ROOMS)
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print"
            and not fnmatch(path.as_posix(), "worker/cli*")]


def broad_excepts(root: Path, reasons: dict[str, str] = BROAD_EXCEPTS) -> list[str]:
    """Refuse `except Exception` and wider where no reason is listed, and reasons nobody needs any more."""
    def is_broad(node: ast.ExceptHandler) -> bool:
        caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
        return any(getattr(kind, "id", "Exception" if kind is None else "") in BROAD for kind in caught)

    found = [(path.as_posix(), node.lineno) for path, node in nodes(root, *ROOMS)
             if isinstance(node, ast.ExceptHandler) and is_broad(node)]
    stale = sorted(set(reasons) - {path for path, _ in found})
    return ([f"{path}:{line} catches everything" for path, line in found if path not in reasons]
            + [f"{path}: listed, but catches nothing broad" for path in stale])


def parses(root: Path) -> list[str]:
    """Refuse `ast.parse` where several threads may call it (grader/syntax.py says why)."""
    return [f"{path}:{node.lineno} calls ast.parse, not grader.syntax.parse" for path, node in nodes(root, "grader", "worker")
            if isinstance(node, ast.Attribute) and node.attr == "parse" and getattr(node.value, "id", "") == "ast"
            and path.as_posix() != "grader/syntax.py" and "worker/inside" not in path.as_posix()]


def work_at_import(root: Path) -> list[str]:
    """Refuse modules that do something when imported (the command line registers its commands)."""
    idle = (ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign, ast.If, ast.Try, ast.ClassDef,
            ast.FunctionDef, ast.AsyncFunctionDef)
    faults = []
    for path in sources(root, *ROOMS):
        for node in ast.parse((root / path).read_text()).body:
            is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
            if not (isinstance(node, idle) or is_text or fnmatch(path.as_posix(), "worker/cli*")):
                faults.append(f"{path}:{node.lineno} does something when imported")
    return faults


def top_level(root: Path) -> list[str]:
    """Hold the list of what may stand at the top."""
    return [f"{path.name}: does not belong at the top" for path in sorted(root.iterdir())
            if path.name not in TOP_LEVEL and not path.name.startswith(".")
            and not any(fnmatch(path.name, left) for left in LEFT_BY_TOOLS)]


def texts(root: Path) -> Iterator[tuple[Path, str]]:
    """Read every text file of the project."""
    for top in (root / ".ci" / "run", root / ".gitignore", *(root / name for name in sorted(TOP_LEVEL))):
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if path.is_file() and "__pycache__" not in path.parts and path.suffix not in (".zip", ".npz"):
                yield path.relative_to(root), path.read_text(errors="replace")


def unfinished(root: Path) -> list[str]:
    """Refuse marks of unfinished work; what students write, starters included, may have them."""
    ours = (path for path in sources(root, *ROOMS, "tests") if "hostile" not in path.parts)
    return [f"{path}:{number} is unfinished" for path in ours
            for number, line in enumerate((root / path).read_text().splitlines(), 1)
            if UNFINISHED.search(line)]


def foreign_places(root: Path, places: Iterable[str]) -> list[str]:
    """Refuse names of places that only one machine has; the CI script alone may look beside the checkout."""
    beside = ".." + "/shared"
    return [f"{path} names {place}" for path, text in texts(root) for place in (*places, beside)
            if place in text and not (place == beside and path.as_posix() == ".ci/run")]


def rows(path: Path) -> set[str]:
    """Read the names in code type that begin the rows of a page's tables."""
    text = path.read_text() if path.exists() else ""
    return set(re.findall(r"^\|\s*\[?`([^`]+)`", text, re.MULTILINE))


def parts(root: Path, folder: str) -> list[str]:
    """List the modules of a folder in which every module is one kind, verb or model."""
    return sorted(path.stem for path in (root / folder).glob("*.py") if path.stem not in NOT_A_PART)


def unproven(root: Path, folder: str, tests: str, page: str) -> list[str]:
    """List the modules of a folder that have no test or no row in the page's tables."""
    untested = [name for name in parts(root, folder) if not (root / tests / f"test_{name}.py").exists()]
    unlisted = [name for name in parts(root, folder) if name not in rows(root / page)]
    return ([f"{folder}/{name}.py has no {tests}/test_{name}.py" for name in untested]
            + [f"{folder}/{name}.py has no row in {page}" for name in unlisted])


def checks(root: Path) -> list[str]:
    """Hold that a kind of check has a test, a row, and an assignment that uses it."""
    specs = [tomllib.loads(path.read_text()) for path in (root / "assignments").glob("*/assignment.toml")]
    used = {check.get("kind") for spec in specs for check in spec.get("check", [])}
    idle = [kind for kind in parts(root, "grader/checks") if kind not in used]
    return (unproven(root, "grader/checks", "tests/checks", "assignments/README.md")
            + [f"no assignment uses a check of kind {kind}" for kind in idle])


def probes(root: Path) -> list[str]:
    """Hold that a verb has a test and a row."""
    return unproven(root, "worker/inside/probes", "tests/probes", "assignments/README.md")


def models(root: Path) -> list[str]:
    """Hold that a reference module has a test and a row."""
    return unproven(root, "reference", "tests/reference", "README.md")


def assignments(root: Path) -> list[str]:
    """Hold that an assignment's folder is complete and has its row."""
    folders = [path for path in sorted((root / "assignments").glob("*")) if path.is_dir()]
    known = rows(root / "README.md")
    faults = [f"{folder.name}: no row in README.md" for folder in folders if folder.name not in known]
    for folder in folders:
        wanted = ["assignment.toml", "statement.md", "starter.py"]
        faults += [f"{folder.name}: no {name}" for name in wanted if not (folder / name).is_file()]
        examples = [path for path in sorted((folder / "examples").glob("*")) if path.is_dir()]
        if len(examples) < EXAMPLES:
            faults.append(f"{folder.name}: {len(examples)} examples, at least {EXAMPLES} needed")
        faults += [f"{folder.name}: example {path.name} needs submission.* and expected.toml"
                   for path in examples
                   if not ([*path.glob("submission.*")] and (path / "expected.toml").is_file())]
    return faults


RULES: tuple[Callable[[Path], list[str]], ...] = (
    file_lengths, function_lengths, function_medians, import_arrows, names, prints, broad_excepts,
    parses, work_at_import, top_level, unfinished, checks, probes, models, assignments,
)
