"""The one way from what a person wrote to what a page shows: Markdown, then a strict list of tags.

Nothing touches the text afterwards. Rendering never raises, and takes a bounded time whatever the
text: a rule inside the parser looks at the clock, and what takes too long is shown unformatted.
"""

import logging
import re
import time
from collections.abc import Sequence
from typing import Any

import nh3
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

LONGEST = 120_000  # characters; about twenty thousand words
BUDGET = 1.0  # seconds of this thread's own work, so a busy machine changes nothing

BLOCKS = {"p", "h2", "h3", "h4", "h5", "h6", "blockquote", "ul", "ol", "li", "pre"}
TAGS = BLOCKS | {"a", "br", "code", "em", "hr", "strong"}
SCHEMES = {"http", "https", "mailto"}

logger = logging.getLogger(__name__)
_sound_link = re.compile(rf"(?:{'|'.join(sorted(SCHEMES))}):[^\s]", re.IGNORECASE)
_paragraphs = re.compile(r"\n\s*\n")


class _TooSlow(Exception):
    pass


def render(text: str, top: int = 2) -> SafeString:
    """Safe HTML, in which the highest heading of the text is a heading of level `top`."""
    text = text.encode(errors="replace").decode().replace("\0", "�")
    if len(text) > LONGEST:
        return plain(text)
    try:
        html = _markdown.render(text, {"deadline": time.thread_time() + BUDGET, "top": top})
    except _TooSlow:
        return plain(text)
    except Exception:  # a fault of the parser must not take a page down
        logger.exception("A text could not be read as Markdown.")
        return plain(text)
    return mark_safe(_clean(html))  # noqa: S308


def plain(text: str) -> SafeString:
    """The text as it was typed, in paragraphs."""
    parts = (part.strip() for part in _paragraphs.split(text))
    html = "".join(f'<p dir="auto">{escape(part)}</p>' for part in parts if part)
    return mark_safe(_clean(html.replace("\n", "<br>")))  # noqa: S308


def _clean(html: str) -> str:
    return nh3.clean(
        html,
        tags=TAGS,
        attributes={"*": set(), "a": {"href"}, "ol": {"start"}},
        tag_attribute_values={tag: {"dir": {"auto"}} for tag in BLOCKS},
        url_schemes=SCHEMES,
        url_relative="deny",
        link_rel="nofollow noreferrer",
    )


def _look_at_the_clock(env: Any) -> None:
    if time.thread_time() > env["deadline"]:
        raise _TooSlow


def _block_clock(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    _look_at_the_clock(state.env)
    return False


def _inline_clock(state: StateInline, silent: bool) -> bool:
    _look_at_the_clock(state.env)
    return False


def _finish(state: StateCore) -> None:
    """Bring the headings under the page's own, and let each block find its direction."""
    levels = [int(token.tag[1]) for token in state.tokens if token.type == "heading_open"]
    shift = state.env["top"] - min(levels, default=1)
    for token in state.tokens:
        if token.type.startswith("heading_"):
            token.tag = f"h{min(max(int(token.tag[1]) + shift, 2), 6)}"
        if token.tag in BLOCKS and token.nesting == 1:
            token.attrSet("dir", "auto")


def _alternative(renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    """A picture is its words: a page asks no other server for anything."""
    return escape(tokens[index].content)


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False})
    parser.validateLink = lambda url: bool(_sound_link.match(url))  # type: ignore[method-assign]
    parser.block.ruler.before("code", "clock", _block_clock)
    parser.inline.ruler.before("text", "clock", _inline_clock)
    parser.core.ruler.push("finish", _finish)
    parser.add_render_rule("image", _alternative)
    return parser


_markdown = _parser()
