"""What people write is shown as they meant it, and never as anything else."""

import time
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workshops import markup

VOID = {"br", "hr"}


class Reader(HTMLParser):
    """What a browser would find: every tag with its attributes, and the text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def assert_harmless(html: str) -> None:
    for tag, attributes in Reader(html).tags:
        assert tag in markup.TAGS
        assert set(attributes) <= {"href", "rel", "dir", "start"}
        if "href" in attributes:
            assert str(attributes["href"]).split(":")[0].lower() in markup.SCHEMES
            assert attributes["rel"] == "nofollow noreferrer"


def test_markdown_becomes_a_page_with_each_block_in_its_own_direction() -> None:
    html = markup.render("# Ostrich\n\nIt *could* be.\n\n- one\n- مرحبا\n\n> said")

    assert html == (
        '<h2 dir="auto">Ostrich</h2>\n<p dir="auto">It <em>could</em> be.</p>\n'
        '<ul dir="auto">\n<li>one</li>\n<li>مرحبا</li>\n</ul>\n'
        '<blockquote dir="auto">\n<p>said</p>\n</blockquote>'
    )


@pytest.mark.parametrize(
    ("text", "top", "levels"),
    [
        ("# a\n\n## b\n\n###### c", 3, ["h3", "h4", "h6"]),
        ("## a\n\n### b\n\n## c", 3, ["h3", "h4", "h3"]),
        ("#### a", 2, ["h2"]),
        ("a\n=\n\nb\n-", 5, ["h5", "h6"]),
    ],
)
def test_headings_stand_below_those_of_the_page(text: str, top: int, levels: list[str]) -> None:
    found = [tag for tag, _ in Reader(markup.render(text, top)).tags if tag.startswith("h")]

    assert found == levels


def test_a_link_leads_out_only_over_the_web_or_by_mail() -> None:
    kept = markup.render("[a](https://a.example/x) <mailto:a@b.example>")
    refused = (
        "[a](javascript:alert(1)) [b](data:text/html,x) [c](/accounts/logout/) [d](//e.example)"
    )

    assert [attributes["href"] for tag, attributes in Reader(kept).tags if tag == "a"] == [
        "https://a.example/x",
        "mailto:a@b.example",
    ]
    assert [tag for tag, _ in Reader(markup.render(refused)).tags] == ["p"]


def test_a_picture_is_its_words() -> None:
    assert markup.render("![two *birds*](https://a.example/b.png)") == (
        '<p dir="auto">two *birds*</p>'
    )


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg><style><img src=x onerror=alert(1)></style></svg>",
        '[x](https://a.example/"onmouseover=alert(1)//)',
        '<https://a.example/"><script>alert(1)</script>',
        "![<script>alert(1)</script>](https://a.example)",
        "```<script>\n</code></pre><script>alert(1)</script>\n```",
        "<!-- --!><script>alert(1)</script>",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "[a](JaVaScRiPt:alert(1))\n\n[b]\n\n[b]: javascript&colon;alert(1)",
        "[a](\x01javascript:alert(1)) [a](java\tscript:alert(1))",
    ],
)
def test_no_script_survives(text: str) -> None:
    assert_harmless(markup.render(text))


def test_a_text_that_is_too_long_is_shown_as_it_was_typed() -> None:
    text = "*one* <b>\n\n" + "word " * markup.LONGEST

    html = markup.render(text)

    assert html.startswith('<p dir="auto">*one* &lt;b&gt;</p><p dir="auto">word word ')


def test_a_text_that_takes_too_long_is_shown_as_it_was_typed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(markup, "BUDGET", 0.0)

    assert markup.render("*one*\ntwo\n\n<b>") == (
        '<p dir="auto">*one*<br>two</p><p dir="auto">&lt;b&gt;</p>'
    )


HOSTILE = {
    "brackets": "[", "pictures": "![", "closing": "]", "stars": "*a **a ", "mixed": "**a_", "quotes": "> ",
    "lists": "- ", "numbers": "1. ", "ticks": "`a``b```c", "less": "<", "links": "[a](", "pointed": "[a](<b",
    "references": "[a]: b\n", "entities": "&", "escapes": "\\", "tags": "<a ", "lazy": "b\n", "headings": "# a\n",
    "titles": '[a](b "', "spaces": " ", "tabs": "\t", "fences": "```\n", "questions": "<?", "quoted": '[ "',
}  # fmt: skip


@pytest.mark.parametrize("run", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_text_costs_no_more_than_its_time(
    run: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(markup, "BUDGET", 0.2)
    just_allowed = (run * markup.BRACKETS)[:2000] + "\n\n"
    for text in (run * markup.LONGEST, just_allowed * 60, (run + "word " * 20) * 200):
        begun = time.thread_time()

        html = markup.render(text[: markup.LONGEST])

        assert time.thread_time() - begun < 1
        assert_harmless(html)


FRAGMENTS = st.sampled_from(
    ["[", "]", "(", ")", "![", "](", "<", ">", "*", "**", "_", "`", "```\n", "#", "# ", "\n", "\n\n", "- ", "1. ",
     "> ", "    ", "\t", "\\", "&", "&amp;", "&#0;", "javascript:", "https://a.b", "<a href=", "<script>", "</p>",
     "onerror=", '"', "'", "<!--", "-->", "<![CDATA[", "[a]: ", "===", "---", "\0", "\ud800", "مرحبا", "a", "😀"]
)  # fmt: skip


@given(st.one_of(st.text(), st.lists(FRAGMENTS, max_size=60).map("".join)), st.integers(2, 6))
@settings(max_examples=400, deadline=None)
def test_whatever_the_text_it_is_shown_and_harmless(text: str, top: int) -> None:
    assert_harmless(markup.render(text, top))
    assert_harmless(markup.plain(text.encode(errors="replace").decode()))
