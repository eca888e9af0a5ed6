"""An assignment's statement as HTML: Markdown without HTML in it, formulas as MathML, and only elements that are allowed."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import nh3
from latex2mathml import exceptions
from latex2mathml.converter import convert
from markdown_it import MarkdownIt
from markupsafe import Markup, escape
from mdit_py_plugins.dollarmath import dollarmath_plugin

MATH = {"math", "mrow", "mi", "mo", "mn", "mtext", "mspace", "ms", "mfrac", "msqrt", "mroot", "mstyle", "mpadded", "mphantom",
        "msub", "msup", "msubsup", "munder", "mover", "munderover", "mmultiscripts", "mprescripts", "mtable", "mtr", "mtd"}
WORDS = {"h2", "h3", "h4", "h5", "h6", "p", "ul", "ol", "li", "strong", "em", "s", "code", "pre", "blockquote", "hr", "br", "a",
         "table", "thead", "tbody", "tr", "th", "td", "div"}
SHAPE = {"display", "displaystyle", "mathvariant", "stretchy", "fence", "form", "separator", "largeop", "movablelimits", "accent",
         "accentunder", "linethickness", "lspace", "rspace", "minsize", "maxsize", "width", "height", "depth", "rowspacing",
         "columnspacing", "columnalign", "rowalign", "scriptlevel", "symmetric"}
UNREADABLE: tuple[type[Exception], ...] = (
    *(e for e in vars(exceptions).values() if isinstance(e, type)), ValueError, LookupError)
ATTRIBUTES = {**dict.fromkeys(MATH, SHAPE), "a": {"href", "title"}, "ol": {"start"}, "pre": {"tabindex"},
              "div": {"class", "tabindex", "role", "aria-label"}}


@functools.lru_cache(maxsize=128)
def page_of(folder: Path) -> Markup:
    """Render the statement of an assignment folder, once; its first heading is left to the page."""
    return rendered((folder / "statement.md").read_text(encoding="utf-8"))


def rendered(text: str) -> Markup:
    """Render Markdown with formulas between dollars."""
    tokens = _markdown().parse(text)
    if tokens and tokens[0].type == "heading_open" and tokens[0].tag == "h1":
        tokens = tokens[3:]
    html = _markdown().renderer.render(tokens, _markdown().options, {})
    wide = html.replace("<table>", '<div class="wide" role="region" aria-label="Table" tabindex="0"><table>').replace(
        "</table>", "</table></div>").replace("<pre>", '<pre tabindex="0">')
    return Markup(nh3.clean(wide, tags=MATH | WORDS, attributes=ATTRIBUTES, url_schemes={"http", "https", "mailto"},  # noqa: S704
                            link_rel="noopener noreferrer"))


@functools.cache
def _markdown() -> MarkdownIt:
    found = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])
    return found.use(dollarmath_plugin, allow_space=False, double_inline=True, renderer=_formula)


def _formula(tex: str, options: dict[str, Any]) -> str:
    """Turn a formula into MathML; one that can't be read is shown as it was written."""
    try:
        return str(convert(tex, display="block" if options["display_mode"] else "inline"))
    except UNREADABLE:
        return f"<code>{escape(tex)}</code>"
