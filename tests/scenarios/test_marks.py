"""Markdown's signs in a text that is shown as it was typed."""

from scenarios.templatetags.marks import marks


def test_a_heading_is_seen_as_one() -> None:
    assert marks("Before.\n\n## 1996\n\nAfter.") == (
        'Before.\n\n<span class="soft">## </span><b>1996</b>\n\nAfter.'
    )


def test_what_people_typed_never_becomes_markup() -> None:
    assert marks("## <b onclick=x>&") == (
        '<span class="soft">## </span><b>&lt;b onclick=x&gt;&amp;</b>'
    )
