"""An instructor's words for what pydantic found in a TOML file: the line, the place, and what would be right.

Theory of operation. pydantic says where by a path (`check`, 2, `values`, `tolerance`, `atol`) in which the chosen
member of a union stands among keys and indices. `path_of` leaves it out by walking along what was really written.
`lines_of` maps such paths to lines; a key that is missing is told at the table that lacks it. A value that fits no
member of a union fails once for each: those complaints are joined into one.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

Path = tuple[str | int, ...]
Table = Mapping[str, Any]

NAMED = ("check", "probe", "function", "file")  # tables in a list, spoken of by their names
TAGGED = ("check", "probe")  # of which pydantic's path tells the kind
KEY = r"""(?:[\w-]+|"[^"]*"|'[^']*')"""
HEADER = re.compile(rf"\s*(\[\[?)\s*({KEY}(?:\s*\.\s*{KEY})*)\s*\]\]?\s*(?:#.*)?$")
ASSIGNED = re.compile(rf"\s*({KEY}(?:\s*\.\s*{KEY})*)\s*=")
UNCHOSEN = ("union_tag_invalid", "union_tag_not_found")  # the kind of a check or the verb of a probe
MUST_BE = "must be "

WORDS: MappingProxyType[str, str] = MappingProxyType({
    "missing": "missing; this key must be given",
    "string_type": "must be a text in quotes",
    "int_type": "must be a whole number", "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number", "float_parsing": "must be a number", "finite_number": "must be a finite number",
    "bool_type": "must be true or false", "bool_parsing": "must be true or false",
    "list_type": "must be a list in [ ]", "tuple_type": "must be a list in [ ]",
    "dict_type": "must be a table of keys and values", "model_type": "must be a table of keys and values",
    "model_attributes_type": "must be a table of keys and values",
    "greater_than": "must be above {gt:g}", "greater_than_equal": "must be at least {ge:g}",
    "less_than": "must be below {lt:g}", "less_than_equal": "must be at most {le:g}",
    "string_too_short": "must have at least {min_length} characters",
    "too_short": "must have at least {min_length} entries", "too_long": "must have at most {max_length} entries",
    "string_pattern_mismatch": "must have the form {pattern}",
})
FORMS = MappingProxyType({  # what the patterns of our models mean
    "^[a-z][a-z0-9_]*$": "must be small letters, digits and _, a letter first",
    r"^[A-Za-z_]\w*$": "must be the name of a Python function",
    r"^[\w-]+\.py$": "must be the name of a Python file in this folder",
    r"^[A-Za-z0-9][\w.-]*\.(csv|npz)$": "must be a file name that ends in .csv or .npz",
})


def complaints(error: ValidationError, model: type[BaseModel], table: Table, text: str) -> list[str]:
    """Turn a validation error into sentences, one for each place, in the order of the file."""
    found: dict[Path, list[str]] = {}
    for e in error.errors():
        said = found.setdefault(path_of(e, table), [])
        said += [s for s in [_sentence(e, model)] if s not in said]
    deepest = [p for p in found if len(found[p]) == 1 or not any(q[:len(p)] == p != q for q in found)]
    lines = lines_of(text)
    told = sorted((line_of(p, lines), _place(p, table), _joined(found[p])) for p in deepest)
    return [f"{f'line {line}: ' if line else ''}{place}{': ' if place else ''}{said}" for line, place, said in told]


def nearest(word: str, allowed: Iterable[str]) -> str:
    """Point to the nearest allowed name, or to all of them, as a clause that starts with a semicolon."""
    listed = sorted(set(allowed))
    close = difflib.get_close_matches(word, listed, 1) or [a for a in listed if len(word) > 2 and a.startswith(word)]
    return f"; did you mean {close[0]}?" if close else f"; there are {', '.join(listed) or 'none'}"


def path_of(error: Mapping[str, Any], table: Table) -> Path:
    """Return where an error lies in what was written, without the names of union members."""
    path: Path = ()
    at: Any = table
    loc = error["loc"]
    for i, part in enumerate(loc):
        is_kind = i == 2 and loc[0] in TAGGED
        is_there = (isinstance(at, dict) and part in at) or (isinstance(at, list) and isinstance(part, int))
        if is_there and not is_kind:
            at = at[part]
        if (is_there and not is_kind) or (i == len(loc) - 1 and error["type"] == "missing"):
            path += (part,)
    return (*path, "kind" if loc[0] == "check" else "do") if error["type"] in UNCHOSEN else path


def lines_of(text: str) -> dict[Path, int]:
    """Map every table and key of a TOML text to the line it begins on."""
    lines: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := HEADER.match(line):
            table = _resolved(_keys(header[2]), counts, is_new=header[1] == "[[")
            lines.setdefault(table[:-1] if isinstance(table[-1], int) else table, number)  # all of a list's tables
            lines.setdefault(table, number)
        elif key := ASSIGNED.match(line):
            names = _keys(key[1])
            for end in range(1, len(names) + 1):
                lines.setdefault((*table, *names[:end]), number)
    return lines


def line_of(path: Path, lines: Mapping[Path, int]) -> int:
    """Return the line of a path, or of the innermost table around it; 0 when there is none."""
    return next((lines[path[:end]] for end in range(len(path), 0, -1) if path[:end] in lines), 0)


def _keys(dotted: str) -> list[str]:
    return [k.strip("\"'") for k in re.findall(KEY, dotted)]


def _resolved(names: list[str], counts: dict[Path, int], *, is_new: bool) -> Path:
    """Put the index of the last table of a list behind the list's name; a `[[name]]` begins a new one."""
    path: Path = ()
    for i, name in enumerate(names):
        path += (name,)
        if is_new and i == len(names) - 1:
            counts[path] = counts.get(path, 0) + 1
        path += (counts[path] - 1,) if path in counts else ()
    return path


def _place(path: Path, table: Table) -> str:
    if len(path) > 1 and path[0] in NAMED and isinstance(path[1], int):
        entry = table[path[0]][path[1]]
        name = entry.get("name") if isinstance(entry, dict) else None
        about = f"{path[0]} {name if isinstance(name, str) else path[1] + 1}"
        return ": ".join([about, *filter(None, [_dotted(path[2:])])])
    return _dotted(path)


def _dotted(path: Path) -> str:
    return ".".join(str(p + 1) if isinstance(p, int) else p for p in path)


def _joined(said: list[str]) -> str:
    """Join what the members of a union say into one sentence."""
    if len(said) == 1:
        return said[0]
    wants = list(dict.fromkeys(s.partition(", found ")[0].removeprefix(MUST_BE) for s in said))
    wants = [w for w in wants if w != "a whole number" or "a number" not in wants]
    found = next((s.partition(", found ")[1:] for s in said if ", found " in s), ("", ""))
    return MUST_BE + " or ".join(wants) + "".join(found)


def _sentence(error: Mapping[str, Any], model: type[BaseModel]) -> str:
    kind, given = error["type"], error.get("ctx", {})
    if kind == "extra_forbidden":
        return f"unknown key{nearest(str(error['loc'][-1]), allowed_at(model, error['loc'][:-1]))}"
    if kind == "literal_error":
        return _choice(error["input"], re.findall(r"'([^']*)'", given["expected"]))
    if kind == "union_tag_invalid":
        return _choice(given["tag"], re.findall(r"'([^']*)'", given["expected_tags"]))
    if kind == "union_tag_not_found":
        return WORDS["missing"]
    if kind == "value_error":
        return str(error["msg"]).removeprefix("Value error, ")
    words = FORMS.get(given.get("pattern", ""), WORDS.get(kind, str(error["msg"]))).format(**given)
    return words if kind == "missing" else f"{words}, found {_shown(error['input'])}"


def _choice(found: object, allowed: list[str]) -> str:
    close = difflib.get_close_matches(found, allowed, 1) if isinstance(found, str) else []
    hint = f"; did you mean {close[0]}?" if close else ""
    return f"{MUST_BE}one of {', '.join(allowed)}, found {_shown(found)}{hint}"


def _shown(value: object) -> str:
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= 60 else text[:59] + "…"


def allowed_at(model: type[BaseModel], loc: Path) -> list[str]:
    """Name the keys that may stand in the table at a path of pydantic's."""
    models, is_key = [model], False
    for i, part in enumerate(loc):
        fields = {f.alias or n: f.annotation for m in models for n, f in m.model_fields.items()}
        if i == 2 and loc[0] in TAGGED:
            models = [m for m in models if part in _kinds(m)] or models
        elif isinstance(part, str) and not is_key and part in fields:
            models, is_key = _models(fields[part]), get_origin(fields[part]) is dict
        else:
            is_key = False
    return [f.alias or n for m in models for n, f in m.model_fields.items()]


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [m for inner in get_args(annotation) for m in _models(inner)]


def _kinds(model: type[BaseModel]) -> tuple[Any, ...]:
    field = model.model_fields.get("kind") or model.model_fields.get("do")
    return get_args(field.annotation) if field else ()
