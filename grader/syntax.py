"""Python source as a syntax tree.

CPython 3.11 counts how deep a tree is in one place for all threads. Where another thread's parse comes between, both end in
`SystemError: AST constructor recursion depth mismatch` (python/cpython#106905), which a rush of uploads does bring about.
"""

from __future__ import annotations

import ast
import threading

_one_at_a_time = threading.Lock()


def parse(source: str, name: str = "<unknown>") -> ast.Module:
    """Parse a source as `ast.parse` does, and raise what it raises, one thread after the other."""
    with _one_at_a_time:
        return ast.parse(source, name)
