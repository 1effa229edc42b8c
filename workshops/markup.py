"""The one way from what a person wrote to what a page shows: Markdown, then a strict list of tags.

Nothing touches the text afterwards. Rendering never raises, and takes a bounded time whatever the
text: Python-Markdown is quadratic in places, so a passage dense with signs is shown as it was typed,
and between passages the parser looks at the clock.
"""

import logging
import re
import time
from typing import Any
from xml.etree.ElementTree import Element

import nh3
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from markdown import Markdown
from markdown.blockprocessors import BlockProcessor
from markdown.extensions import Extension
from markdown.extensions.fenced_code import FencedCodeExtension
from markdown.extensions.sane_lists import SaneListExtension
from markdown.inlinepatterns import IMAGE_LINK_RE, ImageInlineProcessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import HTML_PLACEHOLDER_RE

LONGEST = 120_000  # characters; about twenty thousand words
BUDGET = 1.0  # seconds of this thread's own work, so a busy machine changes nothing
PASSAGE = 12_000  # characters between two empty lines
SIGNS = 400  # in one passage: more is no prose
BRACKETS = 80  # opening ones, in one passage: each may send the parser to its end
DEPTH = 12  # quotations in quotations, lists in lists

BLOCKS = {"p", "h2", "h3", "h4", "h5", "h6", "blockquote", "ul", "ol", "li", "pre"}
TAGS = BLOCKS | {"a", "br", "code", "em", "hr", "strong"}
SCHEMES = {"http", "https", "mailto"}

logger = logging.getLogger(__name__)
_sound_link = re.compile(rf"(?:{'|'.join(sorted(SCHEMES))}):[^\s]", re.IGNORECASE)
_paragraphs = re.compile(r"\n[ \t]*\n\s*")
_sign = re.compile(r"[\[\]*_`<&\\!]")
_deep = re.compile(
    rf"^(?:[ \t]*(?:>|[-*+](?=\s)|\d+\.(?=\s))){{{DEPTH}}}|^[ \t]{{{4 * DEPTH},}}", re.MULTILINE
)
_list_after_text = re.compile(
    r"^(?![ \t]|[-*+] |\d+[.)] |[#>])(.*\S.*)\n(?=[-*+] |1[.)] )", re.MULTILINE
)
_control = re.compile("[\x02\x03]")  # Python-Markdown's own marks


class _TooSlow(Exception):
    pass


def render(text: str, top: int = 2) -> SafeString:
    """Safe HTML, in which the highest heading of the text is a heading of level `top`."""
    text = text.encode(errors="replace").decode().replace("\0", "�")
    text = _control.sub("�", text.replace("\r\n", "\n").replace("\r", "\n"))
    if len(text) > LONGEST or not _is_prose(text):
        return plain(text)
    try:
        html = _parser(top).convert(_list_after_text.sub(r"\1\n\n", text))
    except _TooSlow:
        return plain(text)
    except (Exception, RecursionError):  # a fault of the parser must not take a page down
        logger.exception("A text could not be read as Markdown.")
        return plain(text)
    return mark_safe(_clean(html))  # noqa: S308


def _is_prose(text: str) -> bool:
    """Whether every passage is of a length and density that people write."""
    return not _deep.search(text) and all(
        len(passage) <= PASSAGE
        and len(_sign.findall(passage)) <= SIGNS
        and passage.count("[") <= BRACKETS
        for passage in _paragraphs.split(text)
    )


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


class _Clock(BlockProcessor):
    """Asked before every block, takes none."""

    def __init__(self, parser: Any) -> None:
        super().__init__(parser)
        self.deadline = time.thread_time() + BUDGET

    def test(self, parent: Element, block: str) -> bool:
        if time.thread_time() > self.deadline:
            raise _TooSlow
        return False


class _Words(ImageInlineProcessor):
    """A picture is its words: a page asks no other server for anything."""

    def handleMatch(  # type: ignore[override]  # noqa: N802
        self, m: re.Match[str], data: str
    ) -> tuple[Any, int | None, int | None]:
        found, start, end = super().handleMatch(m, data)
        return (found.get("alt", "") if isinstance(found, Element) else found), start, end


class _Finish(Treeprocessor):
    """Brings headings under the page's own, drops links that lead elsewhere than out."""

    def __init__(self, md: Markdown, top: int) -> None:
        super().__init__(md)
        self.top = top

    def run(self, root: Element) -> None:
        headings = [element for element in root.iter() if re.fullmatch("h[1-6]", element.tag)]
        shift = self.top - min((int(heading.tag[1]) for heading in headings), default=1)
        for heading in headings:
            heading.tag = f"h{min(max(int(heading.tag[1]) + shift, 2), 6)}"
        for element in root.iter():
            if element.tag == "a" and not _sound_link.match(_plainly(element.get("href", ""))):
                element.tag = "span"
        # A list or quotation looks past what chooses a direction of its own, so its parts choose none.
        for element in root:
            if element.tag in BLOCKS and not HTML_PLACEHOLDER_RE.fullmatch(element.text or ""):
                element.set("dir", "auto")


def _plainly(url: str) -> str:
    """Python-Markdown hides the letters of mail addresses behind entities."""
    return re.sub("\x02amp\x03#(\\d+);", lambda found: chr(int(found[1])), url)


class _House(Extension):
    def __init__(self, top: int) -> None:
        super().__init__()
        self.top = top

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802
        md.preprocessors.deregister("html_block")
        md.inlinePatterns.deregister("html")
        md.parser.blockprocessors.deregister("code")  # two spaces in front are no program
        md.inlinePatterns.register(_Words(IMAGE_LINK_RE, md), "image_link", 150)
        md.inlinePatterns.deregister("image_reference")
        md.inlinePatterns.deregister("short_image_ref")
        md.parser.blockprocessors.register(_Clock(md.parser), "clock", 1000)
        md.treeprocessors.register(_Finish(md, self.top), "finish", 5)


def _parser(top: int) -> Markdown:
    extensions = [_House(top), SaneListExtension(), FencedCodeExtension()]
    return Markdown(extensions=extensions, tab_length=2)
